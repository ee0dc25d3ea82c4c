"""What the server believes of a player: only what it served, only as fast as a player can go, once."""

from __future__ import annotations

import datetime as dt

import pytest

from siyanat.evidence import models as evidence
from siyanat.evidence import operations as footage
from siyanat.evidence import store
from siyanat.lib import errors
from siyanat.review import film, models, operations, watched
from siyanat.review.operations import watching
from tests.cast import HOUR, NOW, Cast
from tests.review import make

SECOND = dt.timedelta(seconds=1)


def minutes_of(standing: watched.Standing, cast: Cast, name: str) -> float:
    spans = standing.watched.get(cast.people[name].pk)
    return spans.total() / make.MINUTE if spans else 0.0


def test_a_segment_is_written_down_before_its_bytes_leave(
    patrol: make.Patrol, review: models.Review, cast: Cast
) -> None:
    warrant = watching.warrant_of_review(cast.viewer("head"), review.pk, NOW)
    recording = patrol.recordings["arash"][0]
    clip, segment = operations.serve_segment(warrant=warrant, recording_id=recording.pk, index=2, now=NOW)
    served = models.ServedSegment.objects.get()
    assert (served.recording, served.starts_ms, served.ends_ms) == (
        recording,
        segment.start_ms,
        segment.end_ms,
    )
    viewing = evidence.Viewing.objects.get(recording=recording)
    assert viewing.purpose == f"review:{review.pk}"
    assert viewing.spans_ms == [[segment.start_ms, segment.end_ms]]
    assert clip.recording == recording


def test_what_was_never_served_was_never_watched(
    patrol: make.Patrol, review: models.Review, cast: Cast
) -> None:
    standing = patrol.claim(review, "arash", [(0, 1)], now=NOW)
    assert minutes_of(standing, cast, "arash") == 0
    warrant = watching.warrant_of_review(cast.viewer("head"), review.pk, NOW)
    operations.serve_segment(warrant=warrant, recording_id=patrol.recordings["arash"][0].pk, index=0, now=NOW)
    standing = patrol.claim(review, "arash", [(0, 1)], now=NOW)
    assert 0.06 < minutes_of(standing, cast, "arash") < 0.08


def test_time_runs_at_most_eight_times_as_fast(
    patrol: make.Patrol, review: models.Review, cast: Cast
) -> None:
    patrol.serve_all(review)
    first = patrol.claim(review, "arash", [(0, 5)], now=NOW)
    assert minutes_of(first, cast, "arash") == pytest.approx(80 / 60)  # ten seconds of grace, eight times
    later = patrol.claim(review, "arash", [(0, 5)], now=NOW + 3 * SECOND)
    assert minutes_of(later, cast, "arash") == pytest.approx(80 / 60)  # paid for again, nothing new
    much_later = patrol.claim(review, "arash", [(2, 5)], now=NOW + HOUR)
    assert minutes_of(much_later, cast, "arash") == pytest.approx(80 / 60 + 3)


def test_two_tabs_share_one_allowance(patrol: make.Patrol, review: models.Review, cast: Cast) -> None:
    patrol.serve_all(review)
    patrol.claim(review, "arash", [(0, 5)], now=NOW)
    for tab in range(4):
        standing = patrol.claim(review, "arash", [(tab + 1, tab + 2)], now=NOW + (tab + 1) * SECOND)
    assert minutes_of(standing, cast, "arash") <= (80 + 4 * 8) / 60 + 0.001


def test_a_rate_that_no_player_has_is_not_believed(
    patrol: make.Patrol, review: models.Review, cast: Cast
) -> None:
    patrol.serve_all(review)
    standing = patrol.claim(review, "arash", [(0, 1)], now=NOW, rate=16)
    assert minutes_of(standing, cast, "arash") == 0


def test_an_item_without_footage_stays_in_the_list_and_needs_no_watching(
    patrol: make.Patrol, review: models.Review, cast: Cast
) -> None:
    standing = watched.standing_of(review, viewer=cast.viewer("head"), now=NOW)
    assert {one.state for one in standing.items if one.item.is_missing} <= {"empty"}
    assert len(standing.items) == patrol.plan.items.count()


def test_every_item_is_done_when_all_was_watched(
    patrol: make.Patrol, review: models.Review, cast: Cast
) -> None:
    before = watched.standing_of(review, viewer=cast.viewer("head"), now=NOW)
    assert before.left
    assert before.left_ms > 0
    patrol.watch_all(review)
    after = watched.standing_of(review, viewer=cast.viewer("head"), now=NOW)
    assert (after.left, after.left_ms) == ([], 0)


def test_a_private_moment_is_neither_served_nor_to_be_watched(patrol: make.Patrol, cast: Cast) -> None:
    arash = cast.people["arash"]
    footage.restrict_moment(
        viewer=cast.viewer("arash"),
        shift=patrol.shift,
        person=arash,
        span=(patrol.at(1), patrol.at(2)),
        kind="prayer",
        now=NOW,
    )
    review = patrol.begin()
    warrant = watching.warrant_of_review(cast.viewer("head"), review.pk, NOW)
    recording = patrol.recordings["arash"][0]
    touching = next(one for one in film.plan_of(recording.pk) if one.start_ms <= 90_000 < one.end_ms)
    with pytest.raises(errors.NotFound):
        operations.serve_segment(warrant=warrant, recording_id=recording.pk, index=touching.index, now=NOW)
    with pytest.raises(errors.NotFound):
        operations.serve_still(warrant=warrant, recording_id=recording.pk, at_ms=90_000, now=NOW)
    text = film.playlist(warrant.clips(), arash.pk, uri="{recording}/{index}")
    assert f"{recording.pk}/{touching.index}\n" not in text
    assert text.count("EXT-X-PROGRAM-DATE-TIME") == 4
    playable = film.playable_by_bearer(warrant.clips())[arash.pk]
    assert not any(span.starts_at < patrol.at(2) and patrol.at(1) < span.ends_at for span in playable)


def test_footage_of_another_shift_has_no_address(
    patrol: make.Patrol, review: models.Review, cast: Cast
) -> None:
    other = make.cast_module.make_shift(cast, starts_at=NOW - 30 * HOUR, code="A-2", crew=("babak",))
    camera = make.cast_module.make_camera(cast, "CAM9")
    make.cast_module.issue_camera(other, cast.people["babak"], camera)
    recording = make.seal(camera, other.unit, other.starts_at)
    warrant = watching.warrant_of_review(cast.viewer("head"), review.pk, NOW)
    with pytest.raises(errors.NotFound):
        operations.serve_segment(warrant=warrant, recording_id=recording.pk, index=0, now=NOW)


def test_without_a_second_factor_there_is_no_footage(
    patrol: make.Patrol, review: models.Review, cast: Cast
) -> None:
    with pytest.raises(errors.Refusal):
        watching.warrant_of_review(cast.viewer("head", second_factor=False), review.pk, NOW)


def test_an_officer_sees_their_own_camera_against_a_typed_reason(patrol: make.Patrol, cast: Cast) -> None:
    grant = footage.grant_viewing(
        viewer=cast.viewer("arash"),
        shift=patrol.shift,
        reason="own_answer",
        note="To answer the head's question",
        now=NOW,
    )
    warrant = watching.warrant_of_grant(cast.viewer("arash"), grant.pk, NOW)
    assert {clip.person_id for clip in warrant.clips()} == {cast.people["arash"].pk}
    with pytest.raises(errors.NotFound):
        operations.serve_segment(
            warrant=warrant, recording_id=patrol.recordings["babak"][0].pk, index=0, now=NOW
        )
    with pytest.raises(errors.NotFound):
        watching.warrant_of_grant(cast.viewer("head"), grant.pk, NOW)
    with pytest.raises(errors.NotFound):
        watching.warrant_of_grant(cast.viewer("arash"), grant.pk, NOW + 3 * HOUR)


class TestSkips:
    def first_with_footage(self, review: models.Review, cast: Cast) -> watched.ItemState:
        return watched.standing_of(review, viewer=cast.viewer("head"), now=NOW).left[0]

    def skip(
        self, review: models.Review, cast: Cast, item_id: int, reason: str, note: str = ""
    ) -> models.Skip:
        return operations.skip_item(
            viewer=cast.viewer("head"),
            review_id=review.pk,
            item_id=item_id,
            reason=reason,
            note=note,
            now=NOW,
        )

    def test_what_has_footage_is_not_skipped_as_missing(self, review: models.Review, cast: Cast) -> None:
        one = self.first_with_footage(review, cast)
        with pytest.raises(errors.Refusal, match=r"review\.there_is_footage"):
            self.skip(review, cast, one.item.pk, "missing")

    def test_what_the_server_decodes_is_not_skipped_as_unplayable(
        self, review: models.Review, cast: Cast
    ) -> None:
        one = self.first_with_footage(review, cast)
        with pytest.raises(errors.Refusal, match=r"review\.it_plays"):
            self.skip(review, cast, one.item.pk, "unplayable", "The picture stands still from the start")
        assert not models.FailedServe.objects.exists()

    def test_what_the_server_can_not_decode_when_it_tries_is_skipped(
        self, patrol: make.Patrol, review: models.Review, cast: Cast
    ) -> None:
        one = self.first_with_footage(review, cast)
        for recording in patrol.recordings[one.item.person.given_name_fa]:
            path = store.path_of(recording.sha256)
            path.chmod(0o600)
            path.write_bytes(b"\0" * recording.size_bytes)
        self.skip(review, cast, one.item.pk, "unplayable", "The picture stands still from the start")
        assert models.FailedServe.objects.get().review == review

    def test_a_segment_that_can_not_be_made_is_noted_and_was_never_served(
        self, patrol: make.Patrol, review: models.Review, cast: Cast
    ) -> None:
        recording = patrol.recordings["arash"][0]
        store.path_of(recording.sha256).unlink()
        warrant = watching.warrant_of_review(cast.viewer("head"), review.pk, NOW)
        with pytest.raises(errors.Refusal):
            operations.send_segment(warrant=warrant, recording_id=recording.pk, index=0, now=NOW)
        assert models.FailedServe.objects.get().recording == recording
        assert not models.ServedSegment.objects.exists()

    def test_what_does_not_play_needs_a_note(
        self, patrol: make.Patrol, review: models.Review, cast: Cast
    ) -> None:
        one = self.first_with_footage(review, cast)
        patrol.fail(review, one.item)
        with pytest.raises(errors.Refusal, match=r"review\.skip_note_missing"):
            self.skip(review, cast, one.item.pk, "unplayable", "x")
        self.skip(review, cast, one.item.pk, "unplayable", "The picture stands still from the start")
        after = watched.standing_of(review, viewer=cast.viewer("head"), now=NOW)
        assert next(each for each in after.items if each.item == one.item).state == "skipped"
        operations.take_back_skip(
            viewer=cast.viewer("head"), review_id=review.pk, item_id=one.item.pk, now=NOW
        )
        assert not models.Skip.objects.exists()

    def test_seen_on_the_other_camera_must_have_been_seen(
        self, patrol: make.Patrol, review: models.Review, cast: Cast
    ) -> None:
        one = self.first_with_footage(review, cast)
        with pytest.raises(errors.Refusal, match=r"review\.not_seen_on_the_other"):
            self.skip(review, cast, one.item.pk, "duplicate")
