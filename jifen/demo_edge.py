"""What the demo's page asks of our server, mounted in a demo only: the day, and how orders stand.

It takes JSON and nothing else, and answers no other origin: a page of another site cannot send it.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from connectors.reading.sweeping import sweep
from jifen.demo_orders import Stands, stand
from jobs import moving
from jobs.moving import Mover
from jobs.run_campaigns import route_of
from jobs.sweep_shops import all_of
from loyalty import campaigns, customers
from loyalty.connections import ShopSettings
from loyalty.errors import NotFound
from loyalty.orders import IdentityRef
from models import Brand, IdentityKind, ShopKind
from web import followers
from web.context import Context
from web.languages import Language
from web.logs import log
from web.refusals import BadRequest, Unavailable
from web.shops import ShopAccount
from web.typed import Api, Moment, get, post
from web.wake import wake
from wechat.errors import CallFailed

MOVES = web.AppKey("moves", set[asyncio.Task[None]])

Openid = Annotated[str, Meta(min_length=1, max_length=128)]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Code = Annotated[str, Meta(min_length=1, max_length=40, pattern="^[a-z0-9_]+$")]


class Moving(Struct, frozen=True):
    """A move of the clock that is under way."""

    begins_at: Moment
    ends_at: Moment
    at: Moment


class Named(Struct, frozen=True):
    """The brand as it is called and looks."""

    name_zh: str
    name_en: str
    logo: str
    colour: str


class Day(Struct, frozen=True):
    """Business time, the brand, the campaigns in force, and how far a move is."""

    now: Moment
    ahead_seconds: int
    brand: Named | None
    campaigns: list[str]
    moving: Moving | None


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """How far to move the clock: days and hours together, at least an hour."""

    days: Annotated[int, Meta(ge=0, le=400)] = 0
    hours: Annotated[int, Meta(ge=0, le=9600)] = 0


class AtShop(Struct, frozen=True, forbid_unknown_fields=True):
    """One shop, by its kind and its code, ours or its platform's."""

    kind: ShopKind
    code: Name


class Look(Struct, frozen=True, forbid_unknown_fields=True):
    """Which orders of which shop, and who is said to have bought them."""

    kind: ShopKind
    code: Name
    numbers: Annotated[list[Name], Meta(min_length=1, max_length=20)]
    openid: Openid | None = None
    unionid: Openid | None = None


class Looked(Struct, frozen=True):
    """How the orders stand. ``is_known``: the chat or the mini-program has met her."""

    orders: list[Stands]
    is_known: bool


class Read(Struct, frozen=True):
    """How many changes the shop told that were new."""

    new: int


class Now(Struct, frozen=True, forbid_unknown_fields=True):
    """An empty object: what has a body of JSON cannot be sent by a form of another site."""


class Run(Struct, frozen=True):
    """What a run of a campaign did."""

    members: int
    coupons: int
    deliveries: int


async def read(context: Context) -> Day:
    """The day: business time, the brand, and how far a move is."""
    brand = await Brand.get_or_none(id=1)
    at = context.clock()
    move = await moving.under_way(context.redis)
    return Day(
        now=at,
        ahead_seconds=brand.offset_seconds if brand else 0,
        brand=Named(brand.name_zh, brand.name_en, brand.logo, brand.colour) if brand else None,
        campaigns=await campaigns.in_force(at),
        moving=Moving(move.begins_at, move.ends_at, move.at) if move else None,
    )


async def move(body: Step, context: Context, request: web.Request) -> Moving:
    """Move business time forward, and run what lies between; it goes on behind the answer."""
    mover = await moving.begin(context, timedelta(days=body.days, hours=body.hours))
    task = asyncio.create_task(_moved(mover))
    request.app[MOVES].add(task)
    task.add_done_callback(request.app[MOVES].discard)
    return Moving(mover.move.begins_at, mover.move.ends_at, mover.move.at)


async def _moved(mover: Mover) -> None:
    try:
        await mover.run()
    except Exception as failure:  # nobody waits for it: the log is told, the next move goes on
        log.error("clock_stopped", exc_info=failure)


async def orders(body: Look, context: Context, language: Language) -> Looked:
    """Orders of a shop as they stand with us: what it told is worked behind its answer."""
    account = _account(body.kind, body.code, context)
    shop = (body.kind, account.shop.code if account else body.code)
    buyer = _buyer(body, context)
    found = await stand(shop, body.numbers, buyer, language=language)
    if any(one.whose == "anothers" for one in found):
        # a new follower is asked about every 30 seconds, or now
        await followers.learn_waiting(context, at=context.clock())
        found = await stand(shop, body.numbers, buyer, language=language)
    return Looked(found, is_known=bool(await customers.find(buyer)))


async def read_shop(body: AtShop, context: Context) -> Read:
    """Ask a shop now what changed in it, as every five minutes; the simulated ones lag behind none.

    Raises:
        NotFound: ``no_such_shop``. Unavailable: ``shop_away``: its platform does not answer.
    """
    account = _account(body.kind, body.code, context)
    if account is None:
        raise NotFound("no_such_shop")
    lag = account.client.pace.lag
    ahead = replace(context, clock=lambda: context.clock() + lag)
    try:
        return Read(await all_of([sweep(ahead, account)], context))
    except CallFailed as failed:
        log.warning("shop_away", shop_kind=body.kind.value, error=str(failed)[:200])
        raise Unavailable("shop_away") from None


def _account(kind: ShopKind, code: str, context: Context) -> ShopAccount | None:
    """Return the shop on a platform that ours or the platform's own code names."""
    for account in context.shops:
        settings = account.connection.settings
        if account.shop.kind is kind and code in (settings.scope, _own_code(settings)):
            return account
    return None


def _own_code(settings: ShopSettings) -> str:
    return str(getattr(settings, settings.named_by))


def _buyer(body: Look, context: Context) -> tuple[IdentityRef, ...]:
    """Return her names.

    Raises:
        BadRequest: she has none.
    """
    app_id = next(iter(context.accounts), "")
    named = (
        (IdentityKind.OPENID, app_id, body.openid),
        (IdentityKind.UNIONID, "", body.unionid),
    )
    buyer = tuple(IdentityRef(kind, scope, value) for kind, scope, value in named if value)
    if not buyer:
        raise BadRequest(field="openid")
    return buyer


async def run_campaign(code: Code, body: Now, context: Context) -> Run:
    """Run a campaign now, as its morning does."""
    told = await campaigns.run(code, route_of(context), at=context.clock())
    await wake(context.redis)
    return Run(told.members, told.coupons, told.deliveries)


def add_to(app: web.Application) -> None:
    """Mount the edge on the application of ``web.app.create``."""
    app[MOVES] = set()
    app.cleanup_ctx.append(_ending)
    Api(
        "demo",
        prefix="/demo",
        about="演示 / what the demo's page asks; not there outside a demo",
        operations=(
            get("/day", read),
            post("/clock", move, http_status=202),
            post("/orders", orders),
            post("/shops/read", read_shop),
            post("/campaigns/{code}/run", run_campaign),
        ),
    ).add_to(app)


async def _ending(app: web.Application) -> AsyncIterator[None]:
    yield
    moves: set[asyncio.Task[None]] = app[MOVES]
    for task in moves:
        task.cancel()
    await asyncio.gather(*moves, return_exceptions=True)
