"""Challenges, check-ins, and the rewards that are claimed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from loyalty import crossings, progress
from loyalty.crossings import MilestoneProgress
from loyalty.errors import Refused
from loyalty.progress import Progress, ProgressState
from models import Coupon
from web import milestones
from web.context import Context
from web.languages import Language
from web.session import Shopper
from web.texts import text
from web.typed import Moment
from web.wake import wake

Code = Annotated[str, Meta(pattern="^[a-z0-9_]{1,40}$", max_length=40)]
Round = Annotated[str, Meta(pattern="^[0-9A-Za-z-]{1,20}$", max_length=20)]


class CheckIns(Struct, frozen=True):
    """Today in Shanghai, whether she was here, the streak that runs, the month's days."""

    today: date
    is_done: bool
    streak: int
    days: list[date]
    points: int = 0


class Why(Struct, frozen=True):
    """Why something is not for her, as a code and in her language."""

    code: str
    message: str


class ChallengeLine(Struct, frozen=True):
    """One challenge in its running round: ``done`` of ``target``, and what it gives."""

    code: str
    kind: str
    name: str
    done: int
    target: int
    reward_points: int
    has_coupon: bool
    round: str
    ends_at: Moment | None
    state: ProgressState
    refusal: Why | None


class MilestoneLine(Struct, frozen=True):
    """One milestone: ``done`` of ``target`` in orders, fen or days; how often she has reached it.

    What it gives comes by itself. Without a next time it is done: ``target`` is null. ``distance``
    says the same in her language.
    """

    code: str
    kind: str
    name: str
    distance: str
    done: int | None
    target: int | None
    unit: Literal["orders", "fen", "days"] | None
    times: int
    reward_points: int
    has_coupon: bool
    refusal: Why | None


class Challenges(Struct, frozen=True):
    """Her check-ins, all challenges and milestones in force; ``now`` is the server's time."""

    now: Moment
    check_in: CheckIns
    challenges: list[ChallengeLine]
    milestones: list[MilestoneLine]


class Claim(Struct, frozen=True):
    """What a claim gave."""

    points: int
    coupon_uuid: UUID | None


async def read(shopper: Shopper, context: Context) -> Challenges:
    """Read the challenges and how far I am.

    Raises:
        NotFound: ``no_such_member``.
    """
    at = context.clock()
    found = await progress.progress(shopper.customer_id, at=at)
    reaching = await crossings.progress(shopper.customer_id, at=at)
    return Challenges(
        now=at,
        check_in=await _check_ins(shopper, at=at),
        challenges=[_line(one, shopper.language) for one in found],
        milestones=[_milestone(one, shopper.language) for one in reaching],
    )


async def check_in(shopper: Shopper, context: Context, day: date) -> CheckIns:
    """Check in today; the same day again changes nothing.

    Raises:
        Refused: ``not_today``. NotFound: ``no_such_member``.
    """
    at = context.clock()
    _, points = await progress.check_in(shopper.customer_id, day, at=at)
    await wake(context.redis)
    return await _check_ins(shopper, at=at, points=points)


async def claim(shopper: Shopper, context: Context, code: Code, round: Round) -> Claim:
    """Claim the reward of a challenge that I have reached; the same again gives the same.

    Raises:
        NotFound: ``no_such_challenge``, ``no_such_member``.
        Refused: ``challenge_not_reached``, ``round_is_over``, or why it is not for me.
    """
    claimed = await progress.claim(shopper.customer_id, code, round, at=context.clock())
    await wake(context.redis)
    coupon = await Coupon.get_or_none(id=claimed.coupon_id) if claimed.coupon_id else None
    return Claim(claimed.points, coupon.uuid if coupon else None)


async def _check_ins(shopper: Shopper, *, at: datetime, points: int = 0) -> CheckIns:
    days, streak = await progress.days(shopper.customer_id, at=at)
    today = progress.today(at)
    return CheckIns(today, today in days, streak, days, points)


def _line(one: Progress, language: Language) -> ChallengeLine:
    challenge = one.challenge
    return ChallengeLine(
        code=one.code,
        kind=one.kind,
        name=challenge.name_zh if language == "zh" else challenge.name_en,
        done=one.done,
        target=challenge.target,
        reward_points=challenge.reward_points,
        has_coupon=bool(challenge.reward_coupon_slot),
        round=one.round.name,
        ends_at=None if one.is_endless else one.round.ends_at,
        state=one.state,
        refusal=_why(one.refusals, language),
    )


def _milestone(one: MilestoneProgress, language: Language) -> MilestoneLine:
    return MilestoneLine(
        code=one.code,
        kind=one.kind,
        name=milestones.name(one).spoken(language),
        distance=milestones.distance(one).spoken(language),
        done=one.step.done if one.step else None,
        target=one.step.target if one.step else None,
        unit=one.step.unit if one.step else None,
        times=one.times,
        reward_points=one.milestone.reward_points,
        has_coupon=bool(one.milestone.reward_coupon_slot),
        refusal=_why(one.refusals, language),
    )


def _why(refusals: Sequence[Refused], language: Language) -> Why | None:
    if not refusals:
        return None
    first = refusals[0]
    return Why(first.code, text(first.code, language, first.figures))
