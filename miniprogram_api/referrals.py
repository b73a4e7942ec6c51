"""Invitations: my code, the friends who came by it, and the one by which I came."""

import asyncio
from base64 import b64encode
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

import web.qr
import web.referrals
from loyalty import programme
from loyalty import referrals as verbs
from loyalty.errors import NotFound
from loyalty.programme import Programme
from loyalty.referrals import CodeQr, Friend
from miniprogram_api import brand
from miniprogram_api.me import Boost, boost_of
from miniprogram_api.paging import PageQuery, cut
from models import ReferralState, ReferralWay
from web import posters
from web.context import Context, now
from web.languages import Language
from web.logs import log
from web.masks import masked
from web.session import Shopper
from web.typed import Moment
from web.wake import wake
from wechat.errors import CallFailed

# As long as WeChat keeps such a code; one that she shows is good for a week at least.
QR_LASTS, QR_LEAST = timedelta(days=30), timedelta(days=7)
PAGE = "/pages/invite/invite?ref="
PAGE_OF_CODES = "pages/invite/invite"
MADE_KEPT = 256  # of some 30 KB each


class UnlockLine(Struct, frozen=True):
    """So many friends unlock a boost of so many percent for so many days."""

    friends: int
    times_percent: int
    days: int


class Inviting(Struct, frozen=True):
    """By what I invite: the code that friends type, and the mini-program's page that I share.

    ``friends`` count, ``on_the_way`` may still. ``lines`` say what both sides get, and for what;
    ``next`` is the step ahead, null past the last.
    """

    name: str
    code: str
    page: str
    friends: int
    on_the_way: int
    lines: list[str]
    next: UnlockLine | None
    boost: Boost | None


class FriendLine(Struct, frozen=True):
    """One friend of mine, masked; ``line`` says how she stands, and why she does not count.

    ``came_by`` says by which article or review of a card, else null.
    """

    uuid: UUID
    name: str
    state: ReferralState
    reason: str | None
    line: str
    came_by: str | None
    invited_at: Moment


class Friends(Struct, frozen=True):
    """My friends, newest first; ``next_before`` asks for the page after this one."""

    friends: list[FriendLine]
    next_before: UUID | None


class InvitationQr(Struct, frozen=True):
    """A QR code of the official account: whoever scans it follows, and comes by my invitation.

    ``image`` is a data URI, good until ``ends_at``.
    """

    image: str
    ends_at: Moment


class InvitationPoster(Struct, frozen=True):
    """A picture to send or print; ``image`` is a data URI of a PNG, 750 pixels wide."""

    image: str


Shared = Annotated[
    str,
    Meta(
        max_length=50,
        pattern="^(article:[a-z0-9_]{1,40}|review:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$",
        examples=["article:beans"],
    ),
]


class InviterBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The code of the member who invited me: from the page that she shared, or typed.

    ``shared`` is what was on her ``card``: an article or a review.
    """

    code: Annotated[str, Meta(min_length=1, max_length=40)]
    way: Literal["link", "code", "card"] = "code"
    shared: Shared = ""


class Invited(Struct, frozen=True):
    """The invitation by which I came. ``lines`` say what is in it for both, and for what."""

    uuid: UUID
    name: str
    lines: list[str]


async def read(shopper: Shopper, context: Context) -> Inviting:
    """Read by what I invite friends, and how far I am.

    Raises:
        Refused: ``no_invitations_now``. NotFound: ``no_such_member``.
    """
    at = context.clock()
    found = await verbs.inviting(shopper.customer_id, at=at)
    policy, language = found.policy, shopper.language
    ahead = next((one for one in policy.unlock_steps if one.friends > found.friends), None)
    return Inviting(
        name=policy.name_zh if language == "zh" else policy.name_en,
        code=found.code,
        page=PAGE + found.code,
        friends=found.friends,
        on_the_way=found.on_the_way,
        lines=[one.spoken(language) for one in web.referrals.lines(policy)],
        next=UnlockLine(ahead.friends, ahead.times_percent, ahead.days) if ahead else None,
        boost=boost_of(found.boost, language, at=at),
    )


async def read_qr(shopper: Shopper, context: Context) -> InvitationQr:
    """Read the QR code that I show or print; WeChat makes one for 30 days.

    Raises:
        Refused: ``no_invitations_now``. NotFound: ``no_official_account``, ``no_such_member``.
    """
    verbs.policy_in_force(await programme.recent(), at=context.clock())
    code = await verbs.code_of(shopper.customer_id, at=context.clock())
    qr = await _account_qr(context, code)
    return InvitationQr(web.qr.image(qr.url), qr.ends_at)


async def _account_qr(context: Context, code: str) -> CodeQr:
    """Return the official account's QR code for an invitation.

    Raises:
        NotFound: ``no_official_account``.
    """
    account = next(iter(context.accounts.values()), None)
    if account is None:
        raise NotFound("no_official_account")
    app_id = account.connection.scope
    qr = await verbs.qr_of(code, app_id=app_id, lasts_until=now() + QR_LEAST)
    if qr is None:
        told = await account.client.qrcode.create(  # type: ignore[no-untyped-call]
            {
                "expire_seconds": QR_LASTS // timedelta(seconds=1),
                "action_name": "QR_STR_SCENE",
                "action_info": {"scene": {"scene_str": verbs.scene_of(code)}},
            }
        )
        qr = CodeQr(told["url"], now() + timedelta(seconds=told["expire_seconds"]))
        await verbs.keep_qr(code, qr, app_id=app_id)
    return qr


async def read_poster(shopper: Shopper, context: Context) -> InvitationPoster:
    """Read the picture that I send or print: what a friend gets, and a code that leads here.

    With the mini-program's code where WeChat makes one, else with the official account's.

    Raises:
        Refused: ``no_invitations_now``. NotFound: ``no_official_account``, ``no_such_member``.
    """
    language = shopper.language
    policy = verbs.policy_in_force(await programme.recent(), at=context.clock())
    code = await verbs.code_of(shopper.customer_id, at=context.clock())
    look = await brand.read(language)
    said = posters.Poster(
        brand=look.name,
        title=web.referrals.INVITED.spoken(language),
        colour=look.colour,
        lines=tuple(one.spoken(language) for one in web.referrals.friend_lines(policy)),
        caption=web.referrals.SCANNED.spoken(language),
        code=await _miniprogram_code(context, shopper.app_id, code)
        or (await _account_qr(context, code)).url,
    )
    picture = await asyncio.to_thread(posters.drawn, said)
    return InvitationPoster(f"data:image/png;base64,{b64encode(picture).decode()}")


_made: dict[tuple[str, str], bytes] = {}


async def _miniprogram_code(context: Context, app_id: str, code: str) -> bytes | None:
    """Return the picture of a mini-program code, asked for once; None where WeChat makes none.

    WeChat makes as many as are wanted, and 5,000 a minute.
    """
    account = context.miniprograms.get(app_id)
    if (app_id, code) in _made or account is None:
        return _made.get((app_id, code))
    try:
        made: bytes = await account.client.wxa.get_wxa_code_unlimited(  # type: ignore[no-untyped-call]
            code, page=PAGE_OF_CODES
        )
    except CallFailed as failed:
        log.warning("no_miniprogram_code", code=failed.code)
        return None
    if not await asyncio.to_thread(posters.is_picture, made):
        log.warning("no_miniprogram_code", code="no_picture")
        return None
    if len(_made) >= MADE_KEPT:
        del _made[next(iter(_made))]
    _made[app_id, code] = made
    return made


async def read_friends(shopper: Shopper, query: PageQuery) -> Friends:
    """Read whom I invited, and how each stands."""
    found = await verbs.friends(shopper.customer_id, before=query.before, limit=query.limit + 1)
    shown, next_before = cut(found, query.limit)
    rules = await programme.recent()
    return Friends([_line(one, rules, shopper.language) for one in shown], next_before)


def _line(one: Friend, rules: Programme, language: Language) -> FriendLine:
    came_by = web.referrals.came_by(one.shared, rules)
    return FriendLine(
        uuid=one.uuid,
        name=masked(one.invitee_uuid, language),
        state=one.state,
        reason=one.reason or None,
        line=web.referrals.standing(one.state, one.reason, language),
        came_by=came_by.spoken(language) if came_by else None,
        invited_at=one.opened_at,
    )


async def accept(shopper: Shopper, context: Context, body: InviterBody) -> Invited:
    """Accept an invitation. The first one is mine for ever; the same again changes nothing.

    Raises:
        NotFound: ``no_such_referral_code``.
        Refused: ``no_invitations_now``, ``invites_herself``, ``invited_already``.
    """
    at = context.clock()
    way = ReferralWay(body.way)
    uuid = await verbs.accept(body.code, shopper.customer_id, way=way, at=at, shared=body.shared)
    await wake(context.redis)
    policy = verbs.policy_in_force(await programme.recent(), at=at)
    language = shopper.language
    return Invited(
        uuid=uuid,
        name=policy.name_zh if language == "zh" else policy.name_en,
        lines=[one.spoken(language) for one in web.referrals.lines(policy)],
    )
