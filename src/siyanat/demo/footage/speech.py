"""Speech for the demo: asks the speaking child for every turn once, keeps the samples in the cache.

Returns sound only; nobody's voice is imitated. The child is started for one batch and ended with it.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from siyanat.demo.footage import lines, shelf
from siyanat.lib import errors

Sound = npt.NDArray[np.float64]

RATE = 16_000
_VOICES = {"officer": "fa+m3", "partner": "fa+m7", "citizen": "fa+m1", "woman": "fa+f2", "dispatch": "fa+f5"}
_PITCHES = {"officer": 38, "partner": 30, "citizen": 48, "woman": 55, "dispatch": 40}
# Words a minute, added pitch (eSpeak's 0-100 scale), pitch range, level in dBFS (RMS over the turn).
_MOODS = {"calm": (158, 0, 45, -25.0), "firm": (165, 6, 55, -20.0), "raised": (205, 30, 85, -10.5)}


def speak_turns(turns: Iterable[lines.Turn], *, cache: Path) -> dict[lines.Turn, Sound]:
    """Return each turn's samples at 16 kHz, already at its mood's level.

    :raises errors.PassingFault: when the speaking child fails.
    """
    wanted = {turn: cache / "speech" / f"{_digest(turn)}.f32" for turn in turns}
    absent = {turn: path for turn, path in wanted.items() if not path.exists()}
    if absent:
        _synthesise(absent)
    return {turn: _levelled(path, turn) for turn, path in wanted.items()}


def _order(turn: lines.Turn) -> dict[str, object]:
    rate, lift, span, _ = _MOODS[turn.mood]
    pitch = min(99, _PITCHES[turn.who] + lift)
    return {"text": turn.text, "voice": _VOICES[turn.who], "rate": rate, "pitch": pitch, "range": span}


def _digest(turn: lines.Turn) -> str:
    return hashlib.sha256(json.dumps(_order(turn), sort_keys=True).encode()).hexdigest()[:24]


def _synthesise(absent: dict[lines.Turn, Path]) -> None:
    command = [sys.executable, "-m", "siyanat.demo.footage.speaker"]
    batch = b"".join(json.dumps(_order(turn)).encode() + b"\n" for turn in absent)
    done = subprocess.run(command, input=batch, capture_output=True, check=False, timeout=120)
    if done.returncode != 0:
        said = done.stderr[-400:].decode(errors="replace")
        raise errors.PassingFault("demo.speech_failed", exit_code=done.returncode, said=said)
    spoken = done.stdout
    for path in absent.values():
        head, _, spoken = spoken.partition(b"\n")
        size, rate = (int(number) for number in head.split())
        sound = np.frombuffer(spoken[:size], np.int16) / 32768
        spoken = spoken[size:]
        shelf.put_bytes(path, _resampled(sound, rate).astype(np.float32).tobytes())


def _resampled(sound: Sound, rate: int) -> Sound:
    """Return the sound at 16 kHz: low-passed by a windowed sinc at 7.5 kHz, then interpolated."""
    taps = np.arange(-24, 25)
    kernel = np.sinc(2 * 7500 / rate * taps) * np.hamming(len(taps))
    smooth = np.convolve(sound, kernel / kernel.sum(), mode="same")
    places = np.arange(int(len(sound) * RATE / rate)) * rate / RATE
    return np.interp(places, np.arange(len(sound)), smooth)


def _levelled(path: Path, turn: lines.Turn) -> Sound:
    sound = np.frombuffer(path.read_bytes(), np.float32).astype(np.float64)
    loud = np.sqrt(np.mean(sound**2)) if len(sound) else 0.0
    if loud == 0:
        raise errors.PassingFault("demo.speech_silent", text=turn.text)
    return np.tanh(sound / loud * 10 ** (_MOODS[turn.mood][3] / 20))
