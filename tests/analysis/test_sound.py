from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests.analysis import voices, worlds

from siyanat.analysis import detector, impulse, loudness, measures, sound_meter, voice


def find(one: detector.Detector, samples: worlds.Samples) -> list[detector.Finding]:
    return one.run(worlds.measured(samples=samples))[0]


def laid(ground: worlds.Samples, sound: worlds.Samples, *, at_s: float) -> worlds.Samples:
    mixed = ground.copy()
    first = int(at_s * worlds.RATE)
    mixed[first : first + len(sound)] += sound
    return np.clip(mixed, -1, 1)


def test_a_bang_in_a_quiet_street_is_found_at_its_time() -> None:
    found = find(impulse.Impulse(), laid(voices.room(30), voices.bang(), at_s=12.5))
    assert [finding.starts_ms for finding in found] == [pytest.approx(12_500, abs=4)]
    assert found[0].score >= 0.9


def test_a_bang_amid_speech_is_found_and_the_speech_is_not() -> None:
    found = find(impulse.Impulse(), laid(voices.talk(30), voices.bang(), at_s=12.5))
    assert [finding.starts_ms for finding in found] == [pytest.approx(12_500, abs=4)]


def test_a_click_is_no_bang() -> None:
    assert find(impulse.Impulse(), laid(voices.room(20), voices.click(), at_s=8)) == []


def test_shots_in_a_row_are_one_finding_with_their_count() -> None:
    samples = voices.room(20)
    for at_s in (5.0, 5.6, 6.2):
        samples = laid(samples, voices.bang(), at_s=at_s)
    found = find(impulse.Impulse(), samples)
    assert len(found) == 1
    assert found[0].evidence["count"] == 3


def test_speech_is_found_where_it_is_and_not_in_noise() -> None:
    samples = np.concatenate([voices.room(20), voices.talk(10), voices.room(20)])
    found = find(voice.Speech(), samples)
    assert len(found) == 1
    assert found[0].starts_ms == pytest.approx(20_000, abs=400)
    assert found[0].ends_ms == pytest.approx(30_000, abs=400)


def test_a_raised_voice_is_found_among_the_same_person_speaking() -> None:
    raised = voices.talk(8, level_dbfs=-20, pitch=75, sharp=True)
    samples = np.concatenate([voices.talk(40), raised, voices.talk(30)]) + voices.room(78)
    found = find(voice.RaisedVoice(), samples)
    assert len(found) == 1
    assert found[0].starts_ms == pytest.approx(40_000, abs=2_000)
    assert found[0].ends_ms == pytest.approx(48_000, abs=2_000)
    assert found[0].score >= 0.6


def test_speech_that_only_comes_nearer_is_not_raised() -> None:
    samples = np.concatenate(
        [voices.talk(40), voices.talk(8, level_dbfs=-20), voices.talk(30)]
    ) + voices.room(78)
    assert find(voice.RaisedVoice(), samples) == []


def test_speech_at_the_same_level_is_not_raised() -> None:
    assert find(voice.RaisedVoice(), voices.talk(60) + voices.room(60)) == []


def test_findings_of_a_raised_voice_hold_differences_only() -> None:
    raised = voices.talk(8, level_dbfs=-20, pitch=75, sharp=True)
    found = find(voice.RaisedVoice(), np.concatenate([voices.talk(40), raised]) + voices.room(48))
    assert set(found[0].evidence) == {
        "level_above_db",
        "pitch_above_semitones",
        "balance_above_db",
        "speech_s",
    }


def test_silence_and_a_dead_microphone_are_told_apart() -> None:
    samples = np.concatenate(
        [
            voices.room(10),
            voices.room(15, level_dbfs=-72),
            voices.room(10),
            np.zeros(160_000, dtype=np.float32),
        ]
    )
    found = find(loudness.Silence(), samples)
    assert [(f.kind, round(f.starts_ms, -3), round(f.ends_ms, -3)) for f in found] == [
        ("silence", 10_000, 25_000),
        ("microphone_dead", 35_000, 45_000),
    ]


def test_a_recording_without_a_sound_track_has_a_dead_microphone() -> None:
    measured = worlds.measured(pictures=[worlds.street(n) for n in range(10)])
    found, ran = loudness.Silence().run(measured)
    assert [(f.kind, f.starts_ms, f.ends_ms) for f in found] == [("microphone_dead", 0, 20_000)]
    assert ran.frames_seen == 0


def test_a_gap_in_the_sound_is_a_dead_microphone_and_later_times_stay_right() -> None:
    first, later = (
        worlds.hear(voices.room(10)),
        worlds.hear(laid(voices.room(10), voices.bang(), at_s=5), starts_ms=30_000),
    )
    joined = measures.Sound(
        **{
            field.name: np.concatenate([getattr(first, field.name), getattr(later, field.name)])
            for field in dataclasses.fields(measures.Sound)
        }
    )
    nothing = worlds.measured(samples=np.zeros(0, dtype=np.float32)).pictures
    measured = measures.Measures(40_000, nothing, joined, has_video=False, has_sound=True)
    dead = [f for f in loudness.Silence().run(measured)[0] if f.kind == "microphone_dead"]
    assert [(f.starts_ms, f.ends_ms) for f in dead] == [(pytest.approx(10_000, abs=40), 30_000)]
    assert [f.starts_ms for f in impulse.Impulse().run(measured)[0]] == [pytest.approx(35_000, abs=4)]


def test_much_louder_than_the_minutes_before_is_loud() -> None:
    samples = np.concatenate([voices.room(60), voices.room(5, level_dbfs=-20), voices.room(20)])
    assert [(f.starts_ms, f.ends_ms) for f in find(loudness.Level(), samples)] == [(60_000, 65_000)]


def test_overdriven_sound_is_clipping() -> None:
    sound = worlds.hear(np.clip(voices.talk(10, level_dbfs=-3), -1, 1), clipped=0.02)
    measured = dataclasses.replace(worlds.measured(samples=voices.room(10)), sound=sound)
    assert [f.kind for f in loudness.Clipping().run(measured)[0]] == ["clipping"]


def test_measures_do_not_depend_on_how_the_sound_is_cut_into_blocks() -> None:
    samples = voices.talk(40) + voices.room(40)
    whole = worlds.hear(samples)
    meter_blocks = np.array_split(samples, 7)
    meter, at = sound_meter.SoundMeter(), 0
    for block in meter_blocks:
        meter.hear(at_ms=at // 16, samples=block, clipped=0.0)
        at += len(block)
    cut = meter.finish()
    np.testing.assert_array_equal(whole.ticks, cut.ticks)
    np.testing.assert_array_equal(whole.speech, cut.speech)
