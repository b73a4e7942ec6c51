"""The poster by which a member invites: a PNG with the brand, what a friend gets, and a code.

Drawn on the server, so that every phone shows the same. Drawing takes a tenth of a second of a
thread, never of the event loop; what was drawn lately is kept.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import as_file, files
from io import BytesIO

import segno
from msgspec import Struct
from PIL import Image, ImageDraw, ImageFont

WIDTH, MARGIN, HEAD_TOP, RADIUS = 750, 60, 70, 24
CARD_TOP, CARD_OVER_HEAD = 330, 90  # the least height above the card; how far the colour reaches
BRAND, TITLE, SAID, CAPTION = 40, 60, 34, 28  # heights of letters
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
    heading = [(part, BRAND) for part in _wrapped(poster.brand, BRAND, WIDTH - 2 * MARGIN)]
    heading += [(part, TITLE) for part in _wrapped(poster.title, TITLE, WIDTH - 2 * MARGIN)]
    inside = WIDTH - 4 * MARGIN
    said = [part for line in poster.lines for part in _wrapped(line, SAID, inside)]
    captions = _wrapped(poster.caption, CAPTION, inside)
    card_top = max(CARD_TOP, HEAD_TOP + _height(size for _, size in heading) + GAP * 2)
    card_height = GAP * 6 + _height([SAID] * len(said) + [CAPTION] * len(captions)) + CODE
    height = card_top + card_height + MARGIN
    image = Image.new("RGB", (WIDTH, height), BACK)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, card_top + CARD_OVER_HEAD), fill=poster.colour)
    top, ink = HEAD_TOP, PAPER if _is_dark(poster.colour) else INK
    for part, size in heading:
        top = _centred(draw, part, size, y=top, fill=ink)
    draw.rounded_rectangle(
        (MARGIN, card_top, WIDTH - MARGIN, height - MARGIN), radius=RADIUS, fill=PAPER
    )
    top = card_top + GAP * 2
    for part in said:
        top = _centred(draw, part, SAID, y=top, fill=INK)
    image.paste(_code(poster.code), ((WIDTH - CODE) // 2, top + GAP * 2))
    top += GAP * 3 + CODE
    for part in captions:
        top = _centred(draw, part, CAPTION, y=top, fill=SOFT)
    written = BytesIO()
    image.save(written, format="PNG")
    return written.getvalue()


def is_picture(told: bytes) -> bool:
    """Say whether a picture can be read."""
    try:
        with Image.open(BytesIO(told)) as made:
            made.load()
    except (OSError, ValueError, Image.DecompressionBombError):
        return False
    return True


def _height(letters: Iterable[int]) -> int:
    """Return how high lines are together."""
    return sum(round(size * LINE) for size in letters)


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
    """Return the lines of a text: Chinese breaks anywhere, English between words that fit."""
    font, lines, line = _font(size), [], ""
    whole = _WORDS.findall(words)
    parts = (part for one in whole for part in ([one] if font.getlength(one) <= width else one))
    for word in parts:
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
