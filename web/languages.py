"""Which of our two languages a person reads."""

from functools import lru_cache
from typing import Literal

Language = Literal["zh", "en"]

LONGEST_HEADER = 200


@lru_cache(maxsize=256)
def preferred(accept_language: str) -> Language:
    """Return the language that an Accept-Language header likes best; Chinese where it says none."""
    best: Language = "zh"
    best_weight = 0.0
    for wish in accept_language[:LONGEST_HEADER].lower().split(","):
        name, _, quality = wish.partition(";")
        primary = name.strip().partition("-")[0]
        weight = _weight(quality)
        if weight > best_weight and primary in ("zh", "en", "*"):
            best = "en" if primary == "en" else "zh"
            best_weight = weight
    return best


def _weight(quality: str) -> float:
    name, _, value = quality.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if name.strip() == "q" and 0 <= weight <= 1 else 0.0
