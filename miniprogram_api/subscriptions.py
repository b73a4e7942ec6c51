"""Which subscribe messages she can allow, and that she did."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from loyalty import subscriptions
from web.context import Context
from web.session import Shopper

TemplateId = Annotated[str, Meta(min_length=1, max_length=64)]


class Templates(Struct, frozen=True):
    """Templates for wx.requestSubscribeMessage, at most three."""

    template_ids: list[str]


class Allowed(Struct, frozen=True, forbid_unknown_fields=True):
    """The templates that she allowed one message of."""

    accepted: Annotated[list[TemplateId], Meta(max_length=3)]


async def read(shopper: Shopper, context: Context) -> Templates:
    """Read which subscribe messages I can be asked to allow."""
    return Templates(_ours(context, shopper))


async def allow(shopper: Shopper, context: Context, uuid: UUID, body: Allowed) -> None:
    """Note that I allowed one message more of each template; unknown templates are left out.

    Name it by a UUID of your own, and send the same again when in doubt: it counts once.

    Raises:
        Conflict: ``key_reused``: this name stands for something else.
    """
    wanted = set(body.accepted) & set(_ours(context, shopper))
    await subscriptions.allow(
        uuid, shopper.app_id, shopper.openid, template_ids=sorted(wanted), at=context.clock()
    )


def _ours(context: Context, shopper: Shopper) -> list[str]:
    settings = context.miniprograms[shopper.app_id].connection.settings
    return [settings.coupon_template_id] if settings.coupon_template_id else []
