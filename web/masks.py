"""Names that tell nothing to others."""

from uuid import UUID

from web.languages import Language


def number_of(uuid: UUID) -> str:
    """Return the number on a member's card, as the mini-program shows it to her."""
    return uuid.hex[-8:].upper()


def masked(uuid: UUID, language: Language, *, is_me: bool = False, is_hidden: bool = False) -> str:
    """Return what others read for a member: the last letters of her public id.

    Of who is hidden they read nothing.
    """
    if is_me:
        return "我" if language == "zh" else "Me"
    if is_hidden:
        return "匿名会员" if language == "zh" else "Hidden member"
    tail = uuid.hex[-4:].upper()
    return f"会员··{tail}" if language == "zh" else f"Member··{tail}"
