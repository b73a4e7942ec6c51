"""Random carts under random rules, priced by the engine and by a second account of the same rules.

``ORACLE_CARTS=100000 pytest tests/loyalty/quotes/test_oracle.py`` tries as many as one likes, and
``ORACLE_SEED`` others.
"""

import os
from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

from loyalty import programme
from loyalty.budgets import Left
from loyalty.conditions import CONDITIONS as CONDITIONS_REGISTRY
from loyalty.conditions import Conditions
from loyalty.discounts import DISCOUNTS
from loyalty.facts import CartLine, Case
from loyalty.policies import POLICIES
from loyalty.quotes.arithmetic import Proposal, merged, priced
from tests.loyalty.quotes import oracle
from tests.loyalty.quotes.made_up import OF_HERS, a_story, facts_of
from tests.loyalty.quotes.oracle_conditions import holds

programme.load_kinds()

CARTS = int(os.environ.get("ORACLE_CARTS", "400"))
SEED = int(os.environ.get("ORACLE_SEED", "20261122"))
SKUS = tuple("ABCDEFG")
CATEGORIES, BRANDS, SEGMENTS = ("c0", "c1", "c2"), ("b0", "b1"), ("segment:loyal", "segment:due")
STORES = ("wx1", "wx2")
COMMUNITIES = ("community:vip", "community:old")
TAGS = ("VIP", "老友")
Told = dict[str, Any]


def a_cart(rnd: Random) -> list[Told]:
    skus = sorted(rnd.sample(SKUS, rnd.randint(1, 6)))
    return [
        {
            "sku": sku,
            "category": rnd.choice(CATEGORIES),
            "brand": rnd.choice(BRANDS),
            "quantity": rnd.randint(1, 6),
            "price_fen": rnd.choice((0, 1, 3, 500, 999, 1_000, rnd.randint(1, 30_000))),
            "cost_fen": rnd.choice((None, 0, rnd.randint(0, 1_200), rnd.randint(0, 20_000))),
        }
        for sku in skus
    ]


def a_member(rnd: Random) -> Told:
    return {
        "tier_rank": rnd.randint(0, 2),
        "segments": rnd.sample(SEGMENTS, rnd.randint(0, 2)),
        "communities": rnd.sample(COMMUNITIES, rnd.randint(0, 2)),
        "tags": rnd.sample(TAGS, rnd.randint(0, 2)),
        "wants_personal": rnd.random() < 0.8,
        "store": rnd.choice(STORES),
    }


def some(rnd: Random, names: tuple[str, ...], *, often: float) -> list[str]:
    return rnd.sample(names, rnd.randint(1, 2)) if rnd.random() < often else []


def goods(rnd: Random) -> Told:
    return {
        "skus": some(rnd, SKUS, often=0.25),
        "categories": some(rnd, CATEGORIES, often=0.3),
        "brands": some(rnd, BRANDS, often=0.2),
    }


def times(rnd: Random) -> int | None:
    return rnd.choice((None, None, 1, 2))


def rising(rnd: Random, most: int) -> list[int]:
    return sorted(rnd.sample(range(1, most), rnd.randint(1, 3)))


def a_ladder(rnd: Random) -> Told:
    steps = [
        {"spend_fen": fen, "off_fen": rnd.randint(1, 3_000)}
        if rnd.random() < 0.7
        else {"spend_fen": fen, "percent": rnd.randint(1, 60)}
        for fen in rising(rnd, 40_000)
    ]
    return {"spend_steps": steps, "repeats": "off_fen" in steps[-1] and rnd.random() < 0.5}


def volume_steps(rnd: Random) -> Told:
    quantities, percents = rising(rnd, 15), sorted(rnd.sample(range(1, 90), 3))
    steps = [{"quantity": n, "percent": p} for n, p in zip(quantities, percents, strict=False)]
    return {"volume_steps": steps}


def parts(rnd: Random) -> list[Told]:
    return [
        {"sku": sku, "quantity": rnd.randint(1, 2)} for sku in rnd.sample(SKUS, rnd.randint(0, 3))
    ]


KINDS: dict[str, Callable[[Random], Told]] = {
    "percent": lambda rnd: {"percent": rnd.randint(1, 100)},
    "fen_off": lambda rnd: {"fen": rnd.randint(1, 9_999)},
    "fixed_price": lambda rnd: {"fen": rnd.choice((0, 1, 499, 900, rnd.randint(0, 9_900)))},
    "cheapest_item": lambda rnd: {
        "of": rnd.randint(2, 4),
        "percent": rnd.randint(1, 100),
        "most_times": times(rnd),
    },
    "buy_x_get_y": lambda rnd: {
        "buy": rnd.randint(1, 3),
        "get": rnd.randint(1, 2),
        "percent": rnd.choice((50, 100, rnd.randint(1, 100))),
        "get_skus": some(rnd, SKUS, often=0.5),
        "most_times": times(rnd),
    },
    "volume_steps": volume_steps,
    "spend_ladder": a_ladder,
    "bundle": lambda rnd: {
        "parts": parts(rnd),
        "fen": rnd.randint(0, 5_000),
        "most_times": times(rnd),
    },
    "free_gift": lambda rnd: {
        "gift_skus": some(rnd, SKUS, often=0.9),
        "gift_quantity": rnd.randint(1, 3),
        "spend_fen": rnd.randint(0, 9_000),
    },
}
CONDITIONS: tuple[Callable[[Random], Told], ...] = (
    lambda rnd: {"kind": "min_spend", "fen": rnd.randint(1, 30_000)},
    lambda rnd: {"kind": "tier_at_least", "rank": rnd.randint(0, 2)},
    lambda rnd: {"kind": "has_tag", "tag_name": rnd.choice(TAGS)},
    lambda rnd: {"kind": "in_community", "community_slot": rnd.choice(COMMUNITIES)},
    lambda rnd: {"kind": "in_segment", "slot": rnd.choice(SEGMENTS)},
    lambda rnd: {
        "kind": "in_cart",
        **goods(rnd),
        "units": rnd.randint(1, 5),
        "fen": rnd.choice((0, rnd.randint(0, 9_000))),
    },
    lambda rnd: {"kind": "own_store", "stores": rnd.sample(STORES, 1)},
    lambda rnd: {"kind": "first_order"},
    *OF_HERS,
)
GOODS = (
    *(f"sku:{sku}" for sku in SKUS),
    *(f"category:{name}" for name in CATEGORIES),
    *(f"brand:{name}" for name in BRANDS),
)


def a_rule(rnd: Random, place: int) -> Told:
    kind = rnd.choice(tuple(KINDS))
    conditions = rnd.sample(CONDITIONS, rnd.choice((0, 0, 0, 1, 2)))
    return {
        "slot": f"offer:{place}",
        "kind": kind,
        "lane": rnd.choice(("goods", "offer", "coupon")),
        **goods(rnd),
        **KINDS[kind](rnd),
        "conditions": [one(rnd) for one in conditions],
        "left_fen": rnd.choice((None, None, None, rnd.randint(1, 6_000))),
    }


def a_margin(rnd: Random) -> Told:
    fields = ("least_line_percent", "least_order_percent", "most_percent_without_cost")
    return {name: rnd.randint(1, 99) for name in fields if rnd.random() < 0.25}


def proposal(rule: Told, place: int) -> Proposal:
    body = {name: rule[name] for name in rule if name not in ("slot", "kind", "left_fen")}
    discount = DISCOUNTS.decode(rule["kind"], body)
    coupon = UUID(int=place + 1) if rule["lane"] == "coupon" else None
    return Proposal(rule["slot"], place, discount, coupon=coupon, left=Left(rule["left_fen"]))


def case_of(cart: list[Told], member: Told) -> Case:
    lines = merged(CartLine(**line) for line in cart)
    return Case(facts_of(member), lines, member["store"])


def test_the_engine_and_a_second_account_of_the_rules_agree_on_every_cart() -> None:
    rnd = Random(SEED)
    for number in range(CARTS):
        cart, member, margin = a_cart(rnd), a_member(rnd), a_margin(rnd)
        member |= a_story(rnd, cart, GOODS)
        rules = [a_rule(rnd, place) for place in range(rnd.randint(0, 6))]
        proposals = [proposal(one, place) for place, one in enumerate(rules)]
        rnd.shuffle(proposals)
        found = priced(case_of(cart, member), proposals, margin=POLICIES.decode("margin", margin))
        wanted = oracle.best(cart, rules, member, margin)
        told = f"cart {number} of seed {SEED}: {cart} {rules} {member} {margin}"
        assert found.is_exact, told
        assert found.costs_fen == wanted["costs"], told
        assert [one.proposal.slot for one in found.applied] == wanted["slots"], told


def test_each_condition_alone_holds_where_the_second_account_says_so() -> None:
    rnd = Random(SEED)
    held = dict.fromkeys(CONDITIONS_REGISTRY, 0)
    for number in range(CARTS):
        cart, member = a_cart(rnd), a_member(rnd) | {"wants_personal": rnd.random() < 0.9}
        member |= a_story(rnd, cart, GOODS)
        for made in CONDITIONS:
            told = made(rnd)
            found = not Conditions.read([told]).refusals(case_of(cart, member))
            wanted = holds(told, cart, member)
            assert found == wanted, f"cart {number} of seed {SEED}: {told} {cart} {member}"
            held[told["kind"]] += found
    assert all(0 < times < CARTS for times in held.values()), held
