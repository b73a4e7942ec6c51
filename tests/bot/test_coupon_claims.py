"""领券 and coupon codes in the chat, once however often WeChat tries."""

from datetime import timedelta
from uuid import uuid4

from loyalty import coupon_codes
from loyalty.coupon_codes.making import CodeWish
from models import Coupon
from tests.bot.conftest import Town
from tests.bot.platform import text
from web.context import now

OPENID = "oClaims"


async def said(town: Town, words: str) -> str:
    return (await town.platform.says(words, openid=OPENID)).said


async def test_what_can_be_claimed_is_listed_and_claimed_by_number_once(town: Town) -> None:
    told = (await said(town, "领券")).splitlines()
    assert told[:2] == ["可以领取的优惠券：", "1. 秋日券（减 20 元，满 200 元可用）"]
    assert "限金卡" in told[2]
    assert "还差" in told[2]
    assert told[-1] == "发送“领券 1”即可领取。"
    assert (await said(town, "领券 1")).startswith("领取成功：秋日券，")
    assert "已领取" in await said(town, "领券")
    again = text("领券 秋日券", openid=OPENID)
    answers = [(await town.platform.send(again)).said for _ in range(2)]
    assert answers == ["未能领取秋日券。每人限领 1 张。"] * 2
    assert await Coupon.all().count() == 1


async def test_a_code_and_a_word_become_coupons(town: Town) -> None:
    wish = CodeWish(uuid4(), "coupon:autumn", now() + timedelta(days=9), "t", 1)
    await coupon_codes.make(wish, 1, at=now())
    await coupon_codes.fill(town.context.sealer)
    sheets = await coupon_codes.download(
        wish.uuid, sealer=town.context.sealer, reason="t", staff_member_id=1, at=now()
    )
    (code,) = [one.code async for sheet in sheets for one in sheet]
    assert (await said(town, "券码")).startswith("发送“券码”加上您的券码")
    for words in (code, code.lower(), f"兑换码 {code}"):
        assert (await said(town, words)).startswith("领取成功：秋日券，")
    for words in ("口令 coffee26", "COFFEE26", "ｃｏｆｆｅｅ２６ "):
        assert (await said(town, words)).startswith("领取成功：咖啡口令券，"), words
    assert await said(town, "coffee27") == "没有这个券码，请核对后再试。"
    assert (await said(town, "coffee 26")).startswith("Sorry"), "two words are no code"
    assert await said(town, "code WRNGWRNGWRNGWRNG") == (
        "There is no such coupon code; please look at it again."
    )
    assert await Coupon.all().count() == 2
