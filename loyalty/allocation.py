"""Share a whole amount out over weights, exactly: largest remainder, ties to the earlier one."""

from collections.abc import Sequence


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """Return whole parts of ``total`` in proportion to ``weights``; they sum to ``total``.

    ``total`` and all weights are 0 or more. Where all weights are 0 the first one takes all.
    """
    if len(weights) == 1:
        return [total]
    whole = sum(weights)
    if not whole:
        return [total, *[0] * (len(weights) - 1)] if weights else []
    parts = [total * weight // whole for weight in weights]
    missing = total - sum(parts)
    if missing:
        remainders = [total * weight % whole for weight in weights]
        by_remainder = sorted(range(len(weights)), key=remainders.__getitem__, reverse=True)
        for i in by_remainder[:missing]:  # sorting keeps the sequence of equal ones
            parts[i] += 1
    return parts


def cheapest_units(costs: Sequence[int], quantities: Sequence[int], count: int) -> list[int]:
    """Return what of each line's cost is that of the ``count`` cheapest units of all lines.

    A line's units cost the same to one, which the dearer ones of it bear. Of equal units those of
    the earlier line come first; where there are fewer, all count.
    """
    groups = []
    for place, (cost, quantity) in enumerate(zip(costs, quantities, strict=True)):
        if quantity:
            unit, dearer = divmod(cost, quantity)
            groups += [(unit, place, quantity - dearer), (unit + 1, place, dearer)]
    found = [0] * len(costs)
    for unit, place, there in sorted(groups):
        taken = min(there, count)
        found[place] += unit * taken
        count -= taken
    return found


def percent_of(costs: Sequence[int], percent: int) -> list[int]:
    """Return so many percent of costs, rounded once, down to the fen, over all of them."""
    return shares(sum(costs) * percent // 100, costs)
