"""礼物 and 会员码: what waits for a friend, and where the code for the till is found."""

import re
from datetime import timedelta
from uuid import uuid4

from jifen.seeds import gifts as seeds
from loyalty import gifts
from loyalty.gifts import GiftWish, Links
from models import Member
from tests.bot.conftest import MINI_APP_ID, Town
from tests.bot.test_intents import customer_of, give
from web.context import now

OPENID = "oGives"


LINK = re.compile("<a [^>]*>|</a>")


async def said(town: Town, words: str) -> str:
    """What she reads of the answer."""
    return LINK.sub("", (await town.platform.says(words, openid=OPENID)).said)


async def test_gifts_that_wait_are_listed_in_her_language_with_their_last_day(town: Town) -> None:
    assert "没有待送出或待领取的礼物" in await said(town, "礼物")
    await give(OPENID, 100)
    await seeds.lay(at=now())
    hers = await customer_of(OPENID)
    await Member.filter(id=hers).update(joined_at=now() - timedelta(days=30))
    links = Links(town.context.sealer)
    for points in (10, 20):
        await gifts.send(hers, uuid4(), GiftWish(points=points), links=links, at=now())
    taken_back = uuid4()
    await gifts.send(hers, taken_back, GiftWish(points=30), links=links, at=now())
    await gifts.take_back(hers, taken_back, at=now())
    told = (await said(town, "我的礼物")).splitlines()
    assert told[0] == "您有 2 份礼物在等待："
    assert [line.partition("：")[0] for line in told[1:3]] == ["20 积分", "10 积分"]
    assert told[1].endswith("前（含当日）有效")
    assert told[3] == "打开小程序「礼物」"
    english = (await said(town, "my gifts")).splitlines()
    assert english[0] == "Gifts of yours that wait: 2"
    assert english[1].startswith("20 points: your friend can claim it through ")


async def test_the_member_code_is_never_sent_but_where_it_is(town: Town) -> None:
    told = await said(town, "会员码")
    assert "小程序的「会员码」页" in told
    assert not any(letter.isdigit() for letter in told)
    assert "under “My code”" in await said(town, "member code")


async def test_the_one_mini_program_opens_by_a_tap_and_of_two_none(town: Town) -> None:
    apps = town.context.miniprograms
    assert isinstance(apps, dict)
    opens = f'data-miniprogram-appid="{MINI_APP_ID}" data-miniprogram-path="pages/'
    for words, page in (("会员码", "code/code"), ("礼物", "gifts/gifts")):
        told = (await town.platform.says(words, openid=OPENID)).said
        assert f'{opens}{page}"' in told
    apps["wx2222222222222222"] = apps[MINI_APP_ID]
    told = (await town.platform.says("会员码", openid=OPENID)).said
    assert LINK.search(told) is None
    assert told.endswith("打开会员码")


async def test_deleting_an_account_is_never_done_by_a_word_but_she_learns_where(town: Town) -> None:
    told = await said(town, "注销账号")
    assert "确认两次" in told
    assert told.endswith("注销账号")
    english = await said(town, "delete my account")
    assert "It cannot be undone." in english
