"""Ladders: shops' platforms are asked for coupons, and to give them to those who reached a rung."""

from datetime import datetime

from connectors.tmall.ladders import shops_of
from jobs.registry import every
from loyalty import programme
from loyalty.ladders import batches, handing
from web.context import Context
from web.logs import log
from wechat.errors import CallFailed


@every(minutes=1)
async def serve_ladders(context: Context, at: datetime) -> int:
    """Ask for batches and coupons that wait, and look up lost answers; return how much was done.

    Raises:
        CallFailed: a platform cannot be asked now; it goes on there the next time.
    """
    shops = shops_of(context)
    done = await handing.lapse(at=at)
    await batches.want(await programme.load(), {one.name: one.id for one in shops}, at=at)
    failure = None
    for shop in shops:
        # Looked up before it is asked for; what cannot be looked up holds up nothing else.
        for step in (
            shop.look_for_batches(),
            shop.look_for_coupons(at=at),
            shop.make(at=at),
            shop.hand_out(at=at),
        ):
            try:
                done += await step
            except CallFailed as failed:
                log.warning("ladder_not_served", connection_id=shop.id, code=failed.code)
                failure = failed
    if failure is not None:
        raise failure
    return done
