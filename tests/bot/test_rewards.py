"""兑换 and 优惠券: listed and redeemed in the chat, once however often WeChat tries."""

import asyncio
import re

import pytest

from loyalty import coupons, ledger, redemptions
from loyalty.coupons import Issue, Reason
from models import Identity
from tests.bot.conftest import Town
from tests.bot.platform import text
from tests.bot.test_intents import customer_of, give
from web.context import now

OPENID = "oRedeems"


async def begin_with(town: Town, points: int) -> None:
    await town.platform.says("帮助", openid=OPENID)
    if points:
        await give(OPENID, points)


async def available() -> int:
    member_id = await customer_of(OPENID)
    return (await ledger.balances([member_id], at=now()))[member_id].available


async def said(town: Town, words: str) -> str:
    return (await town.platform.says(words, openid=OPENID)).said


async def test_the_list_has_numbers_prices_and_what_is_missing(town: Town) -> None:
    await begin_with(town, 160)
    told = (await said(town, "兑换")).splitlines()
    assert [*told[:3], told[-1]] == [
        "您有 160 积分，可以兑换：",
        "1. 立减 10 元券：150 积分",
        "2. 帆布袋：200 积分（积分不足：需要 200，可用 160）",
        "发送“兑换 1”或“兑换 立减 10 元券”即可兑换。",
    ]
    told = (await said(town, "rewards")).splitlines()
    assert [*told[:3], told[-1]] == [
        "You have 160 points. Rewards:",
        "1. ¥10 off coupon: 150 points",
        "2. Tote bag: 200 points (Not enough points: 200 needed, 160 available)",
        "Send “redeem 1” or “redeem ¥10 off coupon”.",
    ]
    tapped = await town.platform.does("CLICK", openid=OPENID, EventKey="rewards")
    assert tapped.said.startswith("You have 160 points."), "her last language"


IN_CHINESE = re.compile(
    r"兑换成功：帆布袋，200 积分。\n兑换码：(\d{4} \d{4} \d{4})\n"
    r"请在.+日前（含当日）到门店出示。逾期未领，积分退回，有效期不变。"
)
IN_ENGLISH = re.compile(
    r"Redeemed: Tote bag, 200 points.\nCode: (\d{4} \d{4} \d{4})\n"
    r"Show it in a shop, .+ at the latest. If you do not, the points go back with their old expiry."
)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("兑换 2", IN_CHINESE),
        ("兑换２", IN_CHINESE),
        ("兑换帆布袋", IN_CHINESE),
        ("我要兑换一个帆布袋", IN_CHINESE),
        ("兑换第二个", IN_CHINESE),
        ("redeem 2", IN_ENGLISH),
        ("Redeem the tote bag", IN_ENGLISH),
    ],
)
async def test_a_gift_is_redeemed_by_number_or_name(
    town: Town, words: str, answer: re.Pattern[str]
) -> None:
    await begin_with(town, 500)
    told = answer.fullmatch(await said(town, words))
    assert told
    assert await available() == 300
    done = await redemptions.hand_over(told[1], staff_member_id=1, at=now())
    assert done.member_id == await customer_of(OPENID)


async def test_a_coupon_is_redeemed_and_listed(town: Town) -> None:
    await begin_with(town, 500)
    assert "还没有可用的优惠券" in await said(town, "优惠券")
    assert (await said(town, "兑换 立减10元券")).startswith("兑换成功：立减 10 元券，150 积分。")
    first, line, _ = (await said(town, "优惠券")).splitlines()
    assert first == "您有 1 张可用的优惠券："
    assert re.fullmatch(r"· 立减 10 元，满 100 元可用，有效期至.*日（150 积分兑换）", line)
    assert re.fullmatch(
        r"· ¥10 off, On orders of ¥100 or more, good through .* \(Redeemed for 150 points\)",
        (await said(town, "coupons")).splitlines()[1],
    )


async def test_an_exchange_coupon_is_used_where_she_has_one(town: Town) -> None:
    await begin_with(town, 0)
    member_id = await customer_of(OPENID)
    wanted = Issue("won", member_id, "coupon:free_tote", Reason(zh="三单", en="Three orders"))
    await coupons.issue([wanted], at=now())
    held = (await said(town, "优惠券")).splitlines()
    assert held[1].startswith("· 帆布袋兑换券 免费兑换，有效期至")
    assert held[-1] == "发送“兑换”使用兑换券。"
    told = (await said(town, "兑换")).splitlines()
    assert told[2] == "2. 帆布袋：免费（用您的兑换券），剩 20 件"
    message = text("兑换 2", openid=OPENID)
    first = (await town.platform.send(message)).said
    told = first.splitlines()
    assert (told[0], told[1][:4]) == ("兑换成功：帆布袋，使用 1 张兑换券。", "兑换码：")
    assert told[2].endswith("逾期未领，兑换券退回，有效期不变。")
    await worked_again(town)
    assert (await town.platform.send(message)).said == first
    assert await said(town, "兑换 帆布袋") == "未能兑换帆布袋。积分不足：需要 200，可用 0。"


async def test_a_retry_redeems_once_and_a_second_message_is_a_second_wish(town: Town) -> None:
    await begin_with(town, 500)
    message = text("兑换 1", openid=OPENID)
    other = await town.a_second_process()
    told = await asyncio.gather(*(one.send(message) for one in [town.platform, other] * 3))
    assert len({one.said for one in told}) == 1
    assert await available() == 350
    await town.platform.says("兑换 1", openid=OPENID)
    assert await available() == 200


async def worked_again(town: Town) -> None:
    """Let what was worked be worked once more when it comes again."""
    await town.rows(
        "UPDATE inbound_event SET state = 'claimed', reply = NULL, worked_at = NULL,"
        " claimed_until = clock_timestamp() WHERE state = 'worked'"
    )


async def test_a_turn_worked_again_from_the_start_gets_the_same_code(town: Town) -> None:
    await begin_with(town, 500)
    message = text("兑换 帆布袋", openid=OPENID)
    first = await town.platform.send(message)
    await worked_again(town)
    assert (await town.platform.send(message)).said == first.said
    assert await available() == 300


async def test_a_refusal_says_why(town: Town) -> None:
    await begin_with(town, 500)
    await said(town, "兑换 2")
    assert await said(town, "兑换 2") == "未能兑换帆布袋。每人限兑 1 次。"
    assert await said(town, "redeem 2") == "Tote bag was not redeemed. At most 1 for each member."
    assert (await said(town, "兑换 1")).startswith("兑换成功")
    assert (await said(town, "兑换 1")).startswith("兑换成功")
    assert await said(town, "兑换 1") == "未能兑换立减 10 元券。积分不足：需要 150，可用 0。"


@pytest.mark.parametrize(
    "words",
    [
        "兑换 0",
        "兑换 11",
        "兑换 99",
        "兑换 2 个",
        "兑换 现金",
        "兑换 不要帆布袋了",
        "redeem cash",
        "兑换 1.5",
    ],
)
async def test_what_is_not_there_shows_what_is(town: Town, words: str) -> None:
    await begin_with(town, 500)
    lines = (await said(town, words)).splitlines()
    assert lines[0] in ("没有这个奖励。", "There is no such reward.")
    is_english = words.startswith("redeem")
    assert lines[1:] == (await said(town, "rewards" if is_english else "兑换")).splitlines()
    assert await available() == 500


@pytest.mark.parametrize("name", ["随行杯", "冬日咖啡礼盒", "微信支付 5 元代金券"])
async def test_what_takes_more_than_words_is_redeemed_in_the_mini_program(
    town: Town, name: str
) -> None:
    await begin_with(town, 500)
    assert await said(town, f"兑换 {name}") == f"未能兑换{name}。请在小程序的积分商城兑换。"
    assert await available() == 500


async def test_a_privilege_says_how_often_it_can_be_used(town: Town) -> None:
    await begin_with(town, 500)
    told = await said(town, "兑换 门店手冲品鉴")
    assert re.search(r"权益码：\d{4} \d{4} \d{4}\n.+前（含当日）可使用 3 次", told)


async def test_a_right_to_buy_early_says_where(town: Town) -> None:
    await begin_with(town, 500)
    assert "开售前到小程序商店下单一次" in await said(town, "兑换 瑰夏新豆优先购")


async def test_two_consumers_with_one_message_id_each_redeem(town: Town) -> None:
    for openid in (OPENID, "oOther"):
        await town.platform.says("帮助", openid=openid)
        await give(openid, 500)
    for openid in (OPENID, "oOther"):
        told = await town.platform.says("兑换 2", openid=openid, MsgId="77")
        assert told.said.startswith("兑换成功")
    assert await town.count("redemption") == 2
    assert await Identity.filter(kind="openid", value__in=[OPENID, "oOther"]).count() == 2
