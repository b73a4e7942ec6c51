"""Visits to shops: the code that I scanned there, what it gave, and how often I came."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from loyalty import progress, shop_visits
from loyalty.happenings.shop_visits import VisitedShop
from loyalty.progress import ProgressState
from loyalty.shop_visits import LatelyVisited
from miniprogram_api.challenges import ChallengeLine, line_of
from models import VisitWay
from web.context import Context, now
from web.languages import Language
from web.session import Shopper
from web.texts import text
from web.typed import Moment
from web.wake import wake


class CodeBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What I scanned in a shop: its code, or the link that the QR code holds."""

    code: Annotated[str, Meta(min_length=1, max_length=300)]


class Visited(Struct, frozen=True):
    """A visit: ``points`` of it, ``goal_points`` of challenges that came with it.

    ``message`` says why it earned less than usual, else null. In this shop the same kind of code
    counts again from ``again_at``.
    """

    uuid: UUID
    shop: str
    way: VisitWay
    at: Moment
    points: int
    goal_points: int
    message: str | None
    again_at: Moment


class VisitLine(Struct, frozen=True):
    """One earlier visit of mine; ``message`` as of a visit."""

    shop: str
    way: VisitWay
    at: Moment
    points: int
    message: str | None


class Visits(Struct, frozen=True):
    """How often I came: days this month, weeks in a row; my newest visits; what visits lead to."""

    days_this_month: int
    weeks_in_a_row: int
    visits: list[VisitLine]
    challenges: list[ChallengeLine]


async def read(shopper: Shopper, context: Context) -> Visits:
    """Read how often I came to shops, and which challenges visits bring me nearer to.

    Raises:
        NotFound: ``no_such_member``.
    """
    at = context.clock()
    hers = await shop_visits.of_member(shopper.customer_id, at=at)
    found = await progress.progress(shopper.customer_id, at=at)
    ahead = [
        line_of(one, shopper)
        for one in found
        if VisitedShop in one.challenge.looks_at
        and not one.refusals
        and one.state in (ProgressState.OPEN, ProgressState.READY)
    ]
    return Visits(
        days_this_month=hers.days_this_month,
        weeks_in_a_row=hers.weeks_in_a_row,
        visits=[_line(one, shopper.language) for one in hers.lately],
        challenges=ahead,
    )


async def visit(shopper: Shopper, context: Context, uuid: UUID, body: CodeBody) -> Visited:
    """Check in at a shop by its code; the same visit told again is answered as before.

    Raises:
        NotFound: ``no_such_shop_code``, ``no_such_member``.
        Refused: ``shop_code_over``, ``shop_code_worn``, ``no_visits_now``, ``shop_not_open``,
            ``visited_lately``. Conflict: ``key_reused``: the name is of a visit by another code.
    """
    one = await shop_visits.visit(
        shopper.customer_id,
        uuid,
        body.code,
        sealer=context.sealer,
        at=context.clock(),
        wire_at=now(),
    )
    await wake(context.redis)
    return Visited(
        uuid=one.uuid,
        shop=one.shop.name,
        way=one.way,
        at=one.visited_at,
        points=one.points,
        goal_points=one.goal_points,
        message=_message(one.reason, shopper.language),
        again_at=one.again_at,
    )


def _line(one: LatelyVisited, language: Language) -> VisitLine:
    message = _message(one.reason, language)
    return VisitLine(one.shop_name, one.way, one.visited_at, one.points, message)


def _message(reason: str, language: Language) -> str | None:
    return text(reason, language, {}) if reason else None
