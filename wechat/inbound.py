"""What the platform sends us: messages and events, in one frozen shape."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha1
from typing import Any

from msgspec import Struct

from wechat.bodies import Fields, Node, read_json, read_xml
from wechat.errors import BadJson, BadXml, CallbackRefused

KEY_PART_LIMIT = 64
SCENE_PREFIX = "qrscene_"
# Everybody's name in the system events of WeCom: it tells nobody apart.
SYSTEM = "sys"


class Outer(Struct, frozen=True):
    """The body of a callback before it is opened.

    `encrypt` is None in plain mode. In compatible mode `fields` has the plain nodes as well:
    who has a key must open `encrypt` and not believe them.
    """

    to_user_name: str
    encrypt: str | None
    fields: Fields


class Inbound(Struct, frozen=True):
    """One message or event.

    `kind` is MsgType and `event` is Event, both in lower case; `event` is "" for messages.
    `event_key` comes without its `qrscene_`; `key_is_scene` says that it is the scene of a QR
    code. `message_id` is MsgId (for the result of a job its MsgID), "" for other events.
    `fields` holds all other nodes; where a node is repeated, a list (see `one_or_many`).
    """

    kind: str
    from_user: str
    to_user: str
    created_at: datetime
    message_id: str
    event: str
    event_key: str
    key_is_scene: bool
    content: str
    ticket: str
    fields: Fields

    @property
    def dedupe_key(self) -> str:
        """The same for every retry of the platform, different for everything else it sends.

        Messages by sender and MsgId, results of jobs by MsgID, other events by sender, second,
        event and its key. Nested nodes take part (two results of subscription messages may
        come in one second), and all nodes where the sender is the platform itself, whoever it
        tells of: WeCom, or what names her by OpenID.
        """
        sender = _bounded(self.from_user)
        if self.message_id:
            return f"{self.event or 'message'}:{sender}:{_bounded(self.message_id)}"
        second = int(self.created_at.timestamp())
        parts = [self.event or self.kind, sender, str(second), self.event_key, self.content]
        is_of_another = self.from_user == SYSTEM or "OpenID" in self.fields
        more = self.fields if is_of_another else _nested(self.fields)
        if more:
            parts.append(_digest(json.dumps(more, sort_keys=True)))
        return ":".join(_bounded(part) for part in parts if part)


def parse(body: bytes) -> Inbound:
    """Read one message or event in XML: a plain body, or what decrypting gave.

    Raises:
        BadXml: as `read_xml`, or without a node that all messages and events have.
        TooLarge: as `read_xml`.
    """
    return _inbound(read_xml(body), BadXml)


def parse_json(body: bytes) -> Inbound:
    """Read one message or event in JSON, as mini-programs may choose.

    The platform's own example has names with a space before them, so these are the same.

    Raises:
        BadJson: as `read_json`, or without a field that all messages and events have.
        TooLarge: as `read_json`.
    """
    fields = {name.strip(): node for name, node in read_json(body).items()}
    return _inbound(fields, BadJson)


def parse_outer(body: bytes) -> Outer:
    """Read the body of a callback in XML. Raises what `parse` raises."""
    return _outer(read_xml(body), BadXml)


def parse_outer_json(body: bytes) -> Outer:
    """Read the body of a callback in JSON. Raises what `parse_json` raises."""
    return _outer(read_json(body), BadJson)


def one_or_many(node: Node | None) -> Sequence[Any]:
    """What `fields` has under a name that may be absent, be there once, or be repeated."""
    if node is None or node == "":
        return ()
    return node if isinstance(node, list) else (node,)


def _outer(fields: dict[str, Node], refused: type[CallbackRefused]) -> Outer:
    to_user_name = _text(fields.get("ToUserName", ""), "ToUserName", refused).strip()
    if "Encrypt" not in fields:
        return Outer(to_user_name, None, fields)
    encrypt = _text(fields["Encrypt"], "Encrypt", refused).strip()
    return Outer(to_user_name, _present(encrypt, "Encrypt", refused), fields)


def _inbound(fields: dict[str, Node], refused: type[CallbackRefused]) -> Inbound:
    def take(name: str) -> str:
        node = fields.pop(name, "")
        return node.strip() if isinstance(node, str) else _text(node, name, refused)

    kind = _present(take("MsgType"), "MsgType", refused).lower()
    event = _present(take("Event"), "Event", refused).lower() if kind == "event" else ""
    key = take("EventKey")
    scene = key.removeprefix(SCENE_PREFIX) if event == "subscribe" else key
    return Inbound(
        kind=kind,
        from_user=_present(take("FromUserName"), "FromUserName", refused),
        to_user=_present(take("ToUserName"), "ToUserName", refused),
        created_at=_moment(take("CreateTime"), refused),
        message_id=take("MsgId") or take("MsgID"),
        event=event,
        event_key=scene,
        key_is_scene=scene != "" and (scene != key or event == "scan"),
        content=_text(fields.pop("Content", ""), "Content", refused),
        ticket=take("Ticket"),
        fields=fields,
    )


def _text(node: Node, name: str, refused: type[CallbackRefused]) -> str:
    if not isinstance(node, str):
        raise refused(f"{name} stands twice or holds nodes")
    return node


def _present(text: str, name: str, refused: type[CallbackRefused]) -> str:
    if not text:
        raise refused(f"{name} is missing")
    return text


def _moment(seconds: str, refused: type[CallbackRefused]) -> datetime:
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 10):
        raise refused("CreateTime is no number of seconds")
    return datetime.fromtimestamp(int(seconds), UTC)


def _nested(fields: Fields) -> Fields:
    return {name: node for name, node in fields.items() if not isinstance(node, str)}


def _bounded(part: str) -> str:
    return part if len(part) <= KEY_PART_LIMIT else _digest(part)


def _digest(text: str) -> str:
    return sha1(text.encode(), usedforsecurity=False).hexdigest()
