"""What a shopper reads of herself, and of nobody else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from loyalty import boosts, ledger, programme, purchases
from loyalty.boosts import Grant
from loyalty.calendar import days_good
from loyalty.earning.cap import Cap
from loyalty.earning.multiplier import Multiplier
from loyalty.earning.per_yuan import PerYuan
from loyalty.ledger import Adjust, Earn, Expire, Spend
from loyalty.policies.points import PointsPolicy
from models import Customer, EntryKind, Purchase
from tests.cast import NOVEMBER_22, line, order
from tests.miniprogram_api.conftest import Phone
from tests.web.conftest import Json
from web.movements import told_of

AT = NOVEMBER_22


async def signed_in(phone: Phone) -> int:
    answer = await phone.sign_in()
    customer = await Customer.get(uuid=answer.told["customer"])
    return int(customer.id)


async def earn(customer_id: int, points: int, *, key: str, **more: Any) -> None:
    more = {"at": AT, "settles_at": AT, **more}
    await ledger.record_one(Earn(member_id=customer_id, key=key, points=points, **more))


async def test_she_chooses_whether_offers_are_personal(lin: Phone) -> None:
    await signed_in(lin)
    assert (await lin.get("/me")).told["personal_offers"] is True
    answer = await lin.ask("PUT", "/me/preferences", json={"personal_offers": False})
    assert (answer.http_status, answer.told) == (200, {"personal_offers": False})
    assert (await lin.get("/me")).told["personal_offers"] is False
    wrong = await lin.ask("PUT", "/me/preferences", json={"personal_offers": "no"})
    assert (wrong.http_status, wrong.error["code"]) == (400, "bad_field")
    assert "personal_offers" in wrong.error["message"]
    assert (await lin.get("/me")).told["personal_offers"] is False


async def test_she_reads_since_when_and_what_she_has(lin: Phone) -> None:
    await signed_in(lin)
    told = (await lin.get("/me")).told
    assert set(told) == {
        "uuid",
        "now",
        "member_since",
        "language",
        "tier",
        "points",
        "boost",
        "phone_bound",
        "personal_offers",
    }
    assert told["member_since"].endswith("Z")
    assert told["points"] == {
        "available": 0,
        "pending": 0,
        "debt": 0,
        "expiring": 0,
        "expires_first_at": None,
    }


async def test_points_are_told_as_the_ledger_has_them_now(lin: Phone) -> None:
    customer_id = await signed_in(lin)
    today = (await Customer.get(id=customer_id)).created_at
    soon = today + timedelta(days=10)
    await earn(customer_id, 100, key="a", expires_at=soon, at=today, settles_at=today)
    await earn(customer_id, 40, key="b", at=today, settles_at=today + timedelta(days=7))
    points = (await lin.get("/me")).told["points"]
    assert (points["available"], points["pending"], points["expiring"]) == (100, 40, 100)
    assert points["expires_first_at"][:10] == soon.isoformat()[:10]


async def test_movements_come_newest_first_with_what_they_changed(lin: Phone) -> None:
    customer_id = await signed_in(lin)
    await earn(customer_id, 100, key="a")
    await ledger.record_one(Spend(member_id=customer_id, key="s", at=AT, points=30))
    spent, earned = (await lin.get("/me/ledger")).told["lines"]
    assert (spent["kind"], spent["points"], spent["text"]) == ("spend", -30, "消耗积分")
    assert (earned["kind"], earned["points"], earned["number"]) == ("earn", 100, 1)


async def test_pending_points_show_as_what_is_pending(lin: Phone) -> None:
    customer_id = await signed_in(lin)
    await earn(customer_id, 100, key="a", settles_at=None)
    await earn(customer_id, 60, key="b", settles_at=AT + timedelta(days=7))
    first = (await lin.get("/me/ledger")).told["lines"][0]
    assert (first["points"], first["pending"], first["available"]) == (60, 60, 0)


async def test_pages_hold_every_movement_once_even_while_new_ones_come(lin: Phone) -> None:
    customer_id = await signed_in(lin)
    for number in range(7):
        await earn(customer_id, number + 1, key=f"k{number}")
    seen: list[int] = []
    path: str | None = "/me/ledger?limit=3"
    while path:
        page = (await lin.get(path)).told
        seen += [one["number"] for one in page["lines"]]
        await earn(customer_id, 1, key=f"late{len(seen)}")
        path = page["next_before"] and f"/me/ledger?limit=3&before={page['next_before']}"
    assert seen == [7, 6, 5, 4, 3, 2, 1]


async def test_a_last_page_that_is_full_is_still_the_last(lin: Phone) -> None:
    customer_id = await signed_in(lin)
    for number in range(3):
        await earn(customer_id, 1, key=f"k{number}")
    page = (await lin.get("/me/ledger?limit=3")).told
    assert (len(page["lines"]), page["next_before"]) == (3, None)
    assert (await lin.get("/me/ledger?before=1")).told == {"lines": [], "next_before": None}


async def test_each_movement_tells_what_it_left_whatever_stands_between(lin: Phone) -> None:
    customer_id = await signed_in(lin)
    await earn(customer_id, 100, key="a")
    await ledger.record_one(Spend(member_id=customer_id, key="s", at=AT, points=30))
    await earn(customer_id, 50, key="b", settles_at=AT + timedelta(days=7))
    await ledger.record_one(Spend(member_id=customer_id, key="t", at=AT, points=20))
    await earn(customer_id, 5, key="c")
    told = (await lin.get("/me/ledger")).told["lines"]
    assert [(one["points"], one["balance"]) for one in told] == [
        (5, 55),
        (-20, 50),
        (50, 70),
        (-30, 70),
        (100, 100),
    ]
    came = (await lin.get("/me/ledger?flow=in&limit=2")).told
    assert [(one["points"], one["balance"]) for one in came["lines"]] == [(5, 55), (50, 70)]
    rest = (await lin.get(f"/me/ledger?flow=in&limit=2&before={came['next_before']}")).told
    assert [(one["points"], one["balance"]) for one in rest["lines"]] == [(100, 100)]
    went = (await lin.get("/me/ledger?flow=out")).told["lines"]
    assert [(one["points"], one["balance"]) for one in went] == [(-20, 50), (-30, 70)]
    wrong = await lin.get("/me/ledger?flow=up")
    assert (wrong.http_status, wrong.error["code"]) == (400, "bad_field")
    assert "flow" in wrong.error["message"]


async def test_sums_are_what_she_has(lin: Phone, emma: Phone) -> None:
    customer_id = await signed_in(lin)
    await signed_in(emma)
    assert (await lin.get("/me/ledger/sums")).told == {"earned": 0, "spent": 0, "expired": 0}
    await earn(customer_id, 100, key="a", expires_at=AT + timedelta(days=1))
    await earn(customer_id, 60, key="b", settles_at=AT + timedelta(days=7))
    await ledger.record_one(Spend(member_id=customer_id, key="s", at=AT, points=30))
    await ledger.record_one(Expire(member_id=customer_id, at=AT + timedelta(days=2), key="e"))
    assert (await lin.get("/me/ledger/sums")).told == {"earned": 160, "spent": 30, "expired": 70}
    points = (await lin.get("/me")).told["points"]
    assert points["available"] + points["pending"] == 160 - 30 - 70
    assert (await emma.get("/me/ledger/sums")).told["earned"] == 0


async def test_the_rules_are_told_in_her_language(lin: Phone) -> None:
    await signed_in(lin)
    await programme.publish("earning:base", PerYuan(), starts_at=AT, by="t", at=AT)
    told = (await lin.get("/me/ledger/rules")).told
    assert told["earning"] == ["每消费 1 元得 1 积分"]
    english = (await lin.get("/me/ledger/rules", headers={"Accept-Language": "en"})).told
    assert english["earning"] == ["1 point for every ¥1 that you pay"]
    assert len(told["keeping"]) == len(english["keeping"]) == 3


async def test_a_movement_names_the_order_behind_it(lin: Phone) -> None:
    await signed_in(lin)
    await programme.publish("earning:base", PerYuan(), starts_at=AT, by="t", at=AT)
    await purchases.record(
        [order("2874001", line(10_000), buyer=(lin.unionid,), paid_at=AT)], at=AT
    )
    (told,) = (await lin.get("/me/ledger")).told["lines"]
    bought = await Purchase.get()
    assert told["order"] == {"purchase": str(bought.uuid), "order": None, "number": "2874001"}
    assert told["redemption"] is None
    assert (await lin.get(f"/me/purchases/{told['order']['purchase']}")).http_status == 200


async def test_what_multipliers_added_and_caps_took_is_said_with_the_order(lin: Phone) -> None:
    await signed_in(lin)
    double = Multiplier(name_zh="6.18 双倍积分", name_en="Double points on 18 June")
    rules = (("base", PerYuan()), ("double", double), ("cap", Cap(most=150)))
    for name, rule in rules:
        slot = f"earning:{name}"
        await programme.publish(slot, rule, starts_at=programme.BEGINNING, by="t", at=AT)
    bought = order("2874001", line(10_000), buyer=(lin.unionid,), paid_at=AT)
    await purchases.record([bought], at=AT)
    (told,) = (await lin.get("/me/ledger")).told["lines"]
    assert told["text"] == "获得积分：天猫订单 2874001（含 6.18 双倍积分 +100、达到上限 -50）"
    await lin.ask("PUT", "/me/language", json={"language": "en"})
    (told,) = (await lin.get("/me/ledger")).told["lines"]
    extras = "(Double points on 18 June +100, capped -50)"
    assert told["text"] == f"Points earned: order 2874001 at Tmall {extras}"


async def test_an_order_is_named_by_shop_and_number_in_her_language(lin: Phone) -> None:
    customer_id = await signed_in(lin)
    await purchases.record(
        [order("2874001", line(10_000), buyer=(lin.unionid,), paid_at=AT)], at=AT
    )
    bought = await Purchase.get()
    assert bought.customer_id == customer_id
    await earn(customer_id, 5, key="x", cause=f"purchase:{bought.id}")
    chinese = (await lin.get("/me/ledger")).told["lines"][0]
    await lin.ask("PUT", "/me/language", json={"language": "en"})
    english = (await lin.get("/me/ledger")).told["lines"][0]
    assert chinese["text"] == "获得积分：天猫订单 2874001"
    assert english["text"] == "Points earned: order 2874001 at Tmall"
    wish = {"Accept-Language": "zh-CN"}
    assert (await lin.get("/me/ledger", headers=wish)).told["lines"][0] == chinese


@pytest.mark.parametrize(
    "cause", ["purchase:{other}", "purchase:99999999999999999999", "purchase:x", "staff: 补偿 1234"]
)
async def test_a_cause_shows_no_order_that_is_not_hers(lin: Phone, emma: Phone, cause: str) -> None:
    customer_id = await signed_in(lin)
    await signed_in(emma)
    await purchases.record(
        [order("SECRET-9", line(10_000), buyer=(emma.unionid,), paid_at=AT)], at=AT
    )
    cause = cause.replace("{other}", str((await Purchase.get()).id))
    await ledger.record_one(
        Adjust(
            member_id=customer_id,
            key="adj",
            at=AT,
            points=5,
            cause=cause,
        )
    )
    assert (await lin.get("/me/ledger")).told["lines"][0]["text"] == "积分调整"


async def test_nobody_reads_anothers_points_whatever_she_sends(lin: Phone, emma: Phone) -> None:
    emma_id = await signed_in(emma)
    await earn(emma_id, 900, key="emma")
    await signed_in(lin)
    for query in (f"?customer_id={emma_id}", f"?member_id={emma_id}"):
        assert (await lin.get(f"/me/ledger{query}")).http_status == 400
    headers = {"X-Customer-Id": str(emma_id), "Cookie": f"session={emma.token}"}
    assert (await lin.get("/me", headers=headers)).told["points"]["available"] == 0
    assert (await lin.get("/me/ledger")).told["lines"] == []


@pytest.mark.parametrize("body", [{"language": "fr"}, {"language": None}, {}, {"lang": "en"}])
async def test_a_language_that_we_do_not_speak_is_400(lin: Phone, body: Json) -> None:
    await signed_in(lin)
    assert (await lin.ask("PUT", "/me/language", json=body)).http_status == 400
    assert (await lin.get("/me")).told["language"] == "zh"


async def test_choosing_a_language_twice_is_the_same_as_once(lin: Phone) -> None:
    await signed_in(lin)
    for _ in range(2):
        answer = await lin.ask("PUT", "/me/language", json={"language": "en"})
        assert (answer.http_status, answer.told) == (200, {"language": "en"})
    assert (await lin.get("/me")).told["language"] == "en"


async def test_she_reads_what_boosts_her_points_and_which_it_gave(lin: Phone) -> None:
    customer_id = await signed_in(lin)
    assert (await lin.get("/me")).told["boost"] is None
    at = datetime.now(UTC)
    policy = PointsPolicy()
    version = await programme.publish("points", policy, starts_at=AT, by="test", at=AT)
    grant = Grant("test", customer_id, 200, at, days_good(at, 7), "referral", version)
    await boosts.give([grant], at=at)
    boost = (await lin.get("/me")).told["boost"]
    assert boost["times_percent"] == 200
    assert boost["line"].startswith("下单得双倍积分，有效至")
    line = ledger.HistoryLine(1, EntryKind.EARN, at, 200, 0, 0, "", 200, given=((version, 100),))
    (told,) = await told_of(customer_id, [line], language="zh")
    assert told.text == "获得积分（含 专享多倍积分 +100）"
