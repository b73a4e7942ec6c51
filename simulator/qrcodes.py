"""Parametric QR codes: tickets, their scenes and their pictures (A8)."""

import base64
import io
import os

import msgspec
import segno
from PIL import Image

from simulator.api import Answer, Call, Endpoint, Raw
from simulator.assumed import Assumed
from simulator.clock import Clock
from simulator.errors import Refused

KEPT_TEMPORARY_CODES = 1000


class QrCode(msgspec.Struct):
    """A code that was made. `ends_at` 0 means never; exactly one of the scenes is set."""

    ticket: str
    url: str
    scene_id: int
    scene_str: str
    ends_at: int

    @property
    def scene(self) -> str:
        """What events carry: the text, or the number as text."""
        return self.scene_str or str(self.scene_id)


class QrCodesState(msgspec.Struct):
    """Codes by ticket, oldest first."""

    codes: dict[str, QrCode] = {}


class Scene(msgspec.Struct):
    """One of the two kinds of scene."""

    scene_id: int = 0
    scene_str: str = ""


class ActionInfo(msgspec.Struct):
    """The scene, as it is wrapped."""

    scene: Scene = msgspec.field(default_factory=Scene)


class CreateRequest(msgspec.Struct):
    """Body of /cgi-bin/qrcode/create."""

    action_name: str = ""
    action_info: ActionInfo = msgspec.field(default_factory=ActionInfo)
    expire_seconds: int | None = None


class QrCodes:
    """The codes of the account."""

    def __init__(self, state: QrCodesState, assumed: Assumed, clock: Clock) -> None:
        self.state = state
        self._assumed = assumed
        self._clock = clock

    def make(self, scene: Scene, seconds: int | None) -> QrCode:
        """A code for a scene, for `seconds` or (None) for good; a permanent one is made once."""
        permanent = [code for code in self.state.codes.values() if code.ends_at == 0]
        if seconds is None:
            for code in permanent:
                if (code.scene_id, code.scene_str) == (scene.scene_id, scene.scene_str):
                    return code
            if len(permanent) >= self._assumed.qrcode_permanent_codes:
                raise Refused(45029)
        code = QrCode(
            ticket="gQ" + base64.b64encode(os.urandom(70)).decode(),
            url="http://weixin.qq.com/q/02" + base64.urlsafe_b64encode(os.urandom(15)).decode(),
            scene_id=scene.scene_id,
            scene_str=scene.scene_str,
            ends_at=0 if seconds is None else self._clock.now() + seconds,
        )
        self._forget_ended()
        self.state.codes[code.ticket] = code
        return code

    def living(self, ticket: str) -> QrCode | None:
        """The code of a ticket, or None where it is unknown or ended."""
        code = self.state.codes.get(ticket)
        return code if code and self._lives(code) else None

    def for_scene(self, scene: str) -> QrCode:
        """The newest living code of a scene; a printed one where the server made none."""
        for code in reversed(self.state.codes.values()):
            if code.scene == scene and self._lives(code):
                return code
        return self.make(Scene(scene_str=scene), None)

    def _lives(self, code: QrCode) -> bool:
        return code.ends_at == 0 or code.ends_at > self._clock.now()

    def _forget_ended(self) -> None:
        temporary = [code for code in self.state.codes.values() if code.ends_at]
        for code in temporary[: max(0, len(temporary) - KEPT_TEMPORARY_CODES)]:
            del self.state.codes[code.ticket]


async def create(call: Call) -> Answer:
    """A ticket for a scene."""
    asked = call.json(CreateRequest)
    if asked.action_name not in CHECKS:
        raise Refused(40052)
    scene = asked.action_info.scene
    if not CHECKS[asked.action_name](scene, call.china.settings.assumed):
        raise Refused(40053)
    textual = asked.action_name.endswith("STR_SCENE")
    scene = Scene(scene_str=scene.scene_str) if textual else Scene(scene_id=scene.scene_id)
    if asked.action_name.startswith("QR_LIMIT"):
        code = call.china.qrcodes.make(scene, None)
        return {"ticket": code.ticket, "url": code.url}
    seconds = _seconds(asked, call.china.settings.assumed)
    code = call.china.qrcodes.make(scene, seconds)
    return {"ticket": code.ticket, "expire_seconds": seconds, "url": code.url}


def _seconds(asked: CreateRequest, assumed: Assumed) -> int:
    if asked.expire_seconds is None:
        return assumed.qrcode_default_seconds
    if not 1 <= asked.expire_seconds <= assumed.qrcode_longest_seconds:
        raise Refused(40053)
    return asked.expire_seconds


def _numbered(scene: Scene, assumed: Assumed) -> bool:
    return 1 <= scene.scene_id < 2**32


def _numbered_for_good(scene: Scene, assumed: Assumed) -> bool:
    return 1 <= scene.scene_id <= assumed.qrcode_permanent_scene_id


def _named(scene: Scene, assumed: Assumed) -> bool:
    return 1 <= len(scene.scene_str) <= assumed.scene_str_limit_chars


CHECKS = {
    "QR_SCENE": _numbered,
    "QR_STR_SCENE": _named,
    "QR_LIMIT_SCENE": _numbered_for_good,
    "QR_LIMIT_STR_SCENE": _named,
}


async def picture(call: Call) -> Answer:
    """The code of a ticket as a JPEG of about 430 pixels; 404 where there is none."""
    code = call.china.qrcodes.living(call.query.get("ticket", ""))
    if code is None:
        return Raw(b"", "text/html", 404)
    return Raw(jpeg(code.url), "image/jpg")


def jpeg(content: str) -> bytes:
    """A QR code that holds `content`, as a JPEG."""
    png = io.BytesIO()
    segno.make(content, error="m", micro=False).save(png, kind="png", scale=12, border=2)
    jpg = io.BytesIO()
    with Image.open(png) as image:
        image.convert("RGB").save(jpg, format="JPEG", quality=90)
    return jpg.getvalue()


ENDPOINTS = (
    Endpoint("POST", "/cgi-bin/qrcode/create", create),
    Endpoint("GET", "/cgi-bin/showqrcode", picture, needs_token=False),
)
