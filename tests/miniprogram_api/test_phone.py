"""Her phone number: hers alone, sealed where it is kept, and found again."""

import asyncio

import pytest

from loyalty import customers
from loyalty.customers import PhoneNumber
from loyalty.errors import Refused
from models import Customer, Identity, IdentityKind, db
from tests.cast import NOVEMBER_22
from tests.miniprogram_api.conftest import Phone
from tests.web.conftest import Asked
from web.context import Context

NUMBER = "13800138000"


async def bind(phone: Phone, code: str | None = None) -> Asked:
    body = {"code": await phone.phone_code() if code is None else code}
    return await phone.ask("PUT", "/me/phone", json=body)


async def test_a_bound_phone_is_told_and_kept_sealed(lin: Phone, connected: Context) -> None:
    await lin.sign_in()
    assert (await lin.get("/me")).told["phone_bound"] is False
    assert (await bind(lin)).http_status == 204
    assert (await lin.get("/me")).told["phone_bound"] is True
    known = await Identity.get(kind=IdentityKind.MOBILE)
    assert known.sealed_value is not None
    opened = connected.sealer.unseal(known.sealed_value, purpose=f"mobile:{known.value}")
    assert opened == b"+8613800138000"
    rows = await db.fetch("SELECT identity::text AS told FROM identity")
    assert not any(NUMBER in row["told"] for row in rows)


async def test_binding_again_changes_nothing_and_another_number_takes_its_place(
    lin: Phone,
) -> None:
    await lin.sign_in()
    for number in (NUMBER, NUMBER, "13900139000"):
        assert (await bind(lin, await lin.phone_code(number))).http_status == 204
    assert await Identity.filter(kind=IdentityKind.MOBILE).count() == 1
    assert (await bind(lin)).http_status == 204


async def test_a_number_that_another_member_has_is_refused_politely(
    lin: Phone, emma: Phone
) -> None:
    await lin.sign_in()
    await emma.sign_in()
    await bind(lin)
    answer = await bind(emma)
    assert (answer.http_status, answer.error["code"]) == (422, "phone_of_another_customer")
    assert NUMBER not in str(answer.error)
    assert (await emma.get("/me")).told["phone_bound"] is False


async def test_a_code_counts_once_and_a_login_code_is_none(lin: Phone) -> None:
    await lin.sign_in()
    code = await lin.phone_code()
    assert (await bind(lin, code)).http_status == 204
    for wrong in (code, await lin.code(), "x"):
        answer = await bind(lin, wrong)
        assert (answer.http_status, answer.error["code"]) == (422, "phone_code_invalid")


async def test_numbers_are_not_tried_out_by_the_dozen(lin: Phone) -> None:
    await lin.sign_in()
    answers = [(await bind(lin, "x")).http_status for _ in range(11)]
    assert answers == [422] * 10 + [429]


async def test_a_number_that_another_gives_up_meanwhile_is_bound(
    lin: Phone, emma: Phone, connected: Context, database_url: str
) -> None:
    for phone in (lin, emma):
        await phone.sign_in()
    hers, anothers = [one.id for one in await Customer.all().order_by("id")]
    told = PhoneNumber(NUMBER, "86")
    await customers.bind_phone(hers, told, sealer=connected.sealer, at=NOVEMBER_22)
    async with db.session(database_url) as other:
        async with other.transaction():
            # whoever asks to whom the number belongs waits here, until it is nobody's
            await other.execute("LOCK TABLE customer IN ACCESS EXCLUSIVE MODE")
            binding = asyncio.create_task(
                customers.bind_phone(anothers, told, sealer=connected.sealer, at=NOVEMBER_22)
            )
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            while not binding.done() and not await other.fetchval(waiting):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            await other.execute("DELETE FROM identity WHERE kind = 'mobile'")
        await binding
    assert (await Identity.get(kind=IdentityKind.MOBILE)).customer_id == anothers


async def test_sessions_that_bind_one_number_at_once_agree_on_whose_it_is(
    lin: Phone, emma: Phone, connected: Context
) -> None:
    for phone in (lin, emma):
        await phone.sign_in()
    ids = [one.id for one in await Customer.all()]

    async def take(customer_id: int, number: str) -> str:
        told = PhoneNumber(number, "86")
        try:
            await customers.bind_phone(customer_id, told, sealer=connected.sealer, at=NOVEMBER_22)
        except Refused as refused:
            return refused.code
        return "bound"

    for _ in range(10):
        numbers = (NUMBER, "13900139000")
        told = await asyncio.gather(*(take(one, number) for one in ids * 2 for number in numbers))
        assert set(told) <= {"bound", "phone_of_another_customer"}
        assert "bound" in told
        kept = await Identity.filter(kind=IdentityKind.MOBILE)
        assert len({one.customer_id for one in kept}) == len(kept)


async def test_countries_are_told_apart_and_written_one_way(
    lin: Phone, emma: Phone, connected: Context
) -> None:
    for phone in (lin, emma):
        await phone.sign_in()
    first, second = [one.id for one in await Customer.all().order_by("id")]

    async def take(customer_id: int, country: str, number: str = NUMBER) -> None:
        told = PhoneNumber(number, country)
        await customers.bind_phone(customer_id, told, sealer=connected.sealer, at=NOVEMBER_22)

    await take(first, "86")
    await take(first, "+86")
    await take(second, "852")
    with pytest.raises(Refused, match="phone_of_another_customer"):
        await take(second, "+86")
    with pytest.raises(Refused, match="phone_not_usable"):
        await take(second, "86", "138-0013")
    assert NUMBER not in repr(PhoneNumber(NUMBER, "86"))
