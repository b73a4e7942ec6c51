"""VIP groups: what she lacks to join, or the QR code that lets her in."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty import communities
from loyalty.communities import Membership, MembershipState
from loyalty.errors import NotFound
from web import qr, wecom
from web.context import Context
from web.languages import Language
from web.session import Shopper
from web.texts import text

Code = Annotated[str, Meta(pattern="^[a-z0-9_]{1,40}$", max_length=40, examples=["vip"])]


class Missing(Struct, frozen=True):
    """One thing that she lacks: ``code`` is stable, ``message`` is for people."""

    code: str
    message: str


class Community(Struct, frozen=True):
    """A VIP group as she sees it.

    ``members`` counts staff, too. ``qr`` is a picture as a data URI, for her who was invited.
    """

    code: str
    name: str
    about: str
    state: MembershipState
    missing: list[Missing]
    members: int
    capacity: int
    qr: str | None


class Communities(Struct, frozen=True):
    """All VIP groups."""

    communities: list[Community]


async def read(shopper: Shopper, context: Context) -> Communities:
    """Read the VIP groups and what I lack to join them."""
    found = await communities.memberships(shopper.customer_id, at=context.clock())
    return Communities([_shown(one, shopper.language) for one in found])


async def invite(code: Code, shopper: Shopper, context: Context) -> Community:
    """Ask me into a VIP group; asked again, it answers how I stand to it.

    Raises:
        NotFound: ``no_such_community``.
        Refused: what I lack, ``community_full``.
    """
    found = await communities.membership(shopper.customer_id, code, at=context.clock())
    if found.state is MembershipState.ELIGIBLE and found.qr_code is None:
        await _open_join_way(context, found)
    found = await communities.invite(shopper.customer_id, code, at=context.clock())
    return _shown(found, shopper.language)


async def _open_join_way(context: Context, found: Membership) -> None:
    corp = context.corps.get(found.corp_id)
    community = await communities.find(found.corp_id, found.chat_id)
    if corp is None or community is None:
        raise NotFound("no_such_community")
    await wecom.open_join_way(context.http, corp, community, at=context.clock())


def _shown(found: Membership, language: Language) -> Community:
    policy = found.policy
    is_invited = found.state is MembershipState.INVITED
    return Community(
        code=found.code,
        name=policy.name_zh if language == "zh" else policy.name_en,
        about=policy.about_zh if language == "zh" else policy.about_en,
        state=found.state,
        missing=[
            Missing(one.code, text(one.code, language, one.figures)) for one in found.refusals
        ],
        members=found.members,
        capacity=found.capacity,
        qr=_code(found) if is_invited else None,
    )


def _code(found: Membership) -> str | None:
    """Return the QR code as the platform draws it; its address as a code until that has come."""
    if found.image is not None:
        return qr.data_uri(found.image.content, kind=found.image.kind)
    return qr.image(found.qr_code) if found.qr_code else None
