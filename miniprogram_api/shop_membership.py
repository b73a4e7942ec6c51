"""A shop on WeChat shows her as a member (小程序会员): she joins from it; she leaves all shops."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from loyalty import member_pass, programme
from loyalty.connections import Connected, WeChatPassSettings
from loyalty.errors import NotFound, Refused
from loyalty.member_pass import Shown
from loyalty.orders import IdentityRef
from models import IdentityKind
from web import limits
from web.context import Context
from web.limits import Limit
from web.session import Shopper
from wechat.errors import Rejected

JOINS = Limit("shop_membership", most=20, window_seconds=3600)
# The session ended or is none.
WRONG = 1

SessionId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        description="What the shop opened the mini-program with: good for ten minutes",
    ),
]


class FromShop(Struct, frozen=True, forbid_unknown_fields=True):
    """The visit on which a shop sent her here to join."""

    session_id: SessionId


async def join(shopper: Shopper, body: FromShop, context: Context, request: web.Request) -> None:
    """Let the shop that I came from show me as a member.

    Raises:
        NotFound: ``pass_not_connected``. Refused: ``shop_session_invalid``.
        TooManyRequests: ``too_many_requests``.
    """
    await limits.check(request, JOINS, caller=str(shopper.customer_id))
    known, at = _pass(shopper, context), context.clock()
    shown = await member_pass.show(shopper.customer_id, at=at)
    tiers = (await programme.recent()).tiers(at)
    try:
        await context.miniprograms[shopper.app_id].client.add_vip(
            shopper.openid,
            session_id=body.session_id,
            identity=known.settings.identity(tiers.grade_of(shown.tier, "wechat_shop_grade")),
            user_id=str(shopper.customer_uuid),
        )
    except Rejected as refused:
        if refused.errcode == WRONG:
            raise Refused("shop_session_invalid") from None
        raise
    await member_pass.register(_shown(shopper, known), at=at)


async def leave(shopper: Shopper, context: Context) -> None:
    """Let no shop on any platform show me as a member any more; what I have stays mine.

    The platforms are told within minutes.
    """
    await member_pass.leave(shopper.customer_id, at=context.clock())


def _pass(shopper: Shopper, context: Context) -> Connected[WeChatPassSettings]:
    known = context.wechat_passes.get(shopper.app_id)
    if known is None:
        raise NotFound("pass_not_connected")
    return known


def _shown(shopper: Shopper, known: Connected[WeChatPassSettings]) -> Shown:
    return Shown(known.id, IdentityRef(IdentityKind.OPENID, shopper.app_id, shopper.openid))
