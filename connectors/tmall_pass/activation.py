"""Members of old who become members of the brand's pass (会员激活), in Qimen's form.

Qimen (奇门) asks in XML, or in JSON, and wants its envelope: flag, code, message. What it asks for
beside the shopper is not documented where we could read it, and is not read.
"""

import msgspec
from msgspec import Struct

from connectors.tmall_pass.wire import Answer, Asked
from wechat.bodies import read_xml
from wechat.errors import CallbackRefused

METHOD = "qimen.alibaba.member.activate"
DONE = "SUC"


class Envelope(Struct, frozen=True):
    """The answer in Qimen's form."""

    flag: str
    code: str
    message: str


def is_xml(body: bytes) -> bool:
    """Say whether a question came in XML."""
    return body.lstrip()[:1] == b"<"


def asked(body: bytes) -> Asked:
    """Return the shopper of a question in XML.

    Raises:
        msgspec.ValidationError: it is none, or tells of nobody.
    """
    try:
        told = read_xml(body, root="request")
    except CallbackRefused as refused:
        raise msgspec.ValidationError(str(refused)) from None
    known = {name: one for name, one in told.items() if name in Asked.__struct_fields__}
    return msgspec.convert(known, Asked)


def answered(told: Answer, *, as_xml: bool) -> tuple[bytes, str]:
    """Return an answer in the envelope, and what form it has."""
    is_done = told.register_code == DONE
    envelope = Envelope(
        flag="success" if is_done else "failure",
        code="0" if is_done else told.register_code,
        message="success" if is_done else "member not activated",
    )
    if not as_xml:
        return msgspec.json.encode({"response": envelope}), "application/json"
    nodes = "".join(f"<{name}>{one}</{name}>" for name, one in _fields(envelope).items())
    return f"<response>{nodes}</response>".encode(), "text/xml"


def _fields(envelope: Envelope) -> dict[str, str]:
    return msgspec.structs.asdict(envelope)
