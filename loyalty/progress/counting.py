"""How far a member is with each challenge, counted from what happened in its round."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import StrEnum

from msgspec import Struct

from loyalty import programme, standing
from loyalty.calendar import day_of
from loyalty.challenges import CHALLENGES, Challenge, Happenings, KeptOrder
from loyalty.errors import Refused
from loyalty.facts import Case
from loyalty.programme import Programme, Rule
from loyalty.seasons import Season, season
from models import db

ENDLESS = datetime(9999, 1, 1, tzinfo=UTC)


class ProgressState(StrEnum):
    """Open, reached and ready to be claimed, or claimed."""

    OPEN = "open"
    READY = "ready"
    CLAIMED = "claimed"


class Progress(Struct, frozen=True):
    """One challenge in its running round, for one member. ``done`` is at most the target.

    ``refusals`` say why it is not for her.
    """

    code: str
    kind: str
    rule_version_id: int
    challenge: Challenge
    round: Season
    is_endless: bool
    done: int
    state: ProgressState
    refusals: list[Refused]


_ORDERS = """
SELECT paid_at, greatest(paid_fen - freight_fen - refunded_fen, 0) AS kept_fen,
       ARRAY(SELECT DISTINCT category FROM purchase_line WHERE purchase_id = purchase.id
             AND category <> '' AND paid_fen > refunded_fen) AS categories
FROM purchase
WHERE customer_id = $1 AND paid_at >= $2 AND paid_at <= $3 AND paid_fen > refunded_fen
ORDER BY paid_at
"""


async def progress(
    member_id: int, *, at: datetime, rules: Programme | None = None
) -> list[Progress]:
    """Return how far a member is with each challenge in force.

    Raises:
        NotFound: ``no_such_member``.
    """
    rules = rules or await programme.load()
    found = [(rule, _round(rule, rules, at)) for rule in rules.of(CHALLENGES, at)]
    if not found:
        return []
    facts = await standing.facts_of(member_id, at=at, rules=rules)
    case = Case(facts)
    since = min(span.starts_at for _, span in found)
    orders = await _orders(member_id, since, at=at)
    check_ins = await _check_ins(member_id, day_of(since))
    claimed = await _claimed(member_id, [rule.slot for rule, _ in found])
    return [
        _progress(
            rule,
            span,
            _within(span, orders, check_ins, today=day_of(at)),
            is_claimed=(rule.slot, span.name) in claimed,
            refusals=rule.body.conditions.refusals(case),
        )
        for rule, span in found
    ]


def _round(rule: Rule, rules: Programme, moment: datetime) -> Season:
    """Return the round that runs; one that comes once began with the slot's first version."""
    challenge: Challenge = rule.body
    if challenge.rounds == "once":
        return Season(
            "once",
            rules.begins_at(rule.slot, CHALLENGES),
            rule.ends_at or datetime.max.replace(tzinfo=rule.starts_at.tzinfo),
        )
    return season(challenge.rounds, moment)


def _progress(
    rule: Rule,
    span: Season,
    happenings: Happenings,
    *,
    is_claimed: bool,
    refusals: list[Refused],
) -> Progress:
    challenge: Challenge = rule.body
    done = min(challenge.reached(happenings), challenge.target)
    state = ProgressState.OPEN
    if is_claimed:
        state = ProgressState.CLAIMED
    elif done >= challenge.target and not refusals:
        state = ProgressState.READY
    kind = CHALLENGES.kind_of(challenge)
    assert kind is not None, "the rule was decoded by its kind"
    return Progress(
        code=rule.slot.partition(":")[2],
        kind=kind,
        rule_version_id=rule.version_id,
        challenge=challenge,
        round=span,
        is_endless=challenge.rounds == "once" and rule.ends_at is None,
        done=done,
        state=state,
        refusals=refusals,
    )


def _within(
    span: Season, orders: Sequence[KeptOrder], check_ins: Sequence[date], *, today: date
) -> Happenings:
    first, end = day_of(span.starts_at), span.ends_at
    return Happenings(
        today=today,
        orders=tuple(order for order in orders if span.starts_at <= order.paid_at < end),
        check_ins=tuple(day for day in check_ins if first <= day <= today),
    )


async def _orders(member_id: int, since: datetime, *, at: datetime) -> list[KeptOrder]:
    rows = await db.fetch(_ORDERS, member_id, since, at)
    return [
        KeptOrder(row["paid_at"], row["kept_fen"], frozenset(row["categories"])) for row in rows
    ]


async def _check_ins(member_id: int, since: date) -> list[date]:
    rows = await db.fetch(
        "SELECT on_day FROM check_in WHERE member_id = $1 AND on_day >= $2 ORDER BY on_day",
        member_id,
        since,
    )
    return [row["on_day"] for row in rows]


async def _claimed(member_id: int, slots: Sequence[str]) -> set[tuple[str, str]]:
    rows = await db.fetch(
        "SELECT slot, round FROM challenge_claim WHERE member_id = $1 AND slot = ANY($2::text[])",
        member_id,
        list(slots),
    )
    return {(row["slot"], row["round"]) for row in rows}
