"""Filters by subtree: the one by path and the one by ids let the same rows through."""

from __future__ import annotations

import pytest

from siyanat.roster import gates, models
from tests import cast as cast_module
from tests.cast import ROLES, Cast


@pytest.mark.parametrize("name", ROLES)
def test_filters_by_path_and_by_id_let_the_same_rows_through(cast: Cast, name: str) -> None:
    for unit in ("A", "C1", "P1", "P2", "N"):
        cast_module.make_shift(cast, unit=unit, code=f"{unit}-9", crew=())
    paths = cast.viewer(name).paths(*gates.EVERY_ROLE)
    rows = models.Shift.objects.all()
    by_path = set(rows.filter(gates.under(paths)).values_list("code", flat=True))
    assert set(rows.filter(gates.within(paths)).values_list("code", flat=True)) == by_path
    assert set(rows.filter(gates.within(paths, "leader__unit")).values_list("code", flat=True)) == set(
        rows.filter(gates.under(paths, "leader__unit__path")).values_list("code", flat=True)
    )


def test_who_holds_no_post_reaches_nothing(cast: Cast) -> None:
    cast_module.make_shift(cast)
    assert not models.Shift.objects.filter(gates.within(())).exists()
    assert gates.reaches_all((cast.units["N"].path,))
    assert not gates.reaches_all((cast.units["P1"].path, cast.units["P2"].path))
