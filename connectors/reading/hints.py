"""That an order of a shop changed, as the inbox keeps it until a worker reads the order."""

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from loyalty.inbox import Arrival
from loyalty.orders import Attribution
from web.shops import Changed

KIND = "order"
# Who sold it, told apart from the order: an event of its own, joined when the order is read.
ATTRIBUTION = "attribution"


class Hint(Struct, frozen=True, omit_defaults=True):
    """An order that changed. ``told`` is all of it, where the platform's list told it.

    ``read`` is what the platform last answered of one that could not be used: for staff to see.
    ``attributed_to`` is what a message of its own told to have brought the order about.
    """

    number: str
    told: Raw | UnsetType = UNSET
    read: Raw | UnsetType = UNSET
    attributed_to: tuple[Attribution, ...] = ()


decode = msgspec.json.Decoder(Hint).decode


def arrival(changed: Changed, *, connection_id: int, way: str) -> Arrival:
    """Return the event of a change; ``way`` names how by which it was told."""
    told = Raw(changed.told) if changed.told is not None else UNSET
    return Arrival(
        connection_id=connection_id,
        event_key=f"{way}:{changed.number}:{changed.mark}",
        kind=KIND,
        sender=changed.number,
        body=msgspec.json.encode(Hint(changed.number, told)),
        nonce=None,
    )


def pushed(
    number: str,
    *,
    message_id: str,
    connection_id: int,
    attributed_to: tuple[Attribution, ...] = (),
) -> Arrival:
    """Return the event of a platform's message about an order."""
    return Arrival(
        connection_id=connection_id,
        event_key=f"push:{number}:{message_id}",
        kind=ATTRIBUTION if attributed_to else KIND,
        sender=number,
        body=msgspec.json.encode(Hint(number, attributed_to=attributed_to)),
        nonce=None,
    )
