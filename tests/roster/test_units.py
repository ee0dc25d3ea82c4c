"""The tree of units: opened, moved with everything below, closed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyanat.ledger import models as ledger
from siyanat.lib import errors
from siyanat.roster import models, operations, queries
from siyanat.roster.operations import units as unit_operations
from tests.cast import NOW, Cast


def open_station(
    cast: Cast, code: str, parent: str = "C1", kind: str = "station", by: str = "admin"
) -> models.Unit:
    unit = operations.open_unit(
        viewer=cast.viewer(by),
        code=code,
        name_fa="کلانتری",
        name_en="Station",
        kind=kind,
        parent=cast.units[parent],
        now=NOW,
    )
    cast.units[code] = unit
    return unit


def check_tree() -> None:
    """Each path is the parent's path and the own id."""
    for unit in models.Unit.objects.select_related("parent"):
        assert unit.path == f"{unit.parent.path if unit.parent else '/'}{unit.pk}/"


def test_an_administrator_opens_a_unit_and_the_log_knows(cast: Cast) -> None:
    unit = open_station(cast, "s-9")
    assert unit.code == "S-9"
    check_tree()
    assert ledger.Entry.objects.filter(kind="roster.open_unit", subject=f"unit:{unit.pk}").exists()


def test_nobody_else_opens_units(cast: Cast) -> None:
    with pytest.raises(errors.NotFound):
        open_station(cast, "S-9", by="head")


@pytest.mark.parametrize(
    ("kind", "parent"), [("province", "C1"), ("station", "A"), ("county", "N"), ("national", "N")]
)
def test_a_unit_stands_only_where_its_kind_may(cast: Cast, kind: str, parent: str) -> None:
    with pytest.raises(errors.Refusal, match="unit_kind_misplaced"):
        open_station(cast, "X", parent=parent, kind=kind)


def test_a_code_is_taken_once(cast: Cast) -> None:
    with pytest.raises(errors.Refusal, match="unit_code_taken"):
        open_station(cast, "a")


def test_a_move_takes_everything_below_with_it(cast: Cast) -> None:
    post = open_station(cast, "POST-1", parent="A", kind="post")
    operations.move_unit(viewer=cast.viewer("admin"), unit=cast.units["A"], parent=cast.units["C2"], now=NOW)
    check_tree()
    post.refresh_from_db()
    cast.units["P2"].refresh_from_db()
    assert queries.province_of(post) == cast.units["P2"]


def test_a_unit_does_not_move_under_itself(cast: Cast) -> None:
    county = open_station(cast, "C-9", parent="P1", kind="county")
    station = open_station(cast, "S-9", parent="C-9")
    with pytest.raises(errors.Refusal, match="unit_under_itself"):
        operations.move_unit(viewer=cast.viewer("admin"), unit=county, parent=station, now=NOW)


def test_a_unit_with_something_left_in_it_is_not_closed(cast: Cast) -> None:
    with pytest.raises(errors.Refusal, match="unit_not_empty"):
        operations.close_unit(viewer=cast.viewer("admin"), unit=cast.units["A"], reason="merged", now=NOW)
    empty = open_station(cast, "S-9")
    operations.close_unit(viewer=cast.viewer("admin"), unit=empty, reason="merged away", now=NOW)
    assert empty not in queries.list_units(cast.viewer("admin"))
    assert empty in queries.list_units(cast.viewer("admin"), closed=True)


def test_a_viewer_sees_their_subtree_alone(cast: Cast) -> None:
    assert {unit.code for unit in queries.list_units(cast.viewer("reviewer"))} == {"P1", "C1", "A"}
    for unit_id in (cast.units["A"].pk, 10**9, "nonsense"):
        with pytest.raises(errors.NotFound):
            queries.get_unit(cast.viewer("stranger"), unit_id)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_whatever_moves_are_tried_the_tree_stays_a_tree(cast: Cast, moves: list[tuple[int, int]]) -> None:
    models.Unit.objects.filter(code__startswith="H-").delete()
    root = cast.units["P1"]
    nodes = [
        unit_operations.add_unit(code=f"H-{number}", name_fa="ی", name_en="u", kind="county", parent=root)
        for number in range(10)
    ]
    for moved, under in moves:
        unit, parent = (models.Unit.objects.get(pk=nodes[place].pk) for place in (moved, under))
        if not parent.path.startswith(unit.path):
            unit_operations.relocate(unit, parent)
    check_tree()
    assert models.Unit.objects.filter(path__startswith=root.path, code__startswith="H-").count() == 10
    models.Unit.objects.filter(code__startswith="H-").update(parent=root)
