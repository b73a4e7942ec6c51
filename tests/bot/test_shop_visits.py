"""到店 in the chat: what it is for, and a code that the menu's scanner read or she sent."""

from loyalty import shop_visits
from models import ShopVisit
from tests.bot.conftest import Town
from tests.bot.platform import event
from web.context import now

OPENID = "oVisits"


async def link(town: Town) -> str:
    shop_id = await shop_visits.shop_named("shop_jingan")
    code = shop_visits.code_of(shop_id, sealer=town.context.sealer, at=now())
    return f"{town.origin}/v/{code.letters}"


async def said(town: Town, words: str) -> str:
    return (await town.platform.says(words, openid=OPENID)).said


async def test_she_is_told_how_it_goes_and_a_link_counts_once(town: Town) -> None:
    assert (await said(town, "到店打卡")).startswith("在店内用微信扫一扫到店码即可打卡得积分")
    assert (await said(town, "shop visit")).startswith("Scan the code in one of our shops")
    code = await link(town)
    assert await said(town, "你好 我来了") != ""
    assert await said(town, code) == "静安店打卡成功，获得 10 积分。"
    assert (await said(town, code)).startswith("您刚在这里打过卡，")
    assert (await said(town, f"{town.origin}/v/{'A' * 26}")).startswith("这不是我们门店的码")
    assert await ShopVisit.all().count() == 1


async def test_the_menus_scanner_counts_once_however_often_it_is_told(town: Town) -> None:
    await said(town, "帮助")
    scan = {"ScanType": "qrcode", "ScanResult": await link(town)}
    told = event("scancode_waitmsg", openid=OPENID, EventKey="shop_visit", ScanCodeInfo=scan)
    answers = {(await town.platform.send(told)).said for _ in range(3)}
    assert answers == {"静安店打卡成功，获得 10 积分。"}
    other = {"ScanType": "barCode", "ScanResult": "6901234567892"}
    told = event("scancode_waitmsg", openid=OPENID, EventKey="shop_visit", ScanCodeInfo=other)
    assert (await town.platform.send(told)).said.startswith("这不是我们门店的码")
    assert await ShopVisit.all().count() == 1
