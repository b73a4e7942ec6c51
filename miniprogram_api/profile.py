"""What she tells of herself."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from loyalty import customers
from loyalty.customers import HerProfile
from web import content
from web.context import Context
from web.session import Shopper
from web.typed import Moment
from web.wake import wake
from wechat.miniprogram import ContentScene

Called = Annotated[str, Meta(max_length=20, description="The name to call me by; may be empty")]
Birthday = Annotated[
    str,
    Meta(
        max_length=5,
        pattern="^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        description="Month and day, such as 02-29, which is 28 February in other years",
    ),
]


class ToldProfile(Struct, frozen=True, forbid_unknown_fields=True):
    """All that I tell of myself; what is left empty is taken back."""

    called: Called = ""
    birthday: Birthday | None = None


class Profile(Struct, frozen=True):
    """What I told of myself.

    The birthday can be another from ``birthday_changes_at`` on: once a year at most. Null: at once.
    """

    called: str
    birthday: str | None
    birthday_changes_at: Moment | None


async def read(shopper: Shopper, context: Context) -> Profile:
    """Read what I told of myself."""
    return _told(await customers.profile_of(shopper.customer_id, at=context.clock()))


async def tell(
    shopper: Shopper, body: ToldProfile, context: Context, request: web.Request
) -> Profile:
    """Tell the name to call me by and my birthday, all at once. The same again changes nothing.

    A birthday changes once a year at most; taken back, it can be told again then.

    Raises:
        Refused: ``no_such_day``, ``birthday_changed_lately``, ``name_not_usable``,
            ``content_not_allowed``, ``content_doubtful``.
        Unavailable: ``content_check_away``.
        TooManyRequests: ``too_many_requests``.
    """
    at = context.clock()
    before = await customers.profile_of(shopper.customer_id, at=at)
    if body.called.strip() != before.called:
        await content.check(body.called, shopper, request=request, scene=ContentScene.PROFILE)
    told = await customers.tell_profile(
        shopper.customer_id, called=body.called, birthday=body.birthday, at=at
    )
    await wake(context.redis)  # a milestone may be reached by it
    return _told(told)


def _told(profile: HerProfile) -> Profile:
    return Profile(profile.called, profile.birthday, profile.changes_at)
