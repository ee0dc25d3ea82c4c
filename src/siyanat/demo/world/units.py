"""The tree of units: country, provinces, counties, stations, rural posts, mobile units."""

from __future__ import annotations

from collections.abc import Sequence

from siyanat.demo.world import land as lands
from siyanat.demo.world import places
from siyanat.lib import persian
from siyanat.roster import models

Kind = models.Unit.Kind
FIRST_NUMBER = 11
# Tehran's numbers go on to three digits; the two stations of the story are among them.
STORY = ((lands.STATION, 104, "بهار", "Bahar"), (lands.SECOND, 118, "ولیعصر", "Valiasr"))


def write(land: lands.Land) -> None:
    """Write the whole tree, a level at a time."""
    root = _save([_unit("IR", "پلیس پیشگیری کل کشور", "National Prevention Police", Kind.NATIONAL, None)])[0]
    chosen = [row for row in places.PROVINCES if row[0] == "THR"] + [
        row for row in places.PROVINCES if row[0] != "THR"
    ]
    chosen = chosen[: land.scale.provinces]
    provinces = _save(
        [
            _unit(code, f"استان {name_fa}", f"{name_en} Province", Kind.PROVINCE, root)
            for code, name_fa, name_en, _weight, _counties in chosen
        ]
    )
    counties = _save(
        [one for row, unit in zip(chosen, provinces, strict=True) for one in _counties(row, unit)]
    )
    land.units = [root, *provinces, *counties]
    land.units += _save(_stations(land, chosen, counties))
    by_code = {unit.code: unit for unit in land.units}
    land.place = {
        "national": root,
        "province": by_code["THR"],
        "station": by_code[lands.STATION],
        "second": by_code[lands.SECOND],
    }


def _unit(code: str, name_fa: str, name_en: str, kind: str, parent: models.Unit | None) -> models.Unit:
    return models.Unit(
        code=code, name_fa=name_fa, name_en=name_en, kind=kind, parent=parent, path=f"new-{code}"
    )


def _save(units: Sequence[models.Unit]) -> list[models.Unit]:
    made = models.Unit.objects.bulk_create(units)
    for unit in made:
        unit.path = f"{unit.parent.path if unit.parent else '/'}{unit.pk}/"
    models.Unit.objects.bulk_update(made, ["path"], batch_size=500)
    return made


def _counties(row: tuple[str, str, str, int, str], province: models.Unit) -> list[models.Unit]:
    return [
        _unit(f"{row[0]}-C{number}", f"شهرستان {name_fa}", f"{name_en} County", Kind.COUNTY, province)
        for number, (name_fa, name_en) in enumerate(places.pairs(row[4]), start=1)
    ]


def _stations(
    land: lands.Land, rows: Sequence[tuple[str, str, str, int, str]], counties: Sequence[models.Unit]
) -> list[models.Unit]:
    made: list[models.Unit] = []
    for code, name_fa, name_en, weight, _counties_of in rows:
        own = [county for county in counties if county.code.startswith(f"{code}-C")]
        if code == "THR":
            made += [_station(code, number, fa, en, own[0]) for _code, number, fa, en in STORY]
        names = land.dice.sample(places.pairs(places.STATION_NAMES), k=26)
        for index in range(weight * land.scale.stations_per_weight):
            fa, en = names[index % len(names)]
            made.append(_station(code, FIRST_NUMBER + index, fa, en, own[index % len(own)]))
        if land.scale.posts:
            made += _posts(land, code, own)
            made.append(
                _unit(f"{code}-M1", f"یگان سیار {name_fa}", f"{name_en} Mobile Unit", Kind.MOBILE, own[0])
            )
    return made


def _station(code: str, number: int, name_fa: str, name_en: str, county: models.Unit) -> models.Unit:
    shown = persian.to_persian_digits(str(number))
    return _unit(
        f"{code}-{number}", f"کلانتری {shown} {name_fa}", f"Station {number} {name_en}", Kind.STATION, county
    )


def _posts(land: lands.Land, code: str, counties: Sequence[models.Unit]) -> list[models.Unit]:
    names = land.dice.sample(places.pairs(places.POST_NAMES), k=len(counties))
    return [
        _unit(f"{code}-P{number}", f"پاسگاه {fa}", f"{en} Post", Kind.POST, county)
        for number, ((fa, en), county) in enumerate(zip(names[1:], counties[1:], strict=True), start=1)
    ]
