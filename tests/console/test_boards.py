"""Staff look a final list through, disqualify with a reason, approve, and keep members off."""

import pytest

from console import boards
from console.rule_form import sent
from loyalty import leaderboards, programme
from loyalty.policies import POLICIES
from loyalty.policies.board import Board, Prize
from models import BoardExclusion, BoardFinal, BoardPrize
from tests.cast import JUNE_1, LIN
from tests.console.test_console import Browser, away, browser, context, http, redis
from tests.loyalty.boards.scene import HOUR, SETTLED, frozen, played, publish
from tests.loyalty.play_scene import buys, member
from web.context import now

__all__ = ["away", "browser", "context", "http", "redis"]


@pytest.fixture
async def path(browser: Browser) -> str:
    """The page of a list that waits: Lin, Wang, Zhao; Lin gave something back since."""
    await publish()
    await played()
    final = await frozen()
    await buys("l", 300, paid_at=JUNE_1 + HOUR, buyer=LIN, refunded_yuan=250, at=SETTLED + HOUR)
    return f"/boards/{final.uuid}"


async def test_a_list_is_looked_through_and_approved(browser: Browser, path: str) -> None:
    await browser.sign_in("chen")
    proof = await browser.proof()
    assert 'data-state="waiting"' in (await browser.get("/boards"))[1]
    _, page = await browser.get(path)
    assert 'data-place="1" data-rank="1"' in page
    assert "变少" in page
    assert "500 积分、优惠券一张、2 倍积分 3 天" in page
    http_status, page = await browser.post(f"{path}/places/1/disqualify", why=" ", proof=proof)
    assert (http_status, "请填写原因" in page) == (422, True)
    _, page = await browser.post(f"{path}/places/1/disqualify", why="退货刷榜", proof=proof)
    assert 'data-place="1" data-rank="disqualified"' in page
    assert 'data-place="2" data-rank="1"' in page
    assert "退货刷榜" in page
    http_status, page = await browser.post(f"{path}/approve", deeds="0", proof=proof)
    assert (http_status, "刚被其他人修改" in page) == (422, True)
    assert (await browser.post(f"{path}/approve", deeds="1", proof=proof))[0] == 200
    await leaderboards.pay(at=SETTLED)
    _, page = await browser.get(path)
    assert "已发奖" in page
    assert "/approve" not in page
    assert await BoardPrize.all().count() == 2
    http_status, _ = await browser.post(f"{path}/places/2/disqualify", why="x", proof=proof)
    assert http_status == 422


async def test_a_long_list_is_looked_through_by_pages(
    browser: Browser, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "PLACES", 2)
    await browser.sign_in("chen")
    proof = await browser.proof()
    _, page = await browser.get(path)
    assert ('data-place="2"' in page, 'data-place="3"' in page) == (True, False)
    assert f"/console{path}?page=2" in page
    _, page = await browser.get(f"{path}?page=2")
    assert ('data-place="2"' in page, 'data-place="3"' in page) == (False, True)
    _, page = await browser.post(f"{path}/places/3/disqualify?page=2", why="小号", proof=proof)
    assert 'data-place="3" data-rank="disqualified"' in page, "the same page comes back"
    for odd in ("0", "-1", "x", "99999", "500"):
        http_status, page = await browser.get(f"{path}?page={odd}")
        assert http_status == 200
        assert "data-place" in page


async def test_prizes_are_published_by_the_form_and_overlapping_ranks_are_named(
    browser: Browser, path: str
) -> None:
    await browser.sign_in("marketer")
    form = sent(Board()) | {"proof": await browser.proof()}
    form |= {"prizes.0.first_rank": "1", "prizes.0.last_rank": "3", "prizes.0.reward_points": "90"}
    second = {"first_rank": "3", "last_rank": "4", "reward_points": "5"}
    wrong = form | {f"prizes.1.{name}": told for name, told in second.items()}
    http_status, page = await browser.post("/rules/board:week", **wrong)
    assert (http_status, "奖品" in page) == (422, True)
    http_status, _ = await browser.post("/rules/board:week", **form | {"source": "spend"})
    assert http_status == 200
    rule = (await programme.load()).find("board:week", POLICIES, now())
    assert rule
    assert (rule.body.source, rule.body.prizes) == ("spend", (Prize(1, 3, 90),))


async def test_who_may_not_changes_nothing(browser: Browser, path: str) -> None:
    await browser.sign_in("auditor")
    assert "/approve" not in (await browser.get(path))[1]
    proof = await browser.proof()
    for deed in ("approve", "places/1/disqualify", "places/1/readmit"):
        assert (await browser.post(f"{path}/{deed}", why="x", deeds="0", proof=proof))[0] == 403
    await browser.sign_in("guide")
    assert (await browser.get("/boards"))[0] == 403
    await browser.sign_in("chen")
    assert (await browser.post(f"{path}/approve", deeds="0"))[0] == 403
    proof = await browser.proof()
    for wrong in ("/boards/x/approve", f"{path}/places/x/readmit", f"{path}/places/9/readmit"):
        http_status, _ = await browser.post(wrong, why="x", deeds="x", proof=proof)
        assert http_status in (404, 422)
    assert (await browser.post(f"{path}/approve", deeds="-", proof=proof))[0] == 422
    assert (await BoardFinal.get()).approved_at is None


async def test_a_member_is_kept_off_and_let_on(browser: Browser, path: str) -> None:
    lin = await member(LIN)
    hers = f"/members/{(await leaderboards.names([lin]))[lin]}"
    await browser.sign_in("chen")
    proof = await browser.proof()
    assert (await browser.post(f"{hers}/boards/keep-off", why="", proof=proof))[0] == 422
    _, page = await browser.post(f"{hers}/boards/keep-off", why="本店员工", proof=proof)
    assert "本店员工" in page
    assert await BoardExclusion.all().count() == 1
    _, page = await browser.post(f"{hers}/boards/let-on", proof=proof)
    assert "本店员工" not in page
    await browser.sign_in("marketer")
    proof = await browser.proof()
    assert (await browser.post(f"{hers}/boards/keep-off", why="x", proof=proof))[0] == 403
