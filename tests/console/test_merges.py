"""Staff let two members be one, with a reason, and undo it."""

import asyncio
import re

import pytest

from loyalty import customers
from loyalty.ledger import balances
from models import Customer, Merge, db
from tests.cast import LIN, WANG
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis
from tests.loyalty.customers.scene import earn, merged
from tests.loyalty.play_scene import buys, member
from web.context import Context

__all__ = ["away", "browser", "context", "http", "redis"]


@pytest.fixture
async def lin(browser: Browser) -> Customer:
    found = await Customer.get(id=await member(LIN))
    await buys("1", 10, paid_at=NOW, at=NOW)
    await earn(found.id, 30, "e", at=NOW, settles_at=NOW)
    return found


async def merges(browser: Browser, page_of: Customer, **form: str) -> tuple[int, str]:
    told = {"other": "wang", "reason": "打来电话确认", "proof": await browser.proof(), **form}
    return await browser.post(f"/members/{page_of.uuid}/merges", **told)


async def test_a_merge_is_made_read_and_undone_on_the_members_page(
    browser: Browser, lin: Customer
) -> None:
    await browser.sign_in("chen")
    told = await asyncio.gather(*(merges(browser, lin) for _ in range(3)))
    assert 200 in {http_status for http_status, _ in told} <= {200, 422}
    _, page = await browser.get(f"/members/{lin.uuid}")
    for said in ("打来电话确认", "陈晨", "两位顾客合并", "撤销"):
        assert said in page
    one = await Merge.get()
    assert one.root_id == lin.id
    other = await Customer.get(id=one.other_id)
    assert f"/members/{lin.uuid}/merges" in (await browser.get(f"/members/{other.uuid}"))[1]
    assert f"/members/{other.uuid}" not in (await browser.get("/members"))[1]
    (path,) = re.findall(r'action="/console(/members/[^"]*/undo)"', page)
    for _ in range(2):
        http_status, page = await browser.post(path, proof=await browser.proof())
        assert (http_status, "已撤销" in page) == (200, True)
    assert (await Customer.get(id=other.id)).merged_into_id is None
    assert (await balances([lin.id], at=NOW))[lin.id].available == 30


@pytest.mark.parametrize("written", ["{}", "No. {}", "no.{}"])
async def test_the_other_is_found_by_the_number_that_her_card_and_her_page_show(
    browser: Browser, lin: Customer, written: str
) -> None:
    wang = await Customer.exclude(id=lin.id).get()
    number = wang.uuid.hex[-8:].upper()
    await browser.sign_in("chen")
    assert f"No. {number}" in (await browser.get(f"/members/{wang.uuid}"))[1]
    http_status, _ = await merges(browser, lin, other=written.format(number))
    assert (http_status, (await Merge.get()).other_id) == (200, wang.id)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"reason": " "}, "请填写原因"),
        ({"other": "nobody"}, "没有这位会员"),
        ({"other": "lin"}, "同一位顾客"),
        ({"other": ""}, "没有这位会员"),
    ],
)
async def test_what_cannot_be_merged_says_why(
    browser: Browser, lin: Customer, form: dict[str, str], said: str
) -> None:
    await browser.sign_in("chen")
    http_status, page = await merges(browser, lin, **form)
    assert (http_status, said in page) == (422, True)
    assert not await Merge.exists()


async def test_only_leaders_of_the_brand_merge_and_undo(browser: Browser, lin: Customer) -> None:
    await browser.sign_in("guide")
    assert "/merges" not in (await browser.get(f"/members/{lin.uuid}"))[1]
    assert (await merges(browser, lin))[0] == 403
    merge_id = await merged(lin.id, (await Customer.exclude(id=lin.id).first()).id, at=NOW)
    proof = await browser.proof()
    path = f"/members/{lin.uuid}/merges/{merge_id}/undo"
    assert (await browser.post(path, proof=proof))[0] == 403
    await browser.sign_in("chen")
    proof = await browser.proof()
    for wrong in ("0", "x", "%00"):
        path = f"/members/{lin.uuid}/merges/{wrong}/undo"
        assert (await browser.post(path, proof=proof))[0] == 404
    assert (await Merge.get()).undone_at is None


async def test_whoever_has_the_same_address_is_suggested_and_merged_by_a_button(
    browser: Browser, context: Context, lin: Customer
) -> None:
    wang = await Customer.exclude(id=lin.id).get()
    email = customers.seal_email("Lin@example.com", sealer=context.sealer)
    async with db.transaction():
        await customers.know_emails([(LIN, email), (WANG, email)], at=NOW)
    await browser.sign_in("guide")
    for one, other in ((lin, wang), (wang, lin)):
        _, page = await browser.get(f"/members/{one.uuid}")
        assert ("可能是同一人" in page, "l***@example.com" in page) == (True, True)
        assert f"/console/members/{other.uuid}" in page
        assert "lin@example" not in page.lower()
        assert "/merges" not in page, "a guide may read it, and no more"
    await browser.sign_in("chen")
    _, page = await browser.get(f"/members/{lin.uuid}")
    form = dict(re.findall(r'name="(other|reason)" value="([^"]+)"', page))
    assert form["other"] == str(wang.uuid)
    assert (await merges(browser, lin, **form))[0] == 200
    one = await Merge.get()
    assert (one.root_id, one.evidence) == (lin.id, "已验证邮箱 l***@example.com")
    assert "可能是同一人" not in (await browser.get(f"/members/{lin.uuid}"))[1]


async def test_staff_say_that_two_with_one_address_are_two(
    browser: Browser, context: Context, lin: Customer
) -> None:
    wang = await Customer.exclude(id=lin.id).get()
    email = customers.seal_email("Lin@example.com", sealer=context.sealer)
    await customers.know_emails([(LIN, email)], at=NOW)
    await customers.know_emails([(WANG, email)], at=NOW)
    path = f"/members/{lin.uuid}/alike/{wang.uuid}/refute"
    await browser.sign_in("guide")
    assert (await browser.post(path, proof=await browser.proof()))[0] == 403
    await browser.sign_in("chen")
    assert f'action="/console{path}"' in (await browser.get(f"/members/{lin.uuid}"))[1]
    proof = await browser.proof()
    assert (await browser.post(path, proof="0" * 64))[0] == 403
    assert (await browser.post(f"/members/{lin.uuid}/alike/x/refute", proof=proof))[0] == 404
    for _ in range(2):
        http_status, page = await browser.post(path, proof=proof)
        assert (http_status, "可能是同一人" in page) == (200, False)
    assert "可能是同一人" not in (await browser.get(f"/members/{wang.uuid}"))[1]
