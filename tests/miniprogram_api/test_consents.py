"""What she lets the brand do: kept with wording and moment, and heeded by what is sent."""

import asyncio
from datetime import timedelta

import pytest

from loyalty import consents, customers, deliveries
from loyalty.deliveries import Planned, Text
from models import Consent, Customer, Delivery, DeliveryState, Purpose
from tests.miniprogram_api.conftest import Phone
from tests.web.conftest import Asked, Json
from web.context import now

OFFERS = {"purpose": "offers", "channel": "official_account"}
LEASE = timedelta(seconds=60)


async def signed_in(phone: Phone) -> int:
    return (await Customer.get(uuid=(await phone.sign_in()).told["customer"])).id


async def choose(phone: Phone, *choices: Json, wording: str = "2026-11-22") -> Asked:
    told = {"wording": wording, "choices": list(choices)}
    return await phone.ask("PUT", "/me/consents", json=told)


def standing(answer: Asked) -> dict[tuple[str, str], bool]:
    return {(one["purpose"], one["channel"]): one["is_given"] for one in answer.told["consents"]}


async def sent(customer_id: int, purpose: Purpose | None, key: str = "k") -> Delivery:
    """Plan a message and let a worker look; return what became of it."""
    at = now()
    planned = Planned(
        key=key,
        customer_id=customer_id,
        channel="official_account",
        scope="wx1",
        address="o-lin",
        message=Text("专享优惠"),
        not_before=at,
        lapses_at=at + timedelta(hours=1),
        purpose=purpose,
    )
    await deliveries.plan([planned], at=at)
    await deliveries.claim(["official_account"], limit=10, lease=LEASE, at=at)
    return await Delivery.get(key=key)


async def test_before_she_decides_what_she_allowed_in_wechat_stands(lin: Phone) -> None:
    await lin.sign_in()
    answer = await lin.get("/me/consents")
    assert standing(answer) == {
        ("offers", "miniprogram"): True,
        ("offers", "official_account"): True,
        ("offers", "wecom"): True,
        ("personal_offers", ""): True,
        ("boards", ""): True,
    }
    assert {one["decided_at"] for one in answer.told["consents"]} == {None}


async def test_each_change_is_kept_and_the_same_again_is_not(lin: Phone) -> None:
    hers = await signed_in(lin)
    for is_given in (False, False, True, True, False):
        answer = await choose(lin, {**OFFERS, "is_given": is_given})
        assert standing(answer)[("offers", "official_account")] is is_given
    await choose(lin, {**OFFERS, "is_given": False}, wording="2027-01-01")
    kept = await Consent.filter(customer_id=hers).order_by("id")
    assert [(one.is_given, one.wording) for one in kept] == [
        (False, "2026-11-22"),
        (True, "2026-11-22"),
        (False, "2026-11-22"),
        (False, "2027-01-01"),
    ]
    assert {one.source for one in kept} == {"miniprogram"}


async def test_many_who_decide_the_same_at_once_keep_one_record(lin: Phone) -> None:
    await lin.sign_in()
    await asyncio.gather(*(choose(lin, {**OFFERS, "is_given": False}) for _ in range(5)))
    assert await Consent.all().count() == 1


async def test_an_offer_that_she_refuses_is_not_sent_and_says_why(lin: Phone) -> None:
    hers = await signed_in(lin)
    await choose(lin, {**OFFERS, "is_given": False})
    offer = await sent(hers, Purpose.OFFERS)
    assert (offer.state, offer.error) == (DeliveryState.REFUSED, "consent_refused")
    assert offer.ended_at is not None
    assert (await sent(hers, None, "answer")).state is DeliveryState.SENDING
    await choose(lin, {**OFFERS, "is_given": True})
    assert (await sent(hers, Purpose.OFFERS, "later")).state is DeliveryState.SENDING


async def test_another_channel_and_another_member_are_not_meant(lin: Phone, emma: Phone) -> None:
    hers, emmas = await signed_in(lin), await signed_in(emma)
    await choose(lin, {"purpose": "offers", "channel": "miniprogram", "is_given": False})
    await choose(emma, {**OFFERS, "is_given": False})
    assert (await sent(hers, Purpose.OFFERS)).state is DeliveryState.SENDING
    assert (await sent(emmas, Purpose.OFFERS, "emma")).state is DeliveryState.REFUSED


async def test_of_two_who_become_one_the_newest_decision_stands(lin: Phone, emma: Phone) -> None:
    root, other = await signed_in(lin), await signed_in(emma)
    await choose(emma, {**OFFERS, "is_given": False})
    await customers.merge(root, other, evidence="t", by="t", at=now())
    assert (await sent(root, Purpose.OFFERS)).state is DeliveryState.REFUSED
    assert not (await consents.of(root))[1].is_given


async def test_personal_offers_are_one_switch_wherever_it_is_moved(lin: Phone) -> None:
    await lin.sign_in()
    await choose(lin, {"purpose": "personal_offers", "is_given": False})
    assert (await lin.get("/me")).told["personal_offers"] is False
    await lin.ask("PUT", "/me/preferences", json={"personal_offers": True})
    assert standing(await lin.get("/me/consents"))[("personal_offers", "")] is True
    assert await Consent.all().count() == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"wording": "1", "choices": []}, "choices"),
        ({"wording": "", "choices": [{**OFFERS, "is_given": True}]}, "wording"),
        ({"wording": "1", "choices": [{**OFFERS, "is_given": 1}]}, "choices[0].is_given"),
        ({"wording": "1", "choices": [{"purpose": "x", "is_given": True}]}, "choices[0].purpose"),
        ({"choices": [{**OFFERS, "is_given": True}]}, "wording"),
    ],
)
async def test_a_broken_choice_names_its_field(lin: Phone, body: Json, field: str) -> None:
    await lin.sign_in()
    answer = await lin.ask("PUT", "/me/consents", json=body)
    assert (answer.http_status, answer.error["field"]) == (400, field)


async def test_a_purpose_on_a_channel_that_it_has_not_is_refused_and_nothing_kept(
    lin: Phone,
) -> None:
    await lin.sign_in()
    answer = await choose(
        lin, {**OFFERS, "is_given": False}, {"purpose": "offers", "is_given": True}
    )
    assert (answer.http_status, answer.error["code"]) == (422, "purpose_without_channel")
    assert await Consent.all().count() == 0
