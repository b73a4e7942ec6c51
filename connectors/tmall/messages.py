"""What the messages of a shop's app say: which order of which shop changed, and who sold it."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from connectors.reading.hints import pushed
from connectors.tmall.frames import Value
from connectors.tmall.wire import MessageContent, content_of
from loyalty.connections import Connected, TmallSettings
from loyalty.inbox import Arrival
from loyalty.orders import Attribution
from models import AttributionKind

SOLD_LIVE = "taobao_live_TcpOrder"
# What is stored of a message is a name in it: all else is none of the platform's.
_TOPIC = re.compile(r"taobao_(trade|refund)_[A-Za-z]{1,60}|" + SOLD_LIVE, re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,40}", re.ASCII)
_ANCHOR = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
# They move neither money nor state: reading the order for them would spend the quota on nothing.
IDLE = frozenset(
    {
        "taobao_trade_TradeTimeoutRemind",
        "taobao_trade_TradeRated",
        "taobao_trade_TradeMemoModified",
        "taobao_trade_TradeLogisticsAddressChanged",
        "taobao_trade_TradeDelayConfirmPay",
    }
)

Shops = Sequence[Connected[TmallSettings]]


def arrival(message: Mapping[str, Value], shops: Shops) -> Arrival | None:
    """Return the event of a message; None where it is about no order of a shop of ours."""
    topic, message_id = _text(message, "topic"), _text(message, "id")
    if topic in IDLE or not _TOPIC.fullmatch(topic) or not _NUMBER.fullmatch(message_id):
        return None
    told = _content(message.get("content"))
    if told is None or not _NUMBER.fullmatch(str(told.tid)) or not int(told.tid):
        return None
    shop = _shop(message, told, shops)
    if shop is None:
        return None
    sold_by: tuple[Attribution, ...] = ()
    if topic == SOLD_LIVE and _ANCHOR.fullmatch(told.anchor_open_id):
        sold_by = (Attribution(AttributionKind.TALENT, told.anchor_open_id),)
    return pushed(
        str(told.tid),
        message_id=f"{topic}:{message_id}",
        connection_id=shop.id,
        attributed_to=sold_by,
    )


def _text(message: Mapping[str, Value], name: str) -> str:
    told = message.get(name)
    return str(told) if isinstance(told, int | str) else ""


def _content(told: Value) -> MessageContent | None:
    if not isinstance(told, str):
        return None
    try:
        return content_of(told)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None


def _shop(
    message: Mapping[str, Value], told: MessageContent, shops: Shops
) -> Connected[TmallSettings] | None:
    """Return whose message it is: by the seller's nick, else her id, else the app's only shop."""
    nick = told.seller_nick or _text(message, "nick")
    if nick:
        return next((one for one in shops if one.settings.seller_nick == nick), None)
    seller_id = _text(message, "userid")
    for one in shops:
        if seller_id and one.settings.seller_id == seller_id:
            return one
    (only, *others) = shops
    return None if others or (only.settings.seller_id and seller_id) else only
