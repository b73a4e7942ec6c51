"""Staff see gifts by their state; what members wrote on their cards they do not."""

from uuid import uuid4

from loyalty import gifts
from loyalty.gifts import GiftWish, Links
from models import Customer, Member
from tests.cast import DAY, LIN, WANG
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis
from tests.loyalty.ledger.scene import earned
from tests.loyalty.play_scene import member
from web.context import Context

__all__ = ["away", "browser", "context", "http", "redis"]


async def test_gifts_stand_with_their_state_and_their_members(
    browser: Browser, context: Context
) -> None:
    giver, friend = await member(WANG), await member(LIN)
    await Member.filter(id=giver).update(joined_at=NOW - 200 * DAY)
    await earned(giver, 100, key="rich", at=NOW - 100 * DAY)
    links, first = Links(context.sealer), uuid4()
    wish = GiftWish(points=30, words="只给她看")
    await gifts.send(giver, first, wish, links=links, at=NOW)
    await gifts.send(giver, uuid4(), GiftWish(points=20), links=links, at=NOW)
    await gifts.claim(friend, links.secret(first), at=NOW)
    await browser.sign_in("marketer")
    _, page = await browser.get("/gifts")
    assert "30 积分" in page
    assert "20 积分" in page
    assert str((await Customer.get(id=friend)).uuid) in page
    assert "只给她看" not in page
    assert links.secret(first) not in page
    _, claimed = await browser.get("/gifts?state=claimed")
    assert "30 积分" in claimed
    assert "20 积分" not in claimed
    assert (await browser.get("/gifts?state=nonsense"))[0] == 200


async def test_a_guide_does_not_see_gifts(browser: Browser) -> None:
    await browser.sign_in("guide")
    assert (await browser.get("/gifts"))[0] == 403
