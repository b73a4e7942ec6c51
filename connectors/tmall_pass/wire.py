"""What Tmall asks and is answered. Whatever else it tells is not read."""

from typing import Annotated

from msgspec import Meta, Struct

Word = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\Z")]
# Who is told by half a number would be whoever has the same half.
Mobile = Annotated[str, Meta(pattern=r"^(\+?[0-9]{4,15})?\Z")]


class Asked(Struct, frozen=True):
    """A shopper as Tmall tells of her. ``type`` of a binding: 1 binds, 2 leaves."""

    seller_name: Word = ""
    mix_mobile: Word = ""
    mobile: Mobile = ""
    ouid: Word = ""
    omid: Word = ""
    type: str | int = ""


class ShownMember(Struct, frozen=True, omit_defaults=True):
    """What Tmall shows of a member: points, and the level that her tier is there."""

    point: int
    level: int
    extend: str = ""


class Answer(Struct, frozen=True, omit_defaults=True):
    """The answer to a question; which fields are there depends on the question."""

    bindable: bool | None = None
    bind_code: str = ""
    register_code: str = ""
    query_code: str = ""
    member: ShownMember | None = None


class Failed(Struct, frozen=True):
    """The answer to who did not sign, or not as documented."""

    sub_code: str
    sub_message: str
    flag: str = "failure"
