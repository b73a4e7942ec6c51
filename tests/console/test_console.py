"""The console over HTTP: who gets in, what each role sees, and that no form of others works."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

import channels
from console import access
from console.rule_form import body_of, flat, inputs, sent
from console.words import PARTS, WORDS
from console.words.kinds import KINDS
from console.words.rules import CHOICES, FIELDS
from jifen import app
from jifen.seeds import brand, rewards, staff
from loyalty import customers, ledger, programme, redemptions
from loyalty.ledger import Earn
from loyalty.rewards import REWARDS
from models import (
    CouponState,
    Customer,
    DeliveryState,
    EntryKind,
    InvitationState,
    JobRunState,
    PurchaseState,
    Redemption,
    RedemptionState,
    Role,
    RuleVersion,
    StaffSession,
)
from tests.cast import WANG
from tests.loyalty.play_scene import buys, publish
from tests.web.conftest import away, context, http, redis
from web.context import Context

__all__ = ["away", "context", "http", "redis"]

PASSWORD = "correct horse"
NOW = datetime.now(UTC)
PAGES = (
    "",
    "/members",
    "/orders",
    "/products",
    "/parked",
    "/hand-over",
    "/visits",
    "/live-rooms",
    "/mass-sends",
    "/calendar",
    "/contact-ways",
    "/contact-tags",
    "/connections",
    "/staff",
    "/security",
    "/purchases",
    "/audit",
    "/communities",
    "/coupons",
    "/boards",
    "/gifts",
    "/referrals",
    "/reviews",
    "/ladders",
    "/rules",
    "/price-audit",
    "/runs",
    "/scorecard",
)


@dataclass
class Browser:
    """A browser with cookies."""

    session: aiohttp.ClientSession
    origin: str

    async def get(self, path: str, **how: object) -> tuple[int, str]:
        async with self.session.get(f"{self.origin}/console{path}", **how) as answer:  # type: ignore[arg-type]
            return answer.status, await answer.text()

    async def post(self, path: str, **form: str) -> tuple[int, str]:
        async with self.session.post(f"{self.origin}/console{path}", data=form) as answer:
            return answer.status, await answer.text()

    async def sign_in(self, account: str, password: str = PASSWORD) -> tuple[int, str]:
        return await self.post("/login", account=account, password=password)

    async def proof(self) -> str:
        _, page = await self.get("")
        found = re.search(r'name="proof" value="([0-9a-f]{64})"', page)
        assert found
        return found[1]


@pytest.fixture
async def browser(database: None, context: Context) -> AsyncIterator[Browser]:
    await publish()
    await rewards.lay(at=NOW)
    await brand.lay()
    await staff.lay(PASSWORD, at=NOW)
    server = TestServer(app.create(context))
    await server.start_server(shutdown_timeout=0.2)
    jar = aiohttp.CookieJar(unsafe=True)
    headers = {"Accept-Language": "zh-CN"}
    async with aiohttp.ClientSession(cookie_jar=jar, headers=headers) as session:
        yield Browser(session, str(server.make_url("")).rstrip("/"))
    await server.close()


async def test_a_stranger_is_sent_to_the_login_from_every_page(browser: Browser) -> None:
    for path in PAGES:
        http_status, page = await browser.get(path)
        assert http_status == 200
        assert 'name="password"' in page
    async with browser.session.get(
        f"{browser.origin}/console/members", headers={"HX-Request": "true"}
    ) as part:
        assert part.headers["HX-Redirect"] == "/console/login"


async def test_a_wrong_password_and_an_unknown_account_read_the_same(browser: Browser) -> None:
    first = await browser.sign_in("chen", "wrong password")
    second = await browser.sign_in("nobody", "wrong password")
    assert first[0] == second[0] == 422
    assert "账号或密码不对" in first[1]
    assert first[1].replace("chen", "") == second[1].replace("nobody", "")
    assert await StaffSession.all().count() == 0


async def test_no_scan_is_offered_where_no_corp_is_connected(browser: Browser) -> None:
    for _, page in (await browser.get("/login"), await browser.sign_in("chen", "wrong")):
        assert 'name="password"' in page
        assert "/login/wecom" not in page


async def test_guessing_is_throttled(browser: Browser) -> None:
    told = [(await browser.sign_in("chen", f"guess {i}"))[0] for i in range(12)]
    assert told[:10] == [422] * 10
    assert 429 in told[10:]


async def test_the_manager_reads_every_page_in_both_languages(browser: Browser) -> None:
    await buys("1", 300, paid_at=NOW, buyer=WANG)
    assert (await browser.sign_in("chen"))[0] == 200
    for path in PAGES:
        http_status, page = await browser.get(path)
        assert http_status == 200, path
        assert "积分演示店" in page
    assert "会员与其他买家是自我选择的人群" in (await browser.get("/scorecard"))[1]
    await browser.post("/language", language="en", proof=await browser.proof())
    for path in PAGES:
        http_status, page = await browser.get(path)
        assert http_status == 200
        assert "Jifen Demo Store" in page
        assert not re.search("[一-鿿]{4}", re.sub("陈晨|中文|旗舰店", "", page)), path


async def test_a_guide_hands_over_and_reads_no_figures(browser: Browser) -> None:
    await browser.sign_in("guide")
    assert (await browser.get("/hand-over"))[0] == 200
    for path in ("/scorecard", "/runs", "/communities"):
        http_status, page = await browser.get(path)
        assert (http_status, "您的角色不能查看此页" in page) == (403, True)
        assert "<html" in page


async def test_an_auditor_hands_nothing_over(browser: Browser) -> None:
    await browser.sign_in("auditor")
    http_status, _ = await browser.post("/hand-over", code="1", proof=await browser.proof())
    assert http_status == 403


async def test_a_code_is_handed_over_once_and_then_says_by_whom(browser: Browser) -> None:
    wang = await customers.meet((WANG,), at=NOW, through="test")
    await ledger.record_one(Earn(member_id=wang, key="e", at=NOW, points=500, settles_at=NOW))

    redeemed = await redemptions.redeem(wang, uuid4(), slot="reward:tote", at=NOW)
    await browser.sign_in("guide")
    proof = await browser.proof()
    code = redeemed.code[:4] + " " + redeemed.code[4:8] + "-" + redeemed.code[8:]
    http_status, page = await browser.post("/hand-over", code=code, proof=proof)
    assert (http_status, "已交付" in page) == (200, True)
    http_status, page = await browser.post("/hand-over", code=redeemed.code, proof=proof)
    assert http_status == 422
    assert "何静" in page
    http_status, page = await browser.post("/hand-over", code="<script>1", proof=proof)
    assert http_status == 422
    assert "<script>1" not in page
    assert (await Redemption.get()).handed_over_by is not None


async def test_a_form_of_another_site_does_nothing(browser: Browser) -> None:
    await browser.sign_in("guide")
    for proof in ("", "0" * 64):
        assert (await browser.post("/hand-over", code="1", proof=proof))[0] == 403


async def test_a_member_is_found_and_her_timeline_says_why(browser: Browser) -> None:
    await buys("2874001", 300, paid_at=NOW, buyer=WANG)
    await browser.sign_in("chen")
    customer = await Customer.get()
    for search in ("2874001", "wang", customer.uuid.hex[-4:]):
        assert str(customer.uuid) in (await browser.get(f"/members?q={search}"))[1]
    assert str(customer.uuid) not in (await browser.get("/members?q=nobody"))[1]
    _, page = await browser.get(f"/members/{customer.uuid}")
    assert "消费得积分 v1" in page
    assert "2874001" in page
    for wrong in ("nonsense", "00000000-0000-4000-8000-000000000000"):
        assert (await browser.get(f"/members/{wrong}"))[0] == 404


async def test_a_marketer_publishes_a_version_and_what_is_wrong_is_named(browser: Browser) -> None:
    await browser.sign_in("marketer")
    proof = await browser.proof()
    _, page = await browser.get("/rules/reward:tote")
    fields = dict(
        re.findall(r'<input class="form-control" id="f-\w+" name="(\w+)" value="([^"]*)"', page)
    )
    fields |= dict(re.findall(r'<select[^>]*name="(\w+)"[^>]*>\s*<option value="(\w*)"', page))
    fields |= {"conditions": "[]", "proof": proof}
    http_status, page = await browser.post("/rules/reward:tote", **{**fields, "points": "-5"})
    assert (http_status, "积分：" in page, 'value="-5"' in page) == (422, True, True)
    http_status, page = await browser.post("/rules/reward:tote", **{**fields, "points": "many"})
    assert (http_status, "积分：" in page, "不是数字" in page) == (422, True, True)
    wrong = '[{"kind": "no_such_kind"}]'
    http_status, page = await browser.post("/rules/reward:tote", **{**fields, "conditions": wrong})
    assert (http_status, "no_such_kind" in page) == (422, True)
    nul = {**fields, "about_zh": "a\0b"}
    assert (await browser.post("/rules/reward:tote", **nul))[0] == 400
    huge = {**fields, "points": "9" * 5000}
    assert (await browser.post("/rules/reward:tote", **huge))[0] == 422
    http_status, page = await browser.post("/rules/reward:tote", **{**fields, "points": "250"})
    assert (http_status, "v2" in page, "marketer" in page) == (200, True, True)
    rules = await programme.load()
    rule = rules.find("reward:tote", REWARDS, datetime.now(UTC))
    assert (rule.body.points, rule.body.stock) == (250, 20)  # type: ignore[union-attr]
    assert (await browser.get("/rules/reward:none"))[0] == 404


async def test_an_auditor_publishes_nothing(browser: Browser) -> None:
    await browser.sign_in("auditor")
    proof = await browser.proof()
    assert (await browser.post("/rules/reward:tote", points="1", proof=proof))[0] == 403


async def test_every_rule_of_the_demo_has_a_form_that_gives_it_back(browser: Browser) -> None:
    for slot in [version.slot for version in await RuleVersion.all()]:
        version = await RuleVersion.filter(slot=slot).order_by("-version").first()
        assert version
        registry = programme.REGISTRIES[version.registry]
        rule = registry.decode(version.kind, version.body)
        assert registry.decode(version.kind, body_of(rule, sent(rule))) == rule, slot


async def test_who_signs_out_is_out(browser: Browser) -> None:
    await browser.sign_in("chen")
    await browser.post("/logout", proof=await browser.proof())
    assert 'name="password"' in (await browser.get(""))[1]
    assert await StaffSession.all().count() == 0


def test_a_word_stands_once_and_in_both_languages() -> None:
    assert sum(map(len, PARTS)) == len(WORDS["zh"])
    assert all(zh and en for part in PARTS for zh, en in part.values())


STATES = (CouponState, DeliveryState, InvitationState, JobRunState, PurchaseState, RedemptionState)


def test_every_state_movement_role_and_channel_has_its_word() -> None:
    wanted = {f"state_{one.value}" for states in STATES for one in states}
    wanted |= {f"movement_{one.value}" for one in EntryKind}
    wanted |= {f"role_{one.value}" for one in Role}
    wanted |= {f"channel_{name}" for name in channels.load()}
    in_slots = programme.REGISTRIES.keys() - {"conditions"}  # those stand within other rules
    wanted |= {f"registry_{name}" for name in in_slots}
    assert wanted <= WORDS["zh"].keys()


def test_every_kind_of_rule_its_fields_and_choices_have_their_words() -> None:
    programme.load_kinds()
    kinds = [(registry, kind) for registry in programme.REGISTRIES.values() for kind in registry]
    assert {f"{registry.name}/{kind}" for registry, kind in kinds} == KINDS.keys()
    shown = [one for registry, kind in kinds for one in inputs(registry[kind]())]
    # the choice of a condition's kind has a label of its own
    cells = {one.name.rpartition(".")[2] for one in flat(shown)} - {"kind"}
    assert {one.name for one in shown} | cells == FIELDS.keys()
    # nothing chosen reads as a dash; a period in a row has words of its own
    rows = [cell for one in shown if one.kind == "rows" for row in one.rows for cell in row]
    chosen = [*shown, *(cell for cell in rows if not cell.name.endswith(".per"))]
    assert {choice for one in chosen for choice in one.choices} - {""} == CHOICES.keys()


def test_every_page_stands_once_at_the_side() -> None:
    listed = [name for names in access.SECTIONS.values() for name in names]
    assert sorted(listed) == sorted(access.PAGES)
