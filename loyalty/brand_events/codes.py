"""The code of an event on a staff member's phone."""

from datetime import datetime

from loyalty.policies import POLICIES
from loyalty.programme import Programme
from loyalty.sealing import Sealer
from loyalty.turning_codes import Shown, TurningCode, TurningCodes

PAGE = "/e/"

_TURNING = TurningCodes("event_code", PAGE)


def code_of(slot: str, rules: Programme, *, sealer: Sealer, at: datetime) -> TurningCode:
    """Return the code that an event shows at a moment of the wire.

    Raises:
        ValueError: nothing was ever published in the slot.
    """
    return _TURNING.code_of(_number_of(slot, rules), sealer=sealer, at=at)


def read(told: str, rules: Programme, *, sealer: Sealer) -> tuple[str, Shown] | None:
    """Return the slot of the event whose code was scanned, and its turn; None where it is none."""
    code = _TURNING.typed(told)
    shown = _TURNING.read(code, sealer=sealer) if code else None
    rule = rules.version(shown.number, POLICIES) if shown else None
    return (rule.slot, shown) if rule and shown else None


def _number_of(slot: str, rules: Programme) -> int:
    """Return the event's number: the id of its first version, which no later one changes."""
    return min(one.version_id for one in rules.rules.get(POLICIES.name, ()) if one.slot == slot)
