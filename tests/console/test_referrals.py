"""Staff see who came by whom, let an invitation not count, with a reason, and count again."""

import pytest

from models import Referral, ReferralDeed
from tests.cast import LIN, WANG
from tests.console.test_console import Browser, away, browser, context, http, redis
from tests.loyalty.referrals.conftest import invited, inviting_brand, met
from web.context import now

__all__ = ["away", "browser", "context", "http", "inviting_brand", "redis"]

pytestmark = pytest.mark.usefixtures("inviting_brand")


@pytest.fixture
async def path(browser: Browser) -> str:
    """Lin came by Wang; the path of what staff do with it."""
    await met(WANG)
    return f"/referrals/{(await invited(LIN, at=now())).uuid}"


async def test_a_marketer_lets_it_not_count_and_again(browser: Browser, path: str) -> None:
    await browser.sign_in("marketer")
    proof = await browser.proof()
    assert 'data-state="joined"' in (await browser.get("/referrals"))[1]
    http_status, page = await browser.post(f"{path}/bar", why=" ", proof=proof)
    assert (http_status, "请填写原因" in page) == (422, True)
    for _ in "ab":
        _, page = await browser.post(f"{path}/bar", why="刷单", proof=proof)
    assert 'data-state="not_counted"' in page
    assert "未计入：经人工审核不计入" in page
    assert "刷单" in page
    assert "苏青" in page
    _, page = await browser.post(f"{path}/allow", why="误判", proof=proof)
    assert 'data-state="joined"' in page
    assert [one.reason for one in await ReferralDeed.all().order_by("id")] == ["刷单", "误判"]


async def test_they_are_looked_for_by_state(browser: Browser, path: str) -> None:
    await browser.sign_in("auditor")
    uuid = path.rpartition("/")[2]
    assert uuid in (await browser.get("/referrals?state=joined"))[1]
    assert uuid not in (await browser.get("/referrals?state=qualified"))[1]
    assert f"before={uuid}" not in (await browser.get("/referrals"))[1]
    for nonsense in ("state=x", "before=x", "state=%00"):
        assert (await browser.get(f"/referrals?{nonsense}"))[0] == 200


async def test_who_may_not_changes_nothing(browser: Browser, path: str) -> None:
    await browser.sign_in("auditor")
    assert f"{path}/bar" not in (await browser.get("/referrals"))[1]
    assert (await browser.post(f"{path}/bar", why="x", proof=await browser.proof()))[0] == 403
    await browser.sign_in("guide")
    assert (await browser.get("/referrals"))[0] == 403
    await browser.sign_in("marketer")
    assert (await browser.post(f"{path}/bar", why="x"))[0] == 403
    proof = await browser.proof()
    for wrong in ("/referrals/x/bar", "/referrals/00000000-0000-4000-8000-000000000000/bar"):
        assert (await browser.post(wrong, why="x", proof=proof))[0] in (404, 422)
    assert (await Referral.get()).barred == ""
