"""The page of tiers: hers, those above and below, what they bring, and what hers comes from."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loyalty import customers, programme, progress, purchases, standing
from loyalty.calendar import day_of
from loyalty.policies.tiers import Measure, Tier, Tiers, Window
from models import Customer, PurchaseState
from tests.cast import NOVEMBER_22, line, order
from tests.loyalty.play_scene import derived
from tests.miniprogram_api.conftest import Phone
from web.context import Context

NOW = NOVEMBER_22
DAY = timedelta(days=1)
TIERS = (
    Tier("basic", "普通会员", "Member", 0),
    Tier("silver", "银卡会员", "Silver", 300, benefits_zh=("1.2 倍积分",), benefits_en=("More",)),
    Tier("gold", "金卡会员", "Gold", 1_000, benefits_zh=("专属客服",)),
)
GROWTH = Tiers(
    TIERS,
    measure=Measure.GROWTH,
    window=Window.ROLLING_DAYS,
    window_days=30,
    growth_per_order=50,
    growth_per_visit=5,
)


@pytest.fixture
def connected(connected: Context) -> Context:
    return replace(connected, clock=lambda: NOW)


@pytest.fixture
async def her_id(lin: Phone) -> int:
    answer = await lin.sign_in()
    await programme.publish("tiers", GROWTH, starts_at=programme.BEGINNING, by="t", at=NOW)
    customer = await Customer.get(uuid=answer.told["customer"])
    return int(customer.id)


async def test_what_her_tier_comes_from_is_what_still_counts(lin: Phone, her_id: int) -> None:
    her = (lin.unionid,)
    given_back = line(500, refunded_fen=500)
    told = [
        order("1", line(25_000), buyer=her, paid_at=NOW - DAY),
        order("2", line(10_050), buyer=her, paid_at=NOW - 30 * DAY),
        order("3", line(90_000), buyer=her, paid_at=NOW - 31 * DAY),
        order("4", given_back, buyer=her, paid_at=NOW, state=PurchaseState.REFUNDED),
    ]
    await purchases.record(told, at=NOW)
    await progress.check_in(her_id, day_of(NOW), at=NOW)
    await standing.changed([her_id])
    await derived(at=NOW)
    page = (await lin.get("/me/tiers")).told
    grown = [(one["on"], one["kind"], one["amount"]) for one in page["growth"]]
    assert grown == [
        ("2026-11-22", "visit", 5),
        ("2026-11-21", "order", 300),
        ("2026-11-21", "visit", 5),
        ("2026-10-23", "order", 150),
        ("2026-10-23", "visit", 5),
    ]
    assert page["reached"] == sum(amount for _, _, amount in grown)
    states = [(one["code"], one["state"], one["missing"]) for one in page["tiers"]]
    assert states == [("basic", "unlocked", 0), ("silver", "current", 0), ("gold", "locked", 535)]
    assert [one["takes"] for one in page["tiers"]] == [
        "入会即享",
        "需 300 成长值",
        "需 1,000 成长值，还差 535 成长值",
    ]
    assert [one["told"] for one in page["ways"]] == [
        "每消费 1 元得 1 成长值，每单计 50 成长值",
        "每天签到或购买计 5 成长值",
    ]
    assert (page["window"], page["percent"]) == ("近 30 天", 46)


async def test_it_is_read_in_english_and_benefits_in_the_words_there_are(
    lin: Phone, her_id: int
) -> None:
    assert her_id
    await lin.ask("PUT", "/me/language", json={"language": "en"})
    page = (await lin.get("/me/tiers")).told
    assert [one["benefits"] for one in page["tiers"]] == [[], ["More"], ["专属客服"]]
    assert page["tiers"][1]["takes"] == "Takes 300 growth, 300 growth to go"
    assert (page["growth"], page["reached_told"]) == ([], "0 growth")


async def test_nobody_reads_what_another_bought(lin: Phone, emma: Phone, her_id: int) -> None:
    assert her_id
    bought = order("1", line(25_000), buyer=(lin.unionid,), paid_at=NOW)
    await purchases.record([bought], at=NOW)
    await emma.sign_in()
    assert (await emma.get("/me/tiers")).told["growth"] == []
    assert len((await lin.get("/me/tiers")).told["growth"]) == 2


async def test_of_a_merged_member_all_that_she_bought_is_told(
    lin: Phone, emma: Phone, her_id: int
) -> None:
    answer = await emma.sign_in()
    other = await Customer.get(uuid=answer.told["customer"])
    bought = order("1", line(25_000), buyer=(emma.unionid,), paid_at=NOW)
    await purchases.record([bought], at=NOW)
    await customers.merge(her_id, int(other.id), evidence="t", by="t", at=NOW)
    assert len((await lin.get("/me/tiers")).told["growth"]) == 2
