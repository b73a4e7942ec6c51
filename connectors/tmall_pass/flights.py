"""That somebody joined while Tmall answered in our place (飞行模式): kept as far as we read it.

The message names no shopper. She is told by the questions that Tmall asks again within a day.
"""

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from connectors.tmall_pass.shops import Pass
from connectors.tmall_pass.wire import Word
from loyalty.inbox import Arrival
from web.logs import log
from web.metrics import count_inbound_event

TOPIC = "tmall_mei_MemberRegister"
KIND = "member_registered"


class Told(Struct, frozen=True):
    """A join as the message tells it."""

    record_id: Annotated[str, Meta(pattern=r"^[\x21-\x7e]{1,100}\Z")] | Annotated[int, Meta(ge=0)]
    seller_name: Word = ""


def arrival(topic: object, content: object, passes: Iterable[Pass]) -> Arrival | None:
    """Return the event of a message, which has nothing left to be done; None where it is no join.

    Joins of shops whose pass we do not have are none of ours.
    """
    if topic != TOPIC or not isinstance(content, str):
        return None
    try:
        told = msgspec.json.decode(content, type=Told, strict=False)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        count_inbound_event(KIND, "bad_request")
        log.warning("member_registered_unreadable")
        return None
    known = next((one for one in passes if one.settings.seller_name == told.seller_name), None)
    if known is None:
        return None
    return Arrival(
        connection_id=known.id,
        event_key=f"{KIND}:{told.record_id}",
        kind=KIND,
        sender=str(told.record_id),
        body=msgspec.json.encode(told),
        nonce=None,
        reply=b"",
    )
