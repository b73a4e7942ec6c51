"""A member's page tells with whom of the staff she is in contact at WeCom."""

from datetime import timedelta

from loyalty import acquaintances, customers, welcomes
from loyalty.acquaintances import Seen
from loyalty.orders import IdentityRef
from loyalty.policies.welcome import Welcome
from loyalty.programme import BEGINNING, publish
from loyalty.welcomes import NewContact
from models import Customer, EndedBy, IdentityKind, StaffMember, WelcomeState
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis

__all__ = ["away", "browser", "context", "http", "redis"]

HER = IdentityRef(IdentityKind.WECOM_CONTACT, "ww1", "wm1")


async def test_staff_by_name_since_when_and_who_deleted_whom(browser: Browser) -> None:
    her = await Customer.get(id=await customers.meet((HER,), at=NOW, through="test"))
    await browser.sign_in("chen")
    _, page = await browser.get(f"/members/{her.uuid}")
    assert "企业微信好友" not in page
    await StaffMember.filter(account="chen").update(wecom_user_id="chenchen")
    name = (await StaffMember.get(account="chen")).name
    seen = [Seen("wm1", "chenchen", NOW, state="<b>shop"), Seen("wm1", "gone", NOW)]
    await acquaintances.see("ww1", seen, contact="wm1", read_at=NOW, at=NOW)
    await acquaintances.halve("ww1", "wm1", "chenchen", is_half=True)
    await acquaintances.end(
        "ww1", "wm1", "gone", by=EndedBy.CONTACT, moment=NOW + timedelta(hours=1)
    )
    new = NewContact("ww1", "wm1", "gone", "", "code", NOW)
    await publish("welcome:default", Welcome(), starts_at=BEGINNING, by="t", at=NOW)
    rule = await welcomes.rule_of("", at=NOW)
    assert rule
    taken = await welcomes.take(new, rule, moment=NOW)
    assert taken
    await welcomes.end(taken.id, WelcomeState.TAKEN, moment=NOW)
    _, page = await browser.get(f"/members/{her.uuid}")
    assert "对方已开始聊天" in page
    told = page[page.index('id="contacts"') :]
    told = told[: told.index("</section>")]
    assert (name in told, "&lt;b&gt;shop" in told, "未经确认添加" in told) == (True, True, True)
    assert ("gone" in told, "会员已删除员工" in told) == (True, True)
