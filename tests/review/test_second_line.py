"""One review in ten goes to another unit of the province, drawn by a seed that nobody could foresee, blind."""

from __future__ import annotations

import secrets

import pytest

from siyanat.ledger import models as ledger
from siyanat.lib import errors
from siyanat.review import models, operations, queries
from siyanat.review.operations import second_line
from siyanat.roster import models as roster
from siyanat.triage import models as triage
from tests import cast as cast_module
from tests.cast import NOW, Cast
from tests.review import make


@pytest.fixture
def neighbour(cast: Cast) -> roster.Unit:
    """Station D of the same county, whose head is the leader of A's shifts (a free hand for this test)."""
    unit = roster.Unit.objects.create(
        code="D",
        name_fa="کلانتری D",
        name_en="Station D",
        kind="station",
        parent=cast.units["C1"],
        path="new-D",
    )
    unit.path = f"{cast.units['C1'].path}{unit.pk}/"
    unit.save(update_fields=["path"])
    cast.units["D"] = unit
    roster.HeldPost.objects.filter(person=cast.people["leader"]).delete()
    roster.HeldPost.objects.create(
        person=cast.people["leader"], role="station_head", unit=unit, held=cast_module.ALWAYS
    )
    return unit


def sign_off(patrol: make.Patrol, *, drawn: bool) -> models.Review:
    """Sign off with a seed that draws the review, or does not."""
    seed = triage.Seed.objects.get(shift=patrol.shift)
    while second_line.is_drawn(second_line._seed_of(patrol.shift) or b"") != drawn:
        seed.secret = secrets.token_bytes(32)
        seed.save(update_fields=["secret"])
    review = patrol.begin()
    now = patrol.watch_all(review)
    return operations.sign_off_review(
        viewer=patrol.cast.viewer("head"), review_id=review.pk, summary="All well", now=now
    )


def test_the_seed_is_published_and_what_is_not_drawn_ends_there(
    patrol: make.Patrol, neighbour: roster.Unit
) -> None:
    review = sign_off(patrol, drawn=False)
    assert operations.draw_second_line(review_id=review.pk, now=NOW) is None
    assert triage.Seed.objects.get(shift=patrol.shift).published_at == NOW
    assert '"drawn":false' in ledger.Entry.objects.get(kind="review.second_line_drawn").body


def test_another_unit_reviews_blind(patrol: make.Patrol, neighbour: roster.Unit, cast: Cast) -> None:
    review = sign_off(patrol, drawn=True)
    second = operations.draw_second_line(review_id=review.pk, now=NOW)
    assert second is not None
    assert (second.unit, second.plan, second.first) == (neighbour, review.plan, review)
    assert operations.draw_second_line(review_id=review.pk, now=NOW) is None
    assert list(queries.list_waiting(cast.viewer("leader"), now=NOW)) == [second]
    with pytest.raises(errors.NotFound):  # the first line is out of sight while the second is open
        queries.get_review(cast.viewer("leader"), review.pk)
    with pytest.raises(errors.NotFound):  # and the second is never the first line's to see
        queries.get_review(cast.viewer("head"), second.pk)
    begun = operations.begin_review(viewer=cast.viewer("leader"), review_id=second.pk, now=NOW)
    patrol.serve_all(begun, by="leader")
    standing = patrol.claim(begun, "arash", [(0, 1)], now=NOW, by="leader")
    assert standing.watched


def test_without_another_unit_the_province_does_it(patrol: make.Patrol, cast: Cast) -> None:
    review = sign_off(patrol, drawn=True)
    second = operations.draw_second_line(review_id=review.pk, now=NOW)
    assert second is not None
    assert second.unit == cast.units["P1"]
    assert list(queries.list_waiting(cast.viewer("reviewer"), now=NOW)) == [second]


def test_about_one_in_ten_is_drawn() -> None:
    drawn = sum(second_line.is_drawn(number.to_bytes(32, "big")) for number in range(2000))
    assert 150 < drawn < 250
