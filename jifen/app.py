"""The composition root: puts the edges together; the only file that knows them all."""

import asyncio
import gc
import signal
from collections.abc import Sequence
from functools import partial

import uvloop
from aiohttp import web

import connectors.douyin.webhook
import connectors.own_store.webhook
import connectors.shopify.webhook
import connectors.tmall.consumer
import connectors.tmall_pass.webhook
import connectors.wechat_pass.webhook
import connectors.wechat_shop.webhook
import console
import miniprogram_api
import web.app as base
from bot import miniprogram, official_account, wecom
from bot.conversation import Conversations
from bot.corp_events import CorpEvents
from bot.miniprogram import PushedEvents
from connectors.own_store.working import StoreEvents
from connectors.reading.working import ShopOrders
from connectors.tmall_pass.mixing import mix_phones
from connectors.tmall_pass.point_changes import PointChanges
from jifen import VERSION, demo_edge, embedded
from jifen.family import Family
from jifen.product_files import UploadedFiles
from jifen.running import opened
from jifen.settings import Settings, sealer
from jobs import refunding, scheduler, sending_coupons, worker
from jobs.deriving import Deriver
from jobs.mass_sending import MassSender
from web import logs
from web.context import Context
from web.logs import log
from web.server import listening

GRACE_SECONDS = 10.0
YOUNG_OBJECTS = 10_000
STORE_BATCHES = 3  # at once: while PostgreSQL writes one, the next are made ready


def create(
    context: Context,
    *,
    framed_by: Sequence[str] = (),
    is_demo: bool = False,
    trusted_proxies: int = 0,
    public_url: str = "",
) -> web.Application:
    """Return the web application with every edge mounted; `framed_by` may frame the console.

    Only a demo has the edge that moves the clock and buys. ``trusted_proxies`` and ``public_url``
    as in `web.app`.
    """
    app = base.create(
        context, version=VERSION, trusted_proxies=trusted_proxies, public_url=public_url
    )
    official_account.add_to(app)
    wecom.add_to(app)
    miniprogram.add_to(app)
    connectors.own_store.webhook.add_to(app)
    connectors.douyin.webhook.add_to(app)
    connectors.tmall_pass.webhook.add_to(app)
    connectors.wechat_pass.webhook.add_to(app)
    connectors.wechat_shop.webhook.add_to(app)
    connectors.shopify.webhook.add_to(app)
    miniprogram_api.add_to(app)
    console.add_to(app, files=UploadedFiles(), framed_by=framed_by)
    if is_demo:
        demo_edge.add_to(app)
    return app


def serve(settings: Settings, reached: embedded.Addresses) -> None:
    """Answer HTTP until SIGTERM or Ctrl-C, then finish what is under way."""
    logs.configure()
    uvloop.run(_serve(settings, reached))


def serve_all(settings: Settings, reached: embedded.Addresses, *, processes: int) -> None:
    """Answer HTTP in one process, or in several that share the port and are kept alive."""
    sealer(settings)
    if processes == 1:
        serve(settings, reached)
        return
    logs.configure()
    family = Family()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: family.ask_to_stop())
    for place in range(processes):
        family.add(f"web {place + 1}", partial(serve, settings, reached))
    family.watch(also=lambda: None)
    family.stop()


def work(settings: Settings, reached: embedded.Addresses) -> None:
    """Do what the clock and the inbox ask for until SIGTERM or Ctrl-C."""
    logs.configure()
    sealer(settings)
    uvloop.run(_work(settings, reached))


async def _serve(settings: Settings, reached: embedded.Addresses) -> None:
    stopping = _stop_signals()
    async with (
        opened(settings, reached) as context,
        listening(
            create(
                context,
                framed_by=settings.framed_by,
                is_demo=settings.is_demo,
                trusted_proxies=settings.trusted_proxies,
                public_url=settings.public_url,
            ),
            host=settings.host,
            port=settings.port,
            grace_seconds=GRACE_SECONDS,
        ),
    ):
        _keep_out_of_collections()
        log.info("listening", host=settings.host, port=settings.port)
        await stopping.wait()


def _keep_out_of_collections() -> None:
    """Let the garbage collector leave alone what was made at the start, and come less often.

    A request, and a batch of a worker, leaves no cycles; what is in flight is looked through again
    and again for nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 50)


async def _work(settings: Settings, reached: embedded.Addresses) -> None:
    stopping = _stop_signals()
    async with opened(settings, reached) as context:
        conversations = Conversations(context)
        _keep_out_of_collections()
        await asyncio.gather(
            scheduler.keep_schedule(context, reached.database_url, stopping=stopping),
            worker.work(
                context,
                stopping=stopping,
                pumps=[
                    conversations.rework,
                    CorpEvents(context).work,
                    PushedEvents(context).work,
                    *([StoreEvents(context).work] * STORE_BATCHES),
                    *(ShopOrders(context, shop).work for shop in context.shops),
                    Deriver(context.redis).derive,
                    partial(refunding.refund_due, context),
                    partial(sending_coupons.send_coupons, context),
                    MassSender(context).work,
                    partial(mix_phones, context),
                    PointChanges(context).work,
                ],
            ),
            *(one.consume(stopping) for one in connectors.tmall.consumer.of_apps(context)),
        )
        await conversations.finish()


def _stop_signals() -> asyncio.Event:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    return stopping
