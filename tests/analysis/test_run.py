from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.analysis import voices, worlds

from siyanat.analysis import run, speech_model, tracks
from siyanat.lib import errors

SIZE = {"height": 180, "width": 320}


@pytest.fixture(scope="module")
def patrol(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eighty seconds: talk, a hand over the lens from 30 to 50 s, a bang at 60 s."""
    path = tmp_path_factory.mktemp("clip") / "patrol.mp4"
    pictures = [
        worlds.hand(n, **SIZE) if 150 <= n < 250 else worlds.street(n // 5, **SIZE) for n in range(80 * 5)
    ]
    samples = np.concatenate([voices.talk(50), voices.room(30)]) + voices.room(80, seed=4)
    shot = voices.bang()
    samples[60 * 16_000 : 60 * 16_000 + len(shot)] += shot
    worlds.write_clip(path, pictures=pictures, samples=np.clip(samples, -1, 1))
    return path


@pytest.fixture(scope="module")
def analysis(patrol: Path) -> run.Analysis:
    return run.analyze(patrol)


def test_what_was_planted_in_a_clip_is_found_at_its_time(analysis: run.Analysis) -> None:
    found = {finding.kind: finding for finding in analysis.findings}
    assert (found["lens_covered"].starts_ms, found["lens_covered"].ends_ms) == (30_000, 50_000)
    assert found["impulse"].starts_ms == pytest.approx(60_000, abs=70)  # AAC's own delay is a frame
    assert found["speech"].ends_ms == pytest.approx(50_000, abs=500)
    assert "lens_dark" not in found
    assert "lens_frozen" not in found


def test_tracks_have_a_byte_a_second(analysis: run.Analysis) -> None:
    assert len(analysis.tracks) == 80
    assert set(analysis.tracks.lens[31:49]) == {tracks.Lens.COVERED}
    assert set(analysis.tracks.lens[:29]) == {tracks.Lens.CLEAR}
    assert analysis.tracks.speech[5:45].mean() > 200
    assert analysis.tracks.speech[65:].max() < 60


def test_every_detector_says_what_it_saw(analysis: run.Analysis) -> None:
    runs = {ran.name: ran for ran in analysis.detectors}
    assert len(runs) == len(run.all_detectors())
    assert runs["lens_covered"].frames_seen == 40
    assert runs["speech"].frames_seen == pytest.approx(80 * 31.25, abs=4)
    assert all(ran.frames_failed == 0 and ran.parameters for ran in runs.values())


def test_an_analysis_survives_json(analysis: run.Analysis) -> None:
    stored = json.dumps(analysis.to_dict())
    again = run.Analysis.from_dict(json.loads(stored))
    assert again.findings == analysis.findings
    assert again.detectors == analysis.detectors
    assert json.dumps(again.to_dict()) == stored


def test_the_same_file_gives_the_same_analysis(patrol: Path, analysis: run.Analysis) -> None:
    assert run.analyze(patrol).to_dict() == analysis.to_dict()


def test_bytes_that_are_no_media_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "note.mp4"
    path.write_text("not a film")
    with pytest.raises(errors.Refusal):
        run.analyze(path)


def test_another_speech_model_than_ours_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech_model, "DIGEST", "0" * 64)
    with pytest.raises(errors.BrokenPromise, match="speech_model_differs"):
        speech_model.model_bytes()
