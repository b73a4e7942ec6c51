"""How Tmall and Taobao tell a trade and a refund: yuan with two decimals, moments of Shanghai.

Of every second trade ids are texts; buyers' nicks and receivers are masked.
"""

import datetime as dt
import json

from simulator.clock import SHANGHAI
from simulator.shops.orders import Line, Order, Refund

STATUS = {
    "unpaid": "WAIT_BUYER_PAY",
    "paid": "WAIT_SELLER_SEND_GOODS",
    "shipped": "WAIT_BUYER_CONFIRM_GOODS",
    "completed": "TRADE_FINISHED",
}
TOPICS = {
    "placed": "taobao_trade_TradeCreate",
    "paid": "taobao_trade_TradeBuyerPay",
    "shipped": "taobao_trade_TradeSellerShip",
    "completed": "taobao_trade_TradeSuccess",
    "closed": "taobao_trade_TradeClose",
    "refunded": "taobao_refund_RefundSuccess",
    "changed": "taobao_trade_TradeChanged",
}
REFUND_ASKED = "taobao_refund_RefundCreated"
SOLD_LIVE = "taobao_live_TcpOrder"


def status(one: Order) -> str:
    """Closed after payment and closed before it are two states."""
    if one.state == "closed":
        return "TRADE_CLOSED" if one.paid_at else "TRADE_CLOSED_BY_TAOBAO"
    return STATUS[one.state]


def modified(one: Order) -> int:
    """When the trade last changed: a refund after its end is none of its changes."""
    moments = [one.ordered_at, one.paid_at, one.shipped_at, one.completed_at, one.closed_at]
    during = [x.updated_at for x in one.refunds if x.updated_at <= (one.completed_at or 2**40)]
    return max(*moments, *during, 0)


def trade(one: Order, *, seller_nick: str) -> dict[str, object]:
    """A trade with its sub-orders, in their wrappers."""
    is_text = int(one.number) % 2 == 0
    return {
        "tid": one.number if is_text else int(one.number),
        "tid_str": one.number,
        "status": status(one),
        "type": "fixed",
        "payment": yuan(one.pay_fen),
        "total_fee": yuan(sum(line.goods_fen for line in one.lines)),
        "discount_fee": yuan(sum(line.shop_fen + line.talent_fen for line in one.lines)),
        "adjust_fee": "0.00",
        "post_fee": yuan(one.freight_fen),
        "created": local(one.ordered_at),
        **_moment("pay_time", one.paid_at),
        **_moment("consign_time", one.shipped_at),
        **_moment("end_time", one.completed_at or one.closed_at),
        "modified": local(modified(one)),
        "buyer_open_uid": one.buyer,
        "buyer_nick": "林**",
        "seller_nick": seller_nick,
        "receiver_name": "林**",
        "receiver_mobile": "*******0001",
        "tmall_coupon_fee": sum(line.channel_fen for line in one.lines),
        "platform_subsidy_fee": yuan(sum(line.platform_fen for line in one.lines)),
        "point_fee": sum(line.points_fen for line in one.lines),
        "orders": {"order": [_sub_order(one, line) for line in one.lines]},
    }


def _sub_order(one: Order, line: Line) -> dict[str, object]:
    refunds = [refund for refund in one.refunds if refund.line_key == line.key]
    is_given_back = (
        bool(refunds)
        and all(x.is_done for x in refunds)
        and not one.left_fen(line)
        and one.state != "completed"
    )
    payment = one.pay_fen if len(one.lines) == 1 else line.goods_fen - line.shop_fen
    return {
        "oid": int(line.key),
        "oid_str": line.key,
        "num_iid": 610_000_000_001,
        "sku_id": "4700000000001",
        "outer_iid": "",
        "outer_sku_id": line.sku,
        "title": line.title,
        "price": yuan(line.price_fen),
        "num": line.quantity,
        "total_fee": yuan(line.goods_fen - line.shop_fen),
        "payment": yuan(payment),
        "divide_order_fee": yuan(line.pay_fen),
        "part_mjz_discount": yuan(line.platform_fen + line.talent_fen),
        "discount_fee": yuan(line.shop_fen),
        "adjust_fee": "0.00",
        "status": "TRADE_CLOSED" if is_given_back else status(one),
        "refund_status": _refund_status(refunds[-1]) if refunds else "NO_REFUND",
        **({"refund_id": refunds[-1].number} if refunds else {}),
        "seller_type": "B",
        **({"o2o_guide_id": line.guide_id} if line.guide_id else {}),
    }


def _refund_status(told: Refund) -> str:
    return "SUCCESS" if told.is_done else "WAIT_SELLER_AGREE"


def refund(one: Order, told: Refund) -> dict[str, object]:
    """A refund: asked for, or successful."""
    line = _line(one, told)
    return {
        "refund_id": told.number,
        "tid": int(one.number),
        "oid": int(told.line_key),
        "status": _refund_status(told),
        "refund_fee": yuan(_fee(one, line, told)),
        "payment": yuan(line.pay_fen - _fee(one, line, told)),
        "total_fee": yuan(line.pay_fen),
        "created": local(told.asked_at),
        "modified": local(told.updated_at),
        "order_status": status(one),
        "dispute_type": "REFUND",
        "refund_phase": "aftersale" if one.completed_at else "onsale",
        "good_status": "BUYER_NOT_RECEIVED",
        "has_good_return": False,
        "buyer_nick": "林**",
        "buyer_open_uid": one.buyer,
        "ouid": ouid(one),
    }


def _line(one: Order, told: Refund) -> Line:
    return next(line for line in one.lines if line.key == told.line_key)


def _fee(one: Order, line: Line, told: Refund) -> int:
    """What is given back of a line, with the coupon's part of it, which comes back as a coupon."""
    of_line = [refund for refund in one.refunds if refund.line_key == line.key]
    until = of_line[: [refund.number for refund in of_line].index(told.number) + 1]
    own = line.pay_fen - line.channel_fen
    sums = [sum(refund.amount_fen for refund in some) for some in (until, until[:-1])]
    with_coupon = [-(-fen * line.pay_fen // own) for fen in sums]
    return with_coupon[0] - with_coupon[1]


def ouid(one: Order) -> str:
    """What the shop calls the buyer, whatever app asks."""
    return ouid_of(one.buyer)


def ouid_of(buyer: str) -> str:
    """What the shop calls who is this buyer to an app."""
    return f"ouid-{buyer[-20:]}"


def pushed(one: Order, given_back: Refund | None, *, seller_nick: str) -> str:
    """What a message says: ids as numbers, in JSON in a text."""
    about: dict[str, object] = {
        "tid": int(one.number),
        "oid": int(one.lines[0].key),
        "buyer_nick": "林**",
        "buyer_open_uid": one.buyer,
        "seller_nick": seller_nick,
    }
    if given_back is None:
        about |= {"payment": yuan(one.pay_fen), "status": status(one), "type": "guarantee_trade"}
    else:
        about |= {
            "oid": int(given_back.line_key),
            "refund_id": int(given_back.number),
            "refund_fee": yuan(_fee(one, _line(one, given_back), given_back)),
            "bill_type": "refund_bill",
            "refund_phase": "aftersale" if one.completed_at else "onsale",
            "modified": local(given_back.updated_at),
        }
    return json.dumps(about, ensure_ascii=False, separators=(",", ":"))


def sold_live(one: Order, talent_id: str) -> str:
    """Who sold it in a live room: the one message without a seller."""
    return json.dumps({"anchor_open_id": talent_id, "tid": int(one.number)})


def yuan(amount: int) -> str:
    """Fen as yuan."""
    return f"{amount // 100}.{amount % 100:02}"


def local(seconds: int) -> str:
    """A moment as Shanghai's clocks show it."""
    return dt.datetime.fromtimestamp(seconds, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _moment(name: str, seconds: int) -> dict[str, str]:
    return {name: local(seconds)} if seconds else {}
