"""What the demo's brand is called and looks like."""

from models import db

COLOUR = "#8a4b2a"


async def lay(name_zh: str, name_en: str) -> None:
    """Name the brand, unless it has a name."""
    await db.fetch(
        "INSERT INTO brand (id, name_zh, name_en, colour) VALUES (1, $1, $2, $3)"
        " ON CONFLICT DO NOTHING",
        name_zh,
        name_en,
        COLOUR,
    )
