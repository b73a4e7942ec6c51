"""Signing in with the code of wx.login, and out."""

import asyncio
from datetime import datetime
from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from loyalty import customers, sessions
from loyalty.customers import Buyer
from loyalty.errors import NotFound, Refused
from loyalty.orders import IdentityRef
from loyalty.sessions import Ended
from models import Customer, Identity, IdentityKind
from web import followers, limits
from web.context import Context, MiniProgramAccount, now
from web.limits import Limit
from web.logs import log
from web.refusals import Forbidden
from web.session import Shopper
from web.typed import Moment
from wechat.errors import CallFailed, Rejected
from wechat.miniprogram import Session

LOGINS = Limit("login", most=120, window_seconds=60, most_alone=20)
THROUGH = "miniprogram"
RESET_SECONDS = 3.0
BLOCKED_ERRCODE = 40226
CODE_REFUSALS = {40029: "login_code_invalid", 40163: "login_code_used"}

Code = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        description="What wx.login gave: good once, within five minutes",
        examples=["0b3kXx000JzVWQ1A5p200WmkLd4kXx0Q"],
    ),
]
AppId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="Which mini-program it is; may be left out where only one is connected",
        examples=["wxfedcba0987654321"],
    ),
]


class SignIn(Struct, frozen=True, forbid_unknown_fields=True):
    """What wx.login gave."""

    code: Code
    app_id: AppId | None = None


class SignedIn(Struct, frozen=True):
    """A session: send the token as ``Authorization: Bearer <token>``."""

    token: str
    expires_at: Moment
    customer: UUID


async def sign_in(body: SignIn, context: Context, request: web.Request) -> SignedIn:
    """Sign in with the code of wx.login.

    Whoever chats with the official account is the same customer here. Someone we have not met
    becomes a member. An earlier session of the same shopper with the same mini-program ends.

    Raises:
        Refused: ``login_code_invalid``, ``login_code_used``.
        Forbidden: ``account_blocked``: WeChat holds her for a risk; nobody is registered.
        NotFound: ``no_such_miniprogram``.
        TooManyRequests: ``too_many_requests``.
    """
    await limits.check(request, LOGINS, caller=limits.address_of(request))
    account = _account(context, body.app_id)
    told = await _traded(account, body.code)
    if told.unionid and not await Identity.exists(kind=IdentityKind.UNIONID, value=told.unionid):
        await followers.learn_waiting(context, at=context.clock())
    customer_id = await _customer(account, told, at=context.clock())
    opened = await sessions.open_for(
        customer_id,
        app_id=account.connection.scope,
        openid=told.openid,
        session_key=told.session_key,
        sealer=context.sealer,
        at=now(),
    )
    customer = await Customer.get(id=customer_id)
    log.info("signed_in", customer_id=customer_id, connection_id=account.connection.id)
    return SignedIn(opened.token, opened.expires_at, customer.uuid)


async def sign_out(shopper: Shopper) -> None:
    """End this session."""
    await sessions.revoke(shopper.token)
    log.info("signed_out", customer_id=shopper.customer_id)


async def sign_out_everywhere(shopper: Shopper, context: Context) -> None:
    """End my sessions on every phone, this one too, and let WeChat's own session keys die.

    Our sessions are over when this is answered. Where WeChat does not answer, its keys live until
    the next login there; no server but ours has them.
    """
    ended = await sessions.revoke_everywhere(shopper.customer_id, sealer=context.sealer)
    log.info("signed_out_everywhere", customer_id=shopper.customer_id, sessions=len(ended))
    await asyncio.gather(*(_reset(context, one) for one in ended))


async def _reset(context: Context, ended: Ended) -> None:
    account = context.miniprograms.get(ended.app_id)
    if account is None:
        return
    try:
        async with asyncio.timeout(RESET_SECONDS):
            await account.client.reset_session_key(ended.openid, ended.session_key)
    except (CallFailed, TimeoutError) as error:
        log.warning("session_key_not_reset", error=type(error).__name__)


def _account(context: Context, app_id: str | None) -> MiniProgramAccount:
    if app_id is None and len(context.miniprograms) == 1:
        (only,) = context.miniprograms.values()
        return only
    found = context.miniprograms.get(app_id or "")
    if found is None:
        raise NotFound("no_such_miniprogram")
    return found


async def _traded(account: MiniProgramAccount, code: str) -> Session:
    try:
        return await account.client.code2session(code)
    except Rejected as error:
        if error.errcode == BLOCKED_ERRCODE:
            raise Forbidden("account_blocked") from None
        if error.errcode in CODE_REFUSALS:
            raise Refused(CODE_REFUSALS[error.errcode]) from None
        raise


async def _customer(account: MiniProgramAccount, told: Session, *, at: datetime) -> int:
    openid = IdentityRef(IdentityKind.OPENID, account.connection.scope, told.openid)
    unionid = IdentityRef(IdentityKind.UNIONID, "", told.unionid) if told.unionid else None
    buyer: Buyer = (openid, unionid) if unionid else (openid,)
    try:
        return await customers.meet(buyer, at=at, through=THROUGH)
    except Refused as refusal:
        if refusal.code != "identities_of_two_customers" or unionid is None:
            raise
        return await _one_of_two(openid, unionid, at=at)


async def _one_of_two(openid: IdentityRef, unionid: IdentityRef, *, at: datetime) -> int:
    """Return the one customer that two become: the platform says that they are one human.

    Where something it said before speaks against that, the openid's is served.
    """
    try:
        return await customers.link(unionid, openid, at=at, by=THROUGH)
    except Refused:
        found = await customers.find([openid, unionid])
        log.warning(
            "identities_of_two_customers",
            customer_id=found[openid],
            other_customer_id=found[unionid],
        )
        return found[openid]
