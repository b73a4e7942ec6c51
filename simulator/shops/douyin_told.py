"""How Douyin tells an order and an after-sale: fen, Unix seconds, ids as texts.

Of every second order amounts are texts, too, as in the samples of its documents.
"""

from simulator.shops.orders import Line, Order, Refund

STATUS = {"unpaid": 1, "paid": 2, "shipped": 3, "completed": 5, "closed": 4}
REFUND_ONLY, RETURNED = 1, 0
AFTER_SALE_DONE, REFUND_DONE = 12, 3
AFTER_SALE_ASKED, REFUND_WAITS = 6, 1


def order(one: Order) -> dict[str, object]:
    """A shop order, as list and detail tell it."""
    amounts = {
        "order_amount": one.pay_fen,
        "pay_amount": one.pay_fen,
        "post_amount": one.freight_fen,
        "modify_amount": 0,
        "promotion_amount": sum(x.shop_fen + x.platform_fen + x.talent_fen for x in one.lines),
        "promotion_shop_amount": sum(x.shop_fen for x in one.lines),
        "promotion_platform_amount": sum(x.platform_fen for x in one.lines),
        "promotion_talent_amount": sum(x.talent_fen for x in one.lines),
        "promotion_pay_amount": sum(x.channel_fen for x in one.lines),
        "create_time": one.ordered_at,
        "pay_time": one.paid_at,
        "update_time": one.updated_at,
        "ship_time": one.shipped_at,
        "finish_time": one.completed_at,
    }
    return {
        "order_id": one.number,
        "order_status": STATUS[one.state],
        "main_status": STATUS[one.state],
        "order_type": 0,
        "b_type": 2,
        "doudian_open_id": one.buyer,
        "open_id": "",
        "encrypt_post_tel": "##" + "x" * 20,
        "mask_post_receiver": "林**",
        "mask_post_tel": "138****0001",
        **(_texts(amounts) if int(one.number) % 2 else amounts),
        "sku_order_list": [_sku(one, line) for line in one.lines],
    }


def _sku(one: Order, line: Line) -> dict[str, object]:
    refunds = [refund for refund in one.refunds if refund.line_key == line.key]
    return {
        "order_id": line.key,
        "parent_order_id": one.number,
        "order_status": STATUS[one.state],
        "product_id": 3_500_000_000_000_000_001,
        "product_id_str": "3500000000000000001",
        "product_name": line.title,
        "sku_id": 1_700_000_000_000_000_001,
        "code": line.sku,
        "out_sku_id": 0,
        "item_num": line.quantity,
        "origin_amount": line.price_fen,
        "sum_amount": line.goods_fen,
        "order_amount": line.pay_fen,
        "pay_amount": line.pay_fen,
        "post_amount": 0,
        "promotion_amount": line.shop_fen + line.platform_fen + line.talent_fen,
        "promotion_pay_amount": line.channel_fen,
        "author_id": int(line.talent_id or 0),
        "author_name": line.talent_name,
        "theme_type": "1" if line.room_id else "0",
        "room_id": int(line.room_id or 0),
        "room_id_str": line.room_id or "0",
        "video_id": line.video_id,
        "given_product_type": "" if line.pay_fen else "FREE",
        "after_sale_info": {
            "after_sale_status": _after_sale_status(refunds[-1]) if refunds else 0,
            "after_sale_type": REFUND_ONLY if refunds else 0,
            "refund_status": _refund_status(refunds[-1]) if refunds else 0,
        },
    }


def after_sale(one: Order, refund: Refund) -> dict[str, object]:
    """A row of the list: its amount is what was asked for."""
    return {
        "aftersale_info": {
            "aftersale_id": refund.number,
            "aftersale_status": _after_sale_status(refund),
            "aftersale_type": REFUND_ONLY,
            "refund_status": _refund_status(refund),
            "refund_amount": refund.amount_fen,
            "apply_time": refund.asked_at,
            "update_time": refund.updated_at,
        },
        "order_info": {
            "shop_order_id": one.number,
            "related_order_info": [{"sku_order_id": refund.line_key}],
        },
        "text_part": {"aftersale_status_text": "退款成功"},
    }


def after_sale_detail(one: Order, refund: Refund) -> dict[str, object]:
    """An after-sale with what was really given back."""
    return {
        "order_info": {
            "shop_order_id": one.number,
            "sku_order_infos": [{"sku_order_id": refund.line_key}],
        },
        "process_info": {
            "after_sale_info": {
                "after_sale_id": refund.number,
                "after_sale_status": _after_sale_status(refund),
                "after_sale_type": REFUND_ONLY,
                "refund_status": _refund_status(refund),
                "refund_total_amount": refund.amount_fen,
                "real_refund_amount": refund.amount_fen if refund.is_done else 0,
                "refund_time": refund.updated_at,
                "update_time": refund.updated_at,
            }
        },
    }


def pushed(one: Order, refund: Refund | None, *, shop_id: int) -> dict[str, object]:
    """What a message says: ids as numbers, beyond what floating point holds."""
    about: dict[str, object] = {"p_id": int(one.number), "shop_id": shop_id}
    if refund is not None:
        return about | {
            "aftersale_id": int(refund.number),
            "s_id": int(refund.line_key),
            "aftersale_status": _after_sale_status(refund),
            "refund_amount": refund.amount_fen,
            "update_time": refund.updated_at,
        }
    return about | {
        "s_ids": [int(line.key) for line in one.lines],
        "order_status": STATUS[one.state],
        "order_type": 0,
        "biz": 2,
        "pay_type": 1,
        "pay_amount": one.pay_fen,
        "update_time": one.updated_at,
    }


def _after_sale_status(refund: Refund) -> int:
    return AFTER_SALE_DONE if refund.is_done else AFTER_SALE_ASKED


def _refund_status(refund: Refund) -> int:
    return REFUND_DONE if refund.is_done else REFUND_WAITS


def _texts(amounts: dict[str, int]) -> dict[str, str]:
    return {name: str(amount) for name, amount in amounts.items()}
