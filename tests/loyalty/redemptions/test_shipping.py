"""Gifts that are sent: where to, by whom, received once, or given back."""

import asyncio
from uuid import UUID, uuid4

import msgspec
import pytest

from loyalty import programme, redemptions
from loyalty.errors import LoyaltyError
from loyalty.redemptions import Address, Destination, Sent
from loyalty.rewards.shipped_gift import ShippedGift
from models import RewardStock, Shipment
from tests.cast import DAY
from tests.loyalty.redemptions.test_paying import LIN, money, payment, publish
from tests.loyalty.redemptions.test_redeeming import AT, available, redeemed, rich
from tests.loyalty.store import SEALER

HOME = Address("林小满", "13800138000", "浙江省", "杭州市", "文三路 90 号", "西湖区")
WORK = Address("林小满", "0769-22334455", "广东省", "东莞市", "鸿福东路 200 号")
SLOT = "reward:box"


@pytest.fixture(autouse=True)
async def box(catalogue: None) -> None:
    await publish(SLOT, ShippedGift(points=300, stock=5, received_after_days=7))


async def wished(member_id: int, uuid: UUID, address: Address = HOME) -> str:
    try:
        told = await redemptions.redeem(
            member_id, uuid, slot=SLOT, at=AT, destination=Destination(address, SEALER)
        )
    except LoyaltyError as refused:
        return refused.code
    return told.state.value


async def shipped(*sent: Sent) -> list[str]:
    outcomes = await redemptions.ship(sent, staff_member_id=1, at=AT + DAY)
    return [one.refusal.code if one.refusal else one.fate.value for one in outcomes]


async def state(member_id: int, uuid: UUID) -> str:
    return (await redemptions.find(uuid, member_id=member_id, at=AT)).state.value


async def test_the_address_is_kept_sealed_and_the_same_again_goes_to_the_same(lin: int) -> None:
    await rich(lin)
    uuid = uuid4()
    assert await redeemed(lin, SLOT) == "address_missing"
    assert [await wished(lin, uuid) for _ in range(2)] == ["to_ship", "to_ship"]
    assert await wished(lin, uuid, WORK) == "key_reused"
    assert (await available(lin), await redemptions.address_of(uuid, SEALER)) == (700, HOME)
    sealed = bytes((await Shipment.get()).sealed_address)
    assert b"13800138000" not in sealed
    assert "13800138000" not in repr(HOME)
    (waiting,) = await redemptions.to_ship(SEALER, limit=9)
    assert (waiting.uuid, waiting.address) == (uuid, HOME)


@pytest.mark.parametrize(
    "changed",
    [
        {"phone": "12345678901"},
        {"phone": "1380013800"},
        {"phone": "13800138000 "},
        {"phone": "１３８００１３８０００"},
        {"name": ""},
        {"name": "a\x00b"},
        {"detail": "x" * 121},
        {"detail": "two\nlines"},
        {"city": None},
        {"country": "CN"},
    ],
)
def test_an_address_that_no_carrier_could_use_is_none(changed: dict[str, object]) -> None:
    told = {**msgspec.to_builtins(HOME), **changed}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(told, Address)


async def test_a_batch_is_shipped_once_and_each_row_says_what_became_of_it(lin: int) -> None:
    await rich(lin)
    first, second, none = uuid4(), uuid4(), uuid4()
    for uuid in (first, second):
        await wished(lin, uuid)
    await redemptions.cancel(lin, second, at=AT)
    sent = [Sent(uuid, "SF", "1") for uuid in (first, second, none)]
    assert await shipped(*sent) == ["done", "not_to_ship", "no_such_shipment"]
    assert await shipped(sent[0]) == ["already_done"]
    assert await shipped(Sent(first, "SF", "2")) == ["done"]
    told = await redemptions.find(first, member_id=lin, at=AT)
    assert (told.state.value, told.tracking_number) == ("shipped", "2")
    assert told.expires_at == AT + 8 * DAY
    with pytest.raises(LoyaltyError, match="redemption_shipped"):
        await redemptions.cancel(lin, first, at=AT)


async def test_she_has_it_when_she_says_so_or_when_its_days_are_over(lin: int) -> None:
    await rich(lin)
    first, second = uuid4(), uuid4()
    for uuid in (first, second):
        await wished(lin, uuid)
        with pytest.raises(LoyaltyError, match="not_shipped"):
            await redemptions.receive(lin, uuid, at=AT)
    await shipped(Sent(first, "SF", "1"), Sent(second, "SF", "2"))
    for _ in range(2):
        assert (await redemptions.receive(lin, first, at=AT + DAY)).state.value == "received"
    assert await redemptions.receive_by_time(at=AT + 7 * DAY, limit=9) == 0
    assert await redemptions.receive_by_time(at=AT + 8 * DAY, limit=9) == 1
    assert [await state(lin, one) for one in (first, second)] == ["received", "received"]


async def test_another_cannot_say_that_it_came(lin: int, wang: int) -> None:
    await rich(lin)
    uuid = uuid4()
    await wished(lin, uuid)
    await shipped(Sent(uuid, "SF", "1"))
    with pytest.raises(LoyaltyError, match="no_such_redemption"):
        await redemptions.receive(wang, uuid, at=AT)
    assert await state(lin, uuid) == "shipped"


async def test_a_parcel_that_came_back_gives_all_back_once(lin: int) -> None:
    await rich(lin)
    rule = ShippedGift(points=300, cash_fen=990, stock=5)
    await programme.publish(SLOT, rule, starts_at=AT, by="test", at=AT)
    uuid = uuid4()
    destination = Destination(HOME, SEALER)
    await redemptions.redeem(lin, uuid, slot=SLOT, at=AT, payer=LIN, destination=destination)
    assert await shipped(Sent(uuid, "SF", "1")) == ["not_to_ship"]
    await redemptions.paid(await payment(uuid), at=AT)
    with pytest.raises(LoyaltyError, match="not_shipped"):
        await redemptions.take_back(uuid, at=AT)
    await shipped(Sent(uuid, "SF", "1"))
    await asyncio.gather(*(redemptions.take_back(uuid, at=AT + DAY) for _ in range(4)))
    assert (await state(lin, uuid), await money(uuid)) == ("returned", "refunding")
    assert await available(lin) == 1000
    assert (await RewardStock.get(slot=SLOT)).taken == 0
    with pytest.raises(LoyaltyError, match="no_such_shipment"):
        await redemptions.take_back(uuid4(), at=AT)


async def kept(*uuids: UUID) -> list[bool]:
    return [await redemptions.address_of(one, SEALER) is not None for one in uuids]


async def erased(*, days: int) -> int:
    before = AT + days * DAY
    return await redemptions.erase_addresses(ended_before=before, at=before, limit=9)


async def test_addresses_are_deleted_days_after_their_end_and_what_was_sent_stays(lin: int) -> None:
    await rich(lin)
    came, on_its_way, waiting = (uuid4() for _ in range(3))
    for uuid in (came, on_its_way, waiting):
        await wished(lin, uuid)
    await shipped(Sent(came, "SF", "1"), Sent(on_its_way, "SF", "2"))
    await redemptions.receive(lin, came, at=AT + 3 * DAY)
    assert [await erased(days=days) for days in (2, 3, 99)] == [0, 1, 0]
    assert await kept(came, on_its_way, waiting) == [False, True, True]
    told = await redemptions.find(came, member_id=lin, at=AT)
    assert (told.tracking_number, told.address_erased_at) == ("1", AT + 3 * DAY)
    assert await wished(lin, came) == "received", "a retry of the phone is answered as it stands"
    await redemptions.take_back(came, at=AT + 4 * DAY)
    assert await state(lin, came) == "returned", "a parcel may come back without its address"


async def test_what_she_cancelled_loses_its_address_too_and_so_does_what_she_takes_back(
    lin: int, wang: int
) -> None:
    for member_id in (lin, wang):
        await rich(member_id)
    hers, open_one, of_wang = (uuid4() for _ in range(3))
    for member_id, uuid in ((lin, hers), (lin, open_one), (wang, of_wang)):
        await wished(member_id, uuid)
    for member_id, uuid in ((lin, hers), (wang, of_wang)):
        await redemptions.cancel(member_id, uuid, at=AT)
    assert await redemptions.erase_addresses_of(lin, at=AT) == 1
    assert await kept(hers, open_one, of_wang) == [False, True, True]
    assert await erased(days=0) == 1
    assert await kept(open_one, of_wang) == [True, False]
    (waiting,) = await redemptions.to_ship(SEALER, limit=9)
    assert waiting.uuid == open_one, "without its address there is no gift"
