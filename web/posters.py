"""The poster by which a member invites: a PNG with the brand, what a friend gets, and a code.

Drawn on the server, so that every phone shows the same. Drawing takes a tenth of a second of a
thread, never of the event loop; what was drawn lately is kept.
"""

import re
from functools import cache, lru_cache
from importlib.resources import as_file, files
from io import BytesIO

import segno
from msgspec import Struct
from PIL import Image, ImageDraw, ImageFont

WIDTH, MARGIN = 750, 60
HEAD, CARD_TOP = 420, 330
CODE = 360
LINE, GAP = 1.45, 24  # of a letter's height; between parts
INK, SOFT, PAPER, BACK = "#1f1f1f", "#595959", "#ffffff", "#f4f4f2"
CHINESE = 2  # the face of simplified Chinese in the collection
_WORDS = re.compile(r"[A-Za-z0-9¥.,'%:-]+|\s+|.", re.DOTALL)
# A line begins with none of these.
_HANGS = "，。；：！？、）”》"


class Poster(Struct, frozen=True):
    """What a poster says. ``colour`` is the brand's, ``#rrggbb``.

    ``code`` is the picture of a mini-program code, or what a QR code holds.
    """

    brand: str
    title: str
    colour: str
    lines: tuple[str, ...]
    caption: str
    code: bytes | str


@lru_cache(maxsize=128)
def drawn(poster: Poster) -> bytes:
    """Return a poster as PNG, 750 pixels wide: as long as what it says."""
    wrapped = [part for line in poster.lines for part in _wrapped(line, 34, WIDTH - 4 * MARGIN)]
    line_height = round(34 * LINE)
    card_height = GAP * 4 + line_height * len(wrapped) + CODE + GAP * 2 + round(28 * LINE)
    height = CARD_TOP + card_height + MARGIN
    image = Image.new("RGB", (WIDTH, height), BACK)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, HEAD), fill=poster.colour)
    light = _is_dark(poster.colour)
    top = _centred(draw, poster.brand, 40, y=70, fill=PAPER if light else INK)
    for part in _wrapped(poster.title, 60, WIDTH - 2 * MARGIN)[:2]:
        top = _centred(draw, part, 60, y=top + GAP // 2, fill=PAPER if light else INK)
    draw.rounded_rectangle(
        (MARGIN, CARD_TOP, WIDTH - MARGIN, height - MARGIN), radius=24, fill=PAPER
    )
    top = CARD_TOP + GAP * 2
    for part in wrapped:
        top = _centred(draw, part, 34, y=top, fill=INK)
    image.paste(_code(poster.code), ((WIDTH - CODE) // 2, top + GAP * 2))
    _centred(draw, poster.caption, 28, y=top + GAP * 3 + CODE, fill=SOFT)
    written = BytesIO()
    image.save(written, format="PNG")
    return written.getvalue()


def _code(told: bytes | str) -> Image.Image:
    """Return the code as a square picture. Raises: OSError where it is no picture."""
    if isinstance(told, bytes):
        made = Image.open(BytesIO(told)).convert("RGB")
        return made.resize((CODE, CODE), Image.Resampling.LANCZOS)
    written = BytesIO()
    segno.make_qr(told, error="m").save(written, kind="png", scale=10, border=2)
    return Image.open(written).convert("RGB").resize((CODE, CODE), Image.Resampling.NEAREST)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    # Noto Sans CJK, SIL Open Font License 1.1, from its own wheel
    with as_file(files("noto_cjk_sans_otc") / "NotoSansCJK-Regular.ttc") as path:
        return ImageFont.truetype(str(path), size, index=CHINESE)


def _centred(draw: ImageDraw.ImageDraw, words: str, size: int, *, y: int, fill: str) -> int:
    """Write a line in the middle, and return where the next begins."""
    draw.text((WIDTH // 2, y), words, font=_font(size), fill=fill, anchor="ma")
    return y + round(size * LINE)


def _wrapped(words: str, size: int, width: int) -> list[str]:
    """Return the lines of a text: Chinese breaks anywhere, English between words."""
    font, lines, line = _font(size), [], ""
    for word in _WORDS.findall(words):
        if line and word not in _HANGS and font.getlength(line + word.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += word if line else word.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def _is_dark(colour: str) -> bool:
    """Say whether white is read better on a colour than black (WCAG's relative luminance)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05
