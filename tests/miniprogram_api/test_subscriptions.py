"""She allows subscribe messages: one tap is one message, however often her phone tells of it."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace as with_fields

from models import Acceptance, Subscription
from tests.miniprogram_api.conftest import APP_ID, Phone
from tests.miniprogram_api.shopping import signed_in
from tests.web.conftest import Asked
from web.context import Context

TEMPLATE = "t-coupon"


@pytest.fixture(autouse=True)
def templates(connected: Context) -> None:
    """The mini-program has a template to ask for."""
    account = connected.miniprograms[APP_ID]
    settings = with_fields(account.connection.settings, coupon_template_id=TEMPLATE)
    assert isinstance(connected.miniprograms, dict)
    connected.miniprograms[APP_ID] = replace(
        account, connection=replace(account.connection, settings=settings)
    )


async def allow(phone: Phone, *templates: str, uuid: object = None) -> Asked:
    body = {"accepted": list(templates)}
    return await phone.ask("PUT", f"/me/subscriptions/{uuid or uuid4()}", json=body)


async def counted(phone: Phone) -> int:
    rows = await Subscription.filter(openid=phone.openid.value, template_id=TEMPLATE)
    return sum(row.accepted for row in rows)


async def test_the_same_tap_told_many_times_at_once_is_one_message(lin: Phone) -> None:
    await signed_in(lin)
    uuid = uuid4()
    answers = await asyncio.gather(*(allow(lin, TEMPLATE, uuid=uuid) for _ in range(10)))
    assert Counter(one.http_status for one in answers) == {204: 10}
    assert await counted(lin) == 1
    assert (await allow(lin, TEMPLATE)).http_status == 204
    assert await counted(lin) == 2


async def test_a_name_stands_for_one_tap_of_one_shopper(lin: Phone, emma: Phone) -> None:
    await signed_in(lin)
    await signed_in(emma)
    uuid = uuid4()
    await allow(lin, TEMPLATE, uuid=uuid)
    for answer in (await allow(lin, uuid=uuid), await allow(emma, TEMPLATE, uuid=uuid)):
        assert (answer.http_status, answer.error["code"]) == (409, "key_reused")
    assert (await counted(lin), await counted(emma)) == (1, 0)


async def test_templates_that_are_none_of_ours_are_left_out_and_too_many_refused(
    lin: Phone,
) -> None:
    await signed_in(lin)
    assert (await allow(lin, "another", TEMPLATE)).http_status == 204
    assert await counted(lin) == 1
    wrong = await allow(lin, "a", "b", "c", "d")
    assert (wrong.http_status, wrong.error["field"]) == (400, "accepted")


async def test_names_of_long_ago_are_forgotten(lin: Phone) -> None:
    await signed_in(lin)
    old = uuid4()
    await allow(lin, TEMPLATE, uuid=old)
    await Acceptance.all().update(
        accepted_at=(await Acceptance.get()).accepted_at - timedelta(days=31)
    )
    await allow(lin, TEMPLATE)
    assert not await Acceptance.exists(uuid=old)
    assert await counted(lin) == 2
