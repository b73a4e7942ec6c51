"""The days that the year's trade goes by, by the solar or the lunar calendar."""

from datetime import date, timedelta
from typing import Literal, TypeGuard, get_args

from borax.calendars.lunardate import LunarDate
from msgspec import Struct

Festival = Literal["618", "double11", "double12", "520", "cny", "dragonboat", "qixi", "midautumn"]
FESTIVALS: tuple[Festival, ...] = get_args(Festival)
FIRST_YEAR, LAST_YEAR = 1901, 2099  # the library's tables have them with the years beside them

_SOLAR: dict[str, tuple[int, int]] = {
    "520": (5, 20),
    "618": (6, 18),
    "double11": (11, 11),
    "double12": (12, 12),
}
_LUNAR: dict[str, tuple[int, int]] = {
    "cny": (1, 1),
    "dragonboat": (5, 5),
    "qixi": (7, 7),
    "midautumn": (8, 15),
}
_LITTLE_NEW_YEAR = (12, 23)  # 腊月廿三, from which New Year is prepared


class Around(Struct, frozen=True):
    """A season around a festival: so many days before it and after it belong to it, too."""

    days_before: int
    days_after: int


# 6.18 from June 1; Double 11 from October 20; the days of lunar festivals when gifts are bought.
_USUAL: dict[Festival, Around] = {
    "618": Around(17, 0),
    "double11": Around(22, 0),
    "double12": Around(2, 0),
    "520": Around(5, 0),
    "dragonboat": Around(6, 0),
    "qixi": Around(6, 0),
    "midautumn": Around(14, 0),
}
_UNTIL_LANTERNS = 14  # the Lantern Festival (元宵) is the 15th of the first month


def is_festival(kind: str) -> TypeGuard[Festival]:
    """Say whether a kind of season is that of a festival, once a year."""
    return kind in FESTIVALS


def day_in(festival: Festival, year: int) -> date:
    """Return the day of a festival that falls in a solar year from 1901 to 2099."""
    if festival in _SOLAR:
        return date(year, *_SOLAR[festival])
    return _solar(year, *_LUNAR[festival])


def usual(festival: Festival, year: int) -> Around:
    """Return the days around a festival of a year that its season has where staff set none.

    Chinese New Year: from the 23rd of the twelfth month to the Lantern Festival.
    """
    if festival != "cny":
        return _USUAL[festival]
    little = _solar(year - 1, *_LITTLE_NEW_YEAR)
    return Around((day_in("cny", year) - little).days, _UNTIL_LANTERNS)


def span_of(festival: Festival, year: int, around: Around) -> tuple[date, date]:
    """Return the first day of a festival's season, and the first day after it."""
    day = day_in(festival, year)
    return (
        day - timedelta(days=around.days_before),
        day + timedelta(days=around.days_after + 1),
    )


def _solar(lunar_year: int, month: int, day: int) -> date:
    found: date = LunarDate(lunar_year, month, day, 0).to_solar_date()
    return found
