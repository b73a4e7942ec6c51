"""That somebody joined while Tmall answered in our place (飞行模式): kept as far as we read it.

The message names no shopper. She is told by the questions that Tmall asks again within a day.
"""

from collections.abc import Iterable

import msgspec

from connectors.tmall_pass import messages
from connectors.tmall_pass.messages import About
from connectors.tmall_pass.shops import Pass
from loyalty.inbox import Arrival

TOPIC = "tmall_mei_MemberRegister"
KIND = "member_registered"


def arrival(topic: object, content: object, passes: Iterable[Pass]) -> Arrival | None:
    """Return the event of a message, which has nothing left to be done; None where it is no join.

    Joins of shops whose pass we do not have are none of ours.
    """
    found = messages.read(content, About, passes, kind=KIND) if topic == TOPIC else None
    if found is None:
        return None
    told, known = found
    return messages.arrival(told, known, kind=KIND, body=msgspec.json.encode(told), reply=b"")
