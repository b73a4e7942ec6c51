"""Names that tell nothing to others."""

from uuid import UUID

from web.languages import Language


def masked(uuid: UUID, language: Language, *, is_me: bool = False) -> str:
    """Return what others read for a member: the last letters of her public id."""
    if is_me:
        return "我" if language == "zh" else "Me"
    tail = uuid.hex[-4:].upper()
    return f"会员··{tail}" if language == "zh" else f"Member··{tail}"
