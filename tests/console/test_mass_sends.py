"""A manager writes a mass send, looks at whom it reaches, plans it, and reads what became of it."""

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import uuid4

import aiohttp
import pytest
import segno
from aiohttp.test_utils import TestServer

from loyalty import programme
from loyalty.calendar import SHANGHAI
from loyalty.connections import Connected, WeComSettings
from loyalty.policies.community import CommunityPolicy
from models import MassSend, MassSendPart, MassSendTarget, db
from simulator.app import create_app
from simulator.settings import Settings
from tests.cast import DAY, WANG
from tests.console.test_console import NOW, Browser, away, browser, http, redis
from tests.console.test_console import context as bare
from tests.console.test_wecom_scan import CHINA, CORP_ID, KEY, SECRET
from tests.loyalty.referrals.conftest import met
from web.context import Context, Corp
from wechat import wecom
from wechat.tokens import MemoryTokens

__all__ = ["away", "bare", "browser", "http", "redis"]
CORP = CORP_ID


@asynccontextmanager
async def with_corp(bare: Context, told: Settings) -> AsyncIterator[tuple[Context, str]]:
    """Run a process whose corp is the simulator's; the simulator's address with it."""
    china = TestServer(create_app(told))
    await china.start_server(shutdown_timeout=0.2)
    base = str(china.make_url("/qyapi"))
    settings = WeComSettings(
        CORP_ID, SECRET, "token", KEY, agent_id=1_000_002, api_base=base, login_base=base
    )
    client = wecom.WeCom(bare.http, MemoryTokens(), corp_id=CORP_ID, secret=SECRET, api_base=base)
    corp = Corp(Connected(1, CORP_ID, "积分", settings), client)
    yield replace(bare, corps={CORP: corp}), str(china.make_url("/play"))
    await china.close()


@pytest.fixture
async def context(bare: Context) -> AsyncIterator[Context]:
    async with with_corp(bare, CHINA) as (context, _):
        yield context


@pytest.fixture(autouse=True)
async def group(browser: Browser) -> int:
    """Wang is a contact of chen's, and there is a group she is not in; return her id."""
    await programme.publish(
        "community:vip", CommunityPolicy("会员群"), starts_at=programme.BEGINNING, by="t", at=NOW
    )
    await db.fetch(
        "INSERT INTO community (slot, corp_id, chat_id, name, owner, capacity, state, qr_code,"
        " config_id, staff_count) VALUES ('community:vip', $1, 'wr1', '会员一群', 'chen', 200,"
        " 'vip', 'https://qr', 'c', 1)",
        CORP,
    )
    wang = await met(WANG, at=NOW)
    await db.fetch(
        "INSERT INTO identity (customer_id, kind, scope, value, created_at)"
        " VALUES ($1, 'wecom_contact', $2, 'wmWang', $3)",
        wang,
        CORP,
        NOW,
    )
    await db.fetch(
        "INSERT INTO acquaintance (corp_id, external_user_id, user_id, added_at)"
        " VALUES ($1, 'wmWang', 'chen', $2)",
        CORP,
        NOW,
    )
    return wang


async def send(
    browser: Browser, act: str, *, file: bytes = b"", path: str = "/new", **fields: str
) -> tuple[int, str]:
    form = aiohttp.FormData(quote_fields=False)
    for name, value in fields.items():
        form.add_field(name, value)
    form.add_field("act", act)
    form.add_field("proof", await browser.proof())
    form.add_field("file", io.BytesIO(file), filename="p.png", content_type="image/png")
    async with browser.session.post(
        f"{browser.origin}/console/mass-sends{path}", data=form
    ) as answer:
        return answer.status, await answer.text()


def form(**other: str) -> dict[str, str]:
    return {
        "form": str(uuid4()),
        "name": "周末邀请",
        "to": "contacts/everyone",
        "community": "community:vip",
        "text": "诚邀入群\r\n<b>",
        "not_before": "",
        "picture": "",
        **other,
    }


def reach(page: str) -> dict[str, int]:
    found = re.findall(r'data-reach="(\w+)">(?:<b>)?(?:− )?([\d,]+)', page)
    return {name: int(count) for name, count in found}


async def test_a_manager_looks_plans_and_reads_what_became_of_it(browser: Browser) -> None:
    await browser.sign_in("chen")
    told, drawn = form(), io.BytesIO()
    segno.make("x").save(drawn, kind="png")
    status, page = await send(browser, "preview", file=drawn.getvalue(), **told)
    assert status == 200
    assert reach(page)["targets"] == 1
    assert "诚邀入群\n&lt;b&gt;" in page
    kept = re.search(r'name="picture" value="([^"]+)"', page)
    assert kept
    assert not await MassSend.exists()
    for _ in "ab":
        status, page = await send(browser, "plan", **told | {"picture": kept[1]})
        assert status == 200
    planned = await MassSend.get()
    assert (planned.state, planned.text, planned.picture) == (
        "planned",
        "诚邀入群\n<b>",
        kept[1],
    )
    assert 'data-state="planned"' in page
    _, page = await browser.get("/mass-sends")
    assert page.count('data-send="planned"') == 1
    _, page = await send(browser, "", path=f"/{planned.uuid}/cancel")
    assert 'data-state="cancelled"' in page


async def test_it_is_planned_by_the_clock_of_shanghai(browser: Browser) -> None:
    await browser.sign_in("marketer")
    when = (NOW + DAY).astimezone(SHANGHAI)
    await send(browser, "plan", **form(not_before=f"{when:%Y-%m-%dT%H:%M}"))
    assert (await MassSend.get()).not_before == when.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "请填写名称"),
        ({"text": " "}, "请填写正文"),
        ({"to": ""}, "请选择发给谁"),
        ({"to": "contacts/tier:none"}, "没有这个受众"),
        ({"not_before": "x"}, "发送时间应在现在之后"),
        ({"not_before": "2020-01-01T00:00"}, "发送时间应在现在之后"),
        ({"text": "分享到朋友圈即送 10 积分"}, "分享"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_lost(
    browser: Browser, wrong: dict[str, str], said: str
) -> None:
    await browser.sign_in("chen")
    told = form(**wrong)
    status, page = await send(browser, "plan", **told)
    assert status == 422
    assert said in page
    assert told["name"] in page
    assert not await MassSend.exists()


async def test_a_picture_is_one_and_small(browser: Browser) -> None:
    await browser.sign_in("chen")
    for picture in (b"<svg/>", b"\xff\xd8\xff" + b"x" * 1024 * 1024):
        status, page = await send(browser, "preview", file=picture, **form())
        assert (status, "图片应为 PNG 或 JPG" in page) == (422, True)


async def test_an_auditor_reads_and_does_nothing_and_a_guide_sees_nothing(
    browser: Browser,
) -> None:
    await browser.sign_in("chen")
    await send(browser, "plan", **form())
    planned = await MassSend.get()
    await browser.sign_in("auditor")
    status, page = await browser.get(f"/mass-sends/{planned.uuid}")
    assert (status, "取消群发" in page) == (200, False)
    for path in ("/new", f"/{planned.uuid}/cancel", f"/{planned.uuid}/remind"):
        assert (await send(browser, "plan", path=path, **form()))[0] == 403
    await browser.sign_in("guide")
    assert (await browser.get("/mass-sends"))[0] == 403
    assert (await browser.get(f"/mass-sends/{planned.uuid}"))[0] == 403


async def test_results_are_read_page_by_page_and_as_a_file(browser: Browser, group: int) -> None:
    await browser.sign_in("chen")
    await send(browser, "plan", **form(name="=1+1"))
    planned = await MassSend.get()
    await MassSend.all().update(state="under_way", begun_at=NOW)
    part = await MassSendPart.create(
        mass_send_id=planned.id, user_id="chen", state="confirmed", msgid="m", reminders=0
    )
    for number in range(201):
        await MassSendTarget.create(
            part_id=part.id,
            address=f"wm{number}",
            member_id=group if number else None,
            state="sent",
            sent_at=NOW,
        )
    _, page = await browser.get(f"/mass-sends/{planned.uuid}")
    assert page.count("data-target=") == 200
    later = re.search(r'rel="next" href="/console([^"]+)"', page)
    assert later
    _, page = await browser.get(later[1])
    assert page.count("data-target=") == 1
    _, rows = await browser.get(f"/mass-sends/{planned.uuid}/targets.csv")
    assert len(rows.splitlines()) == 202
    assert "已注销会员" in rows


async def test_what_is_not_there_is_not_found(browser: Browser) -> None:
    await browser.sign_in("chen")
    assert (await browser.get(f"/mass-sends/{uuid4()}"))[0] == 404
    assert (await browser.get("/mass-sends/x"))[0] == 404
