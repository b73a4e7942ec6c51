"""A manager connects a group of WeCom, sees who is in it, and settles what is to be looked at."""

import re
from collections.abc import AsyncIterator

import msgspec
import pytest

from jobs.look_over_communities import look_over_communities
from jobs.tell_owners import tell_owners
from loyalty import programme
from loyalty.conditions import Conditions
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.orders import IdentityRef
from loyalty.policies.community import CommunityPolicy
from models import Community, CommunityTask, IdentityKind
from simulator.assumed import Assumed
from simulator.settings import ConsumerSeed, Group
from tests.console.test_console import NOW, Browser, away, browser, http, redis
from tests.console.test_console import context as bare
from tests.console.test_mass_sends import with_corp
from tests.console.test_wecom_scan import CHINA
from tests.loyalty.referrals.conftest import met
from web.context import Context

__all__ = ["away", "bare", "browser", "http", "redis"]

GROUPS = (Group("wr1", "老友群", "chen"), Group("wr2", "", "chen"))
assert CHINA.wecom
TOWN = msgspec.structs.replace(
    CHINA,
    wecom=msgspec.structs.replace(CHINA.wecom, groups=GROUPS),
    consumers=(ConsumerSeed("林小满"), ConsumerSeed("<b>王金</b>")),
    assumed=Assumed(group_lag_seconds=0),
)
RULE = CommunityPolicy("银卡群", conditions=Conditions([TierAtLeast(rank=1)]))


@pytest.fixture
async def china(bare: Context) -> AsyncIterator[tuple[Context, str]]:
    async with with_corp(bare, TOWN) as town:
        yield town


@pytest.fixture
def context(china: tuple[Context, str]) -> Context:
    return china[0]


@pytest.fixture(autouse=True)
async def rule(browser: Browser) -> None:
    await programme.publish("community:silver", RULE, starts_at=programme.BEGINNING, by="t", at=NOW)


async def connected(browser: Browser, **changed: str) -> tuple[int, str]:
    told = {"chat": "wr1", "community": "community:silver", "capacity": "200", **changed}
    return await browser.post("/communities/new", proof=await browser.proof(), **told)


async def joined(browser: Browser, play: str, nickname: str) -> None:
    """Let a consumer scan the group's code, and the list be read again."""
    async with browser.session.get(f"{play}/state") as answer:
        consumers = (await answer.json())["consumers"]
    hers = next(one for one in consumers if one["nickname"] == nickname)
    community = await Community.get()
    body = {"qr_code": community.qr_code}
    async with browser.session.post(f"{play}/consumers/{hers['id']}/groups/join", json=body) as _:
        pass
    ref = IdentityRef(IdentityKind.UNIONID, "", hers["unionid"])
    if nickname == "林小满":
        await met(ref, at=NOW)


async def test_a_group_is_connected_and_has_its_code(browser: Browser) -> None:
    await browser.sign_in("chen")
    _, page = await browser.get("/communities/new")
    assert re.findall(r'<option value="(wr\d)"', page) == ["wr1", "wr2"]
    assert "老友群 · chen" in page
    for _ in "ab":
        status, page = await connected(browser)
        assert (status, "data:image/png" in page, "银卡群" in page) == (200, True, True)
    community = await Community.get()
    assert (community.slot, community.name, community.capacity) == (
        "community:silver",
        "老友群",
        200,
    )
    _, page = await browser.get("/communities/new")
    assert re.findall(r'<option value="(wr\d)"', page) == ["wr2"]
    _, page = await browser.get("/communities")
    assert page.count("老友群") == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"chat": "wrNone"}, "没有这个会员群"),
        ({"community": "tiers"}, "请选择入群规则"),
        ({"capacity": "1"}, "人数上限应为 2 到 500"),
        ({"capacity": "x"}, "人数上限应为 2 到 500"),
    ],
)
async def test_what_is_wrong_connects_nothing(
    browser: Browser, wrong: dict[str, str], said: str
) -> None:
    await browser.sign_in("chen")
    status, page = await connected(browser, **wrong)
    assert (status, said in page) == (422, True)
    assert not await Community.exists()


async def test_who_may_be_in_it_no_more_is_looked_at_and_kept(
    browser: Browser, china: tuple[Context, str]
) -> None:
    context, play = china
    await browser.sign_in("chen")
    await connected(browser)
    for nickname in ("林小满", "<b>王金</b>"):
        await joined(browser, play, nickname)
    community = await Community.get()
    path = f"/communities/{community.id}"
    proof = await browser.proof()
    _, page = await browser.post(f"{path}/refresh", proof=proof)
    assert page.count('data-member="in"') == 2
    assert "&lt;b&gt;王金&lt;/b&gt;" in page
    assert 'data-task="not_eligible open"' in page
    assert await look_over_communities(context, NOW) == 0, "it stands there already"
    assert await tell_owners(context, NOW) == 1
    assert await tell_owners(context, NOW) == 0
    async with browser.session.get(f"{play}/staff/chen/sends") as answer:
        (message,) = (await answer.json())["messages"]
    assert "“老友群”有 1 位成员需要处理" in message["text"]
    task = await CommunityTask.get()
    for _ in "ab":
        _, page = await browser.post(f"{path}/keep", proof=proof, task=str(task.uuid))
    assert 'data-task="not_eligible kept"' in page
    _, rows = await browser.get(f"{path}/members.csv")
    assert len(rows.splitlines()) == 3


async def test_roles_keep_to_their_pages(browser: Browser) -> None:
    await browser.sign_in("chen")
    await connected(browser)
    community = await Community.get()
    await browser.sign_in("marketer")
    assert (await browser.get("/communities/new"))[0] == 403
    assert (await connected(browser, chat="wr2"))[0] == 403
    assert (await browser.get(f"/communities/{community.id}"))[0] == 200
    await browser.sign_in("auditor")
    status, page = await browser.get(f"/communities/{community.id}")
    assert (status, "邀请会员入群" in page) == (200, False)
    proof = await browser.proof()
    assert (await browser.post(f"/communities/{community.id}/keep", proof=proof))[0] == 403
    await browser.sign_in("guide")
    assert (await browser.get(f"/communities/{community.id}"))[0] == 403


async def test_what_is_not_there_is_not_found(browser: Browser) -> None:
    await browser.sign_in("chen")
    for told in ("0", "x", "9" * 30):
        assert (await browser.get(f"/communities/{told}"))[0] == 404
    await connected(browser)
    path = f"/communities/{(await Community.get()).id}/keep"
    assert (await browser.post(path, proof=await browser.proof(), task="x"))[0] == 404
