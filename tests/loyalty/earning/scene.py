"""Rules without a database, and what an order earns by them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from loyalty.earning import EarningRule
from loyalty.orders import Order
from loyalty.programme import Programme, Rule
from loyalty.purchases.earned import Earned, earned
from loyalty.purchases.rules import Rules

BEGAN_AT = datetime(2020, 1, 1, tzinfo=UTC)


def rules_of(rules: Mapping[str, EarningRule]) -> Rules:
    """Return these rules, each in the slot ``earning:<name>``; versions count from 1."""
    found = [
        Rule(number, f"earning:{name}", rule, BEGAN_AT, None)
        for number, (name, rule) in enumerate(rules.items(), 1)
    ]
    return Rules(Programme({"earning": tuple(found)}))


def earns(order: Order, rules: Rules, *, tier: str = "basic") -> Earned:
    """Return what an order earns by itself."""
    return earned(order, rules.at(order.paid_at), tier=tier)


def told(found: Earned) -> list[dict[str, Any]]:
    """Return the breakdown's rules."""
    rules: list[dict[str, Any]] = msgspec.json.decode(found.told)["rules"]
    return rules
