"""A quote for a member: her standing, her coupons, the offers in force, and its signature."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import uuid4

import pytest

from loyalty import programme, purchases, quotes
from loyalty.conditions import Conditions
from loyalty.conditions.in_segment import InSegment
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.discounts.exchange import Exchange
from loyalty.discounts.percent import Percent
from loyalty.earning.cap import Cap
from loyalty.earning.multiplier import Multiplier
from loyalty.errors import NotFound, Refused
from loyalty.orders import IdentityRef
from loyalty.programme import BEGINNING
from loyalty.quotes import CartItem
from loyalty.sealing import Sealer, new_master_key
from models import IdentityKind, Product, db
from tests.cast import DAY, line, order, switches_personal_offers
from tests.loyalty.store import APP_ID, AT, SEALER, coupon, member, quoted, token

GOOD_FOR_SECONDS = 15 * 60
LIN = IdentityRef(IdentityKind.OPENID, APP_ID, "o-lin")


pytestmark = pytest.mark.usefixtures("store")


async def test_an_offer_and_her_coupon_stack_and_points_follow_what_she_pays() -> None:
    lin = await member()
    found = await quoted(lin, "C-100", "M-020", coupon=await coupon(lin))
    assert found.shown.goods_fen == 39_700
    assert [one.saved_fen for one in found.applied] == [640, 1000]
    assert found.shown.total_fen == 38_060 == sum(line.total_fen for line in found.shown.lines)
    assert found.points_to_earn == 380


async def test_the_answer_names_the_coupon_that_would_save_most_though_she_chose_none() -> None:
    lin = await member()
    ten, twenty = await coupon(lin), await coupon(lin, "coupon:vip_20")
    found = await quoted(lin, "M-020")
    assert found.shown.coupon is None
    assert [(one.coupon.proposal.coupon, one.saved_fen) for one in found.worths] == [
        (twenty, 5380),
        (ten, 1000),
    ]
    assert found.worths[0].coupon.reason.en == "Third order in six months"


async def test_of_two_coupons_that_save_the_same_the_one_that_ends_first_is_named_first() -> None:
    lin = await member()
    later, sooner = await coupon(lin, days=20), await coupon(lin, days=3)
    found = await quoted(lin, "M-020")
    assert [one.coupon.proposal.coupon for one in found.worths] == [sooner, later]


async def test_a_coupon_that_this_cart_cannot_use_says_how_much_is_missing() -> None:
    lin = await member()
    await coupon(lin)
    found = await quoted(lin, "B-330")
    (declined,) = found.declined
    assert declined.refusal.figures == {"short_fen": 200, "wanted_fen": 10_000}
    assert found.worths == ()


async def test_an_exchange_coupon_is_tried_on_no_cart_and_says_so_where_it_is_chosen() -> None:
    await programme.publish(
        "coupon:cup", Exchange(reward_slot="reward:cup"), starts_at=BEGINNING, by="t", at=AT
    )
    lin = await member()
    cup = await coupon(lin, "coupon:cup")
    found = await quoted(lin, "M-020")
    assert found.worths == ()
    assert [one.proposal.slot for one in found.declined] == ["offer:coffee_5"]
    chosen = await quoted(lin, "M-020", coupon=cup)
    assert "coupon_for_reward" in [one.refusal.code for one in chosen.declined]
    assert chosen.shown.total_fen == found.shown.total_fen


async def test_another_members_coupon_is_not_there() -> None:
    lin, emma = await member(), await member("o-emma")
    with pytest.raises(NotFound, match="no_such_coupon"):
        await quoted(lin, "M-020", coupon=await coupon(emma))
    with pytest.raises(NotFound, match="no_such_coupon"):
        await quoted(lin, "M-020", coupon=uuid4())


async def test_a_coupon_that_has_ended_is_refused() -> None:
    lin = await member()
    ended = await coupon(lin, days=1)
    with pytest.raises(Refused, match="coupon_expired"):
        await quoted(lin, "M-020", coupon=ended, at=AT + DAY)
    assert (await quoted(lin, "M-020", at=AT + DAY)).worths == ()


async def test_offers_look_at_her_tier_and_her_segments() -> None:
    lin = await member()
    for slot, condition in (
        ("offer:silver", TierAtLeast(rank=1)),
        ("offer:loyal", InSegment(slot="segment:loyal")),
    ):
        rule = Percent(percent=50, conditions=Conditions([condition]))
        await programme.publish(slot, rule, starts_at=BEGINNING, by="test", at=AT)
    found = await quoted(lin, "M-020")
    assert {one.refusal.code for one in found.declined} == {
        "tier_too_low",
        "not_in_segment",
        "no_goods_for_discount",
    }
    await db.fetch(
        "INSERT INTO standing (member_id, tier, tier_since, orders, spent_fen, reached,"
        " still_counts, derived_at)"
        " VALUES ($1, 'silver', $2, 1, 60000, 60000, 0, $2)",
        lin,
        AT,
    )
    assert [one.proposal.slot for one in (await quoted(lin, "M-020")).applied] == ["offer:silver"]


async def test_only_the_newest_snapshot_says_who_is_in_a_segment() -> None:
    lin = await member()
    rule = Percent(percent=50, conditions=Conditions([InSegment(slot="segment:loyal")]))
    version = await programme.publish("offer:x", rule, starts_at=BEGINNING, by="test", at=AT)

    async def snapshot(on_day: str, *members: int) -> None:
        (row,) = await db.fetch(
            "INSERT INTO snapshot (slot, on_day, rule_version_id, members, cut_points, taken_at)"
            " VALUES ('segment:loyal', $1::text::date, $2, $3, '{}', $4) RETURNING id",
            on_day,
            version,
            len(members),
            AT - DAY,
        )
        for one in members:
            await db.fetch("INSERT INTO snapshot_member VALUES ($1, $2, '5-5-5')", row["id"], one)

    await snapshot("2026-11-20", lin)
    assert [one.proposal.slot for one in (await quoted(lin, "M-020")).applied] == ["offer:x"]
    await switches_personal_offers(lin, on=False)
    plain = await quoted(lin, "M-020")
    assert not plain.applied, "what everybody is offered"
    assert "personal_offers_off" in {one.refusal.code for one in plain.declined}
    await switches_personal_offers(lin, on=True)
    assert (await quoted(lin, "M-020")).applied
    await snapshot("2026-11-21")
    assert not (await quoted(lin, "M-020")).applied


async def test_one_sku_told_twice_is_one_line() -> None:
    found = await quoted(await member(), "B-330", "M-020", "B-330")
    assert [(line.sku, line.quantity) for line in found.shown.lines] == [("B-330", 2), ("M-020", 1)]


async def test_what_is_not_sold_is_not_priced() -> None:
    lin = await member()
    await Product.filter(sku="B-330").update(is_on_sale=False)
    with pytest.raises(Refused, match="product_not_on_sale"):
        await quoted(lin, "B-330")
    with pytest.raises(NotFound, match="no_such_product"):
        await quoted(lin, "NONE")
    with pytest.raises(Refused, match="cart_too_large"):
        await quotes.quote(lin, [CartItem("M-020", 10**6)], None, at=AT)


async def test_a_token_says_what_was_shown_and_for_how_long() -> None:
    lin = await member()
    found = await quoted(lin, "C-100", coupon=await coupon(lin))
    shown = quotes.read(token(found), SEALER)
    assert shown == found.shown
    quotes.check_good(shown, at=AT)
    assert (shown.good_until - AT).total_seconds() == GOOD_FOR_SECONDS
    with pytest.raises(Refused, match="quote_expired"):
        quotes.check_good(shown, at=shown.good_until)


async def test_a_token_that_was_changed_or_made_elsewhere_is_forged() -> None:
    told = token(await quoted(await member(), "C-100"))
    body, sealed, signature = told.split(".")
    cheaper = urlsafe_b64decode(body).replace(b"12160", b"00001")
    assert cheaper != urlsafe_b64decode(body)
    forged = [
        f"{urlsafe_b64encode(cheaper).decode()}.{sealed}.{signature}",
        f"{body}.{signature}",
        f"{body}.{sealed[:-4]}.{signature}",
        body,
        f"{body}.{sealed}.",
        f"{body}.{sealed}.é{signature}",
        "",
        "é.x",
        "a.b.c",
        quotes.signed(quotes.read(told, SEALER), b"", sealer=Sealer(new_master_key())),
    ]
    for one in forged:
        with pytest.raises(Refused, match="quote_forged"):
            quotes.read(one, SEALER)


async def test_the_points_to_earn_are_those_of_her_tier_and_what_her_caps_leave() -> None:
    lin = await member()
    await earns_more_as_gold()
    assert (await quoted(lin, "M-020")).points_to_earn == 269
    await db.fetch(
        "INSERT INTO standing (member_id, tier, tier_since, orders, spent_fen, reached,"
        " still_counts, derived_at) VALUES ($1, 'gold', $2, 0, 0, 0, 0, $2)",
        lin,
        AT - DAY,
    )
    assert (await quoted(lin, "M-020")).points_to_earn == 538
    cap = Cap(most=300, per="day")
    await programme.publish("earning:cap", cap, starts_at=BEGINNING, by="t", at=AT)
    assert (await quoted(lin, "M-020")).points_to_earn == 300
    bought = order("1", line(200_00), paid_at=AT, buyer=(LIN,))
    await purchases.record([bought], at=AT)
    assert (await quoted(lin, "M-020", at=AT + DAY / 24)).points_to_earn == 100
    assert (await quoted(lin, "M-020", at=AT + DAY)).points_to_earn == 300


async def earns_more_as_gold() -> None:
    gold = Multiplier(only_tiers=("gold",), shops=("own_store",))
    await programme.publish("earning:gold", gold, starts_at=BEGINNING, by="t", at=AT)
