"""A second, plain account of what a cart costs: every choice tried, in fractions.

It shares no code with the engine. Rules are read as they are stored (``kind`` and its fields),
carts and members as plain mappings; what a kind means is written down here once more.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any

from tests.loyalty.quotes.oracle_conditions import holds, named, units, worth

Told = Mapping[str, Any]
IN_TURN = ("goods", "offer", "coupon")


def best(cart: Sequence[Told], rules: Sequence[Told], member: Told, margin: Told) -> Told:
    """Return the cheapest legal choice: the ``costs`` of all lines, and the ``slots`` that count.

    Of choices that cost the same the one of fewer rules counts, then that of the earlier ones.
    """
    in_turn = sorted(rules, key=lambda one: (IN_TURN.index(one["lane"]), one["slot"]))
    able = [one for one in in_turn if _holds(one, cart, member)]
    found = [_outcome(cart, taken, margin) for taken in _legal(able, cart)]
    return min((one for one in found if one), key=lambda one: one["rank"])


def _legal(rules: Sequence[Told], cart: Sequence[Told]) -> Iterator[list[Told]]:
    """Yield every choice of rules of which no two of a lane share a line."""
    if not rules:
        yield []
        return
    first, others = rules[0], rules[1:]
    for taken in _legal(others, cart):
        yield taken
        hers = _concerned(first, cart)
        if not any(one["lane"] == first["lane"] and hers & _concerned(one, cart) for one in taken):
            yield [first, *taken]


def _outcome(cart: Sequence[Told], taken: Sequence[Told], margin: Told) -> Told | None:
    """Return what a choice comes to; None where a rule takes nothing, or more than it may."""
    costs = [line["price_fen"] * line["quantity"] for line in cart]
    floors = [_line_floor(line, margin) for line in cart]
    cuts: list[list[int]] = []
    for rule in taken:
        off = _off(rule, cart, costs)
        after = [
            max(cost - part, min(cost, least))
            for cost, part, least in zip(costs, off, floors, strict=True)
        ]
        cuts.append([cost - left for cost, left in zip(costs, after, strict=True)])
        costs = after
        saved = sum(cuts[-1])
        if not saved or (rule["left_fen"] is not None and saved > rule["left_fen"]):
            return None
    places = [(IN_TURN.index(one["lane"]), one["slot"]) for one in taken]
    lacking = _lacking(cart, costs, margin)
    rank = sum(costs) + lacking, len(taken), places
    for cut in reversed(cuts):
        known = [
            part if line["cost_fen"] is not None else 0
            for part, line in zip(cut, cart, strict=True)
        ]
        back = _shared(min(lacking, sum(known)), known)
        lacking -= sum(back)
        for place, fen in enumerate(back):
            cut[place] -= fen
            costs[place] += fen
    slots = [one["slot"] for one, cut in zip(taken, cuts, strict=True) if any(cut)]
    return {"rank": rank, "costs": costs, "slots": slots}


def _line_floor(line: Told, margin: Told) -> int:
    goods = line["price_fen"] * line["quantity"]
    if line["cost_fen"] is None:
        most = margin.get("most_percent_without_cost")
        return 0 if most is None else ceil(goods * (1 - Fraction(most, 100)))
    return _floor(goods, line["cost_fen"] * line["quantity"], margin.get("least_line_percent"))


def _floor(goods: int, cost: int, percent: int | None) -> int:
    return 0 if percent is None else min(goods, ceil(cost / (1 - Fraction(percent, 100))))


def _lacking(cart: Sequence[Told], costs: Sequence[int], margin: Told) -> int:
    """Return how much less than the order's floor the lines of known cost bring."""
    known = [
        (line, cost) for line, cost in zip(cart, costs, strict=True) if line["cost_fen"] is not None
    ]
    goods = sum(line["price_fen"] * line["quantity"] for line, _ in known)
    spent = sum(line["cost_fen"] * line["quantity"] for line, _ in known)
    least = _floor(goods, spent, margin.get("least_order_percent"))
    return max(0, least - sum(cost for _, cost in known))


def _holds(rule: Told, cart: Sequence[Told], member: Told) -> bool:
    return all(holds(one, cart, member) for one in rule["conditions"]) and _applies(rule, cart)


def _counts(rule: Told, line: Told) -> bool:
    """Say whether a line is what a rule counts."""
    match rule["kind"]:
        case "bundle":
            return any(part["sku"] == line["sku"] for part in rule["parts"])
        case "buy_x_get_y":
            return line["sku"] not in rule["get_skus"] and named(rule, line)
        case "free_gift":
            return line["sku"] not in rule["gift_skus"] and named(rule, line)
    return named(rule, line)


def _concerned(rule: Told, cart: Sequence[Told]) -> set[str]:
    """Return the SKUs that no other rule of the lane may have beside this one."""
    if rule["kind"] == "free_gift":
        return {line["sku"] for line in cart if line["sku"] in rule["gift_skus"]}
    extra = rule["get_skus"] if rule["kind"] == "buy_x_get_y" else ()
    return {line["sku"] for line in cart if _counts(rule, line) or line["sku"] in extra}


def _applies(rule: Told, cart: Sequence[Told]) -> bool:
    counted = [line for line in cart if _counts(rule, line)]
    match rule["kind"]:
        case "percent" | "fen_off" | "fixed_price":
            return bool(counted)
        case "volume_steps":
            return bool(counted) and units(counted) >= rule["volume_steps"][0]["quantity"]
        case "spend_ladder":
            return bool(counted) and worth(counted) >= rule["spend_steps"][0]["spend_fen"]
        case "free_gift":
            spent = worth(counted)
            return bool(spent and spent >= rule["spend_fen"] and _concerned(rule, cart))
        case "buy_x_get_y":
            is_there = not rule["get_skus"] or any(x["sku"] in rule["get_skus"] for x in cart)
            return _times(rule, cart) > 0 and is_there
    return _times(rule, cart) > 0


def _times(rule: Told, cart: Sequence[Told]) -> int:
    """Return how often a rule that repeats does so in a cart."""
    counted = [line for line in cart if _counts(rule, line)]
    match rule["kind"]:
        case "cheapest_item":
            held = units(counted) // rule["of"]
        case "buy_x_get_y":
            block = rule["buy"] if rule["get_skus"] else rule["buy"] + rule["get"]
            held = units(counted) // block
        case _:
            held = 10**9 if rule["parts"] else 0
            for part in rule["parts"]:
                there = units(line for line in cart if line["sku"] == part["sku"])
                held = min(held, there // part["quantity"])
    return held if rule["most_times"] is None else min(held, rule["most_times"])


def _off(rule: Told, cart: Sequence[Told], costs: Sequence[int]) -> list[int]:
    """Return what a rule takes off each line that still costs so much, floors left aside."""
    counted = [_counts(rule, line) for line in cart]
    bases = [cost if counts else 0 for cost, counts in zip(costs, counted, strict=True)]
    match rule["kind"]:
        case "percent":
            return _percent(bases, rule["percent"])
        case "fen_off":
            return _shared(min(rule["fen"], sum(bases)), bases)
        case "fixed_price":
            return [
                max(0, base - rule["fen"] * line["quantity"])
                for base, line in zip(bases, cart, strict=True)
            ]
        case "volume_steps":
            held = units(line for line in cart if _counts(rule, line))
            steps = [one["percent"] for one in rule["volume_steps"] if one["quantity"] <= held]
            return _percent(bases, steps[-1])
        case "spend_ladder":
            return _ladder(rule, worth(line for line in cart if _counts(rule, line)), bases)
        case "cheapest_item":
            return _percent(_cheapest(cart, bases, counted, _times(rule, cart)), rule["percent"])
        case "free_gift":
            gifts = [line["sku"] in rule["gift_skus"] for line in cart]
            return _cheapest(cart, costs, gifts, rule["gift_quantity"])
        case "buy_x_get_y":
            got = (
                [line["sku"] in rule["get_skus"] for line in cart] if rule["get_skus"] else counted
            )
            count = _times(rule, cart) * rule["get"]
            return _percent(_cheapest(cart, costs, got, count), rule["percent"])
    return _bundle(rule, cart, costs)


def _ladder(rule: Told, spent: int, bases: Sequence[int]) -> list[int]:
    reached = [one for one in rule["spend_steps"] if one["spend_fen"] <= spent]
    step = reached[-1]
    if step.get("percent"):
        return _percent(bases, step["percent"])
    again = rule["repeats"] and step is rule["spend_steps"][-1]
    times = spent // step["spend_fen"] if again else 1
    return _shared(min(step["off_fen"] * times, sum(bases)), bases)


def _bundle(rule: Told, cart: Sequence[Told], costs: Sequence[int]) -> list[int]:
    times = _times(rule, cart)
    wanted = {part["sku"]: part["quantity"] * times for part in rule["parts"]}
    together = [
        ceil(Fraction(cost, line["quantity"]) * wanted.get(line["sku"], 0))
        for cost, line in zip(costs, cart, strict=True)
    ]
    return _shared(max(0, sum(together) - rule["fen"] * times), together)


def _percent(bases: Sequence[int], percent: int) -> list[int]:
    return _shared(floor(Fraction(percent, 100) * sum(bases)), bases)


def _shared(total: int, weights: Sequence[int]) -> list[int]:
    """Share a sum out: whole parts first, then a fen each to those with the largest remainder."""
    if not total:
        return [0] * len(weights)
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    parts = [floor(one) for one in exact]
    while sum(parts) < total:
        rests = [one - part for one, part in zip(exact, parts, strict=True)]
        parts[rests.index(max(rests))] += 1
    return parts


def _cheapest(
    cart: Sequence[Told], costs: Sequence[int], may: Sequence[bool], count: int
) -> list[int]:
    """Return what the cheapest units cost, unit by unit; a line's odd fen lie on its last ones."""
    units = []
    for place, (line, cost) in enumerate(zip(cart, costs, strict=True)):
        for n in range(line["quantity"] if may[place] else 0):
            dearer = n >= line["quantity"] - cost % line["quantity"]
            units.append((cost // line["quantity"] + dearer, place))
    off = [0] * len(cart)
    for unit, place in sorted(units)[:count]:
        off[place] += unit
    return off
