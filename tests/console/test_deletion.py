"""Staff delete a member's account at her word; her page then says so, and no search finds her."""

from uuid import uuid4

import pytest

from loyalty import customers, gifts, programme
from loyalty.gifts import GiftWish
from loyalty.policies.gifts import Gifts
from loyalty.programme import BEGINNING
from models import Customer, Deletion, DeletionWay, Member, StaffMember
from tests.cast import LIN, WANG
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis
from tests.loyalty.customers.scene import earn, merged
from tests.loyalty.gifts.scene import LINKS
from tests.loyalty.play_scene import buys, member

__all__ = ["away", "browser", "context", "http", "redis"]

NAME = "c0ffee00-0000-4000-8000-000000000001"


@pytest.fixture
async def wang(browser: Browser) -> Customer:
    found = await Customer.get(id=await member(WANG))
    await buys("W-1", 10, paid_at=NOW, at=NOW)
    await earn(found.id, 300, "e", at=NOW, settles_at=NOW)
    return found


async def deletes(browser: Browser, whom: Customer, **form: str) -> tuple[int, str]:
    told = {"name": NAME, "way": "phone", "why": "工单 71", "understood": "yes", **form}
    return await browser.post(f"/members/{whom.uuid}/deletion", **told, proof=await browser.proof())


async def test_her_page_says_that_and_when_and_by_whom_and_no_search_finds_her(
    browser: Browser, wang: Customer
) -> None:
    await browser.sign_in("chen")
    _, page = await browser.get(f"/members/{wang.uuid}")
    assert f'action="/console/members/{wang.uuid}/deletion"' in page
    for _ in range(2):
        http_status, page = await deletes(browser, wang)
        assert http_status == 200
        assert "data-deleted" in page
    for said in ("账号已注销", "来电", "工单 71", "陈晨", "310"):
        assert said in page
    assert "/deletion" not in page
    assert f'action="/console/members/{wang.uuid}/merges"' not in page
    done = await Deletion.get()
    chen = await StaffMember.get(account="chen")
    assert (done.way, done.reason, done.staff_member_id) == (DeletionWay.PHONE, "工单 71", chen.id)
    for search in ("", "wang", "W-1", wang.uuid.hex[-4:]):
        assert str(wang.uuid) not in (await browser.get(f"/members?q={search}"))[1]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"why": " "}, "请填写原因"),
        ({"way": "miniprogram"}, "提出注销的方式"),
        ({"way": ""}, "提出注销的方式"),
        ({"understood": ""}, "不能撤销"),
    ],
)
async def test_what_is_missing_is_said_and_nothing_happens(
    browser: Browser, wang: Customer, form: dict[str, str], said: str
) -> None:
    await browser.sign_in("chen")
    http_status, page = await deletes(browser, wang, **form)
    assert http_status == 422
    assert said in page.partition('role="alert"')[2].partition("</div>")[0]
    assert (await Member.get(id=wang.id)).deleted_at is None


@pytest.mark.parametrize("account", ["marketer", "auditor"])
async def test_other_roles_neither_see_nor_do_it(
    browser: Browser, wang: Customer, account: str
) -> None:
    await browser.sign_in(account)
    assert "/deletion" not in (await browser.get(f"/members/{wang.uuid}"))[1]
    assert (await deletes(browser, wang))[0] == 403
    assert await Deletion.all().count() == 0


async def test_what_is_to_be_settled_first_stands_there(browser: Browser, wang: Customer) -> None:
    rule = Gifts(member_for_days=0, held_for_days=0)
    await programme.publish("gifts", rule, starts_at=BEGINNING, by="test", at=NOW)
    await gifts.send(wang.id, uuid4(), GiftWish(points=50), links=LINKS, at=NOW)
    await browser.sign_in("chen")
    _, page = await browser.get(f"/members/{wang.uuid}")
    assert "有送出的礼物还没人领取" in page
    assert f"/members/{wang.uuid}/deletion" not in page
    http_status, page = await deletes(browser, wang)
    assert http_status == 422
    assert "有送出的礼物还没人领取" in page


async def test_who_is_gone_is_neither_merged_nor_parted(browser: Browser, wang: Customer) -> None:
    lin = await Customer.get(id=await member(LIN))
    merge_id = await merged(wang.id, lin.id, at=NOW)
    await browser.sign_in("chen")
    await deletes(browser, wang)
    path = f"/members/{wang.uuid}/merges/{merge_id}/undo"
    http_status, page = await browser.post(path, proof=await browser.proof())
    assert (http_status, "账号已注销，不能再变动" in page) == (422, True)
    again = await Customer.get(id=await member(LIN))
    told = {"other": str(wang.uuid), "reason": "x", "proof": await browser.proof()}
    http_status, page = await browser.post(f"/members/{again.uuid}/merges", **told)
    assert (http_status, "没有这位会员" in page) == (422, True)
    assert await customers.find([LIN]) == {LIN: again.id}
