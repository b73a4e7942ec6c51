"""Lists that grow are read page by page: nothing twice, nothing left out, nothing of others."""

from datetime import timedelta
from uuid import uuid4

import pytest

from jifen.seeds import rewards
from loyalty import coupons
from models import Coupon, Gift, Identity, Purchase
from tests.cast import NOVEMBER_22
from tests.loyalty.store import coupon
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.shopping import bought, place, quote, signed_in, store
from tests.miniprogram_api.test_me import earn
from tests.web.conftest import Json
from web.context import now

__all__ = ["store"]

LISTS = {
    "coupons": "coupons",
    "redemptions": "redemptions",
    "orders": "orders",
    "purchases": "purchases",
    "gifts": "gifts",
    "claimed-gifts": "gifts",
}


async def with_some_of_each(phone: Phone) -> int:
    """She has three coupons, two redemptions, two orders, and a purchase beside that of one.

    She gave three gifts, of which one is ready and two are hers now, which she claimed herself.
    """
    await rewards.lay(at=NOVEMBER_22)
    hers = await signed_in(phone)
    await earn(hers, 1000, key=f"earn:{hers}")
    for _ in range(3):
        await coupon(hers)
    for reward in ("tote", "ten_off"):
        wish = {"reward": reward}
        answer = await phone.ask("PUT", f"/me/redemptions/{uuid4()}", json=wish)
        assert answer.http_status == 200, answer.told
    for _ in range(2):
        await bought(phone)
    await place(phone, (await quote(phone))["quote"])
    for state in ("claimed", "claimed", "ready"):
        await _gift(hers, state)
    return hers


async def _gift(hers: int, state: str) -> None:
    is_ready = state == "ready"
    at = now()
    await Gift.create(
        uuid=uuid4(),
        member_id=hers,
        kind="coupon" if is_ready else "points",
        points=None if is_ready else 5,
        coupon_id=(await Coupon.get(uuid=await coupon(hers))).id if is_ready else None,
        state=state,
        link_digest=None if is_ready else uuid4().bytes * 2,
        words="",
        giver_name="",
        made_at=at - timedelta(days=9) if is_ready else at,
        sent_at=None if is_ready else at,
        lapses_at=at + timedelta(days=7),
        claimed_by=None if is_ready else hers,
        ended_at=None if is_ready else at,
    )


async def pages(phone: Phone, name: str, *, limit: int, more: str = "") -> list[str]:
    found: list[Json] = []
    before = ""
    for _ in range(20):
        told = (await phone.get(f"/me/{name}?limit={limit}{more}{before}")).told
        assert len(told[LISTS[name]]) <= limit
        found += told[LISTS[name]]
        if told["next_before"] is None:
            return [one["uuid"] for one in found]
        before = f"&before={told['next_before']}"
    raise AssertionError("the pages have no end")


async def test_pages_of_any_size_hold_the_whole_list_in_its_order(lin: Phone) -> None:
    hers = await with_some_of_each(lin)
    (first, *_) = await coupons.of(hers, at=now())
    await Coupon.filter(id=first.id).update(state="void", ended_at=now())
    for name in LISTS:
        whole = await pages(lin, name, limit=100)
        assert len(whole) >= 2, name
        for limit in (1, 2):
            assert await pages(lin, name, limit=limit) == whole, name


async def test_a_list_of_those_that_stand_so_has_pages_of_its_own(lin: Phone) -> None:
    hers = await with_some_of_each(lin)
    (first, *_) = await coupons.of(hers, at=now())
    await Coupon.filter(id=first.id).update(state="void", ended_at=now())
    for name, standings in (("coupons", "open used over"), ("redemptions", "open over")):
        whole = await pages(lin, name, limit=100)
        found: list[str] = []
        for standing in standings.split():
            part = await pages(lin, name, limit=1, more=f"&standing={standing}")
            assert part == [one for one in whole if one in part], name
            found += part
        assert sorted(found) == sorted(whole), name
        answer = await lin.get(f"/me/{name}?standing=lost")
        assert (answer.http_status, answer.error["field"]) == (400, "standing")
    (over,) = (await lin.get("/me/coupons?standing=over")).told["coupons"]
    assert (over["uuid"], over["state"]) == (str(first.uuid), "void")


@pytest.mark.parametrize("name", LISTS)
async def test_a_broken_cursor_names_its_field_and_anothers_is_an_empty_page(
    lin: Phone, emma: Phone, name: str
) -> None:
    await with_some_of_each(emma)
    await with_some_of_each(lin)
    anothers = (await emma.get(f"/me/{name}")).told[LISTS[name]][0]["uuid"]
    for uuid in (anothers, uuid4()):
        told = (await lin.get(f"/me/{name}?before={uuid}")).told
        assert (told[LISTS[name]], told["next_before"]) == ([], None)
    for query, field in (("before=x", "before"), ("limit=0", "limit"), ("limit=101", "limit")):
        answer = await lin.get(f"/me/{name}?{query}")
        assert (answer.http_status, answer.error["field"]) == (400, field)


async def test_purchases_tell_shop_lines_and_points_and_a_split_order_by_its_parts(
    lin: Phone,
) -> None:
    await signed_in(lin)
    await bought(lin)
    (told,) = (await lin.get("/me/purchases")).told["purchases"]
    assert (told["shop_kind"], told["state"]) == ("own_store", "paid")
    assert [one["sku"] for one in told["lines"]] == ["C-100", "M-020"]
    assert sum(one["paid_fen"] for one in told["lines"]) == told["paid_fen"]
    english = await lin.get("/me/purchases", headers={"Accept-Language": "en"})
    assert english.told["purchases"][0]["lines"][0]["name"] == "Cold brew"
    zero = {"state": "replaced", "paid_fen": 0, "goods_fen": 0, "points_earned": 0}
    await Purchase.all().update(**zero, refunded_fen=0)
    assert (await lin.get("/me/purchases")).told["purchases"] == []


async def test_what_was_bought_by_a_name_of_hers_is_among_her_purchases(
    lin: Phone, emma: Phone
) -> None:
    hers, emmas = await signed_in(lin), await signed_in(emma)
    await bought(emma)
    assert (await lin.get("/me/purchases")).told["purchases"] == []
    await Purchase.filter(customer_id=emmas).update(customer_id=hers)
    assert len((await lin.get("/me/purchases")).told["purchases"]) == 1
    assert await Identity.filter(customer_id=hers).count() >= 1


async def test_one_coupon_is_told_as_the_list_tells_it_and_anothers_is_none(
    lin: Phone, emma: Phone
) -> None:
    await rewards.lay(at=NOVEMBER_22)
    await signed_in(emma)
    uuid = await coupon(await signed_in(lin))
    told = await lin.get(f"/me/coupons/{uuid}")
    assert told.told == (await lin.get("/me/coupons")).told["coupons"][0]
    anothers = await emma.get(f"/me/coupons/{uuid}")
    assert (anothers.http_status, anothers.error["code"]) == (404, "no_such_coupon")
