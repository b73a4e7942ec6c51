"""What a consumer writes: the nodes of the message and the bubble in the chat (A3)."""

import base64
import binascii
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from PIL import Image

from simulator.consumers import Bubble
from simulator.media import Media, Medium

MessageKind = Literal["text", "image", "voice", "location", "link"]
TEXT_LIMIT_BYTES = 10_000


class Draft(msgspec.Struct, forbid_unknown_fields=True):
    """Body of /play/consumers/{id}/messages.

    `content` is the text; of an image an address or a data URL; of a voice message what is said;
    of a location `latitude,longitude` and perhaps `,label`; of a link its address.
    `menu_item_id`: the text is a tap on that line of a menu message.
    """

    kind: MessageKind = "text"
    content: str = ""
    title: str = ""
    description: str = ""
    menu_item_id: str | None = None


class Unwritable(ValueError):
    """A draft that no phone could send; says why."""


@dataclass(frozen=True, slots=True)
class Written:
    """A message ready to go: its MsgType, its own nodes, and its bubble."""

    kind: str
    nodes: Mapping[str, Any]
    bubble: Bubble


def write(draft: Draft, media: Media, *, origin: str) -> Written:
    """Turns a draft into a message; pictures are kept as media. Raises: Unwritable."""
    if not draft.content.strip():
        raise Unwritable("content is empty")
    if draft.kind == "text":
        return _text(draft)
    if draft.kind == "image":
        return _image(draft, media, origin=origin)
    if draft.kind == "voice":
        return _voice(draft, media)
    if draft.kind == "location":
        return _location(draft)
    return _link(draft)


def _text(draft: Draft) -> Written:
    if len(draft.content.encode()) > TEXT_LIMIT_BYTES:
        raise Unwritable(f"a text has at most {TEXT_LIMIT_BYTES} bytes")
    nodes: dict[str, Any] = {"Content": draft.content}
    if draft.menu_item_id is not None:
        nodes["bizmsgmenuid"] = draft.menu_item_id
    return Written("text", nodes, _bubble("text", text=draft.content))


def _image(draft: Draft, media: Media, *, origin: str) -> Written:
    if draft.content.startswith("data:"):
        medium = _from_data_url(draft.content, media)
        address = f"{origin}/play/media/{medium.id}"
    else:
        medium = media.keep("image", _grey_picture(), "image/jpeg")
        address = draft.content
    bubble = _bubble("image", media_id=medium.id, media_url=address)
    return Written("image", {"PicUrl": address, "MediaId": medium.id}, bubble)


def _voice(draft: Draft, media: Media) -> Written:
    medium = media.keep("voice", b"#!AMR\n" + b"\x7c" * 64, "audio/amr")
    bubble = _bubble("voice", text=draft.content, media_id=medium.id)
    return Written("voice", {"MediaId": medium.id, "Format": "amr"}, bubble)


def _location(draft: Draft) -> Written:
    try:
        latitude, longitude, *rest = draft.content.split(",", 2)
        place = float(latitude), float(longitude)
    except ValueError as error:
        raise Unwritable("a location is latitude,longitude or latitude,longitude,label") from error
    if not (-90 <= place[0] <= 90 and -180 <= place[1] <= 180):
        raise Unwritable("no such place on earth")
    label = "".join(rest).strip()
    nodes = {"Location_X": place[0], "Location_Y": place[1], "Scale": 16, "Label": label}
    bubble = _bubble("location", text=label, latitude=place[0], longitude=place[1])
    return Written("location", nodes, bubble)


def _link(draft: Draft) -> Written:
    title = draft.title or draft.content
    nodes = {"Title": title, "Description": draft.description, "Url": draft.content}
    bubble = _bubble("news", title=title, description=draft.description, url=draft.content)
    return Written("link", nodes, bubble)


def _bubble(kind: Any, **content: Any) -> Bubble:
    return Bubble(sender="consumer", kind=kind, via="callback", **content)


def _from_data_url(address: str, media: Media) -> Medium:
    head, _, encoded = address.partition(",")
    content_type = head.removeprefix("data:").removesuffix(";base64")
    if content_type not in ("image/png", "image/jpeg", "image/gif"):
        raise Unwritable("a picture is PNG, JPEG or GIF")
    try:
        return media.keep("image", base64.b64decode(encoded, validate=True), content_type)
    except binascii.Error as error:
        raise Unwritable("the picture is not base64") from error


def _grey_picture() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), (200, 200, 200)).save(picture, format="JPEG")
    return picture.getvalue()
