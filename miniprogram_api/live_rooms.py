"""Live rooms: the one that is on, and its word that I heard there."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty import live_rooms
from web.context import Context
from web.session import Shopper
from web.texts import text
from web.typed import Moment
from web.wake import wake


class Room(Struct, frozen=True):
    """A live room that is on, until ``ends_at``."""

    name: str
    ends_at: Moment


class Live(Struct, frozen=True):
    """The live room that is on; null where none is."""

    room: Room | None


class WordBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The word that I heard."""

    word: Annotated[str, Meta(min_length=1, max_length=40)]


class WasThere(Struct, frozen=True):
    """What the word gave. ``is_new`` is false where I said it in this room before.

    ``message`` says why it earned less than usual, else null.
    """

    name: str
    points: int
    goal_points: int
    is_new: bool
    message: str | None


async def read(shopper: Shopper, context: Context) -> Live:
    """Read which live room is on."""
    room = await live_rooms.on_now(at=context.clock())
    if room is None:
        return Live(None)
    return Live(Room(room.name_zh if shopper.language == "zh" else room.name_en, room.ends_at))


async def say(shopper: Shopper, context: Context, body: WordBody) -> WasThere:
    """Say the word of a live room; the same again changes nothing.

    Raises:
        NotFound: ``no_such_live_word``, ``no_such_member``.
        Refused: ``live_room_coming``, ``live_room_over``, ``no_live_visits_now``.
        Throttled: ``too_many_code_tries``.
    """
    one = await live_rooms.say_word(shopper.customer_id, body.word, at=context.clock())
    await wake(context.redis)
    return WasThere(
        name=one.name_zh if shopper.language == "zh" else one.name_en,
        points=one.points,
        goal_points=one.goal_points,
        is_new=one.is_new,
        message=text(one.reason, shopper.language, {}) if one.reason else None,
    )
