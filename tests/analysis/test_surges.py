"""What stands out from the minutes around it: commotion, a covered microphone, a siren, a lens turned away."""

from __future__ import annotations

import dataclasses

import numpy as np
from tests.analysis import voices, worlds

from siyanat.analysis import lens, loudness, measures, movement, siren

RATE = worlds.RATE


def of_bytes(between: list[float]) -> measures.Measures:
    """A recording of which only the bytes between key frames are known."""
    nothing = worlds.measured(samples=np.zeros(RATE, dtype=np.float32))
    values = np.array(between, dtype=np.float32)
    return dataclasses.replace(nothing, duration_ms=len(between) * 1000, between_bytes=values)


def test_twenty_seconds_of_twice_the_bytes_are_a_commotion() -> None:
    (found,) = movement.Commotion().find(of_bytes([10e3] * 200 + [22e3] * 20 + [10e3] * 200))
    assert abs(found.starts_ms - 200_000) <= 2_000
    assert abs(found.ends_ms - 220_000) <= 2_000
    assert found.score > 0.5


def test_another_scene_that_lasts_is_no_commotion() -> None:
    assert list(movement.Commotion().find(of_bytes([10e3] * 300 + [22e3] * 300))) == []


def test_a_constant_rate_tells_nothing() -> None:
    assert list(movement.Commotion().find(of_bytes([10e3] * 600))) == []


def test_cloth_over_the_microphone_takes_the_treble_and_leaves_the_bass() -> None:
    samples = voices.room(300, level_dbfs=-35)
    part = slice(120 * RATE, 160 * RATE)
    spectrum = np.fft.rfft(samples[part])
    hz = np.fft.rfftfreq(40 * RATE, 1 / RATE)
    samples[part] = np.fft.irfft(spectrum / (1 + (hz / 300) ** 3), 40 * RATE)
    (found,) = loudness.MicrophoneCovered().find(worlds.measured(samples=samples))
    assert abs(found.starts_ms - 120_000) <= 2_000
    assert abs(found.ends_ms - 160_000) <= 2_000


def test_a_quieter_room_is_no_covered_microphone() -> None:
    samples = np.concatenate(
        [voices.room(150, level_dbfs=-30), voices.room(60, level_dbfs=-50), voices.room(150, level_dbfs=-30)]
    )
    assert list(loudness.MicrophoneCovered().find(worlds.measured(samples=samples))) == []


def wail(seconds: float, *, low_hz: float, high_hz: float, sweeps: float) -> worlds.Samples:
    """A tone that goes up and down, ``sweeps`` times a second."""
    at = np.arange(int(seconds * RATE)) / RATE
    pitch = (low_hz + high_hz) / 2 + (high_hz - low_hz) / 2 * np.sin(2 * np.pi * sweeps * at)
    tone: worlds.Samples = (0.1 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE)).astype(np.float32)
    return tone


def test_a_wail_is_a_siren_and_a_horn_is_none() -> None:
    room = voices.room(60)
    for low, expected in ((600.0, 1), (995.0, 0)):
        samples = room.copy()
        samples[20 * RATE : 30 * RATE] += wail(10, low_hz=low, high_hz=1000.0, sweeps=0.3)
        found = list(siren.Siren().find(worlds.measured(samples=samples)))
        assert len(found) == expected
        assert all(abs(one.starts_ms - 20_000) <= 3_000 for one in found)


def test_speech_is_no_siren() -> None:
    assert list(siren.Siren().find(worlds.measured(samples=voices.talk(40)))) == []


def test_a_jacket_before_the_lens_is_turned_away() -> None:
    wall = [np.clip(120 + worlds.street(0) / 12, 0, 255).astype(np.uint8)] * 20
    pictures = [*(worlds.street(n) for n in range(60)), *wall, *(worlds.street(n) for n in range(60))]
    sizes = [40_000] * 60 + [12_000] * 20 + [40_000] * 60
    seen = worlds.see(pictures, sizes=sizes)
    measured = dataclasses.replace(worlds.measured(pictures=pictures), pictures=seen)
    (found,) = lens.LensTurned().find(measured)
    assert (round(found.starts_ms, -3), round(found.ends_ms, -3)) == (122_000, 160_000)
