"""How far a member is with each challenge, counted from what happened in its round."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from loyalty import programme, standing
from loyalty.calendar import day_of
from loyalty.challenges import CHALLENGES, Challenge, Happenings, KeptOrder
from loyalty.errors import Refused
from loyalty.facts import Case
from loyalty.programme import Programme, Rule
from loyalty.roots import HER_IDS
from loyalty.seasons import Season, season
from models import db


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


# The orders' moments and what was kept of each, side by side, parts as the order that was split
# up; days; claims as slot and round.
_HERS = f"""
SELECT bought.moments, bought.kept_fen,
       ARRAY(SELECT DISTINCT on_day FROM check_in WHERE member_id = ANY({HER_IDS})
             AND on_day >= $4 ORDER BY on_day)
           AS check_ins,
       ARRAY(SELECT slot || ' ' || round FROM challenge_claim
             WHERE member_id = ANY({HER_IDS}) AND slot = ANY($5::text[])) AS claims
FROM (
    SELECT coalesce(array_agg(paid_at ORDER BY paid_at, id), '{{}}') AS moments,
           coalesce(array_agg(kept ORDER BY paid_at, id), '{{}}') AS kept_fen
    FROM (SELECT min(id) AS id, min(paid_at) AS paid_at,
                 sum(greatest(paid_fen - freight_fen - refunded_fen, 0))::bigint AS kept
          FROM purchase
          WHERE customer_id = ANY({HER_IDS})
            AND paid_at >= $2 AND paid_at <= $3 AND paid_fen > refunded_fen
          GROUP BY shop_id, CASE WHEN parent_number = '' THEN number ELSE parent_number END
    ) AS placed
) AS bought
"""


async def progress(
    member_id: int, *, at: datetime, rules: Programme | None = None
) -> list[Progress]:
    """Return how far a member is with each challenge in force.

    Raises:
        NotFound: ``no_such_member``.
    """
    rules = rules or await programme.recent()
    found = [(rule, _round(rule, rules, at)) for rule in rules.of(CHALLENGES, at)]
    if not found:
        return []
    facts = await standing.facts_of(member_id, at=at, rules=rules)
    case = Case(facts)
    since = min(span.starts_at for _, span in found)
    slots = [rule.slot for rule, _ in found]
    (hers,) = await db.fetch(_HERS, member_id, since, at, day_of(since), slots)
    orders = list(map(KeptOrder, hers["moments"], hers["kept_fen"]))
    return [
        _progress(
            rule,
            span,
            _within(span, orders, hers["check_ins"], today=day_of(at)),
            is_claimed=f"{rule.slot} {span.name}" in hers["claims"],
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
