"""Why staff do what they do: asked for with each deed, and kept with it."""

from loyalty.errors import Refused
from loyalty.ledger.movements import is_writable

LONGEST_REASON = 200


def written(reason: str) -> str:
    """Return a reason as it is kept: without blanks around it, 200 characters of it at most.

    Raises:
        Refused: ``reason_missing``: there is none, or what the database cannot hold.
    """
    kept = reason.strip()[:LONGEST_REASON]
    if not kept or not is_writable(kept):
        raise Refused("reason_missing")
    return kept
