"""How WeChat tells a shop's order and after-sale: fen, Unix seconds, ids as texts, masked names.

Of every second order the ids inside are numbers, too, as in the samples of its documents.
"""

import zlib

from simulator.shops.orders import Line, Order, Refund
from simulator.shops.shelf import Good

STATUS = {"unpaid": 10, "paid": 20, "shipped": 30, "completed": 100}
GIFT_WAITS, GIVEN_BACK, NEVER_PAID = 12, 200, 250
LIVE_ROOM, OTHER = 2, 1
REFUNDED, ASKED = "MERCHANT_REFUND_SUCCESS", "MERCHANT_PROCESSING"


def order(one: Order, *, tells_unionid: bool) -> dict[str, object]:
    """An order, as its detail tells it: of a gift the receiver, with the giver beside her."""
    about: dict[str, object] = {
        "order_id": one.number,
        "status": _status(one),
        "create_time": one.ordered_at,
        "update_time": one.updated_at,
        "openid": one.receiver or one.buyer,
        "order_detail": _detail(one),
        "aftersale_detail": {
            "aftersale_order_list": [
                {"aftersale_order_id": _id(one, x.number)} for x in one.refunds
            ],
            "on_aftersale_order_cnt": sum(not refund.is_done for refund in one.refunds),
        },
        "is_present": bool(one.receiver),
    }
    if one.receiver:
        about["present_giver_openid"] = one.buyer
        about["present_send_type"] = 0
    if tells_unionid:
        about["unionid"] = one.receiver_unionid or one.buyer_unionid
        if one.receiver:
            about["present_giver_unionid"] = one.buyer_unionid
    return about


def after_sale(one: Order, refund: Refund, *, tells_unionid: bool) -> dict[str, object]:
    """An after-sale."""
    line = next(each for each in one.lines if each.key == refund.line_key)
    about: dict[str, object] = {
        "after_sale_order_id": refund.number,
        "order_id": one.number,
        "status": REFUNDED if refund.is_done else ASKED,
        "type": "REFUND",
        "openid": one.receiver or one.buyer,
        "product_info": {
            "product_id": str(sku_id(line) - 1),
            "sku_id": str(sku_id(line)),
            "count": line.quantity,
        },
        "refund_info": {"amount": refund.amount_fen},
        "create_time": refund.asked_at,
        "update_time": refund.updated_at,
        "reason_text": "NO_REASON_7_DAYS",
    }
    return about | ({"unionid": one.receiver_unionid or one.buyer_unionid} if tells_unionid else {})


def pushed(event: str, one: Order, refund: Refund | None, *, at: int) -> dict[str, object]:
    """What a message says; the number of a new order is a number, in all others a text."""
    head: dict[str, object] = {
        "ToUserName": "gh_wechat_shop",
        "FromUserName": one.receiver or one.buyer,
        "CreateTime": at,
        "MsgType": "event",
    }
    if refund is not None:
        status = REFUNDED if refund.is_done else ASKED
        about = {
            "status": status,
            "after_sale_order_id": refund.number,
            "order_id": one.number,
        }
        return head | {
            "Event": "channels_ec_aftersale_update",
            "finder_shop_aftersale_status_update": about,
        }
    number: dict[str, object] = {"order_id": one.number}
    told: dict[str, dict[str, object]] = {
        "placed": {"order_id": int(one.number)},
        "paid": number | {"pay_time": str(one.paid_at)},
        "shipped": number | {"finish_delivery": 1},
        "completed": number | {"confirm_type": 1},
        "closed": number | {"cancel_type": 3 if one.paid_at else 1},
    }
    names = {
        "placed": "new",
        "paid": "pay",
        "shipped": "deliver",
        "completed": "confirm",
        "closed": "cancel",
    }
    return head | {"Event": f"channels_ec_order_{names[event]}", "order_info": told[event]}


def _status(one: Order) -> int:
    if one.state == "closed":
        return GIVEN_BACK if one.paid_at else NEVER_PAID
    return GIFT_WAITS if one.state == "paid" and one.receiver else STATUS[one.state]


def _detail(one: Order) -> dict[str, object]:
    lines, rooms = one.lines, [line.room_id for line in one.lines if line.room_id]
    paid_fen = sum(map(_cash, lines)) + one.freight_fen
    goods_fen = sum(line.goods_fen for line in lines)
    shop_fen = sum(line.shop_fen for line in lines)
    return {
        "product_infos": [_product(one, line) for line in lines],
        "price_info": {
            "product_price": goods_fen,
            "order_price": paid_fen,
            "freight": one.freight_fen,
            "original_order_price": goods_fen + one.freight_fen,
            "discounted_price": shop_fen,
            "merchant_discounted_price": shop_fen,
            "finder_discounted_price": sum(line.talent_fen for line in lines),
            "cash_coupon_discounted_price": sum(x.platform_fen + x.channel_fen for x in lines),
            "deduction_price": sum(line.points_fen for line in lines),
            "merchant_receieve_price": paid_fen,
        },
        "pay_info": {
            "prepay_time": one.ordered_at,
            "pay_time": one.paid_at,
            "transaction_id": f"4200{one.number}" if one.paid_at else "",
            "payment_method": 1,
        },
        "ext_info": {
            "customer_notes": "",
            "order_scene": LIVE_ROOM if rooms else OTHER,
            "live_id": rooms[0] if rooms else "",
            "confirm_receipt_time": one.completed_at,
            **({"vip_order_session_id": one.vip_session} if one.vip_session else {}),
        },
        "delivery_info": {
            "address_info": {
                "user_name": "林*",
                "tel_number": "138****0001",
                "tel_number_ext_info": {"virtual_tel_number": "17000000001-1234"},
                "use_tel_number": 1,
                "hash_code": "0f" * 16,
            },
        },
        "source_infos": [told for line in lines for told in _sources(one, line)],
    }


def _product(one: Order, line: Line) -> dict[str, object]:
    done = [each for each in one.refunds if each.line_key == line.key and each.is_done]
    return {
        "product_id": _id(one, str(sku_id(line) - 1)),
        "product_unique_id": line.key,
        "sku_id": _id(one, str(sku_id(line))),
        "sku_code": line.sku,
        "title": line.title,
        "sku_cnt": line.quantity,
        "sale_price": line.price_fen,
        "market_price": line.price_fen + 1_000,
        "real_price": _cash(line),
        "deduction_price": line.points_fen,
        "cash_coupon_discounted_price": line.platform_fen + line.channel_fen,
        "merchant_discounted_price": line.shop_fen,
        "finder_discounted_price": line.talent_fen,
        "finish_aftersale_sku_cnt": line.quantity if done else 0,
    }


def _sources(one: Order, line: Line) -> list[dict[str, object]]:
    about: dict[str, object] = {"sku_id": _id(one, str(sku_id(line)))}
    told = []
    if line.talent_id:
        told.append(
            about
            | {
                "account_type": 5,
                "account_id": line.talent_id,
                "account_nickname": line.talent_name,
                "sale_channel": 100,
            }
        )
    if line.guide_id:
        told.append(about | {"account_type": 4, "content_type": 1, "content_id": line.guide_id})
    return told


def _cash(line: Line) -> int:
    return line.pay_fen - line.channel_fen


def sku_id(line: Line | Good) -> int:
    """Beyond 2^53, the same for a SKU every time."""
    return 9_100_000_000_000_000_001 + 2 * zlib.crc32(line.sku.encode())


def _id(one: Order, number: str) -> int | str:
    return int(number) if int(one.number) % 2 else number
