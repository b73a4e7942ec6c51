"""The own store on a phone: a cart, its quote, an order, its payment."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from models import (
    Coupon,
    Customer,
)
from tests import pay_keys as merchants
from tests.loyalty.store import coupon, open_store
from tests.miniprogram_api.conftest import Phone
from tests.web.conftest import Asked, Caller, Json
from web.context import PayAccount, now

CART = {"lines": [{"sku": "C-100", "quantity": 1}, {"sku": "M-020", "quantity": 1}]}
NOTICES = f"/wechat-pay/{merchants.MCH_ID}/notices"


@pytest.fixture(autouse=True)
async def store(server: Caller, merchant: PayAccount) -> None:
    await open_store()


async def signed_in(phone: Phone) -> int:
    answer = await phone.sign_in()
    return int((await Customer.get(uuid=answer.told["customer"])).id)


async def quote(phone: Phone, **more: Any) -> Json:
    answer = await phone.ask("POST", "/quotes", json={**CART, **more})
    assert answer.http_status == 200, answer.told
    return answer.told


async def place(phone: Phone, token: str, uuid: object = None) -> Asked:
    return await phone.ask("PUT", f"/me/orders/{uuid or uuid4()}", json={"quote": token})


async def fresh_coupon(member_id: int, slot: str = "coupon:ten_off") -> str:
    """A coupon that is good now, on the wire's clock."""
    uuid = await coupon(member_id, slot)
    await Coupon.filter(uuid=uuid).update(expires_at=now() + timedelta(days=9))
    return str(uuid)


async def bought(phone: Phone, **more: Any) -> Json:
    """Order and pay; return the order."""
    order = (await place(phone, (await quote(phone, **more))["quote"])).told
    assert (await phone.pay(order["payment"]))["errMsg"] == "requestPayment:ok"
    return order
