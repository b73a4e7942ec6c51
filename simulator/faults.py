"""Faults that a test orders: of callbacks and of single endpoints (A5, I 11)."""

from typing import Annotated

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0)]


class EndpointFault(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """What goes wrong at one path, `times` times or (None) until it is taken away.

    `errcode` or `status`: refused without effect. `timeout_after_effect`: done, but no answer.
    `truncate_body`: done, but the answer is cut in the middle.
    """

    errcode: int | None = None
    status: Annotated[int, msgspec.Meta(ge=400, le=599)] | None = None
    timeout_after_effect: bool = False
    truncate_body: bool = False
    times: Count | None = None


class Faults(msgspec.Struct, forbid_unknown_fields=True):
    """What goes wrong now. The defaults are: nothing.

    `delay_seconds` is how long each answer to a callback is on its way back.
    """

    drop_first_n: Count = 0
    delay_seconds: Annotated[float, msgspec.Meta(ge=0, le=60)] = 0
    duplicate: bool = False
    reorder: bool = False
    invalid_xml: bool = False
    clock_skew_seconds: int = 0
    token_cross_kick: bool = False
    pay_notices_lost: bool = False
    shop_pushes_lost: bool = False
    shelf_moves: Count = 0
    endpoints: dict[str, EndpointFault] = {}


class FaultBoard:
    """The faults in force."""

    def __init__(self) -> None:
        self.now = Faults()

    def change(self, patch: dict[str, object]) -> Faults:
        """Sets the named faults and leaves the others. Raises: msgspec.ValidationError."""
        self.now = msgspec.convert(msgspec.to_builtins(self.now) | patch, Faults)
        return self.now

    def clear(self) -> Faults:
        """Nothing goes wrong any more."""
        self.now = Faults()
        return self.now

    def take(self, path: str) -> EndpointFault | None:
        """The fault of a call at `path`, counted down, or None."""
        fault = self.now.endpoints.get(path)
        if fault is None or fault.times == 0:
            return None
        if fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                del self.now.endpoints[path]
        return fault
