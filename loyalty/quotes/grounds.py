"""What decided a price: her facts, the cart, and the versions of all rules that were looked at.

Sealed into the quote's token, since it holds what goods cost the brand, and kept with the order, so
that anybody can price it again: same facts, cart and rules, same price.
"""

import zlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from loyalty.budgets import NO_END, Left
from loyalty.discounts import DISCOUNTS
from loyalty.errors import NotFound, Refused
from loyalty.facts import CartLine, Case, Facts
from loyalty.policies import POLICIES
from loyalty.programme import Programme
from loyalty.quotes.arithmetic import Priced, Proposal, merged, priced
from loyalty.quotes.signing import Shown

FASTEST = 1
NO_COUPON = UUID(int=0)


class KeptLeft(Struct, frozen=True):
    """What the budgets of a discount had left: so many fen, or why there was none."""

    fen: int | None
    refusal: str | None


class Grounds(Struct, frozen=True):
    """What decided a price.

    ``facts`` are hers as they are stored, without the tiers; ``tiers`` and ``margin`` are the
    versions of these rules, None where none is published. ``offers`` are the versions of all
    offers that were looked at, ``coupon_version`` that of the coupon she chose; ``left`` tells by
    these versions what was left of the budgets that they have.
    """

    facts: dict[str, Any]
    cart: tuple[CartLine, ...]
    store: str | None
    tiers: int | None
    margin: int | None
    offers: tuple[int, ...]
    coupon_version: int | None
    left: dict[str, KeptLeft] = {}


def grounds_of(case: Case, proposals: Iterable[Proposal], rules: Programme) -> Grounds:
    """Return what a price is decided by: a case, with the offers and the coupon looked at."""
    told = msgspec.to_builtins(case.facts, str_keys=True)
    del told["tiers"]
    for unsorted in ("segments", "goods_under_way", "communities"):
        told[unsorted].sort()
    at, looked_at = case.facts.at, list(proposals)
    tiers, margin = (rules.find(slot, POLICIES, at) for slot in ("tiers", "margin"))
    hers = [one.version_id for one in looked_at if one.coupon is not None]
    return Grounds(
        facts=told,
        cart=case.cart or (),
        store=case.store,
        tiers=tiers.version_id if tiers else None,
        margin=margin.version_id if margin else None,
        offers=tuple(sorted(one.version_id for one in looked_at if one.coupon is None)),
        coupon_version=hers[0] if hers else None,
        left={
            str(one.version_id): KeptLeft(
                one.left.fen, one.left.refusal.code if one.left.refusal else None
            )
            for one in looked_at
            if one.left != NO_END
        },
    )


def packed(grounds: Grounds) -> bytes:
    """Return grounds as a token carries them."""
    return zlib.compress(msgspec.json.encode(grounds), FASTEST)


def unpacked(told: bytes) -> Grounds:
    """Return the grounds that a token of ours carries."""
    return msgspec.json.decode(zlib.decompress(told), type=Grounds)


def case_of(grounds: Grounds, rules: Programme) -> Case:
    """Return the case that a price was decided by.

    Raises:
        NotFound: ``no_such_rule``. msgspec.ValidationError: what was kept is none.
    """
    facts = msgspec.convert(grounds.facts, Facts, str_keys=True)
    if grounds.tiers is not None:
        facts = replace(facts, tiers=_body(rules, grounds.tiers, POLICIES))
    return Case(facts, merged(grounds.cart), grounds.store)


def proposals_of(grounds: Grounds, shown: Shown, rules: Programme) -> list[Proposal]:
    """Return the offers and the coupon that were looked at.

    Raises:
        NotFound: ``no_such_rule``.
    """
    found = [_proposal(one, grounds, rules) for one in grounds.offers]
    if grounds.coupon_version is not None:
        one = _proposal(grounds.coupon_version, grounds, rules)
        found.append(replace(one, coupon=shown.coupon or NO_COUPON))
    return found


def priced_again(grounds: Grounds, shown: Shown, rules: Programme) -> Priced:
    """Return the price that the same facts, cart and rules make.

    Raises:
        NotFound: ``no_such_rule``. msgspec.ValidationError: what was kept is none.
    """
    margin = None if grounds.margin is None else _body(rules, grounds.margin, POLICIES)
    case = case_of(grounds, rules)
    return priced(case, proposals_of(grounds, shown, rules), margin=margin)


def _proposal(version_id: int, grounds: Grounds, rules: Programme) -> Proposal:
    rule = rules.version(version_id, DISCOUNTS)
    if rule is None:
        raise NotFound("no_such_rule", version=version_id)
    kept = grounds.left.get(str(version_id))
    left = Left(kept.fen, Refused(kept.refusal) if kept.refusal else None) if kept else NO_END
    return Proposal(rule.slot, rule.version_id, rule.body, left=left)


def _body(rules: Programme, version_id: int, registry: Any) -> Any:
    rule = rules.version(version_id, registry)
    if rule is None:
        raise NotFound("no_such_rule", version=version_id)
    return rule.body
