"""The page of tags in WeCom: what each follows, in words, and how many contacts have it."""

from loyalty import publishing
from loyalty.policies.contact_tag import ContactTagPolicy
from models import ContactTag, db
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis

__all__ = ["away", "browser", "context", "http", "redis"]


async def test_tags_are_shown_with_what_they_follow(browser: Browser) -> None:
    rule = ContactTagPolicy("金卡会员", "会员", "tier:gold")
    await publishing.publish("contact_tag:gold", rule, by="t", at=NOW)
    await browser.sign_in("chen")
    _, page = await browser.get("/contact-tags")
    assert "一分钟内建立" in page
    assert "等级：金卡会员" in page
    await ContactTag.create(
        corp_id="ww", tag_id="et1", name="金卡会员", group_name="会员", slot="contact_tag:gold"
    )
    await ContactTag.create(corp_id="ww", tag_id="et2", name="<i>老友</i>", group_name="印象")
    await db.fetch("INSERT INTO tagging VALUES ('ww', 'wm1', 'chen', 'et2')")
    _, page = await browser.get("/contact-tags")
    assert "一分钟内建立" not in page
    assert "&lt;i&gt;老友&lt;/i&gt;" in page
    assert '<td class="text-end">1</td>' in page
    await browser.sign_in("guide")
    assert (await browser.get("/contact-tags"))[0] == 403
