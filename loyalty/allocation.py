"""Share a whole amount out over weights, exactly: largest remainder, ties to the earlier one."""

from collections.abc import Sequence


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """Return whole parts of ``total`` in proportion to ``weights``; they sum to ``total``.

    ``total`` and all weights are 0 or more. Where all weights are 0 the first one takes all.
    """
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
