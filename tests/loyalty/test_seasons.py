"""Seasons of the year fall on their published days, by the solar and the lunar calendar."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from loyalty import publishing
from loyalty.calendar import SHANGHAI, day_of, start_of
from loyalty.festivals import FESTIVALS, day_in
from loyalty.policies.seasons import SeasonDays, Seasons
from loyalty.seasons import USUAL, Season, before, coming, running, season

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

# As the calendars of the Hong Kong Observatory have them: New Year, Dragon Boat, Qixi, Mid-Autumn.
PUBLISHED = """
2020 01-25 06-25 08-25 10-01
2021 02-12 06-14 08-14 09-21
2022 02-01 06-03 08-04 09-10
2023 01-22 06-22 08-22 09-29
2024 02-10 06-10 08-10 09-17
2025 01-29 05-31 08-29 10-06
2026 02-17 06-19 08-19 09-25
2027 02-06 06-09 08-08 09-15
2028 01-26 05-28 08-26 10-03
2029 02-13 06-16 08-16 09-22
2030 02-03 06-05 08-05 09-12
2031 01-23 06-24 08-24 10-01
2032 02-11 06-12 08-12 09-19
2033 01-31 06-01 08-01 09-08
2034 02-19 06-20 08-20 09-27
2035 02-08 06-10 08-10 09-16
"""


def noon(told: str) -> datetime:
    return start_of(date.fromisoformat(told)) + timedelta(hours=12)


def days(one: Season) -> tuple[str, str]:
    """Return its first and its last day."""
    return day_of(one.starts_at).isoformat(), day_of(one.ends_at - SECOND).isoformat()


@pytest.mark.parametrize("line", PUBLISHED.split("\n")[1:-1])
def test_lunar_festivals_fall_on_their_published_days(line: str) -> None:
    year, *told = line.split()
    for festival, day in zip(("cny", "dragonboat", "qixi", "midautumn"), told, strict=True):
        assert day_in(festival, int(year)).isoformat() == f"{year}-{day}"


@pytest.mark.parametrize(
    ("kind", "asked", "name", "first", "last"),
    [
        ("618", "2026-06-01", "2026-618", "2026-06-01", "2026-06-18"),
        ("double11", "2026-11-11", "2026-double11", "2026-10-20", "2026-11-11"),
        ("double12", "2026-12-11", "2026-double12", "2026-12-10", "2026-12-12"),
        ("520", "2026-05-20", "2026-520", "2026-05-15", "2026-05-20"),
        # 腊月廿三 of a month of 29 days, and of one of 30
        ("cny", "2027-02-06", "2027-cny", "2027-01-30", "2027-02-20"),
        ("cny", "2026-02-10", "2026-cny", "2026-02-10", "2026-03-03"),
        ("midautumn", "2025-10-06", "2025-midautumn", "2025-09-22", "2025-10-06"),
    ],
)
def test_a_season_has_its_usual_days(
    kind: str, asked: str, name: str, first: str, last: str
) -> None:
    found = running(kind, noon(asked))
    assert found is not None
    assert (found.name, *days(found)) == (name, first, last)


def test_new_year_begins_where_staff_say_or_on_the_little_new_year_of_every_year() -> None:
    for year in range(2020, 2036):
        first, last = days(season("cny", start_of(day_in("cny", year))))
        assert date.fromisoformat(last) == day_in("cny", year) + 14 * DAY
        assert (day_in("cny", year) - date.fromisoformat(first)).days in (7, 8)
    ten_days = Seasons((SeasonDays("cny", 10, 15), SeasonDays("618", 17, 2)))
    assert days(season("cny", noon("2027-02-06"), ten_days)) == ("2027-01-27", "2027-02-21")
    assert days(season("618", noon("2027-06-20"), ten_days)) == ("2027-06-01", "2027-06-20")
    assert running("618", noon("2027-06-20")) is None


def test_a_season_begins_and_ends_at_midnight_in_shanghai_whatever_the_zone() -> None:
    last = datetime(2026, 6, 18, 23, 59, 59, 999_999, tzinfo=SHANGHAI)
    for zone in ("UTC", "America/New_York", "Asia/Shanghai"):
        told = last.astimezone(ZoneInfo(zone))
        assert running("618", told) is not None
        assert running("618", told + timedelta(microseconds=1)) is None


@pytest.mark.parametrize("kind", FESTIVALS)
def test_every_year_has_each_season_once_and_they_follow_one_another(kind: str) -> None:
    at, names = noon("2020-01-01"), []
    while at.year < 2036:
        following = coming(kind, at)
        names.append(following.name)
        assert season(kind, following.starts_at) == following
        assert running(kind, following.ends_at) is None
        assert season(kind, following.ends_at) == following, "the last one is shown on"
        at = following.starts_at
    years = [int(name[:4]) for name in names]
    assert years == list(range(years[0], years[0] + len(years)))
    last = season(kind, at)
    assert before(kind, last, USUAL).name == names[-2]


def test_a_season_that_is_set_twice_or_is_longer_than_a_board_holds_is_refused() -> None:
    twice = {"spans": [{"season": "cny"}, {"season": "cny"}]}
    with pytest.raises(msgspec.ValidationError, match="Repeated"):
        publishing.read("seasons", twice)
    for wrong in ({"days_before": 31}, {"days_after": 17}, {"season": "easter"}):
        with pytest.raises(msgspec.ValidationError):
            publishing.read("seasons", {"spans": [wrong]})
