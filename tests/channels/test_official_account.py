"""Customer messages over HTTP: within the window, each at most once, each refusal by its code."""

from dataclasses import replace
from typing import Any

import pytest

import channels
from channels import Address, OutcomeLost, Postponed, Undeliverable
from channels.official_account import send
from loyalty.deliveries import Ending, Text, end
from models import DeliveryState
from tests.channels.china import APP_ID, China
from web.context import now
from wechat.official_account import OfficialAccount
from wechat.tokens import MemoryTokens

SAID = "您有 120 积分 🎉 <积分> & \\u4e00"


async def sent(china: China, text: str = SAID, **more: Any) -> None:
    """Send one message as the worker does, without ending it."""
    claimed = await china.claimed(text, **more)
    await send(china.context, Address(claimed.scope, claimed.address, claimed.id), claimed.message)


def test_the_channels_are_the_files_of_the_folder() -> None:
    loaded = channels.load()
    assert set(loaded) == {"miniprogram", "official_account"}
    assert loaded["official_account"] is send


async def test_a_follower_who_wrote_gets_the_message_as_it_was_written(china: China) -> None:
    await china.follows()
    await china.says()
    await sent(china)
    assert await china.received() == [SAID]


async def test_who_did_nothing_lately_is_not_written_to_and_the_platform_not_asked(
    china: China,
) -> None:
    with pytest.raises(Undeliverable) as refused:
        await sent(china)
    assert refused.value.code == "window_closed"
    wire = await china.play("GET", "wire")
    assert wire["exchanges"] == []


async def test_five_messages_may_follow_hers_and_the_sixth_is_held_back(china: China) -> None:
    await china.follows()
    await china.says()
    for number in range(5):
        claimed = await china.claimed(f"{number}")
        address = Address(claimed.scope, claimed.address, claimed.id)
        await send(china.context, address, claimed.message)
        await end([Ending(claimed, DeliveryState.DELIVERED)], at=now())
    with pytest.raises(Undeliverable) as refused:
        await sent(china, "6")
    assert refused.value.code == "quota_spent"
    assert len(await china.received()) == 5


async def test_who_unfollowed_unnoticed_is_refused_by_the_platform(china: China) -> None:
    await china.follows()
    await china.says()
    await china.play("POST", f"consumers/{china.follower['id']}/unfollow?wait=1")
    with pytest.raises(Undeliverable) as refused:
        await sent(china)
    assert refused.value.code == "45015"


@pytest.mark.parametrize("errcode", [40003, 43004, 43019, 45015, 45047, 48002, 45002])
async def test_a_refusal_of_the_platform_is_told_by_its_code(china: China, errcode: int) -> None:
    await china.follows()
    await china.faulty(errcode=errcode)
    with pytest.raises(Undeliverable) as refused:
        await sent(china)
    assert refused.value.code == str(errcode)
    assert await china.received() == []


@pytest.mark.parametrize(
    ("errcode", "pause_seconds"), [(-1, 0), (45011, 60), (45009, 1800), (40001, 0)]
)
async def test_what_had_no_effect_may_be_tried_again(
    china: China, errcode: int, pause_seconds: int
) -> None:
    await china.follows()
    await china.faulty(errcode=errcode)
    with pytest.raises(Postponed) as postponed:
        await sent(china)
    assert postponed.value.code == str(errcode)
    assert postponed.value.after_seconds == pause_seconds


@pytest.mark.parametrize("fault", [{"timeout_after_effect": True}, {"truncate_body": True}])
async def test_a_message_without_an_answer_may_be_out(china: China, fault: dict[str, bool]) -> None:
    await china.follows()
    await china.faulty(**fault)
    with pytest.raises(OutcomeLost):
        await sent(china)
    assert await china.received() == [SAID]


async def test_a_gateway_error_tells_nothing(china: China) -> None:
    await china.follows()
    await china.faulty(status=502)
    with pytest.raises(OutcomeLost):
        await sent(china)


async def test_a_token_that_the_platform_forgot_is_renewed_once(china: China) -> None:
    await china.follows()
    await sent(china, "first")
    await china.faulty(errcode=40001, times=1)
    await sent(china, "second")
    assert await china.received() == ["first", "second"]


@pytest.mark.parametrize(
    ("api_base", "secret", "code"),
    [
        ("http://127.0.0.1:1", "0123456789abcdef0123456789abcdef", "no_token:try_again"),
        (None, "wrong", "no_token:40125"),
    ],
)
async def test_without_a_token_nothing_is_sent_and_it_is_tried_again(
    china: China, api_base: str | None, secret: str, code: str
) -> None:
    await china.follows()
    account = china.context.accounts[APP_ID]
    client = OfficialAccount(
        china.context.http,
        MemoryTokens(),
        app_id=APP_ID,
        app_secret=secret,
        api_base=api_base or china.origin,
    )
    context = replace(china.context, accounts={APP_ID: replace(account, client=client)})
    claimed = await china.claimed()
    address = Address(claimed.scope, claimed.address, claimed.id)
    with pytest.raises(Postponed) as postponed:
        await send(context, address, claimed.message)
    assert postponed.value.code == code


async def test_an_account_that_this_process_does_not_know_yet_is_waited_for(china: China) -> None:
    with pytest.raises(Postponed) as postponed:
        await send(china.context, Address("wx-new", "o-lin", 1), Text("你好"))
    assert postponed.value.code == "no_such_account"
