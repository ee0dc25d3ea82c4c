"""Speech for tests: eSpeak NG's Persian voice at 16 kHz, plain or raised."""

from __future__ import annotations

import ctypes
import functools

import espeakng_loader
import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

RATE = 16_000
LINES = (
    "لطفا مدارک خودرو را نشان بدهید و کنار خیابان توقف کنید",
    "ما امروز در این محله گشت می‌زنیم و با مردم گفتگو می‌کنیم",
    "نشانی کلانتری را می‌دانید یا باید راهنمایی کنم",
)
_SYNCHRONOUS, _UTF8, _PITCH, _RATE = 2, 1, 3, 1
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


@functools.lru_cache(maxsize=1)
def _library() -> tuple[ctypes.CDLL, int]:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0)
    assert library.espeak_SetVoiceByName(b"fa") == 0
    return library, rate


@functools.lru_cache(maxsize=64)
def speak(line: str, *, pitch: int = 40) -> Samples:
    """One line spoken; ``pitch`` 0..99 as eSpeak counts it."""
    library, rate = _library()
    heard: list[Samples] = []

    def take(samples: ctypes._Pointer[ctypes.c_short], count: int, _events: int) -> int:
        if samples and count:
            heard.append(np.ctypeslib.as_array(samples, shape=(count,)).astype(np.float32) / 32768)
        return 0

    callback = _CALLBACK(take)
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetParameter(_PITCH, pitch, 0)
    text = line.encode()
    library.espeak_Synth(text, len(text) + 1, 0, 0, 0, _UTF8, None, None)
    library.espeak_Synchronize()
    spoken = np.concatenate(heard)
    count = int(len(spoken) * RATE / rate)
    return np.interp(np.arange(count) * rate / RATE, np.arange(len(spoken)), spoken).astype(np.float32)


def talk(seconds: float, *, level_dbfs: float = -30.0, pitch: int = 40, sharp: bool = False) -> Samples:
    """Lines in turn; ``sharp`` adds the treble that effort gives a voice; the level is the whole's."""
    lines = [speak(line, pitch=pitch) for line in LINES]
    speech = np.resize(np.concatenate(lines), int(seconds * RATE)).copy()
    if sharp:
        speech[1:] -= np.float32(0.85) * speech[:-1].copy()
    power = float(np.sqrt(np.mean(speech**2)))
    return (speech * (10 ** (level_dbfs / 20) / power)).astype(np.float32)


def room(seconds: float, *, level_dbfs: float = -58.0, seed: int = 1) -> Samples:
    """The noise of a quiet street."""
    noise = np.random.default_rng(seed).normal(0, 10 ** (level_dbfs / 20), int(seconds * RATE))
    return noise.astype(np.float32)


def bang(*, peak: float = 0.95, ring_s: float = 0.06) -> Samples:
    """A shot: full at once, ringing off."""
    at = np.arange(int(0.4 * RATE)) / RATE
    noise = np.random.default_rng(3).uniform(-1, 1, len(at))
    return (peak * noise * np.exp(-at / ring_s)).astype(np.float32)


def click(*, peak: float = 0.95) -> Samples:
    """A connector: a millisecond and gone."""
    return np.array([peak, -peak] * 8, dtype=np.float32)
