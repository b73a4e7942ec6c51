"""Contact ways are made, and follow the duties of the staff behind them."""

from collections.abc import Coroutine
from datetime import datetime

from jobs.registry import every
from loyalty import contact_ways
from loyalty.communities import Image
from loyalty.contact_ways import Wanted
from models import ContactWay
from web import wecom
from web.context import Context, Corp, now
from web.logs import log
from wechat.errors import CallFailed


@every(minutes=5)
async def serve_contact_ways(context: Context, at: datetime) -> int:
    """Tell the platform what differs; return how many contact ways that were."""
    count = 0
    for corp in context.corps.values():
        try:
            staff = await corp.client.contacts.staff()
        except CallFailed as failed:
            log.warning("staff_not_told", code=failed.code)
            continue
        due = await contact_ways.due(corp.connection.scope, staff, at=at, moment=now())
        for one in due.wanted:
            count += await _safely(one.slot, _serve(context, corp, one, at=at))
        for way in due.over:
            count += await _safely(way.slot, _take_away(corp, way))
    return count


async def _safely(slot: str, work: Coroutine[None, None, None]) -> bool:
    """Do what is due of one; what the platform does not take now is due again."""
    try:
        await work
    except CallFailed as failed:
        log.warning("contact_way_not_served", slot=slot, code=failed.code)
        return False
    return True


async def _serve(context: Context, corp: Corp, one: Wanted, *, at: datetime) -> None:
    corp_id, ways = corp.connection.scope, corp.client.contact_ways
    if one.way is None:
        made = await ways.add(
            one.users, state=one.state, remark=one.remark, skip_verify=one.skip_verify
        )
        qr_code = made.qr_code
        if not await contact_ways.keep(
            corp_id, one, config_id=made.config_id, qr_code=qr_code, at=at
        ):
            await ways.remove(made.config_id)
            return
        log.info("contact_way_made", slot=one.slot)
    else:
        qr_code = one.way.qr_code
        if one.is_new_to_platform:
            is_there = await ways.update(
                one.way.config_id,
                one.users,
                state=one.state,
                remark=one.remark,
                skip_verify=one.skip_verify,
            )
            if not is_there:  # another is made the next time
                await contact_ways.forget(one.way.id)
                log.warning("contact_way_lost", slot=one.slot)
                return
            await contact_ways.changed(one.way.id, one, at=at)
    if one.way is None or one.way.qr_image is None:
        image = Image(*await wecom.download(context.http, qr_code))
        await contact_ways.draw(corp_id, one.slot, image)


async def _take_away(corp: Corp, way: ContactWay) -> None:
    await corp.client.contact_ways.remove(way.config_id)
    await contact_ways.forget(way.id)
