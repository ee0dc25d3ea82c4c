from __future__ import annotations

import numpy as np
import pytest
from tests.analysis import worlds

from siyanat.analysis import detector, lens, movement


def kinds_at(findings: list[detector.Finding]) -> list[tuple[str, int, int]]:
    return [(finding.kind, finding.starts_ms, finding.ends_ms) for finding in findings]


def judge(*detectors: detector.Detector, pictures: list[worlds.Picture]) -> list[detector.Finding]:
    measured = worlds.measured(pictures=pictures)
    return [finding for one in detectors for finding in one.run(measured)[0]]


EVERY = (lens.LensDark(), lens.LensCovered(), lens.LensFrozen(), lens.LensBlurred())


def test_a_clear_street_gives_no_finding() -> None:
    assert judge(*EVERY, pictures=[worlds.street(n) for n in range(100)]) == []


def test_a_hand_over_the_lens_is_covered_from_its_first_frame_to_its_last() -> None:
    pictures = [worlds.street(n) if not 20 <= n < 30 else worlds.hand(n) for n in range(60)]
    assert kinds_at(judge(*EVERY, pictures=pictures)) == [("lens_covered", 40_000, 60_000)]


def test_a_recording_covered_from_end_to_end_is_found() -> None:
    assert kinds_at(judge(*EVERY, pictures=[worlds.hand(n) for n in range(30)])) == [
        ("lens_covered", 0, 60_000)
    ]


def test_darkness_is_dark_and_not_covered() -> None:
    pictures = [worlds.street(n) if n < 20 else worlds.night(n) for n in range(40)]
    assert kinds_at(judge(*EVERY, pictures=pictures)) == [("lens_dark", 40_000, 80_000)]


def test_a_night_with_a_lamp_in_it_is_not_dark() -> None:
    lit = []
    for number in range(30):
        gray = worlds.night(number)
        gray[20:40, 30 + number % 20 : 50 + number % 20] = worlds.street(number)[20:40, 30:50]
        lit.append(gray)
    assert [found.kind for found in judge(lens.LensDark(), pictures=lit)] == []


def test_one_flicker_neither_ends_nor_starts_a_finding() -> None:
    flicker = [worlds.street(n) if n != 10 else worlds.night(n) for n in range(40)]
    assert judge(*EVERY, pictures=flicker) == []
    held = [worlds.street(n) if n < 10 or n == 20 else worlds.hand(n) for n in range(40)]
    assert kinds_at(judge(lens.LensCovered(), pictures=held)) == [("lens_covered", 20_000, 80_000)]


def test_the_same_picture_again_and_again_is_frozen() -> None:
    pictures = [worlds.street(min(n, 15) if n < 30 else n) for n in range(50)]
    assert kinds_at(judge(*EVERY, pictures=pictures)) == [("lens_frozen", 30_000, 60_000)]


def test_a_camera_on_a_shelf_still_has_noise_and_is_not_frozen() -> None:
    still = worlds.street(1).astype(np.float32)
    random = np.random.default_rng(2)
    pictures = [
        np.clip(still + random.normal(0, 1.2, still.shape), 0, 255).astype(np.uint8) for _ in range(40)
    ]
    assert judge(lens.LensFrozen(), pictures=pictures) == []


def test_a_fogged_lens_is_blurred() -> None:
    pictures = [worlds.street(n) if not 25 <= n < 40 else worlds.breath(n) for n in range(60)]
    found = judge(*EVERY, pictures=pictures)
    assert kinds_at(found) == [("lens_blurred", 50_000, 80_000)]


def test_a_surge_of_motion_stands_out_from_a_calm_walk() -> None:
    random = np.random.default_rng(1)
    still = worlds.street(1).astype(np.float32)

    def calm() -> worlds.Picture:
        return np.clip(still + random.normal(0, 2, still.shape), 0, 255).astype(np.uint8)

    pictures = [calm() if not 30 <= n < 36 else worlds.street(n * 7) for n in range(60)]
    found = judge(movement.Motion(), pictures=pictures)
    assert len(found) == 1
    assert found[0].starts_ms == pytest.approx(60_000, abs=2_000)
    assert found[0].ends_ms == pytest.approx(72_000, abs=4_000)


def test_another_place_at_once_is_a_change_of_scene() -> None:
    pictures = [worlds.street(n) if n < 30 else 255 - worlds.street(n) // 3 for n in range(60)]
    assert [found.starts_ms for found in judge(movement.SceneChange(), pictures=pictures)] == [60_000]


def test_no_picture_gives_no_finding_and_counts_nothing() -> None:
    measured = worlds.measured(samples=np.zeros(16_000, dtype=np.float32))
    for one in (*EVERY, movement.Motion(), movement.SceneChange()):
        found, ran = one.run(measured)
        assert found == []
        assert (ran.frames_seen, ran.frames_failed) == (0, 0)
