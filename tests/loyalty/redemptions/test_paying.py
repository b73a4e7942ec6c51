"""Points and money together: reserved, paid once, or given back whole."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from loyalty import gifts, programme, redemptions
from loyalty.calendar import days_good
from loyalty.errors import LoyaltyError
from loyalty.gifts import GiftWish
from loyalty.payments import PAYABLE_FOR, Payer, Payment, PaymentFate
from loyalty.rewards.coupon import CouponReward
from loyalty.rewards.friend_gift import FriendGift
from loyalty.rewards.gift import Gift
from loyalty.rewards.privilege import Privilege
from models import (
    RedemptionPayment,
    RedemptionPaymentState,
    RedemptionState,
    RewardStock,
    db,
)
from tests.cast import DAY, JUNE_1
from tests.loyalty.gifts.scene import LINKS
from tests.loyalty.redemptions.test_redeeming import AT, available, redeemed, rich

LIN = Payer("wx1", "o-lin")
KETTLE = Gift(name_zh="壶", name_en="Kettle", points=200, cash_fen=990, stock=1, per_member=1)


@pytest.fixture(autouse=True)
async def kettle(catalogue: None) -> None:
    await publish("reward:kettle", KETTLE)


async def publish(slot: str, rule: object) -> None:
    await programme.publish(slot, rule, starts_at=JUNE_1, by="test", at=JUNE_1)


async def reserve(member_id: int, slot: str = "reward:kettle") -> UUID:
    uuid = uuid4()
    told = await redemptions.redeem(member_id, uuid, slot=slot, at=AT, payer=LIN)
    assert told.state is RedemptionState.RESERVED
    return uuid


async def payment(uuid: UUID, **changed: object) -> Payment:
    awaited = await RedemptionPayment.get(redemption_id=await id_of(uuid))
    told: dict[str, object] = {
        "number": awaited.number,
        "payment_id": f"42{awaited.number}",
        "total_fen": awaited.total_fen,
        "payer_fen": awaited.total_fen,
        "paid_at": AT,
    }
    return Payment(**(told | changed))  # type: ignore[arg-type]


async def id_of(uuid: UUID) -> int:
    (row,) = await db.fetch("SELECT id FROM redemption WHERE uuid = $1", uuid)
    found: int = row["id"]
    return found


async def money(uuid: UUID) -> str:
    return (await RedemptionPayment.get(redemption_id=await id_of(uuid))).state.value


async def refusal(member_id: int, uuid: UUID, **told: object) -> str:
    with pytest.raises(LoyaltyError) as refused:
        await redemptions.paid(await payment(uuid, **told), at=AT)
    return refused.value.code


async def test_it_is_reserved_until_the_money_comes_and_then_hers(lin: int) -> None:
    await rich(lin)
    uuid = await reserve(lin)
    held = await redemptions.find(uuid, member_id=lin, at=AT)
    assert (held.code, held.expires_at, await available(lin)) == (None, AT + PAYABLE_FOR, 800)
    awaited = await redemptions.payment_of(uuid)
    assert awaited
    assert (awaited.total_fen, awaited.openid, awaited.name) == (990, "o-lin", "壶")
    assert redemptions.is_payment(awaited.number)
    assert await redemptions.paid(await payment(uuid), at=AT) is PaymentFate.TAKEN
    told = await redemptions.find(uuid, member_id=lin, at=AT)
    assert (told.state.value, told.cash_fen, await money(uuid)) == ("issued", 990, "paid")
    assert told.code
    assert await redemptions.payment_of(uuid) is None


async def test_money_without_anybody_to_pay_it_is_refused_and_takes_nothing(lin: int) -> None:
    await rich(lin)
    assert await redeemed(lin, "reward:kettle") == "reward_in_miniprogram"
    assert await available(lin) == 1000


async def test_a_purchase_without_points_takes_no_points(lin: int) -> None:
    await publish("reward:bought", Gift(points=0, cash_fen=500))
    uuid = await reserve(lin, "reward:bought")
    await redemptions.paid(await payment(uuid), at=AT)
    await redemptions.cancel(lin, uuid, at=AT)
    assert (await money(uuid), await available(lin)) == ("refunding", 0)


async def test_ten_notices_of_one_payment_at_once_take_it_once(lin: int) -> None:
    await rich(lin)
    uuid = await reserve(lin)
    told = await payment(uuid)
    fates = await asyncio.gather(*(redemptions.paid(told, at=AT) for _ in range(10)))
    assert sorted(fates) == [PaymentFate.TAKEN, *[PaymentFate.TAKEN_BEFORE] * 9]


async def test_another_amount_another_payment_or_more_than_all_moves_nothing(lin: int) -> None:
    await rich(lin)
    uuid = await reserve(lin)
    for wrong in ({"total_fen": 1, "payer_fen": 1}, {"payer_fen": 991}, {"payer_fen": -1}):
        assert await refusal(lin, uuid, **wrong) == "payment_differs"
    assert await money(uuid) == "awaiting"
    await redemptions.paid(await payment(uuid), at=AT)
    assert await refusal(lin, uuid, payment_id="another") == "payment_differs"


async def test_what_was_not_paid_gives_points_and_piece_back_once(lin: int) -> None:
    await rich(lin)
    uuid = await reserve(lin)
    late = AT + PAYABLE_FOR
    assert await redemptions.lapsed(at=late - timedelta(microseconds=1), limit=9) == []
    (found,) = await redemptions.lapsed(at=late, limit=9)
    closed = await asyncio.gather(*(redemptions.close(found.number, at=late) for _ in range(5)))
    assert sorted(closed) == [False] * 4 + [True]
    told = await redemptions.find(uuid, member_id=lin, at=late)
    assert (told.state.value, told.ended_why, await money(uuid)) == (
        "expired",
        "not_paid",
        "closed",
    )
    assert await available(lin) == 1000
    assert (await RewardStock.get(slot="reward:kettle")).taken == 0


async def test_money_that_comes_after_the_end_goes_back_whole_and_no_points_move(lin: int) -> None:
    await rich(lin)
    uuid = await reserve(lin)
    told = await payment(uuid)
    await redemptions.close(told.number, at=AT)
    fates = [await redemptions.paid(told, at=AT) for _ in range(2)]
    assert fates == [PaymentFate.GIVEN_BACK, PaymentFate.TAKEN_BEFORE]
    (asked,) = await redemptions.due_refunds(at=AT, limit=9)
    assert (asked.order_number, asked.fen, asked.total_fen) == (told.number, 990, 990)
    assert await redemptions.due_refunds(at=AT, limit=9) == []
    assert await redemptions.due_refunds(at=AT + timedelta(minutes=1), limit=9) == [asked]
    await redemptions.end_refund(asked.number, RedemptionPaymentState.REFUNDED)
    await redemptions.end_refund(asked.number, RedemptionPaymentState.REFUND_FAILED)
    assert (await money(uuid), await available(lin)) == ("refunded", 1000)


async def test_what_can_no_longer_be_had_when_the_money_comes_gives_all_back(lin: int) -> None:
    await rich(lin)
    await publish("reward:paid_coupon", CouponReward(points=10, cash_fen=100))
    uuid = await reserve(lin, "reward:paid_coupon")
    await db.fetch("UPDATE rule_version SET ends_at = $1 WHERE slot = 'coupon:ten_off'", AT)
    fate = await redemptions.paid(await payment(uuid), at=AT + DAY)
    told = await redemptions.find(uuid, member_id=lin, at=AT)
    assert (fate.value, told.state.value, told.ended_why) == (
        ("given_back", "cancelled", "reward_unavailable")
    )
    assert (await money(uuid), await available(lin)) == ("refunding", 1000)


async def test_a_gift_for_a_friend_is_ready_to_be_sent_once_its_money_came(lin: int) -> None:
    await rich(lin)
    bought = FriendGift(points=0, cash_fen=1900, coupon_slot="coupon:treat")
    await publish("reward:bought_gift", bought)
    uuid = await reserve(lin, "reward:bought_gift")
    assert await gifts.given_by(lin, at=AT) == []
    for _ in range(2):
        await redemptions.paid(await payment(uuid), at=AT)
    (ready,) = await gifts.given_by(lin, at=AT)
    assert (ready.uuid, ready.state.value) == (uuid, "ready")


@pytest.mark.parametrize("cash_fen", [0, 1900])
async def test_a_gift_of_the_same_name_keeps_no_redemption_from_being_hers(
    lin: int, cash_fen: int
) -> None:
    await rich(lin)
    bought = FriendGift(points=10, cash_fen=cash_fen, coupon_slot="coupon:treat")
    await publish("reward:bought_gift", bought)
    uuid = await reserve(lin, "reward:bought_gift") if cash_fen else uuid4()
    await gifts.send(lin, uuid, GiftWish(points=20), links=LINKS, at=AT + 2 * DAY)
    if cash_fen:
        fate = await redemptions.paid(await payment(uuid), at=AT + 2 * DAY)
        assert fate is PaymentFate.TAKEN
    else:
        await redemptions.redeem(lin, uuid, slot="reward:bought_gift", at=AT + 2 * DAY)
    ready, sent = await gifts.given_by(lin, at=AT + 2 * DAY)
    assert [(one.state.value, one.points) for one in (ready, sent)] == [
        ("ready", None),
        ("sent", 20),
    ]
    assert ready.is_for_friend


async def test_cancelling_what_was_paid_gives_points_and_money_back_once(lin: int) -> None:
    await rich(lin)
    uuid = await reserve(lin)
    with pytest.raises(LoyaltyError, match="redemption_awaits_payment"):
        await redemptions.cancel(lin, uuid, at=AT)
    await redemptions.paid(await payment(uuid), at=AT)
    await asyncio.gather(*(redemptions.cancel(lin, uuid, at=AT) for _ in range(5)))
    assert (await money(uuid), await available(lin)) == ("refunding", 1000)
    assert (await RewardStock.get(slot="reward:kettle")).taken == 0


async def test_of_two_who_reserve_the_last_one_at_once_one_wins(lin: int, wang: int) -> None:
    await rich(lin)
    await rich(wang)

    async def tried(member_id: int) -> str:
        try:
            await reserve(member_id)
        except LoyaltyError as refused:
            return refused.code
        return "reserved"

    told = await asyncio.gather(tried(lin), tried(wang))
    assert sorted(told) == ["reserved", "reward_out_of_stock"]
    assert await available(lin) + await available(wang) == 1800


async def test_a_limit_of_the_day_is_free_again_the_next_day(lin: int) -> None:
    await publish("reward:daily", Gift(points=0, per_member=1, per="day"))
    midnight = days_good(AT, 0)
    moments = (AT, midnight - timedelta(microseconds=1), midnight, midnight + DAY / 2)
    told = [await redeemed(lin, "reward:daily", at=moment) for moment in moments]
    assert told == ["issued", "reward_limit_reached", "issued", "reward_limit_reached"]


async def test_a_privilege_is_used_as_often_as_it_says_and_a_form_sent_twice_counts_once(
    lin: int,
) -> None:
    await rich(lin)
    await publish("reward:tasting", Privilege(points=10, uses=2))
    uuid = uuid4()
    code = (await redemptions.redeem(lin, uuid, slot="reward:tasting", at=AT)).code
    assert code
    form = uuid4()

    async def use(name: UUID) -> str:
        try:
            return (
                await redemptions.hand_over(code, staff_member_id=1, at=AT, name=name)
            ).state.value
        except LoyaltyError as refused:
            return refused.code

    assert set(await asyncio.gather(*(use(form) for _ in range(6)))) == {"issued"}
    assert (await redemptions.find(uuid, member_id=lin, at=AT)).used == 1
    with pytest.raises(LoyaltyError, match="redemption_in_use"):
        await redemptions.cancel(lin, uuid, at=AT)
    assert [await use(uuid4()), await use(uuid4())] == ["handed_over", "already_handed_over"]


async def test_a_form_gone_back_to_hands_the_next_reward_over_as_well(lin: int) -> None:
    await rich(lin)
    form, redeemed_twice = uuid4(), [uuid4(), uuid4()]
    for uuid in redeemed_twice:
        code = (await redemptions.redeem(lin, uuid, slot="reward:mug", at=AT)).code
        assert code
        for typed in (code, f"{code[:4]} {code[4:]}"):
            done = await redemptions.hand_over(typed, staff_member_id=1, at=AT, name=form)
            assert (done.uuid, done.state.value) == (uuid, "handed_over")


async def test_a_privilege_once_used_keeps_its_points_when_its_days_are_over(lin: int) -> None:
    await rich(lin)
    await publish("reward:tasting", Privilege(points=10, uses=2, days_to_fetch=1))
    for uses in (0, 1):
        uuid = uuid4()
        code = (await redemptions.redeem(lin, uuid, slot="reward:tasting", at=AT)).code
        assert code
        if uses:
            await redemptions.hand_over(code, staff_member_id=1, at=AT)
        late = AT + 3 * DAY
        swept = [
            (await redemptions.find(uuid, member_id=lin, at=late)).state.value,
            await redemptions.expire(at=late, limit=9),
            (await redemptions.find(uuid, member_id=lin, at=late)).state.value,
        ]
        ended = "handed_over" if uses else "expired"
        assert swept == [ended, 1, ended]
        with pytest.raises(LoyaltyError, match="privilege_over" if uses else "redemption_expired"):
            await redemptions.hand_over(code, staff_member_id=1, at=late)
    assert await available(lin) == 990
