"""What a code on a phone says, whom it names, and of which order."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty import customers, member_codes
from loyalty.errors import NotFound, Refused
from loyalty.member_codes import NOBODYS, TURN, CodeUse, ShownCode
from loyalty.orders import IdentityRef
from loyalty.sealing import Sealer, new_master_key
from models import Customer, Identity, IdentityKind, MemberCodeUse
from tests.cast import NOVEMBER_22

SEALER = Sealer(new_master_key())
HERS = IdentityRef(IdentityKind.OPENID, "wx1", "o-lin")
AT = NOVEMBER_22


async def lin() -> int:
    await customers.meet((HERS,), at=AT, through="test")
    return (await Identity.get(value="o-lin")).id


def shown(identity_id: int, *, minutes: int = 0) -> str:
    at = AT + timedelta(minutes=minutes)
    return member_codes.code_of(identity_id, sealer=SEALER, at=at).digits


def use(identity_id: int, number: str, *, connection_id: int = 1) -> CodeUse:
    return CodeUse(member_codes.read(shown(identity_id), sealer=SEALER), connection_id, number)


@given(st.integers(0, 2**33 - 1), st.integers(0, 2**25 - 1))
def test_a_code_says_what_was_put_into_it(identity_id: int, turn: int) -> None:
    at = ShownCode(identity_id, turn).shown_at
    code = member_codes.code_of(identity_id, sealer=SEALER, at=at + timedelta(seconds=59))
    assert len(code.digits) == 18
    assert code.renews_at - code.shown_at == TURN
    assert member_codes.read(code.digits, sealer=SEALER) == ShownCode(identity_id, turn)


def test_codes_of_neighbours_and_of_the_next_minute_have_nothing_in_common() -> None:
    codes = {shown(one, minutes=minutes) for one in range(1, 50) for minutes in range(20)}
    assert len(codes) == 49 * 20
    assert len({code[:6] for code in codes}) > 900


@given(st.integers(0, 10**18 - 1))
def test_any_digits_can_be_read_and_others_keys_read_something_else(number: int) -> None:
    digits = f"{number:018}"
    told = member_codes.read(digits, sealer=SEALER)
    assert (
        told == NOBODYS
        or member_codes.code_of(told.identity_id, sealer=SEALER, at=told.shown_at).digits == digits
    )


def test_another_deployments_code_names_nobody_of_now() -> None:
    told = member_codes.read(shown(1), sealer=Sealer(new_master_key()))
    assert told.identity_id != 1


async def test_staff_find_her_by_the_code_of_this_minute_and_the_one_before(
    database: None,
) -> None:
    identity_id = await lin()
    hers = (await Customer.get()).uuid
    for minutes in (0, 1):
        at = AT + timedelta(minutes=minutes)
        assert await member_codes.member_of(shown(identity_id), sealer=SEALER, at=at) == hers


async def test_an_older_code_is_over_and_a_made_up_or_coming_one_is_none(database: None) -> None:
    identity_id = await lin()
    with pytest.raises(Refused, match="member_code_over"):
        await member_codes.member_of(
            shown(identity_id), sealer=SEALER, at=AT + timedelta(minutes=2)
        )
    coming, nobodys = shown(identity_id, minutes=1), shown(identity_id + 1)
    for digits in (coming, nobodys, "0" * 18, "9" * 18):
        with pytest.raises(NotFound, match="no_such_member_code"):
            await member_codes.member_of(digits, sealer=SEALER, at=AT)


async def test_a_code_names_the_buyer_of_one_order_however_often_that_is_told(
    database: None,
) -> None:
    first = use(await lin(), "T-1")
    for _ in range(2):
        assert await member_codes.use([first], at=AT) == {first: HERS}
    hers = first.code.identity_id
    others = [use(hers, "T-2"), use(hers, "T-1", connection_id=2)]
    assert await member_codes.use([*others, first], at=AT) == {first: HERS}


async def test_a_code_that_two_tills_tell_at_once_names_one_buyer(database: None) -> None:
    identity_id = await lin()
    both = [use(identity_id, "T-1", connection_id=one) for one in (1, 2)]
    found = await asyncio.gather(*(member_codes.use([one], at=AT) for one in both))
    assert sum(len(one) for one in found) == 1
    again = [await member_codes.use([one], at=AT) for one in both]
    assert [len(one) for one in again] == [len(one) for one in found]


async def test_a_code_of_nobody_names_nobody_and_leaves_nothing(database: None) -> None:
    assert await member_codes.use([use(77, "T-1")], at=AT) == {}
    assert await MemberCodeUse.all().count() == 0


async def test_uses_are_forgotten_after_their_time(database: None) -> None:
    first = use(await lin(), "T-1")
    await member_codes.use([first], at=AT)
    assert await member_codes.forget(before=AT, limit=10) == 0
    assert await member_codes.forget(before=AT + TURN, limit=10) == 1


def test_a_code_fits_the_order_that_was_paid_about_when_it_was_shown() -> None:
    code = member_codes.read(shown(1), sealer=SEALER)
    for minutes, fits in ((-6, False), (-5, True), (0, True), (15, True), (17, False)):
        assert code.fits(code.shown_at + timedelta(minutes=minutes)) is fits
