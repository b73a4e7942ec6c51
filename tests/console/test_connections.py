"""Connections: listed, checked by a real call, and refused with the platform's words."""

import pytest

from console.words.connections import KINDS
from jifen.connecting import KINDS as CONNECTED
from models import Connection, HelpDesk
from tests.console.test_communities import bare, china, context
from tests.console.test_console import NOW, Browser, away, browser, http, redis
from tests.console.test_wecom_scan import CORP_ID, SECRET
from web.context import Context

__all__ = ["away", "bare", "browser", "china", "context", "http", "redis"]


def test_every_kind_has_its_words() -> None:
    assert set(CONNECTED) <= set(KINDS)


@pytest.fixture(autouse=True)
async def corp(browser: Browser) -> Connection:
    """The corp as it is connected."""
    return await Connection.create(
        kind="wecom", scope=CORP_ID, name="积分", sealed_body=b"x", created_at=NOW
    )


async def test_a_corp_is_checked_by_a_call(
    browser: Browser, china: tuple[Context, str], corp: Connection
) -> None:
    await browser.sign_in("chen")
    proof = await browser.proof()
    _, page = await browser.get("/connections")
    assert f'data-connection="{corp.scope}"' in page
    http_status, page = await browser.post(f"/connections/{corp.id}/check", proof=proof)
    assert (http_status, "平台应答正常" in page) == (200, True)
    await HelpDesk.create(
        corp_id=corp.scope, open_kfid="wk", name="<i>客服</i>", cursor="", link="https://x/kf"
    )
    _, page = await browser.get("/connections")
    assert "&lt;i&gt;客服&lt;/i&gt;" in page


async def test_what_the_platform_refuses_is_said(
    browser: Browser, china: tuple[Context, str], corp: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, _ = china
    await browser.sign_in("owner")
    proof = await browser.proof()
    client = context.corps[corp.scope].client
    monkeypatch.setattr(client, "_api_base", "http://127.0.0.1:9")
    http_status, page = await browser.post(f"/connections/{corp.id}/check", proof=proof)
    assert (http_status, "平台拒绝或没有应答" in page) == (422, True)
    assert SECRET not in page


async def test_roles_and_accounts_that_are_none(
    browser: Browser, china: tuple[Context, str], corp: Connection
) -> None:
    for account, seen in (("auditor", 200), ("marketer", 403), ("guide", 403)):
        await browser.sign_in(account)
        proof = await browser.proof()
        assert (await browser.get("/connections"))[0] == seen
        assert (await browser.post(f"/connections/{corp.id}/check", proof=proof))[0] == 403
    await browser.sign_in("owner")
    proof = await browser.proof()
    for told in ("999999", "x", "1" * 30):
        assert (await browser.post(f"/connections/{told}/check", proof=proof))[0] == 404
