"""Temporary media, kept in memory for three days of platform time (A12)."""

import base64
import io
import os
import re
from collections import OrderedDict
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from simulator.api import BOTH, Answer, Call, Endpoint, Raw
from simulator.assumed import Assumed
from simulator.clock import Clock
from simulator.errors import Refused

KEPT_MEDIA = 200
_FILENAME = re.compile(r'filename="([^"]*)"')
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
VOICE_TYPES = {b"#!AMR": "audio/amr", b"ID3": "audio/mpeg", b"\xff\xfb": "audio/mpeg"}


@dataclass(frozen=True, slots=True)
class Medium:
    """One uploaded file."""

    id: str
    kind: str
    content: bytes
    content_type: str
    made_at: int


class Media:
    """The files of both accounts."""

    def __init__(self, assumed: Assumed, clock: Clock) -> None:
        self._assumed = assumed
        self._clock = clock
        self._kept: OrderedDict[str, Medium] = OrderedDict()

    def keep(self, kind: str, content: bytes, content_type: str) -> Medium:
        """Stores a file; the oldest goes where there are too many."""
        media_id = base64.urlsafe_b64encode(os.urandom(48)).decode()
        medium = Medium(media_id, kind, content, content_type, self._clock.now())
        self._kept[media_id] = medium
        if len(self._kept) > KEPT_MEDIA:
            self._kept.popitem(last=False)
        return medium

    def get(self, media_id: str) -> Medium | None:
        """The file, or None where it is unknown or too old."""
        medium = self._kept.get(media_id)
        if medium is None:
            return None
        fresh = self._clock.now() - medium.made_at < self._assumed.media_lifetime_seconds
        return medium if fresh else None

    def of_kind(self, media_id: str, *kinds: str) -> Medium:
        """The file, of one of these kinds. Raises: Refused 40007."""
        medium = self.get(media_id)
        if medium is None or medium.kind not in kinds:
            raise Refused(40007)
        return medium


async def upload(call: Call) -> Answer:
    """Takes the multipart field `media` as a temporary file."""
    kind = call.query.get("type", "")
    limit_bytes = call.china.settings.assumed.media_limits_bytes.get(kind)
    if limit_bytes is None:
        raise Refused(40004)
    content = file_of(call)
    if len(content) > limit_bytes:
        raise Refused(45001)
    medium = call.china.media.keep(kind, content, content_type_of(kind, content))
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: medium.id, "created_at": medium.made_at}


async def download(call: Call) -> Answer:
    """The bytes of a temporary file; of a video, its address."""
    media_id = call.query.get("media_id", "")
    if not media_id:
        raise Refused(41006)
    medium = call.china.media.of_kind(media_id, "image", "voice", "video", "thumb")
    if medium.kind == "video":
        origin = call.url.partition("/cgi-bin/")[0]
        return {"video_url": f"{origin}/play/media/{medium.id}"}
    ending = medium.content_type.rpartition("/")[2]
    disposition = f'attachment; filename="{medium.id}.{ending}"'
    return Raw(medium.content, medium.content_type, headers=(("Content-Disposition", disposition),))


async def upload_image(call: Call) -> Answer:
    """Takes an image that articles may show, for good."""
    content = file_of(call)
    if len(content) > call.china.settings.assumed.uploadimg_limit_bytes:
        raise Refused(40009)
    medium = call.china.media.keep("article_image", content, content_type_of("image", content))
    return {"url": f"{call.url.partition('/cgi-bin/')[0]}/play/media/{medium.id}"}


def file_of(call: Call) -> bytes:
    """The content of the multipart field `media`. Raises: Refused 41005, 44001."""
    boundary = _BOUNDARY.search(call.content_type)
    if not call.content_type.startswith("multipart/form-data") or boundary is None:
        raise Refused(41005)
    for part in call.body.split(b"--" + boundary[1].encode()):
        head, separator, content = part.partition(b"\r\n\r\n")
        named = head.decode("utf-8", "replace")
        if separator and 'name="media"' in named and _FILENAME.search(named):
            if content == b"\r\n":
                raise Refused(44001)
            return content.removesuffix(b"\r\n")
    raise Refused(41005)


def content_type_of(kind: str, content: bytes) -> str:
    """The content type the bytes prove. Raises: Refused 40005 where they are of another kind."""
    if kind in ("image", "thumb"):
        try:
            with Image.open(io.BytesIO(content)) as image:
                if image.format in ("JPEG", "PNG", "GIF", "BMP"):
                    return f"image/{image.format.lower()}"
        except (UnidentifiedImageError, OSError) as error:
            raise Refused(40005) from error
    if kind == "voice":
        for head, content_type in VOICE_TYPES.items():
            if content.startswith(head):
                return content_type
    if kind == "video" and content[4:8] == b"ftyp":
        return "video/mp4"
    raise Refused(40005)


ENDPOINTS = (
    Endpoint("POST", "/cgi-bin/media/upload", upload, accounts=BOTH, plain_text="errors"),
    Endpoint("GET", "/cgi-bin/media/get", download, accounts=BOTH, plain_text="errors"),
    Endpoint("POST", "/cgi-bin/media/uploadimg", upload_image, plain_text="errors"),
)
