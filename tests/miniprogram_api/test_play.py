"""Tiers, challenges, check-ins and the board, as her phone asks for them."""

from dataclasses import replace

import pytest

from loyalty import leaderboards, programme, publishing
from loyalty.calendar import day_of
from loyalty.leaderboards import finals
from loyalty.milestones.nth_purchase import NthPurchase
from loyalty.policies.board import Board, Prize
from loyalty.policies.community import CommunityPolicy
from loyalty.seasons import season
from models import Customer
from tests.cast import NOVEMBER_22
from tests.loyalty.boards.scene import chen
from tests.loyalty.play_scene import buys, publish
from tests.miniprogram_api.conftest import Phone
from tests.web.conftest import Caller
from web.context import Context

NOW = NOVEMBER_22  # a Sunday's noon in Shanghai


@pytest.fixture
def connected(connected: Context) -> Context:
    return replace(connected, clock=lambda: NOW)


@pytest.fixture(autouse=True)
async def brand(server: Caller) -> None:
    await publish()


async def test_the_card_tells_her_tier_and_what_is_missing_to_the_next(lin: Phone) -> None:
    await lin.sign_in()
    card = (await lin.get("/me")).told["tier"]
    assert (card["name"], card["rank"], card["next"]["missing"]) == ("普通会员", 0, 500_00)
    await buys("1", 600, paid_at=NOW, buyer=lin.openid)
    card = (await lin.get("/me")).told["tier"]
    assert (card["code"], card["next"]["code"], card["next"]["missing"]) == (
        "silver",
        "gold",
        1400_00,
    )
    await buys("2", 5000, paid_at=NOW, buyer=lin.openid)
    assert (await lin.get("/me")).told["tier"]["next"] is None


async def test_she_checks_in_today_and_no_other_day(lin: Phone) -> None:
    await lin.sign_in()
    today = day_of(NOW).isoformat()
    first = (await lin.ask("PUT", f"/me/check-ins/{today}")).told
    again = (await lin.ask("PUT", f"/me/check-ins/{today}")).told
    assert (first["is_done"], first["points"], first["streak"]) == (True, 5, 1)
    assert (again["is_done"], again["points"], again["days"]) == (True, 0, [today])
    assert (await lin.get("/me")).told["points"]["available"] == 5
    refused = await lin.ask("PUT", "/me/check-ins/2026-01-01")
    assert (refused.http_status, refused.error["code"]) == (422, "not_today")
    broken = await lin.ask("PUT", "/me/check-ins/tomorrow")
    assert (broken.http_status, broken.error["field"]) == (400, "day")


async def test_she_reads_how_far_she_is_and_claims(lin: Phone, emma: Phone) -> None:
    await lin.sign_in()
    await buys("1", 30, paid_at=NOW, buyer=lin.openid)
    told = (await lin.get("/challenges")).told
    (one,) = [one for one in told["challenges"] if one["code"] == "two_orders"]
    assert (one["name"], one["done"], one["target"], one["state"]) == ("本周两单", 1, 2, "open")
    path = f"/me/claims/two_orders/{one['round']}"
    early = await lin.ask("PUT", path)
    assert (early.http_status, early.error["message"]) == (422, "还没有完成：1/2")
    await buys("2", 30, paid_at=NOW, buyer=lin.openid)
    assert (await lin.ask("PUT", path)).told == {
        "points": 100,
        "coupon_uuid": None,
        "boost_percent": 0,
        "boost_days": 0,
    }
    assert (await lin.ask("PUT", path)).told["points"] == 100
    await emma.sign_in()
    hers = await emma.ask("PUT", path)
    assert hers.error["code"] == "challenge_not_reached", "another's progress is not hers"


async def test_the_board_masks_others_and_tells_her_place(lin: Phone, emma: Phone) -> None:
    await lin.sign_in()
    assert (await lin.get("/leaderboards/week")).told["me"] is None
    await emma.sign_in()
    await buys("1", 30, paid_at=NOW, buyer=lin.openid)
    await buys("2", 50, paid_at=NOW, buyer=emma.openid)
    told = (await lin.get("/leaderboards/week")).told
    assert [(one["rank"], one["score"], one["is_me"]) for one in told["top"]] == [
        (1, 50, False),
        (2, 30, True),
    ]
    assert told["me"] == {"rank": 2, "score": 30, "gap": 20, "moved": None}
    assert (told["source"], told["prizes"], told["prizes_on"]) == ("points", [], None)
    stranger = await Customer.get(uuid=(await emma.get("/me")).told["uuid"])
    assert told["top"][0]["name"] == f"会员··{stranger.uuid.hex[-4:].upper()}"
    assert (await lin.get("/leaderboards/none")).http_status == 404


async def test_the_board_tells_who_moved_and_hides_whoever_wants_it(
    lin: Phone, emma: Phone
) -> None:
    for phone, number, yuan in ((lin, "1", 30), (emma, "2", 20)):
        await phone.sign_in()
        await buys(number, yuan, paid_at=NOW, buyer=phone.openid)
    await leaderboards.keep_ranks(at=NOW)
    await buys("3", 50, paid_at=NOW, buyer=emma.openid)
    told = (await lin.get("/leaderboards/week")).told
    assert [one["moved"] for one in told["top"]] == [1, -1]
    assert told["me"]["moved"] == -1
    no = {"purpose": "boards", "is_given": False}
    await emma.ask("PUT", "/me/consents", json={"wording": "1", "choices": [no]})
    assert (await lin.get("/leaderboards/week")).told["top"][0]["name"] == "匿名会员"
    hers = (await emma.get("/leaderboards/week")).told
    assert (hers["is_hidden"], hers["me"]["rank"]) == (True, 1), "she still sees herself"


async def test_prizes_are_told_before_and_what_she_won_afterwards(lin: Phone) -> None:
    await lin.sign_in()
    week = season("weekly", NOW)
    board = Board(prizes=(Prize(1, 2, 100),), settles_after_days=0)
    await programme.publish("board:week", board, starts_at=week.starts_at, by="t", at=NOW)
    await buys("1", 30, paid_at=NOW, buyer=lin.openid)
    told = (await lin.get("/leaderboards/week")).told
    assert told["prizes"] == [{"first_rank": 1, "last_rank": 2, "prize": "100 积分"}]
    assert (told["prizes_on"], told["last"]) == ("2026-11-23", None)
    await leaderboards.freeze(at=week.ends_at)
    (final,) = await finals.newest(limit=1)
    assert (await lin.get("/leaderboards/week")).told["last"] is None, "staff look at it first"
    await leaderboards.approve(
        final.uuid, deeds_seen=0, staff_member_id=await chen(), at=week.ends_at
    )
    await leaderboards.pay(at=week.ends_at)
    last = (await lin.get("/leaderboards/week")).told["last"]
    assert (last["season"], last["rank"], last["prize"]) == (week.name, 1, "100 积分")
    assert last["given_at"] == "2026-11-22T16:00:00Z"


async def test_boards_are_listed_but_those_of_groups_that_she_is_not_in(lin: Phone) -> None:
    await lin.sign_in()
    group = Board("群内榜", "Group", community_slot="community:vip")
    await publishing.publish("community:vip", CommunityPolicy(name_zh="群"), by="t", at=NOW)
    await publishing.publish("board:vip", group, by="t", at=NOW)
    assert (await lin.get("/leaderboards")).told["boards"] == [
        {"code": "week", "name": "本周积分榜", "is_group": False}
    ]
    assert (await lin.get("/leaderboards/vip")).http_status == 404


async def test_nothing_is_told_without_a_session(lin: Phone) -> None:
    for path in ("/challenges", "/leaderboards/week"):
        assert (await lin.get(path)).http_status == 401
    assert (await lin.ask("PUT", "/me/check-ins/2026-11-22")).http_status == 401


async def test_milestones_stand_beside_the_challenges(lin: Phone) -> None:
    await lin.sign_in()
    await publishing.publish(
        "milestone:third",
        NthPurchase("第三单", "Third order", reward_points=20),
        by="t",
        at=NOW,
    )
    await buys("1", 60, paid_at=NOW, buyer=lin.openid)
    (line,) = (await lin.get("/challenges")).told["milestones"]
    assert line == {
        "code": "third",
        "kind": "nth_purchase",
        "name": "第三单",
        "distance": "1/3 单",
        "done": 1,
        "target": 3,
        "unit": "orders",
        "times": 0,
        "reward_points": 20,
        "has_coupon": False,
        "refusal": None,
    }
    for number in ("2", "3"):
        await buys(number, 60, paid_at=NOW, buyer=lin.openid)
    (line,) = (await lin.get("/challenges")).told["milestones"]
    assert (line["distance"], line["target"], line["times"]) == ("已达成", None, 1)
    assert (await lin.get("/me")).told["points"]["available"] == 20
    assert (await lin.get("/me/ledger")).told["lines"][0]["text"] == "获得积分：第三单"
