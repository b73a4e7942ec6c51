"""From what staff wrote for a slot to the rule that is published there."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from loyalty import linting, programme, standing
from loyalty.challenges import Challenge
from loyalty.conditions import Conditions
from loyalty.conditions.in_community import InCommunity
from loyalty.conditions.in_segment import InSegment
from loyalty.connections import ShopSettings
from loyalty.discounts.exchange import Exchange
from loyalty.earning import EarningRule
from loyalty.errors import NotFound, Refused
from loyalty.ladders.checking import check
from loyalty.policies.board import Board
from loyalty.policies.contact_tag import ContactTagPolicy
from loyalty.policies.ladder import Ladder
from loyalty.policies.seasons import Seasons
from loyalty.policies.tiers import Tiers
from loyalty.programme import REGISTRIES, Programme, Rule
from loyalty.progress import reachable
from loyalty.registry import encode
from loyalty.rewards import Reward
from loyalty.rewards.coupon import CouponReward
from models import RuleVersion, db

# What stands before the colon of a slot says what can be picked there; some policies stand alone.
PICKED_FROM = {
    "earning": "earning",
    "expiry": "expiry",
    "reward": "rewards",
    "coupon": "discounts",
    "offer": "discounts",
    "challenge": "challenges",
    "milestone": "milestones",
    "segment": "segments",
}
POLICIES = (
    "points",
    "tiers",
    "margin",
    "gifts",
    "privacy",
    "seasons",
    "board",
    "community",
    "campaign",
    "card",
    "ladder",
    "referral",
    "shop_visit",
    "live_visit",
    "survey",
    "event",
    "article",
    "welcome",
    "calendar",
    "contact_way",
    "contact_tag",
)
ALONE = (
    "expiry",
    "points",
    "tiers",
    "margin",
    "gifts",
    "referral",
    "privacy",
    "seasons",
    "live_visit",
)

# A brand has these whatever it says: ended, they would be what a brand begins with.
ALWAYS_THERE = frozenset(ALONE) - {"referral", "live_visit"}

# As paths of the API and pages name it.
_CODE = re.compile("[a-z0-9_]{1,40}", re.ASCII)


def kinds(slot: str) -> list[str]:
    """Return the kinds that can stand in a slot.

    Raises:
        Refused: ``no_such_slot``.
    """
    what, colon, code = slot.partition(":")
    is_named = bool(colon) and _CODE.fullmatch(code) is not None
    if what not in (*PICKED_FROM, *POLICIES) or is_named == (what in ALONE) or len(slot) > 60:
        raise Refused("no_such_slot", slot=slot)
    return [what] if what in POLICIES else _kinds_of(what)


def _kinds_of(what: str) -> list[str]:
    registry = REGISTRIES[PICKED_FROM[what]]
    return [kind for kind in registry if what != "offer" or registry[kind].is_for_carts]


def blank(slot: str, kind: str) -> Struct:
    """Return a rule of a kind as it stands before anybody has set anything.

    Raises:
        Refused: ``no_such_slot``, ``no_such_kind``.
    """
    return read(slot, {"kind": kind})


def pickable(rules: Programme) -> list[tuple[str, str]]:
    """Return what a new rule can be: what stands before the colon, and its kind.

    Of those that stand alone, without a name, those of which none was published yet.
    """
    picked = [(what, kind) for what in PICKED_FROM for kind in _kinds_of(what)]
    policies = [(what, what) for what in POLICIES]
    return [one for one in [*picked, *policies] if one[0] not in ALONE or not rules.newest(one[0])]


def slot_of(what: str, code: str) -> str:
    """Return the slot of a rule; of one that stands alone whatever its name.

    Raises:
        Refused: ``rule_code_wrong``.
    """
    if what in ALONE:
        return what
    if not _CODE.fullmatch(code):
        raise Refused("rule_code_wrong")
    return f"{what}:{code}"


async def in_force(at: datetime) -> list[Rule]:
    """Return the rule that holds in each slot, in the slots' order."""
    rules = await programme.load()
    found = [rule for registry in REGISTRIES.values() for rule in rules.of(registry, at)]
    return sorted(found, key=lambda rule: rule.slot)


def told(rule: Rule) -> dict[str, Any]:
    """Return a rule as staff write it: its kind and its fields."""
    _, kind = programme.kind_of(rule.body)
    return {"kind": kind, **msgspec.json.decode(encode(rule.body))}


def read(slot: str, written: Mapping[str, Any]) -> Struct:
    """Return the rule that somebody wrote for a slot.

    Raises:
        Refused: ``no_such_slot``; ``no_such_kind``: with those that there are.
        msgspec.ValidationError: a field is wrong; the text names it.
    """
    known = kinds(slot)
    kind = written.get("kind", known[0] if len(known) == 1 else None)
    if kind not in known:
        raise Refused("no_such_kind", kind=kind or "–", kinds=", ".join(known))
    what = slot.partition(":")[0]
    registry = REGISTRIES[PICKED_FROM.get(what, "policies")]
    rule: Struct = registry.decode(
        kind, {name: written[name] for name in written if name != "kind"}
    )
    return rule


async def publish(
    slot: str,
    rule: Struct,
    *,
    by: str,
    at: datetime,
    ends_at: datetime | None = None,
    shops: Iterable[ShopSettings] | None = None,
) -> int | None:
    """Let a rule hold in a slot from now on, and return its version's id; None where it does.

    Tiers, boards with their seasons, and ladders are derived: everyone waits to be derived by
    them. A ladder is compared with what the platforms of ``shops``, all that are connected, can do.

    Raises:
        NotFound: ``slot_is_empty``: it names a slot in which nothing is published;
            ``no_such_tier``: it names a tier that there is not. As ``ladders.checking.check``.
        Refused: what platform or law forbid to promise, as ``linting.check``; a challenge that
            nobody can reach, as ``progress.reachable.check``; ``reward_is_exchange``: a reward that
            is a coupon which is exchanged for a reward; ``tag_name_taken``: a tag in WeCom that is
            another rule's.
    """
    linting.check(rule)
    rules = {one.slot: one for one in await in_force(at)}
    if slot in rules and rules[slot].body == rule:
        return None
    _check_named(rule, rules)
    _check_exchanged(slot, rule, rules)
    _check_tag(slot, rule, rules)
    if isinstance(rule, Challenge):
        seasons = rules["seasons"].body if "seasons" in rules else Seasons()
        reachable.check(rule, seasons, at=at, ends_at=ends_at)
    if isinstance(rule, Ladder) and shops is not None:
        bodies = [one.body for one in rules.values() if one.slot != slot]
        check(rule, [one for one in bodies if isinstance(one, Ladder)], shops)
    async with db.transaction():
        version_id = await programme.publish(
            slot, rule, starts_at=at, by=by, at=at, ends_at=ends_at
        )
        if isinstance(rule, Tiers | Board | Ladder | Seasons):
            await standing.everyone_changed()
    return version_id


async def end(slot: str, *, by: str, at: datetime) -> None:
    """Let the rule of a slot hold no more from now on; what it gave stays.

    Raises:
        NotFound: ``slot_is_empty``: nothing was ever published in it.
        Refused: ``rule_is_over``: it holds no more; ``rule_always_holds``: the brand needs one;
            ``rule_is_named``: another rule that holds names it; ``reward_has_coupons``: members
            have coupons that are exchanged for it.
    """
    newest = (await programme.load()).newest(slot)
    if newest is None:
        raise NotFound("slot_is_empty", slot=slot)
    if newest.is_over(at):
        raise Refused("rule_is_over", slot=slot)
    if slot in ALWAYS_THERE:
        raise Refused("rule_always_holds", slot=slot)
    for one in await in_force(at):
        if one.slot != slot and slot in {*_named(one.body), *_asked_for(one.body)}:
            raise Refused("rule_is_named", slot=slot, by=one.slot)
    if await _is_held(newest):
        raise Refused("reward_has_coupons", slot=slot)
    async with db.transaction():
        await programme.end(slot, by=by, at=at)
        if isinstance(newest.body, Board | Ladder):
            await standing.everyone_changed()


_HELD = """
SELECT 1 FROM coupon JOIN rule_version ON rule_version.id = rule_version_id
WHERE rule_version.kind = 'exchange' AND body ->> 'reward_slot' = $1
  AND state IN ('issued', 'given') LIMIT 1
"""


async def _is_held(rule: Rule) -> bool:
    """Say whether members have coupons that are good for a reward and nothing else."""
    return isinstance(rule.body, Reward) and bool(await db.fetch(_HELD, rule.slot))


async def restore(slot: str, version: int, *, by: str, at: datetime) -> int | None:
    """Let an earlier version of a slot hold again, as a new one; see ``publish``.

    An end that the newest version has, and that is still to come, stays.

    Raises:
        NotFound: ``no_such_rule``: no such version. Refused: ``rule_too_old``: its fields are no
            longer what they were. As ``publish``.
    """
    row = await RuleVersion.get_or_none(slot=slot, version=version)
    if row is None:
        raise NotFound("no_such_rule")
    try:
        rule: Struct = REGISTRIES[row.registry].decode(row.kind, row.body)
    except (KeyError, msgspec.ValidationError):
        raise Refused("rule_too_old", version=version) from None
    newest = (await programme.load()).newest(slot)
    goes_on = newest is not None and not newest.was_ended and not newest.is_over(at)
    ends_at = newest.ends_at if newest and goes_on else None
    return await publish(slot, rule, by=by, at=at, ends_at=ends_at)


def _asked_for(rule: Struct) -> Iterator[str]:
    """Go through the segments and communities that a rule's conditions ask for."""
    conditions = getattr(rule, "conditions", None)
    if isinstance(conditions, Conditions):
        yield from (one.slot for one in conditions.all_of if isinstance(one, InSegment))
        yield from (one.community_slot for one in conditions.all_of if isinstance(one, InCommunity))


def _named(rule: Struct) -> Iterator[str]:
    """Go through the slots that a rule names, also in its rows."""
    for name, told in msgspec.structs.asdict(rule).items():
        if name.endswith("_slots"):
            yield from told
        elif name.endswith("_slot"):
            yield told
        elif isinstance(told, tuple):
            for row in told:
                if isinstance(row, Struct):
                    yield from _named(row)


def _check_tag(slot: str, rule: Struct, rules: Mapping[str, Rule]) -> None:
    """Refuse a tag of WeCom under the name of another rule's: one would take it from the other."""
    if not isinstance(rule, ContactTagPolicy):
        return
    for name, other in rules.items():
        is_same = isinstance(other.body, ContactTagPolicy) and (
            (other.body.tag_group, other.body.tag_name) == (rule.tag_group, rule.tag_name)
        )
        if is_same and name != slot:
            raise Refused("tag_name_taken", tag=rule.tag_name, slot=name)


def _check_exchanged(slot: str, rule: Struct, rules: Mapping[str, Rule]) -> None:
    """Refuse a reward that is a coupon for a reward: one would lead to the next without an end."""
    bodies = {name: one.body for name, one in rules.items()} | {slot: rule}
    for name, one in bodies.items():
        batch = bodies.get(one.coupon_slot) if isinstance(one, CouponReward) else None
        if isinstance(batch, Exchange) and slot in (name, one.coupon_slot):
            raise Refused("reward_is_exchange", slot=name, coupon=one.coupon_slot)


def _check_named(rule: Struct, rules: Mapping[str, Rule]) -> None:
    """Let a rule through whose slots and tiers are there."""
    for other in (*_named(rule), *_asked_for(rule)):
        if other and other not in rules:
            raise NotFound("slot_is_empty", slot=other)
    tiers = rules["tiers"].body if "tiers" in rules else Tiers()
    codes = [tier.code for tier in tiers.tiers]
    if isinstance(rule, ContactTagPolicy):
        what, _, code = rule.follows.partition(":")
        if what == "tier" and code not in codes:
            raise NotFound("no_such_tier", tier=code, tiers=", ".join(codes))
        if what != "tier" and rule.follows not in rules:
            raise NotFound("slot_is_empty", slot=rule.follows)
    for code in rule.only_tiers if isinstance(rule, EarningRule) else ():
        if code not in codes:
            raise NotFound("no_such_tier", tier=code, tiers=", ".join(codes))
