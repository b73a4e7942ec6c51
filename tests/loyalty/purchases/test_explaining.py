"""Why an order earned what it did: each rule says its word, and the whole order its own."""

from datetime import timedelta

import pytest

from loyalty import programme, purchases
from loyalty.earning import EarningRule
from loyalty.earning.cap import Cap
from loyalty.earning.multiplier import Multiplier
from loyalty.earning.per_yuan import PerYuan
from loyalty.purchases import Explained
from models import PurchaseState
from tests.cast import JUNE_1, WANG, line, order
from tests.loyalty.play_scene import derived, publish

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
async def brand(database: None) -> None:
    await publish()


async def lay(slot: str, rule: EarningRule) -> None:
    await programme.publish(slot, rule, starts_at=programme.BEGINNING, by="t", at=JUNE_1)


async def recorded(number: str = "1", yuan: int = 30, **told: object) -> Explained:
    one = order(number, line(yuan * 100), buyer=(WANG,), paid_at=JUNE_1, **told)  # type: ignore[arg-type]
    (outcome,) = await purchases.record([one], at=JUNE_1)
    outcome.unwrap()
    await derived(at=JUNE_1)
    (found,) = await purchases.explain(number)
    return found


def words(found: Explained) -> dict[str, tuple[str, int]]:
    return {one.rule.slot: (one.word.value, one.points) for one in found.verdicts}


async def test_each_rule_says_what_it_gives_or_why_nothing() -> None:
    for slot, rule in {
        "earning:gold": PerYuan(only_tiers=("gold",)),
        "earning:jd": PerYuan(shops=("jd",)),
        "earning:later": PerYuan(starts_at=JUNE_1 + DAY),
        "earning:tea": PerYuan(categories=("茶",)),
        "earning:much": PerYuan(every_yuan=100),
        "earning:cap": Cap(most=20),
        "earning:wide": Cap(most=5000),
        "earning:double": Multiplier(times_percent=200, categories=("茶",)),
    }.items():
        await lay(slot, rule)
    found = await recorded()
    assert words(found) == {
        "earning:base": ("gives", 30),
        "earning:gold": ("other_tier", 0),
        "earning:jd": ("other_shop", 0),
        "earning:later": ("not_then", 0),
        "earning:tea": ("other_goods", 0),
        "earning:much": ("too_little", 0),
        "earning:cap": ("cuts", -10),
        "earning:wide": ("leaves_all", 0),
        "earning:double": ("other_goods", 0),
    }
    assert (found.booked, found.says, list(found.refusals)) == (20, 20, [])
    assert found.buyer_uuid
    assert found.settles_at is None


async def test_what_holds_back_the_whole_order_is_said() -> None:
    gone = order(
        "2",
        line(3000, refunded_fen=3000),
        buyer=(WANG,),
        paid_at=JUNE_1,
        state=PurchaseState.REFUNDED,
    )
    await purchases.record([gone], at=JUNE_1)
    (found,) = await purchases.explain("2")
    assert (found.refusals, found.booked) == (["order_refunded"], 0)
    assert words(found)["earning:base"] == ("nothing_paid", 0)
    nobodys = order("3", line(3000), buyer=(), paid_at=JUNE_1)
    await purchases.record([nobodys], at=JUNE_1)
    (found,) = await purchases.explain("3")
    assert (found.refusals, found.says) == (["buyer_unknown"], 0)
    free = order("4", line(0), buyer=(WANG,), paid_at=JUNE_1)
    await purchases.record([free], at=JUNE_1)
    (found,) = await purchases.explain("4")
    assert found.refusals == ["order_paid_otherwise"]


async def test_no_order_has_no_reasons() -> None:
    assert await purchases.explain("none") == []
