"""The one brand: what it is called and looks like, and how far business time stands ahead."""

from datetime import timedelta
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from loyalty.errors import Refused
from models import Brand, db

LOGO_LIMIT_BYTES = 200_000
FURTHEST = timedelta(days=3660)

Name = Annotated[str, Meta(min_length=1, max_length=40)]


class Look(Struct, frozen=True):
    """What is to be changed of the brand; ``logo`` is a data URL, "" for none."""

    name_zh: Name | UnsetType = UNSET
    name_en: Name | UnsetType = UNSET
    logo: Annotated[str, Meta(max_length=LOGO_LIMIT_BYTES * 2)] | UnsetType = UNSET
    colour: Annotated[str, Meta(pattern="^#[0-9a-f]{6}$")] | UnsetType = UNSET


async def dress(look: Look) -> Brand:
    """Change the parts of the brand that ``look`` holds, and return the whole.

    Raises:
        Refused: ``brand_without_name``: there is no brand yet, and it is not told its names.
    """
    told = {name: part for name, part in structs.asdict(look).items() if part is not UNSET}
    async with db.transaction():
        brand = await Brand.get_or_none(id=1)
        if brand is None:
            if not {"name_zh", "name_en"} <= told.keys():
                raise Refused("brand_without_name")
            first = {"logo": "", "colour": "#1d6b4f", "offset_seconds": 0}
            return await Brand.create(id=1, **{**first, **told})
        if told:
            await brand.update_from_dict(told).save(update_fields=told)
        return brand


async def offset() -> timedelta:
    """Return how far business time stands ahead of the wire's; nothing where there is no brand."""
    rows = await db.fetch("SELECT offset_seconds FROM brand WHERE id = 1")
    return timedelta(seconds=rows[0]["offset_seconds"]) if rows else timedelta()


async def put_ahead(by: timedelta, *, of: timedelta) -> timedelta:
    """Move business time forward from the offset ``of``, and return the new one.

    Raises:
        Refused: ``clock_too_far``. ``clock_moved``: another process moved it meanwhile.
    """
    ahead = of + by
    if ahead > FURTHEST:
        raise Refused("clock_too_far", days=FURTHEST.days)
    rows = await db.fetch(
        "UPDATE brand SET offset_seconds = $1 WHERE id = 1 AND offset_seconds = $2 RETURNING id",
        int(ahead.total_seconds()),
        int(of.total_seconds()),
    )
    if not rows:
        raise Refused("clock_moved")
    return ahead
