"""Challenges, check-ins, and the rewards that are claimed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from loyalty import (
    articles,
    brand_events,
    crossings,
    leaderboards,
    live_rooms,
    programme,
    progress,
    shop_visits,
    surveys,
)
from loyalty.challenges import Unit
from loyalty.crossings import MilestoneProgress
from loyalty.errors import Refused
from loyalty.festivals import Festival, is_festival
from loyalty.milestones import StepUnit
from loyalty.progress import Progress, ProgressState, StepProgress
from loyalty.wording import Worded
from models import Coupon
from web import milestones
from web.context import Context
from web.languages import Language
from web.masks import masked
from web.session import Shopper
from web.texts import text
from web.typed import Moment
from web.wake import wake

Code = Annotated[str, Meta(pattern="^[a-z0-9_]{1,40}$", max_length=40)]
Round = Annotated[str, Meta(pattern="^[0-9A-Za-z-]{1,20}$", max_length=20)]
Step = Annotated[int, Meta(ge=1, le=10)]
SHOWN_OF_TEAM = 10
NOBODY: Mapping[int, UUID] = MappingProxyType({})


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


class StepLine(Struct, frozen=True):
    """One step, claimed by its ``place``, which counts from 1.

    ``boost_percent`` 200 are double points on what I buy in ``boost_days`` from the claim on; 0 is
    none.
    """

    place: int
    target: int
    reward_points: int
    has_coupon: bool
    boost_percent: int
    boost_days: int
    state: ProgressState


class ShareLine(Struct, frozen=True):
    """What a member of my team has brought, in full yuan or in orders; others' names are masked."""

    name: str
    share: int
    is_me: bool


class TeamLine(Struct, frozen=True):
    """My team: how many are in it, what I brought, and who brought most."""

    members: int
    mine: int
    shares: list[ShareLine]


class ChallengeLine(Struct, frozen=True):
    """One challenge in its round: ``done`` of ``target`` in its unit, and what it gives.

    ``target``, ``reward_points``, ``has_coupon`` and the boost are of the next step that I have
    not claimed; ``steps`` are all of them. A season that is ``coming`` begins at ``starts_at``.
    """

    code: str
    kind: str
    name: str
    unit: Unit
    done: int
    target: int
    reward_points: int
    has_coupon: bool
    boost_percent: int
    boost_days: int
    round: str
    season: Festival | None
    starts_at: Moment
    ends_at: Moment | None
    state: ProgressState
    steps: list[StepLine]
    team: TeamLine | None
    refusal: Why | None


class MilestoneLine(Struct, frozen=True):
    """One milestone: ``done`` of ``target`` in its unit; how often she has reached it.

    What it gives comes by itself. Without a next time it is done: ``target`` is null. ``distance``
    says the same in her language.
    """

    code: str
    kind: str
    name: str
    distance: str
    done: int | None
    target: int | None
    unit: StepUnit | None
    times: int
    reward_points: int
    has_coupon: bool
    refusal: Why | None


class Challenges(Struct, frozen=True):
    """Her check-ins, all challenges and milestones in force; ``now`` is the server's time.

    With ``has_shop_visits``, visits to some shop count now; ``live_room`` is the name of the live
    room that is on, or null; ``surveys`` is how many wait for her answers, ``events`` how many are
    to come, ``articles`` how many there are to read.
    """

    now: Moment
    check_in: CheckIns
    has_shop_visits: bool
    live_room: str | None
    surveys: int
    events: int
    articles: int
    challenges: list[ChallengeLine]
    milestones: list[MilestoneLine]


class Claim(Struct, frozen=True):
    """What a claim gave: points, a coupon, so many times the points for so many days (0: none)."""

    points: int
    coupon_uuid: UUID | None
    boost_percent: int
    boost_days: int


async def read(shopper: Shopper, context: Context) -> Challenges:
    """Read the challenges and how far I am.

    Raises:
        NotFound: ``no_such_member``.
    """
    at = context.clock()
    found = await progress.progress(shopper.customer_id, at=at)
    reaching = await crossings.progress(shopper.customer_id, at=at)
    names = await leaderboards.names([mate for one in found for mate in _leading(one)])
    room = await live_rooms.on_now(at=at)
    asked = await surveys.opened(shopper.customer_id, at=at)
    return Challenges(
        now=at,
        check_in=await _check_ins(shopper, at=at),
        live_room=Worded(room.name_zh, room.name_en).spoken(shopper.language) if room else None,
        surveys=sum(not one.is_answered for one in asked),
        events=brand_events.how_many_to_come(await programme.recent(), at=at),
        articles=len(articles.listed(await programme.recent(), at=at)),
        has_shop_visits=shop_visits.are_wanted(await programme.recent(), at=at),
        challenges=[line_of(one, shopper, names) for one in found],
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
    """Claim the reward of a challenge's first step; the same again gives the same.

    Raises:
        NotFound: ``no_such_challenge``, ``no_such_member``.
        Refused: ``challenge_not_reached``, ``round_is_over``, ``round_is_coming``, or why it is
            not for me.
    """
    return await claim_step(shopper, context, code, round, 1)


async def claim_step(
    shopper: Shopper, context: Context, code: Code, round: Round, step: Step
) -> Claim:
    """Claim the reward of a step that I have reached; the same again gives the same.

    Raises:
        NotFound: ``no_such_challenge``, ``no_such_step``, ``no_such_member``.
        Refused: ``challenge_not_reached``, ``round_is_over``, ``round_is_coming``, or why it is
            not for me.
    """
    claimed = await progress.claim(shopper.customer_id, code, round, at=context.clock(), step=step)
    await wake(context.redis)
    coupon = await Coupon.get_or_none(id=claimed.coupon_id) if claimed.coupon_id else None
    return Claim(
        points=claimed.points,
        coupon_uuid=coupon.uuid if coupon else None,
        boost_percent=claimed.boost_percent,
        boost_days=claimed.boost_days,
    )


async def _check_ins(shopper: Shopper, *, at: datetime, points: int = 0) -> CheckIns:
    days, streak = await progress.days(shopper.customer_id, at=at)
    today = progress.today(at)
    return CheckIns(today, today in days, streak, days, points)


def line_of(one: Progress, shopper: Shopper, names: Mapping[int, UUID] = NOBODY) -> ChallengeLine:
    """Return one challenge as she reads it; ``names`` are those of her team's members."""
    challenge, following = one.challenge, one.next_step.step
    return ChallengeLine(
        code=one.code,
        kind=one.kind,
        name=challenge.name_zh if shopper.language == "zh" else challenge.name_en,
        unit=challenge.counted_in(),
        done=one.done,
        target=following.target,
        reward_points=following.reward_points,
        has_coupon=bool(following.reward_coupon_slot),
        boost_percent=following.boost_percent,
        boost_days=following.boost_days if following.boost_percent else 0,
        round=one.round.name,
        season=challenge.rounds if is_festival(challenge.rounds) else None,
        starts_at=one.round.starts_at,
        ends_at=None if one.is_endless else one.round.ends_at,
        state=one.state,
        steps=[_step(each) for each in one.steps],
        team=_team(one, shopper, names),
        refusal=_why(one.refusals, shopper.language),
    )


def _step(one: StepProgress) -> StepLine:
    step = one.step
    return StepLine(
        place=one.place,
        target=step.target,
        reward_points=step.reward_points,
        has_coupon=bool(step.reward_coupon_slot),
        boost_percent=step.boost_percent,
        boost_days=step.boost_days if step.boost_percent else 0,
        state=one.state,
    )


def _leading(one: Progress) -> list[int]:
    """Return who of a team brought most, first in the team where they brought the same."""
    shares = one.team.shares if one.team else {}
    return sorted(shares, key=lambda mate: -shares[mate])[:SHOWN_OF_TEAM]


def _team(one: Progress, shopper: Shopper, names: Mapping[int, UUID]) -> TeamLine | None:
    if one.team is None:
        return None
    me, whole = shopper.customer_id, 100 if one.challenge.counted_in() == "yuan" else 1
    shares = {mate: share // whole for mate, share in one.team.shares.items()}
    return TeamLine(
        members=len(shares),
        mine=shares.get(me, 0),
        shares=[
            ShareLine(
                masked(names[mate], shopper.language, is_me=mate == me), shares[mate], mate == me
            )
            for mate in _leading(one)
        ],
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
