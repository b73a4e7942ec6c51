"""Same facts, same cart, same rules: same price; and whatever was changed since is found."""

from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from loyalty import checkout, programme, quotes
from loyalty.checkout.sealing import seal
from loyalty.conditions import Condition, Conditions
from loyalty.conditions.first_order import FirstOrder
from loyalty.conditions.orders_within import OrdersWithin
from loyalty.discounts import Budget
from loyalty.discounts.fen_off import FenOff
from loyalty.discounts.percent import Percent
from loyalty.policies.margin import Margin
from loyalty.programme import BEGINNING
from loyalty.sealing import Sealer, new_master_key
from models import PriceAudit, StoreOrder, db
from tests.cast import DAY
from tests.loyalty.store import AT, SEALER, coupon, member, ordered, quoted, token

pytestmark = pytest.mark.usefixtures("store")


async def offer(*conditions: Condition, percent: int = 50) -> None:
    rule = Percent(percent=percent, conditions=Conditions(conditions))
    await programme.publish("offer:hers", rule, starts_at=BEGINNING, by="test", at=AT)


async def rules_found() -> list[str]:
    return [one.rule for one in (await checkout.audit(sealer=SEALER)).differences]


async def placed() -> StoreOrder:
    """An order with an offer of hers and her coupon; another offer was looked at."""
    lin = await member()
    await offer(FirstOrder())
    await programme.publish(
        "margin", Margin(least_line_percent=10), starts_at=BEGINNING, by="test", at=AT
    )
    found = await quoted(lin, "C-100", "M-020", coupon=await coupon(lin))
    assert len(found.applied) == 2
    return await ordered(lin, token(found))


async def test_orders_are_priced_again_by_the_rules_of_their_time() -> None:
    first = await placed()
    await offer(percent=10)
    await db.fetch("UPDATE product SET price_fen = 1, category = ''")
    emma = await member("o-emma")
    await ordered(emma, token(await quoted(emma, "M-020")), openid="o-emma")
    done = await checkout.audit(sealer=SEALER)
    assert (done.orders, done.differences) == (2, [])
    again = await checkout.audit(sealer=SEALER, most=1)
    assert again.orders == 1
    assert first.total_fen < 39_700


CHANGES = {
    "a fact": "grounds = jsonb_set(grounds, '{facts,orders}', '7')",
    "the cart": "grounds = jsonb_set(grounds, '{cart,0,price_fen}', '1')",
    "an offer that was looked at": "grounds = jsonb_set(grounds, '{offers}', '[]')",
    "what was shown": "quote = jsonb_set(quote, '{lines,0,total_fen}', '1')",
    "the lines": "lines = jsonb_set(lines, '{0,paid_fen}', '1')",
    "the seal": "seal = '\\x00'",
}


@pytest.mark.parametrize("change", list(CHANGES))
async def test_whatever_is_changed_of_what_was_kept_is_found(change: str) -> None:
    await placed()
    await db.fetch(f"UPDATE store_order SET {CHANGES[change]}")
    assert await rules_found() == ["kept_changed"]


async def test_a_total_that_was_changed_is_found() -> None:
    await placed()
    await db.fetch("UPDATE store_order SET total_fen = total_fen - 1")
    assert await rules_found() == ["priced_differently"]


async def resealed(changed: str) -> None:
    """Change what is kept as somebody would who has the key, too."""
    (row,) = await db.fetch(f"UPDATE store_order SET {changed} RETURNING id, quote, grounds, lines")
    told: dict[str, Any] = {
        name: msgspec.json.decode(row[name]) for name in ("quote", "grounds", "lines")
    }
    await db.fetch("UPDATE store_order SET seal = $2 WHERE id = $1", row["id"], seal(told, SEALER))


async def test_with_the_key_a_price_that_its_facts_do_not_make_is_found_all_the_same() -> None:
    await placed()
    await resealed("grounds = jsonb_set(grounds, '{facts,is_under_way}', 'true')")
    assert await rules_found() == ["priced_differently"]


async def test_what_budgets_had_left_is_kept_and_not_what_they_have_now() -> None:
    rule = FenOff(fen=1_000, lane="goods", budgets=(Budget(fen=1_000),))
    await programme.publish("offer:ten", rule, starts_at=BEGINNING, by="test", at=AT)
    totals = []
    for openid in ("o-lin", "o-emma"):
        hers = await member(openid)
        order = await ordered(hers, token(await quoted(hers, "M-020")), openid=openid)
        totals.append(order.total_fen)
    assert totals == [25_900, 26_900]
    assert await rules_found() == []


async def test_a_rule_that_was_taken_away_is_found() -> None:
    await placed()
    await resealed("grounds = jsonb_set(grounds, '{offers,0}', '999')")
    assert await rules_found() == ["rule_missing"]


async def test_another_key_than_the_orders_finds_all_of_them() -> None:
    await placed()
    done = await checkout.audit(sealer=Sealer(new_master_key()))
    assert [one.rule for one in done.differences] == ["kept_changed"]


async def test_members_with_other_facts_and_the_same_answers_pay_the_same() -> None:
    await offer(OrdersWithin(least_orders=0))
    for openid in ("o-lin", "o-emma"):
        hers = await member(openid)
        found = await quoted(hers, "M-020", at=AT + timedelta(minutes=hers))
        await ordered(hers, token(found), openid=openid, at=AT + timedelta(minutes=hers))
    assert await rules_found() == []


async def test_what_an_audit_found_is_kept_for_staff() -> None:
    await placed()
    await db.fetch("UPDATE store_order SET total_fen = 1")
    await checkout.keep_audit(await checkout.audit(sealer=SEALER), at=AT + DAY)
    kept = await PriceAudit.get()
    assert (kept.orders, kept.differing) == (1, 1)
    assert isinstance(kept.differences, list)
    assert kept.differences[0]["rule"] == "priced_differently"


async def test_a_token_tells_nobody_what_goods_cost() -> None:
    await db.fetch("UPDATE product SET cost_fen = 12345")
    found = await quoted(await member(), "M-020")
    assert found.grounds.cart[0].cost_fen == 12_345
    told = token(found)
    assert "12345" not in told
    assert all(b"12345" not in urlsafe_b64decode(part) for part in told.split("."))
    assert quotes.unpacked(quotes.grounds_in(told, SEALER)) == found.grounds
