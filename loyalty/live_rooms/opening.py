"""Staff open a live room's window, with the word that is said in it, and close it."""

import re
from datetime import datetime, timedelta
from unicodedata import normalize
from uuid import UUID

from msgspec import Struct

from loyalty.again import in_transaction
from loyalty.errors import NotFound, Refused
from loyalty.ledger.movements import is_writable
from models import LiveRoom, db

LONGEST_NAME = 40
LONGEST = timedelta(hours=24)
_WORD = re.compile(r"\w{2,20}")
# Of two rooms at once none has the other's word, nor soon after: who is late is told of the right.
APART = timedelta(hours=1)


class RoomWish(Struct, frozen=True):
    """A window to open; ``uuid`` is the form's name for it, ``room_code`` the platform's or ""."""

    uuid: UUID
    name_zh: str
    name_en: str
    word: str
    starts_at: datetime
    ends_at: datetime
    room_code: str = ""


def plain(told: str) -> str:
    """Return a word as it is compared: without width, case, spaces and punctuation."""
    folded = normalize("NFKC", told[:100]).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


_TAKEN = """
SELECT name_zh FROM live_room
WHERE word = $1 AND closed_at IS NULL AND starts_at < $3::timestamptz + $4::interval
      AND ends_at > $2::timestamptz - $4::interval
LIMIT 1
"""


async def open_room(wish: RoomWish, *, staff_member_id: int | None, at: datetime) -> LiveRoom:
    """Open a window; the same form sent again is answered as before.

    Raises:
        Refused: ``live_name_missing``, ``live_word_wrong`` (2 to 20 letters and digits),
            ``live_times_wrong`` (over already, or longer than a day), ``live_word_taken``.
    """
    names = [one.strip()[:LONGEST_NAME] for one in (wish.name_zh, wish.name_en)]
    if not all(one and is_writable(one) for one in names):
        raise Refused("live_name_missing")
    word = plain(wish.word)
    if not _WORD.fullmatch(word):
        raise Refused("live_word_wrong")
    if not max(wish.starts_at, at) < wish.ends_at <= wish.starts_at + LONGEST:
        raise Refused("live_times_wrong")
    if len(wish.room_code) > LONGEST_NAME or not is_writable(wish.room_code):
        raise Refused("live_room_code_wrong")

    async def open_it() -> LiveRoom:
        await db.fetch("LOCK TABLE live_room IN SHARE ROW EXCLUSIVE MODE")
        known = await LiveRoom.get_or_none(uuid=wish.uuid)
        if known is not None:
            return known
        for row in await db.fetch(_TAKEN, word, wish.starts_at, wish.ends_at, APART):
            raise Refused("live_word_taken", name=row["name_zh"])
        return await LiveRoom.create(
            uuid=wish.uuid,
            name_zh=names[0],
            name_en=names[1],
            word=word,
            starts_at=wish.starts_at,
            ends_at=wish.ends_at,
            room_code=wish.room_code.strip(),
            made_at=at,
            made_by=staff_member_id,
        )

    return await in_transaction(open_it)


async def close_room(uuid: UUID, *, staff_member_id: int, at: datetime) -> None:
    """Let a room be over now; what was given stays. One that is over stays as it is.

    Raises:
        NotFound: ``no_such_live_room``.
    """
    if not await LiveRoom.exists(uuid=uuid):
        raise NotFound("no_such_live_room")
    await db.fetch(
        "UPDATE live_room SET closed_at = $2, closed_by = $3"
        " WHERE uuid = $1 AND closed_at IS NULL AND ends_at > $2",
        uuid,
        at,
        staff_member_id,
    )
