"""Money split over lines so that the parts sum exactly."""

from collections.abc import Sequence

from loyalty.allocation import shares


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Split ``total`` in proportion to ``weights``; equally where all weights are zero.

    Weights that sum to the total come back unchanged.
    """
    return shares(total, weights if any(weights) else [1] * len(weights))


def within(total: int, room: Sequence[int]) -> list[int]:
    """Split ``total`` in proportion to ``room``, no part above its room; what is over stays out."""
    return spread(min(total, sum(room)), room) if any(room) else [0] * len(room)


def told_refunds(total: int, *, told: Sequence[int], paid: Sequence[int]) -> list[int]:
    """Return what the source says was given back for each line, no more than line and order hold.

    What it does not say is left to be shared out when the order is recorded.
    """
    parts = [min(line, most) for line, most in zip(told, paid, strict=True)]
    return parts if sum(parts) <= total else within(total, parts)


def lift_negatives(amounts: Sequence[int]) -> list[int]:
    """Let amounts below zero be borne by the others; all zero where the sum is below zero.

    A coupon worth more than its line reduces the other lines of the receipt, and gives no change.
    """
    room = [max(0, amount) for amount in amounts]
    return within(max(0, sum(amounts)), room)
