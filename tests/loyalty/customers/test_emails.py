"""Verified addresses: they find whom nothing else names, and suggest, and never merge."""

from collections.abc import Awaitable, Callable

import pytest

from loyalty import customers
from loyalty.customers.emails import normalised
from loyalty.errors import Refused
from loyalty.orders import IdentityRef
from loyalty.sealing import Sealer, new_master_key
from models import Customer, Identity, IdentityKind, Likeness, Merge, db
from tests.cast import LIN, WANG, ZHAO
from tests.loyalty.customers.scene import AT, merged, parted

LINS = "Lin.Xiaoman+shop@例子.公司"
Told = Callable[..., Awaitable[None]]


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(new_master_key())


@pytest.fixture
def told(sealer: Sealer) -> Told:
    """Let addresses be told of customers: name, address, name, address."""

    async def tell(*names_and_addresses: IdentityRef | str) -> None:
        names, addresses = names_and_addresses[::2], names_and_addresses[1::2]
        sealed = [customers.seal_email(str(one), sealer=sealer) for one in addresses]
        pairs = [(one, email) for one, email in zip(names, sealed, strict=True)]
        async with db.transaction():
            await customers.know_emails(pairs, at=AT)  # type: ignore[arg-type]

    return tell


async def suggested(customer_id: int, sealer: Sealer) -> list[tuple[int, str]]:
    return [
        (one.customer_id, one.email) for one in await customers.alike(customer_id, sealer=sealer)
    ]


@pytest.mark.parametrize(
    ("address", "compared"),
    [
        ("Lin@Example.COM", "lin@example.com"),
        ("lin.x+tag@example.com", "lin.x+tag@example.com"),
        ("林@例子.公司", "林@xn--fsqu00a.xn--55qx5d"),
        ("a@" + "b" * 70 + ".com", "a@" + "b" * 70 + ".com"),
    ],
)
def test_an_address_is_compared_in_small_letters_by_the_domains_own_name(
    address: str, compared: str
) -> None:
    assert normalised(address) == compared


@pytest.mark.parametrize(
    "address",
    [
        *("", "lin", "@example.com", "lin@", "lin@host", "a@b@example.com", "lin @example.com"),
        *("lin@example..com", "lin@.com", "lin@example.com.", "lin@exa\x00mple.com"),
        *("a" * 65 + "@b.c", "lin@example.com\n", "a@" + "b." * 130 + "com"),
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="email_not_usable"):
        normalised(address)


async def test_an_address_is_sealed_and_finds_whom_it_was_told_of(
    lin: int, told: Told, sealer: Sealer
) -> None:
    await told(LIN, LINS)
    email = customers.seal_email(LINS.upper(), sealer=sealer)
    assert await customers.find([customers.named_by(email)]) == {customers.named_by(email): lin}
    one = await Identity.get(kind=IdentityKind.EMAIL)
    assert one.value == email.digest
    assert one.sealed_value is not None
    assert b"lin" not in one.sealed_value
    assert sealer.unseal(one.sealed_value, purpose=f"email:{one.value}").startswith(b"lin.xiaoman+")


async def test_an_address_of_two_customers_suggests_on_both_sides_and_merges_neither(
    lin: int, wang: int, told: Told, sealer: Sealer
) -> None:
    await told(LIN, LINS)
    for _ in range(2):
        await told(WANG, LINS, LIN, LINS)
    assert await Merge.all().count() == 0
    assert await Likeness.all().count() == 1
    masked = "l***@xn--fsqu00a.xn--55qx5d"
    assert await suggested(lin, sealer) == [(wang, masked)]
    assert await suggested(wang, sealer) == [(lin, masked)]


async def test_two_that_are_told_at_once_of_one_address_are_two(
    lin: int, wang: int, told: Told, sealer: Sealer
) -> None:
    await told(WANG, LINS, LIN, LINS)
    assert await Identity.filter(kind=IdentityKind.EMAIL).count() == 1
    assert [one for one, _ in await suggested(lin, sealer)] == [wang]


async def test_whoever_was_merged_or_parted_is_suggested_no_more(
    lin: int, wang: int, told: Told, sealer: Sealer
) -> None:
    await told(LIN, LINS, WANG, LINS)
    merge_id = await merged(lin, wang)
    assert await suggested(lin, sealer) == []
    await told(WANG, LINS, WANG, "wang@example.com")
    await parted(merge_id)
    assert await suggested(lin, sealer) == []
    assert await suggested(wang, sealer) == []
    hers = await Identity.filter(kind=IdentityKind.EMAIL, customer_id=wang)
    assert len(hers) == 1, "what was told of her own name while they were one went with her"


async def test_whom_staff_say_to_be_two_are_suggested_again_by_another_address_only(
    lin: int, wang: int, told: Told, sealer: Sealer
) -> None:
    await told(LIN, LINS, WANG, LINS, LIN, "home@example.com")
    await customers.refute(wang, lin, by="chen", at=AT)
    await told(WANG, LINS)
    assert await suggested(lin, sealer) == await suggested(wang, sealer) == []
    await told(WANG, "home@example.com")
    assert await suggested(lin, sealer) == [(wang, "h***@example.com")]
    await customers.refute(lin, wang, by="chen", at=AT)
    assert await suggested(wang, sealer) == []


async def test_a_refusal_reaches_no_third(
    lin: int, wang: int, zhao: int, told: Told, sealer: Sealer
) -> None:
    await told(LIN, LINS, WANG, LINS, ZHAO, LINS)
    await customers.refute(lin, wang, by="chen", at=AT)
    assert [one for one, _ in await suggested(lin, sealer)] == [zhao]
    assert [one for one, _ in await suggested(zhao, sealer)] == [lin]


async def test_two_with_other_phone_numbers_are_not_suggested(
    lin: int, wang: int, told: Told, sealer: Sealer
) -> None:
    await told(LIN, LINS, WANG, LINS)
    for customer_id, number in ((lin, "13800138000"), (wang, "13900139000")):
        phone = customers.PhoneNumber(number, "86")
        await customers.bind_phone(customer_id, phone, sealer=sealer, at=AT)
    assert await suggested(lin, sealer) == []


async def test_a_third_who_became_one_of_the_two_is_suggested_as_her_root(
    lin: int, wang: int, told: Told, sealer: Sealer
) -> None:
    third = await customers.meet(
        (IdentityRef(IdentityKind.CUSTOMER_KEY, "till", "3"),), at=AT, through="test"
    )
    await told(LIN, LINS, WANG, LINS)
    await merged(third, wang)
    assert [one for one, _ in await suggested(lin, sealer)] == [third]
    assert [one for one, _ in await suggested(third, sealer)] == [lin]
    assert await Customer.filter(merged_into_id=None).count() == 2
