"""Events of the brand's own: what is on, my place there, and coming."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from loyalty import brand_events
from loyalty.brand_events import Hers, HerState, SeenEvent
from web import events
from web.context import Context, now
from web.languages import Language
from web.session import Shopper
from web.typed import Moment
from web.wake import wake

Code = Annotated[str, Meta(pattern="^[a-z0-9_]{1,40}$", max_length=40)]


class Mine(Struct, frozen=True):
    """Where I stand: ``number`` is mine in the line while I wait, else null.

    ``points`` are what coming gave me.
    """

    state: HerState
    number: int | None
    points: int


class EventLine(Struct, frozen=True):
    """An event. ``when`` says its time in my language; ``place`` is empty online.

    ``sign_up``: is it ``coming`` (from ``opens_at`` on), ``open``, only to wait in ``line``,
    ``full`` or ``over``. ``left`` is how many places are, null where all may come. From
    ``doors_open_at`` on its code is scanned there, for ``points``.
    """

    code: str
    name: str
    about: str
    place: str
    when: str
    starts_at: Moment
    ends_at: Moment
    opens_at: Moment | None
    doors_open_at: Moment
    left: int | None
    points: int
    sign_up: events.SignUp
    are_doors_open: bool
    mine: Mine


class EventLines(Struct, frozen=True):
    """The events to come, the next first; then those that I came to."""

    events: list[EventLine]


class ScannedBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What I scanned at an event: its code, or the link that the QR code holds."""

    code: Annotated[str, Meta(min_length=1, max_length=300)]


class Came(Struct, frozen=True):
    """I was let in: ``points`` for coming, ``goal_points`` of challenges that came with it.

    ``is_new`` is false where I had been let in before.
    """

    code: str
    name: str
    at: Moment
    points: int
    goal_points: int
    is_new: bool


async def listed(shopper: Shopper, context: Context) -> EventLines:
    """List the events to come, and those that I came to."""
    at = context.clock()
    found = await brand_events.upcoming(shopper.customer_id, at=at)
    return EventLines([_line(one, shopper.language, at=at) for one in found])


async def read(shopper: Shopper, context: Context, code: Code) -> EventLine:
    """Read an event and where I stand in it.

    Raises:
        NotFound: ``no_such_brand_event``.
    """
    return await _read(shopper, context, code)


async def sign_up(shopper: Shopper, context: Context, code: Code) -> EventLine:
    """Sign up: I have a place, or one in the line. The same again changes nothing.

    Raises:
        NotFound: ``no_such_brand_event``, ``no_such_member``.
        Refused: ``event_sign_up_not_yet``, ``event_sign_up_over``, ``event_full``; or why it is
            not for me.
    """
    await brand_events.sign_up(shopper.customer_id, code, at=context.clock())
    await wake(context.redis)
    return await _read(shopper, context, code)


async def leave(shopper: Shopper, context: Context, code: Code) -> EventLine:
    """Take my place back, so that the first in the line has it. The same again changes nothing.

    Raises:
        NotFound: ``no_such_brand_event``, ``no_such_member``. Refused: ``event_over``.
    """
    await brand_events.leave(shopper.customer_id, code, at=context.clock())
    await wake(context.redis)
    return await _read(shopper, context, code)


async def come(shopper: Shopper, context: Context, body: ScannedBody) -> Came:
    """Be let in by the code at an event; the same event again is answered as before.

    Raises:
        NotFound: ``no_such_event_code``, ``no_such_brand_event``, ``no_such_member``.
        Refused: ``event_code_over``, ``event_code_worn``, ``event_not_yet``, ``event_over``,
            ``event_needs_place``, ``event_full``; or why it is not for me.
    """
    one = await brand_events.come(
        shopper.customer_id,
        body.code,
        sealer=context.sealer,
        at=context.clock(),
        wire_at=now(),
    )
    await wake(context.redis)
    name = one.event.name_zh if shopper.language == "zh" else one.event.name_en
    return Came(one.code, name, one.came_at, one.points, one.goal_points, one.is_new)


async def _read(shopper: Shopper, context: Context, code: str) -> EventLine:
    at = context.clock()
    found = await brand_events.seen(shopper.customer_id, code, at=at)
    return _line(found, shopper.language, at=at)


def _line(one: SeenEvent, language: Language, *, at: datetime) -> EventLine:
    event, is_zh = one.event, language == "zh"
    return EventLine(
        code=one.code,
        name=event.name_zh if is_zh else event.name_en,
        about=event.about_zh if is_zh else event.about_en,
        place=event.place_zh if is_zh else event.place_en,
        when=events.hours(event, at=at).spoken(language),
        starts_at=event.held_from,
        ends_at=event.held_until,
        opens_at=event.sign_up_from,
        doors_open_at=event.doors_open_at,
        left=one.left,
        points=event.points,
        sign_up=events.sign_up(event, one.left, at=at),
        are_doors_open=event.doors_open_at <= at < event.held_until,
        mine=_mine(one.hers),
    )


def _mine(hers: Hers) -> Mine:
    return Mine(hers.state, hers.number, hers.points)
