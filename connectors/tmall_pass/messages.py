"""How messages of Tmall about members are read, and become events."""

from collections.abc import Iterable
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from connectors.tmall_pass.shops import Pass
from connectors.tmall_pass.wire import Word
from loyalty.inbox import Arrival
from web.logs import log
from web.metrics import count_inbound_event

RecordId = (
    Annotated[str, Meta(pattern=r"^[\x21-\x7e]{1,100}\Z")]
    | Annotated[int, Meta(ge=0, le=2**63 - 1)]
)


class About(Struct, frozen=True):
    """Which record a message is about, and whose shop it happened in."""

    record_id: RecordId
    seller_name: Word = ""


A = TypeVar("A", bound=About)


def read(
    content: object, form: type[A], passes: Iterable[Pass], *, kind: str
) -> tuple[A, Pass] | None:
    """Return what a message tells and the pass that it is for; None where it is none of ours.

    One that nobody can read is logged and counted under the event's ``kind``.
    """
    if not isinstance(content, str):
        return None
    try:
        told = msgspec.json.decode(content, type=form, strict=False)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        count_inbound_event(kind, "bad_request")
        log.warning("pass_message_unreadable", kind=kind)
        return None
    known = next((one for one in passes if one.settings.seller_name == told.seller_name), None)
    return None if known is None else (told, known)


def arrival(
    told: About, known: Pass, *, kind: str, body: bytes, reply: bytes | None = None
) -> Arrival:
    """Return the event of a message; one with a reply has nothing left to be done."""
    return Arrival(
        connection_id=known.id,
        event_key=f"{kind}:{told.record_id}",
        kind=kind,
        sender=str(told.record_id),
        body=body,
        nonce=None,
        reply=reply,
    )
