"""Orders as WeChat's documents show them, told in our shape; what cannot be is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.wechat_shop import parse
from loyalty.connections import WeChatShopSettings
from loyalty.errors import Refused
from loyalty.orders import Attribution, IdentityRef, Order, ShopRef
from models import AttributionKind, IdentityKind, PurchaseState, ShopKind

APP_ID = "wx00000000000shop1"
SHOP = ShopRef(ShopKind.WECHAT_SHOP, APP_ID)
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
FOLDER = Path(__file__).parent


def settings(**more: Any) -> WeChatShopSettings:
    return WeChatShopSettings(
        app_id=APP_ID, app_secret="s", token="t", encoding_aes_key=KEY, **more
    )


def told(**order: Any) -> dict[str, Any]:
    """Return the documented order, with other fields of its own, and its after-sale."""
    body: dict[str, Any] = json.loads((FOLDER / "order.json").read_text())
    body["order"] |= order
    return body


def detail(**parts: dict[str, Any]) -> dict[str, Any]:
    """Return the documented order, with other fields in parts of its detail."""
    body = told()
    for name, fields in parts.items():
        body["order"]["order_detail"][name] |= fields
    return body


def parsed(body: dict[str, Any], **more: Any) -> Order | None:
    return parse.order(json.dumps(body).encode(), shop=SHOP, settings=settings(**more))


def order(body: dict[str, Any], **more: Any) -> Order:
    found = parsed(body, **more)
    assert found is not None
    return found


def test_the_documented_order_is_read_whole() -> None:
    one = order(told())
    assert one.number == "3705115058471208928"
    assert (one.state, one.paid_fen, one.freight_fen) == (PurchaseState.COMPLETED, 25_500, 500)
    assert (one.goods_fen, one.refunded_fen) == (30_000, 3_000)
    assert (one.discount_shop_fen, one.discount_platform_fen) == (2_400, 1_000)
    assert (one.discount_talent_fen, one.points_deduct_fen) == (600, 1_000)
    assert [(line.key, line.sku, line.paid_fen, line.refunded_fen) for line in one.lines] == [
        ("9007199254740993", "M-020", 17_000, 0),
        ("9007199254740995", "C-100", 8_000, 3_000),
        ("9007199254740995:2", "C-100", 0, 0),
    ]
    assert one.completed_at is not None
    assert one.completed_at.timestamp() == 1_779_500_000
    assert one.platform_updated_at is not None
    assert one.platform_updated_at.timestamp() == 1_779_600_000, "the after-sale came later"
    assert one.buyer == (
        IdentityRef(IdentityKind.UNIONID, "", "oUnion1"),
        IdentityRef(IdentityKind.OPENID, APP_ID, "oBuyer1"),
    )
    first, second, _ = one.lines
    room = Attribution(AttributionKind.LIVE_ROOM, "export/UzFfAgtgekIEAQ")
    assert first.attributed_to == (
        room,
        Attribution(AttributionKind.TALENT, "sphTalent", "小鹿"),
        Attribution(AttributionKind.SHARER, "oUnionOfSharer"),
    )
    assert second.attributed_to == (
        room,
        Attribution(AttributionKind.GUIDE, "chen"),
        Attribution(AttributionKind.SHARER, "oSharerOfAll"),
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (12, PurchaseState.PAID),
        (13, PurchaseState.PAID),
        (20, PurchaseState.PAID),
        ("21", PurchaseState.PAID),
        (30, PurchaseState.SHIPPED),
        (100, PurchaseState.COMPLETED),
        (200, PurchaseState.REFUNDED),
    ],
)
def test_states(status: int | str, state: PurchaseState) -> None:
    assert order(told(status=status)).state is state


@pytest.mark.parametrize("status", [10, 250, "250"])
def test_who_never_paid_bought_nothing(status: int | str) -> None:
    assert parsed(told(status=status)) is None


@pytest.mark.parametrize("status", [20, 30, 200])
def test_what_is_to_be_paid_later_is_no_purchase_yet(status: int) -> None:
    body = detail(pay_info={"pay_time": 0, "payment_method": 2})
    body["order"]["status"] = status
    assert parsed(body) is None


def test_an_order_won_in_a_draw_costs_nothing() -> None:
    body = detail(pay_info={"pay_time": 0, "payment_method": 3}, price_info={"order_price": 0})
    body["order"]["order_detail"]["price_info"]["freight"] = 0
    for product in body["order"]["order_detail"]["product_infos"]:
        product["real_price"] = 0
    body["after_sales"] = []
    one = order(body)
    assert (one.paid_fen, one.paid_at) == (0, one.ordered_at)


def test_a_whole_order_given_back_gives_back_the_freight_too() -> None:
    one = order(told(status=200))
    assert one.refunded_fen == one.paid_fen == 25_500
    assert [line.refunded_fen for line in one.lines] == [17_000, 8_000, 0]


def test_of_a_gift_the_giver_is_the_buyer_and_else_nobody() -> None:
    gift = {"is_present": True, "present_giver_openid": "oGiver"}
    assert order(told(**gift)).buyer == (IdentityRef(IdentityKind.OPENID, APP_ID, "oGiver"),)
    assert order(told(is_present=True)).buyer == (), "never the receiver"


def test_a_real_price_before_points_is_a_setting() -> None:
    body = told()
    body["order"]["order_detail"]["product_infos"][0]["real_price"] += 1_000
    with pytest.raises(Refused, match="amounts_do_not_add_up"):
        order(body)
    assert order(body, points_in_real_price=True).lines[0].paid_fen == 17_000


def test_a_price_with_the_platforms_coupon_is_a_setting() -> None:
    body = detail(price_info={"order_price": 26_500})
    body["order"]["order_detail"]["product_infos"][1]["real_price"] += 1_000
    one = order(body, platform_coupon_in_order_price=True)
    assert (one.paid_fen, one.lines[1].paid_fen) == (25_500, 8_000)


def test_a_changed_freight_takes_the_place_of_the_first() -> None:
    changed = {"is_change_freight": True, "change_freight": 0, "order_price": 25_000}
    assert order(detail(price_info=changed)).freight_fen == 0


@pytest.mark.parametrize(
    ("status", "refunded_fen"),
    [
        ("MERCHANT_REFUND_SUCCESS", 3_000),
        ("MERCHANT_RETURN_SUCCESS", 3_000),
        ("MERCHANT_EXCHANGE_SUCCESS", 0),
        ("USER_CANCELD", 0),
        ("PLATFORM_REFUNDING", 0),
        ("PLATFORM_REFUND_FAIL", 0),
        ("MERCHANT_REJECT_REFUND", 0),
    ],
)
def test_only_an_after_sale_that_succeeded_moves_money(status: str, refunded_fen: int) -> None:
    body = told()
    body["after_sales"][0]["status"] = status
    assert order(body).refunded_fen == refunded_fen


def test_partial_refunds_of_every_sku_come_to_the_whole() -> None:
    body = told()
    (one,) = body["after_sales"]
    bought = str(one["product_info"]["sku_id"])
    parts = [(bought, 1), (bought, 7_999), ("1700000000000000021", 17_000), ("", 500)]
    body["after_sales"] = [
        one
        | {
            "after_sale_order_id": str(number),
            "product_info": {"sku_id": sku},
            "refund_info": {"amount": amount},
        }
        for number, (sku, amount) in enumerate(parts)
    ]
    found = order(body)
    assert found.refunded_fen == found.paid_fen
    assert found.state is PurchaseState.REFUNDED


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda body: body["order"].update(status=77), "state_unknown"),
        (lambda body: body["after_sales"][0].update(status="SOMETHING_NEW"), "state_unknown"),
        (lambda body: price(body).update(order_price=-1), "amount_not_possible"),
        (lambda body: price(body).update(freight=-500), "amount_not_possible"),
        (lambda body: price(body).update(order_price=10**13), "amount_not_possible"),
        (lambda body: price(body).update(deduction_price=-1), "amount_not_possible"),
        (lambda body: price(body).update(order_price=25_501), "amounts_do_not_add_up"),
        (lambda body: product(body).update(sku_cnt=-2), "amount_not_possible"),
        (lambda body: product(body).update(real_price=-1), "amount_not_possible"),
        (lambda body: product(body).update(sale_price=10**12 + 1), "amount_not_possible"),
        (
            lambda body: body["after_sales"][0]["refund_info"].update(amount=-3_000),
            "amount_not_possible",
        ),
        (
            lambda body: body["after_sales"][0]["refund_info"].update(amount=9_000),
            "refunded_more_than_paid",
        ),
    ],
)
def test_what_cannot_be_is_refused(change: Any, code: str) -> None:
    body = told()
    change(body)
    with pytest.raises(Refused) as refused:
        parsed(body)
    assert refused.value.code == code


def price(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = body["order"]["order_detail"]["price_info"]
    return found


def product(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = body["order"]["order_detail"]["product_infos"][0]
    return found
