import datetime as dt
import zoneinfo

import pytest

from siyanat.lib import clock, errors


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is dt.UTC


def test_a_naive_time_breaks_a_promise() -> None:
    with pytest.raises(errors.BrokenPromise) as broken:
        clock.require_aware(dt.datetime(2026, 11, 23))  # noqa: DTZ001
    assert broken.value.code == "clock.naive"


def test_an_aware_time_comes_back_in_utc() -> None:
    tehran = dt.datetime(2026, 11, 23, 12, tzinfo=zoneinfo.ZoneInfo("Asia/Tehran"))
    assert clock.require_aware(tehran) == tehran
    assert clock.require_aware(tehran).utcoffset() == dt.timedelta(0)
