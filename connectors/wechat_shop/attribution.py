"""What brought a line of an order about: live room, talent, guide, sharer. Pure."""

from connectors.reading.texts import first_id
from connectors.wechat_shop.wire import Detail
from loyalty.orders import Attribution
from models import AttributionKind

TALENT_ACCOUNT = 5
TALENT_CHANNEL = 100
STAFF_SHARE = 1


def attributed_to(detail: Detail, sku_id: str) -> tuple[Attribution, ...]:
    """Return what brought about the sale of a SKU; the live room counts for the whole order."""
    told = [(AttributionKind.LIVE_ROOM, first_id(detail.ext_info.live_id), "")]
    for source in detail.source_infos:
        if str(source.sku_id) != sku_id:
            continue
        is_talent = int(source.account_type) == TALENT_ACCOUNT
        if is_talent or int(source.sale_channel) == TALENT_CHANNEL:
            name = source.account_nickname
            told.append((AttributionKind.TALENT, first_id(source.account_id), name))
        if int(source.content_type) == STAFF_SHARE:
            told.append((AttributionKind.GUIDE, first_id(source.content_id), ""))
    of_sku = [one for one in detail.sku_sharer_infos if str(one.sku_id) == sku_id]
    for sharer in of_sku or [detail.sharer_info]:
        code = first_id(sharer.sharer_unionid, sharer.sharer_openid)
        told.append((AttributionKind.SHARER, code, ""))
    found = (Attribution(kind, code, name) for kind, code, name in told if code)
    return tuple(dict.fromkeys(found))
