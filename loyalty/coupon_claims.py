"""The claim centre: coupons that members claim themselves, each with what stands against it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from loyalty import programme, standing
from loyalty.again import in_transaction
from loyalty.conditions import wanted_by
from loyalty.coupons.holding import Held, by_key
from loyalty.coupons.issuing import SLOT, Issue, Reason, issue
from loyalty.discounts import DISCOUNTS, Discount
from loyalty.errors import Conflict, NotFound, Refused
from loyalty.facts import Case, Facts
from loyalty.programme import Rule
from loyalty.roots import HER_IDS
from models import db

REASON = Reason(code="coupon_claimed_by_her")

_TAKEN = f"""
SELECT wanted.slot,
       CASE WHEN has_end THEN
            coalesce((SELECT taken FROM coupon_stock WHERE coupon_stock.slot = wanted.slot),
                     (SELECT count(*) FROM coupon
                      WHERE coupon.slot = wanted.slot AND state <> 'void')) END AS taken,
       (SELECT count(*) FROM coupon WHERE coupon.slot = wanted.slot
          AND coalesce(issued_to, member_id) = ANY({HER_IDS})
          AND (state <> 'void' OR EXISTS (SELECT FROM coupon_deed WHERE coupon_id = coupon.id
                                            AND kind = 'voided'))) AS hers
FROM unnest($2::text[], $3::boolean[]) AS wanted (slot, has_end)
"""


class ClaimState(StrEnum):
    """How a batch stands to a member in the claim centre."""

    OPEN = "open"
    CLAIMED = "claimed"
    ALL_GONE = "all_gone"
    NOT_YET = "not_yet"
    NOT_FOR_HER = "not_for_her"


@dataclass(frozen=True, slots=True)
class Claimable:
    """One batch of the claim centre; None of a number means no end.

    ``refusal`` says why she cannot claim it now: with its figures where a condition is missing.
    """

    slot: str
    batch: Discount
    rule_version_id: int
    state: ClaimState
    refusal: Refused | None
    stock_left: int | None


async def claimable(member_id: int, *, at: datetime) -> list[Claimable]:
    """Return all batches that members may claim today or later, those she can claim first.

    Raises:
        NotFound: ``no_such_member``.
    """
    rules = await programme.recent()
    found = [rule for rule in rules.of(DISCOUNTS, at) if _is_shown(rule, at)]
    wanted = wanted_by(rule.body.conditions for rule in found)
    facts = (await standing.known(member_id, at=at, rules=rules, wanted=wanted)).facts
    rows = await db.fetch(
        _TAKEN,
        member_id,
        [rule.slot for rule in found],
        [rule.body.stock is not None for rule in found],
    )
    taken = {row["slot"]: row for row in rows}
    lines = [_line(rule, facts, taken[rule.slot]) for rule in found]
    return sorted(lines, key=lambda one: list(ClaimState).index(one.state))


def _is_shown(rule: Rule, at: datetime) -> bool:
    body: Discount = rule.body
    is_over = body.claims_until is not None and body.claims_until <= at
    return rule.slot.startswith(SLOT) and body.is_claimable and not is_over


def _line(rule: Rule, facts: Facts, taken: db.Row) -> Claimable:
    body: Discount = rule.body
    left = None if body.stock is None else max(0, body.stock - taken["taken"])
    state, refusal = ClaimState.OPEN, _refusal(body, facts)
    most = body.most_for_her
    if most is not None and taken["hers"] >= most:
        state, refusal = ClaimState.CLAIMED, Refused("coupon_limit_reached", most=most)
    elif left == 0:
        state, refusal = ClaimState.ALL_GONE, Refused("coupons_all_gone")
    elif refusal is not None:
        is_early = refusal.code == "coupon_claims_not_open"
        state = ClaimState.NOT_YET if is_early else ClaimState.NOT_FOR_HER
    return Claimable(rule.slot, body, rule.version_id, state, refusal, left)


def _refusal(body: Discount, facts: Facts) -> Refused | None:
    """Return why she may not claim of a batch, whatever is left of it."""
    if body.claims_from is not None and facts.at < body.claims_from:
        return Refused("coupon_claims_not_open", claims_from=body.claims_from)
    if body.claims_until is not None and facts.at >= body.claims_until:
        return Refused("coupon_claims_over")
    return next(iter(body.conditions.refusals(Case(facts))), None)


async def claim(member_id: int, uuid: UUID, *, slot: str, at: datetime) -> Held:
    """Let a member claim a coupon under a name of her own; a retry is answered as it stands.

    Raises:
        NotFound: ``no_such_coupon_batch`` (none in force that members claim), ``no_such_member``.
        Conflict: ``key_reused``: the name stands for something else, hers or another's.
        Refused: ``coupon_limit_reached``, ``coupons_all_gone``, ``coupon_claims_not_open``,
            ``coupon_claims_over``, or the condition that she does not meet.
    """
    return await in_transaction(lambda: _claim(member_id, uuid, slot=slot, at=at))


async def _claim(member_id: int, uuid: UUID, *, slot: str, at: datetime) -> Held:
    await db.fetch("SELECT FROM member WHERE id = $1 FOR NO KEY UPDATE", member_id)
    key = f"claim:{uuid}"
    known = await by_key(key, member_id=member_id, at=at)
    if known is not None:
        if known.slot != slot:
            raise Conflict("key_reused", key=key)
        return known
    rules = await programme.load()
    rule = rules.find(slot, DISCOUNTS, at) if slot.startswith(SLOT) else None
    if rule is None or not rule.body.is_claimable:
        raise NotFound("no_such_coupon_batch", slot=slot)
    facts = await standing.facts_of(member_id, at=at, rules=rules)
    refusal = _refusal(rule.body, facts)
    if refusal is not None:
        raise refusal
    (issued,) = await issue([Issue(key, member_id, slot, REASON)], at=at)
    issued.unwrap()
    held = await by_key(key, member_id=member_id, at=at)
    assert held is not None, "it was just given"
    return held
