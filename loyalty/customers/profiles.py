"""What a customer tells of herself: the name to call her by, and her birthday without its year."""

from datetime import date, datetime

from msgspec import Struct

from loyalty.calendar import day_of, months_later, start_of
from loyalty.errors import Refused
from loyalty.roots import HER_IDS, hold
from loyalty.standing.changes import changed
from models import db

LONGEST_NAME = 20
LEAP_YEAR = 2024


class HerProfile(Struct, frozen=True):
    """What she told; ``birthday`` as MM-DD. It can be changed from ``changes_at`` on.

    None: at once.
    """

    called: str = ""
    birthday: str | None = None
    changes_at: datetime | None = None


_READ = f"""
SELECT (SELECT called FROM profile WHERE customer_id = ANY({HER_IDS}) AND called <> ''
        ORDER BY customer_id = $1 DESC, customer_id LIMIT 1) AS called,
       (SELECT birthday FROM profile WHERE customer_id = ANY({HER_IDS}) AND birthday IS NOT NULL
        ORDER BY birthday_told_at DESC LIMIT 1) AS birthday,
       (SELECT max(birthday_told_at) FROM profile WHERE customer_id = ANY({HER_IDS})) AS told_at,
       (SELECT min(called_told_at) FROM profile
        WHERE customer_id = ANY({HER_IDS})) AS called_told_at
"""

# Whoever she was before a merge told hers, too: what she tells now stands in its place.
_TELL = f"""
WITH others AS (
    UPDATE profile SET called = '', called_told_at = NULL, birthday = NULL
    WHERE customer_id = ANY({HER_IDS}) AND customer_id <> $1
)
INSERT INTO profile (customer_id, called, birthday, birthday_told_at, called_told_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (customer_id) DO UPDATE
SET called = excluded.called, birthday = excluded.birthday,
    birthday_told_at = excluded.birthday_told_at, called_told_at = excluded.called_told_at
"""


async def profile_of(customer_id: int, *, at: datetime) -> HerProfile:
    """Return what a customer told of herself."""
    (row,) = await db.fetch(_READ, customer_id)
    changes_at = _changes_at(row["told_at"])
    is_waiting = changes_at is not None and at < changes_at
    return HerProfile(row["called"] or "", row["birthday"], changes_at if is_waiting else None)


async def tell_profile(
    customer_id: int, *, called: str, birthday: str | None, at: datetime
) -> HerProfile:
    """Keep what she tells of herself; the same again changes nothing.

    A birthday changes once a year at most, so that nobody has one a month; it may be taken back at
    any time, and told again once the year is over.

    Raises:
        Refused: ``name_not_usable``, ``no_such_day``, ``birthday_changed_lately``.
    """
    name = called.strip()
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Refused("name_not_usable")
    if birthday is not None:
        _check_day(birthday)
    async with db.transaction():
        await hold(customer_id)
        (row,) = await db.fetch(_READ, customer_id)
        told_at = row["told_at"]
        if birthday is not None and birthday != row["birthday"]:
            changes_at = _changes_at(told_at)
            if changes_at is not None and at < changes_at:
                raise Refused("birthday_changed_lately", again_at=changes_at)
            told_at = at
        called_told_at = (row["called_told_at"] or at) if name else None
        await db.fetch(_TELL, customer_id, name, birthday, told_at, called_told_at)
        await changed([customer_id])  # who told all that is asked for has reached a milestone
    return await profile_of(customer_id, at=at)


def _changes_at(told_at: datetime | None) -> datetime | None:
    return None if told_at is None else start_of(months_later(day_of(told_at), 12))


def _check_day(birthday: str) -> None:
    try:
        date.fromisoformat(f"{LEAP_YEAR}-{birthday}")
    except ValueError:
        raise Refused("no_such_day", birthday=birthday) from None
