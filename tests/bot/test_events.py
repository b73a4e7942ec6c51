"""活动 in the chat: what is planned, and where she stands."""

from datetime import timedelta

from loyalty import brand_events, customers, programme
from loyalty.orders import IdentityRef
from loyalty.policies.event import BrandEvent
from models import IdentityKind
from tests.bot.conftest import Town
from tests.bot.platform import APP_ID
from web.context import now

OPENID = "oComes"
HOUR = timedelta(hours=1)


async def said(town: Town, words: str) -> str:
    return (await town.platform.says(words, openid=OPENID)).said


async def test_what_is_planned_and_where_she_stands(town: Town) -> None:
    assert "· 新豆品鉴日，" in await said(town, "活动"), "what the demo begins with"
    starts_at = now() + 24 * HOUR
    times = {"held_from": starts_at, "held_until": starts_at + HOUR}
    rule = BrandEvent("手冲品鉴", "Tasting", places=1, **times)
    await programme.publish(
        "event:taste", rule, starts_at=programme.BEGINNING, by="t", at=now() - HOUR
    )
    first, second = (await said(town, "活动")).splitlines()[1:3]
    assert first.startswith("· 手冲品鉴，")
    assert first.endswith("（可报名）")
    assert second.startswith("· 新豆品鉴日，")
    who = IdentityRef(IdentityKind.OPENID, APP_ID, OPENID)
    hers = await customers.meet((who,), at=now(), through="t")
    await brand_events.sign_up(hers, "taste", at=now())
    assert "（已报名）" in await said(town, "我的活动")
    assert "· Tasting, " in await said(town, "events")
