"""Mini-program codes: pictures that a phone's scanner opens a page by (B5).

The real ones are round and of WeChat's own making. Ours are QR codes that hold the app, the page
and the scene, so that the phone here can read them.
"""

import io
import re
from pathlib import Path

import msgspec
import segno
from PIL import Image

from simulator.api import MINIPROGRAM, Answer, Call, Endpoint, Raw
from simulator.errors import Refused

START = "wxacode"
SCENE_LONGEST = 32
NARROWEST, WIDEST = 280, 1280
_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]+")
_PAGE = re.compile("[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")


class Colour(msgspec.Struct):
    """The colour of a code's lines; numbers come as text, too."""

    r: int | str = 0
    g: int | str = 0
    b: int | str = 0


class CodeRequest(msgspec.Struct):
    """Body of /wxa/getwxacodeunlimit."""

    scene: str = ""
    page: str = ""
    check_path: bool = True
    env_version: str = "release"
    width: int = 430
    auto_color: bool = False
    line_color: Colour = msgspec.field(default_factory=Colour)
    is_hyaline: bool = False


class _App(msgspec.Struct):
    pages: tuple[str, ...]


class CodeCount:
    """How many codes were made in this minute."""

    def __init__(self) -> None:
        self._minute = 0
        self._made = 0

    def count(self, now: int, *, most: int) -> None:
        """One more code. Raises: Refused 45009."""
        if now // 60 != self._minute:
            self._minute, self._made = now // 60, 0
        self._made += 1
        if self._made > most:
            raise Refused(45009)


def pages_of(folder: str) -> frozenset[str]:
    """The pages of the mini-program in a folder; none where there is no folder."""
    if not folder:
        return frozenset()
    told = msgspec.json.decode((Path(folder) / "app.json").read_bytes(), type=_App)
    return frozenset(told.pages)


async def make(call: Call) -> Answer:
    """A code of a page that is released, for a scene of 32 visible characters."""
    asked = call.json(CodeRequest)
    if not asked.scene or len(asked.scene) > SCENE_LONGEST:
        raise Refused(40169)
    if not _SCENE.fullmatch(asked.scene):
        raise Refused(40169)
    if asked.env_version not in ("release", "trial", "develop"):
        raise Refused(40097)
    if not NARROWEST <= asked.width <= WIDEST:
        raise Refused(40097)
    if asked.page and not _PAGE.fullmatch(asked.page):
        raise Refused(41030)
    if asked.page and asked.check_path and asked.page not in call.china.mini_pages:
        raise Refused(41030)
    china = call.china
    china.mini_codes.count(china.clock.now(), most=china.settings.assumed.mini_codes_a_minute)
    held = f"{START}:{call.app_id}:{asked.page}?scene={asked.scene}"
    return Raw(_picture(held, asked.width), "image/jpeg")


def _picture(held: str, width: int) -> bytes:
    drawn, written = io.BytesIO(), io.BytesIO()
    segno.make_qr(held, error="m").save(drawn, kind="png", scale=10, border=4)
    square = Image.open(drawn).convert("RGB").resize((width, width), Image.Resampling.NEAREST)
    square.save(written, format="JPEG", quality=90)
    return written.getvalue()


ENDPOINTS = (
    Endpoint("POST", "/wxa/getwxacodeunlimit", make, accounts=MINIPROGRAM, plain_text="errors"),
)
