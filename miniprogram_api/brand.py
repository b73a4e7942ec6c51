"""What the brand is called and looks like: for everybody, before any login."""

from msgspec import Struct

from models import Brand
from web.languages import Language

NAME = "jifen"
COLOUR = "#0f6b52"


class BrandLook(Struct, frozen=True):
    """The brand's name in the language asked for.

    ``logo`` is an address or a data URI, empty where there is none; ``colour`` is ``#rrggbb``.
    """

    name: str
    logo: str
    colour: str


async def read(language: Language) -> BrandLook:
    """Read the brand's name, logo and colour."""
    brand = await Brand.get_or_none(id=1)
    if brand is None:
        return BrandLook(NAME, "", COLOUR)
    name = brand.name_en if language == "en" else brand.name_zh
    return BrandLook(name, brand.logo, brand.colour)
