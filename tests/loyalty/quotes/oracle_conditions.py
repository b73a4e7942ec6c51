"""Whether a condition holds, written down once more: plain members, plain carts, days counted.

It shares no code with the conditions. A member is what happened to her: her kept orders with their
days, when she joined, what she told, what she left.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

Told = Mapping[str, Any]
SHANGHAI = timezone(timedelta(hours=8))
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# What looks at what she did or told holds only where she wants personal offers.
ABOUT_ANYBODY = (
    "min_spend",
    "tier_at_least",
    "in_cart",
    "in_community",
    "own_store",
    "weekly_hours",
)


def holds(told: Told, cart: Sequence[Told], member: Told) -> bool:
    """Say whether a condition, as it is stored, lets a member in with her cart."""
    if told["kind"] not in ABOUT_ANYBODY and not member["wants_personal"]:
        return False
    match told["kind"]:
        case "min_spend":
            return worth(cart) >= told["fen"]
        case "tier_at_least":
            return bool(member["tier_rank"] >= told["rank"])
        case "in_community":
            return bool(told["community_slot"] in member["communities"])
        case "has_tag":
            return bool(told["tag_name"] in member["tags"])
        case "in_segment":
            return bool(told["slot"] in member["segments"])
        case "in_cart":
            held = [line for line in cart if named(told, line)]
            return units(held) >= told["units"] and worth(held) >= told["fen"]
        case "own_store":
            return bool(member["store"] in told["stores"])
        case "first_order":
            return not member["orders"] and not member["under_way"]
        case "near_threshold":
            short = told["threshold_fen"] - worth(cart)
            return 0 < short <= told["within_fen"] and _may_hesitate(told, member)
        case "cart_left":
            return _was_left(told, cart, member) and _may_hesitate(told, member)
    return _of_her_days(told, member)


def _of_her_days(told: Told, member: Told) -> bool:
    now, lately = member["at"].astimezone(SHANGHAI), list(_lately(told, member))
    match told["kind"]:
        case "weekly_hours":
            clock, month_days = f"{now:%H:%M}", told["month_days"]
            return (
                (not told["weekdays"] or DAYS[now.weekday()] in told["weekdays"])
                and (not month_days or str(now.day) in month_days)
                and told["from_time"] <= clock < told["until_time"]
            )
        case "birthday":
            return member["birthday"] is not None and _is_around(told, member["birthday"], now)
        case "joined_within":
            return bool((now.date() - _day(member["joined_at"])).days <= told["days"])
        case "lapsed":
            days = [(now.date() - one["day"]).days for one in member["orders"]]
            return bool(days) and min(days) >= told["days"] and not member["under_way"]
        case "orders_within":
            most = told["most_orders"]
            least_is_met = len(lately) >= told["least_orders"]
            return least_is_met and (most is None or len(lately) + member["under_way"] <= most)
        case "spent_within":
            return sum(one["fen"] for one in lately) >= told["least_fen"]
        case "bought":
            return _bought(told, member, now.date())
        case "not_bought":
            under_way = any(one in member["goods_under_way"] for one in goods_of(told))
            return not under_way and not _bought(told, member, now.date())
    raise AssertionError(told)


def _lately(told: Told, member: Told) -> Iterator[Told]:
    """Go through the orders of a window that ends today."""
    if "unit" not in told:
        return
    today = _day(member["at"])
    first = first_day(told, today)
    for one in member["orders"]:
        if one["day"] >= first:
            yield one


def first_day(told: Told, today: date) -> date:
    """Return the first day of a window: months go back to the same day, or a month's last."""
    if told["unit"] == "calendar_year":
        return date(today.year, 1, 1)
    if told["unit"] == "days":
        return today - timedelta(days=told["within"])
    year, month = today.year, today.month
    for _ in range(told["within"]):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def _bought(told: Told, member: Told, today: date) -> bool:
    """Say whether she bought any of the goods: ever, or no longer ago than so many days."""
    return any(
        told["days"] is None or (today - one["day"]).days <= told["days"]
        for one in member["orders"]
        if set(goods_of(told)) & set(one["goods"])
    )


def goods_of(told: Told) -> list[str]:
    """Return what a condition names, as orders name what they hold."""
    pairs = (("sku", "skus"), ("category", "categories"), ("brand", "brands"))
    return [f"{what}:{name}" for what, names in pairs for name in told[names]]


def _is_around(told: Told, birthday: str, now: datetime) -> bool:
    month, day = (int(part) for part in birthday.split("-"))
    for year in (now.year - 1, now.year, now.year + 1):
        its_day = date(year, month, min(day, monthrange(year, month)[1]))
        away = (its_day - now.date()).days
        if -told["days_after"] <= away <= told["days_before"]:
            return True
    return False


def _was_left(told: Told, cart: Sequence[Told], member: Told) -> bool:
    left = member["left"]
    if left is None or left["units"] != {line["sku"]: line["quantity"] for line in cart}:
        return False
    return bool(member["at"] - left["at"] >= timedelta(hours=told["hours"]))


def _may_hesitate(told: Told, member: Told) -> bool:
    last = member["hesitated_at"]
    return last is None or member["at"] >= last + timedelta(days=told["again_after_days"])


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def named(told: Told, line: Told) -> bool:
    """Say whether a line is of the goods that are named; where none are, any is."""
    return all(
        not told[names] or line[name] in told[names]
        for names, name in (("skus", "sku"), ("categories", "category"), ("brands", "brand"))
    )


def worth(lines: Iterable[Told]) -> int:
    """Return what lines cost before any discount."""
    return sum(line["price_fen"] * line["quantity"] for line in lines)


def units(lines: Iterable[Told]) -> int:
    """Return how many things lines hold."""
    return sum(line["quantity"] for line in lines)
