"""`jifen brand`: what the brand is called and looks like."""

import base64
import sys
from pathlib import Path

import msgspec
from msgspec import UNSET, UnsetType

from loyalty import brand
from loyalty.brand import LOGO_LIMIT_BYTES, Look
from loyalty.errors import LoyaltyError
from web.decoding import wrong_field
from web.texts import text

PICTURES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}


async def run(
    name_zh: str | None, name_en: str | None, colour: str | None, logo: Path | None
) -> int:
    """Change what is told, and print what the brand is now."""
    try:
        told = {"name_zh": name_zh, "name_en": name_en, "colour": colour, "logo": _address(logo)}
        look = msgspec.convert({name: one for name, one in told.items() if one}, Look)
        dressed = await brand.dress(look)
    except msgspec.ValidationError as error:
        wrong = wrong_field(str(error))
        figures = {**wrong.figures, "field": wrong.field}
        print(f"jifen: {text(wrong.code, 'en', figures)}", file=sys.stderr)
        return 1
    except ValueError as error:
        print(f"jifen: {error}", file=sys.stderr)
        return 1
    except LoyaltyError as refused:
        print(f"jifen: {text(refused.code, 'en', refused.figures)}", file=sys.stderr)
        return 1
    shown = f"a logo of {len(dressed.logo)} characters" if dressed.logo else "no logo"
    print(f"{dressed.name_zh} / {dressed.name_en}  {dressed.colour}  {shown}")
    return 0


def _address(logo: Path | None) -> str | UnsetType:
    """Return a picture as a data URL.

    Raises:
        ValueError: it is of no kind that we take, or too large. OSError: it cannot be read.
    """
    if logo is None:
        return UNSET
    kind = PICTURES.get(logo.suffix.lower())
    if kind is None:
        raise ValueError(f"{logo}: a logo is one of {', '.join(PICTURES)}")
    content = logo.read_bytes()
    if len(content) > LOGO_LIMIT_BYTES:
        raise ValueError(f"{logo}: a logo has at most {LOGO_LIMIT_BYTES // 1000} kB")
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
