"""Codes are made by the thousand, kept unreadable, and claimed once ever, by one member."""

import asyncio
import re
from collections import Counter
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from loyalty import coupon_codes, coupons, customers, gifts, programme
from loyalty.coupon_codes import letters, tries
from loyalty.coupon_codes.making import CodeWish
from loyalty.discounts.fen_off import FenOff
from loyalty.errors import LoyaltyError, Throttled
from loyalty.gifts import GiftWish
from loyalty.sealing import Sealer, WrongMasterKey
from models import Coupon, CouponCode, CouponCodeRun, db
from tests.cast import DAY, JUNE_1
from tests.loyalty.conftest import joined
from tests.loyalty.gifts.scene import secret, send
from tests.loyalty.store import SEALER

AT = JUNE_1
ENDS = AT + 10 * DAY
WHY = {"reason": "包装内附", "staff_member_id": 7}


def wish(slot: str = "coupon:ten_off", uuid: UUID | None = None) -> CodeWish:
    return CodeWish(uuid or uuid4(), slot, ENDS, **WHY)  # type: ignore[arg-type]


async def made(count: int = 3, slot: str = "coupon:ten_off") -> tuple[UUID, list[str]]:
    """Make codes and return their run with them."""
    asked = wish(slot)
    await coupon_codes.make(asked, count, at=AT)
    while await coupon_codes.fill(SEALER):
        pass
    return asked.uuid, [one.code for one in await told(asked.uuid)]


async def told(uuid: UUID) -> list[coupon_codes.Downloaded]:
    sheets = await coupon_codes.download(uuid, sealer=SEALER, at=AT, **WHY)  # type: ignore[arg-type]
    return [one async for sheet in sheets for one in sheet]


async def claimed(
    member_id: int, code: str, *, at: datetime = AT, address: str | None = None
) -> str:
    try:
        held = await coupon_codes.claim(member_id, code, sealer=SEALER, at=at, address=address)
    except LoyaltyError as refused:
        return refused.code
    return held.slot


async def test_codes_are_grouped_unlike_and_cannot_be_mistaken(catalogue: None) -> None:
    _, found = await made(2500)
    assert len(set(found)) == 2500
    assert all(re.fullmatch("([A-HJ-NP-Z2-9]{4}-){3}[A-HJ-NP-Z2-9]{4}", one) for one in found)
    assert len({one[:4] for one in found}) == 1, "the run is no secret"
    assert len({one[5:9] for one in found}) > 2400, "what follows is"
    assert letters.SECRET * 5 >= 60, "bits"


async def test_the_database_alone_has_no_code_that_works(catalogue: None) -> None:
    uuid, found = await made(3)
    for table in ("coupon_code", "coupon_code_sheet", "coupon_code_run", "coupon_deed"):
        for row in await db.fetch(f"SELECT * FROM {table}"):
            for code in found:
                secret = code.replace("-", "")[4:]
                assert all(secret not in str(value) for value in row.values())
                assert all(secret.encode() not in v for v in row.values() if isinstance(v, bytes))
    other = Sealer("b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXItMTI")
    with pytest.raises(WrongMasterKey):
        async for _ in await coupon_codes.download(uuid, sealer=other, at=AT, **WHY):  # type: ignore[arg-type]
            pass


async def test_a_run_is_filled_once_however_many_fill_it_and_a_second_form_asks_for_no_more(
    catalogue: None,
) -> None:
    asked = wish()
    runs = [await coupon_codes.make(asked, 12_000, at=AT) for _ in range(2)]
    assert runs[0] == runs[1]
    with pytest.raises(LoyaltyError, match="key_reused"):
        await coupon_codes.make(asked, 11_000, at=AT)
    with pytest.raises(LoyaltyError, match="codes_not_ready"):
        await told(asked.uuid)
    while any(await asyncio.gather(*(coupon_codes.fill(SEALER) for _ in range(4)))):
        pass
    assert await CouponCode.all().count() == 12_000
    assert len(await told(asked.uuid)) == 12_000


async def test_one_code_from_50_members_at_once_is_one_coupon(catalogue: None) -> None:
    _, (code, *_) = await made()
    ids = await joined(50)
    told = await asyncio.gather(*(claimed(one, code) for one in ids))
    assert Counter(told) == {"coupon:ten_off": 1, "coupon_code_used": 49}
    assert await Coupon.all().count() == 1


async def test_one_code_from_one_member_at_once_is_told_to_all_her_tries(lin: int) -> None:
    _, (code, *_) = await made()
    told = await asyncio.gather(*(claimed(lin, code) for _ in range(tries.MOST["member"])))
    assert Counter(told) == {"coupon:ten_off": 10}
    assert await Coupon.all().count() == 1
    assert await claimed(lin, f" {code.lower()} ", at=AT + 90 * DAY) == "coupon:ten_off"


async def test_what_is_no_code_is_none_and_counts_as_no_try(lin: int) -> None:
    for code in ("", "-", "ABC", "0" * 61, "\x00\x00\x00\x00", "券码券码", "A" * 30):
        assert await claimed(lin, code) == "no_such_coupon_code"
    assert await db.fetch("SELECT FROM coupon_code_tries") == []


async def test_after_ten_wrong_ones_a_right_one_is_refused_alike_and_not_lost(
    lin: int, wang: int
) -> None:
    _, (code, *_) = await made()
    wrong = [f"WRNG{place:04}WRNGWRNG" for place in range(12)]
    told = await asyncio.gather(*(claimed(lin, one) for one in wrong))
    assert Counter(told) == {"no_such_coupon_code": 10, "too_many_code_tries": 2}
    with pytest.raises(Throttled) as refused:
        await coupon_codes.claim(lin, code, sealer=SEALER, at=AT)
    assert (refused.value.after_seconds, refused.value.figures) == (600, {"minutes": 10})
    assert await claimed(lin, code, at=AT + tries.WINDOW) == "coupon:ten_off"
    assert await claimed(wang, code) == "coupon_code_used", "nobody else is held up"


async def test_right_codes_count_as_no_tries(lin: int) -> None:
    _, found = await made(12)
    assert {await claimed(lin, one) for one in found} == {"coupon:ten_off"}
    assert {row["wrong"] for row in await db.fetch("SELECT wrong FROM coupon_code_tries")} == {0}


async def test_an_address_and_a_run_are_tried_at_only_so_often(
    lin: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tries.MOST, "address", 3)
    _, (code, *_) = await made()
    ids = await joined(8)
    told = [await claimed(one, "WRNGWRNGWRNGWRNG", address="10.0.0.1") for one in ids[:4]]
    assert told == ["no_such_coupon_code"] * 3 + ["too_many_code_tries"]
    assert await claimed(ids[4], "WRNGWRNGWRNGWRNG", address="10.0.0.2") == "no_such_coupon_code"
    assert "10.0.0.1" not in str(await db.fetch("SELECT scope FROM coupon_code_tries"))
    monkeypatch.setitem(tries.MOST, "run", 2)
    told = [await claimed(one, f"{code[:4]}WRNGWRNGWRNG") for one in ids[5:8]]
    assert told == ["no_such_coupon_code"] * 2 + ["too_many_code_tries"]
    assert await claimed(lin, code) == "too_many_code_tries"
    assert await tries.forget(at=AT + tries.WINDOW, limit=99) > 0
    assert await claimed(lin, code) == "coupon:ten_off"


async def test_void_ended_and_anothers_are_told_apart_and_what_is_claimed_stays(
    lin: int, wang: int
) -> None:
    uuid, (first, second, _) = await made()
    assert await claimed(lin, first) == "coupon:ten_off"
    assert await claimed(wang, first) == "coupon_code_used"
    assert await claimed(wang, second, at=ENDS) == "coupon_code_ended"
    await coupon_codes.end_on(uuid, ENDS + DAY, at=AT, **WHY)  # type: ignore[arg-type]
    for _ in range(2):
        await coupon_codes.void(uuid, at=AT, **WHY)  # type: ignore[arg-type]
    assert await claimed(wang, second) == "coupon_code_void"
    assert await claimed(lin, first) == "coupon:ten_off", "hers since"
    (run,) = await coupon_codes.of("coupon:ten_off", limit=9)
    assert (run.claimed, run.made, run.void_at) == (1, 3, AT)
    assert [one.claimed_at for one in await told(uuid)] == [AT, None, None]
    deeds = await db.fetch("SELECT kind, reason FROM coupon_deed ORDER BY id")
    assert [row["kind"] for row in deeds if row["kind"] != "codes_downloaded"] == [
        "codes_made",
        "codes_ended",
        "codes_voided",
    ]
    assert {row["reason"] for row in deeds} == {"包装内附"}


async def test_a_word_is_for_all_once_each_and_merged_members_are_one(lin: int, wang: int) -> None:
    few = FenOff(fen=500, stock=2)
    await programme.publish("coupon:few", few, starts_at=JUNE_1, by="test", at=AT)
    await coupon_codes.make_word(wish("coupon:few"), "spring 26", at=AT)
    assert {await claimed(lin, one) for one in ("SPRING26", "spring26", "Ｓｐｒｉｎｇ26")} == {
        "coupon:few"
    }
    assert await Coupon.all().count() == 1
    (zhao, chen) = await joined(2)
    await customers.merge(wang, lin, evidence="t", by="t", at=AT)
    assert await claimed(wang, "SPRING26") == "coupon:few"
    assert await Coupon.all().count() == 1, "hers from before"
    assert await claimed(zhao, "SPRING26") == "coupon:few"
    assert await claimed(chen, "SPRING26") == "coupons_all_gone"
    (run,) = await coupon_codes.of("coupon:few", limit=9)
    assert (run.word, run.claimed) == ("SPRING26", 2)


async def test_a_friend_who_was_given_the_coupon_of_a_word_claims_her_own_and_the_giver_no_other(
    lin: int, wang: int
) -> None:
    await coupon_codes.make_word(wish("coupon:treat"), "SPRING26", at=AT)
    assert await claimed(lin, "SPRING26") == "coupon:treat"
    (hers,) = await coupons.of(lin, at=AT)
    later = AT + 2 * DAY
    gift = await send(lin, GiftWish(coupon_uuid=hers.uuid), at=later)
    assert await claimed(lin, "SPRING26", at=later) == "coupon:treat", "it is hers until claimed"
    await gifts.claim(wang, secret(gift), at=later)
    assert await claimed(lin, "SPRING26", at=later) == "coupon_code_used"
    assert await claimed(wang, "SPRING26", at=later) == "coupon:treat"
    assert len(await coupons.of(wang, at=later)) == 2


async def test_staff_who_ask_for_what_cannot_be_are_told_why(catalogue: None) -> None:
    few = FenOff(fen=500, stock=5)
    await programme.publish("coupon:few", few, starts_at=JUNE_1, by="test", at=AT)

    async def refused(
        slot: str, what: int | str, *, ends_at: datetime = ENDS, why: str = "x"
    ) -> str:
        asked = CodeWish(uuid4(), slot, ends_at, why, 7)
        make = coupon_codes.make_word if isinstance(what, str) else coupon_codes.make
        try:
            await make(asked, what, at=AT)  # type: ignore[arg-type]
        except LoyaltyError as error:
            return error.code
        return ""

    assert await refused("coupon:few", 6) == "codes_beyond_stock"
    assert await refused("coupon:few", 4) == ""
    assert await refused("coupon:few", 2) == "codes_beyond_stock"
    assert await refused("coupon:few", 0) == await refused("coupon:few", 100_001)
    assert await refused("coupon:nowhere", 1) == "no_such_coupon_batch"
    assert await refused("offer:coffee_5", 1) == "no_such_coupon_batch"
    assert await refused("coupon:ten_off", 1, ends_at=AT) == "code_end_is_past"
    assert await refused("coupon:ten_off", 1, why=" ") == "reason_missing"
    assert await refused("coupon:ten_off", "HELLO") == ""
    assert await refused("coupon:ten_off", "hello") == "code_word_taken"
    for word in ("", "ABC", "1234", "好好好好", "A" * 21, "A" * 16):
        assert await refused("coupon:ten_off", word) == "code_word_out_of_shape"
    assert await CouponCodeRun.all().count() == 2


async def test_a_coupon_by_code_says_so(lin: int) -> None:
    _, (code, *_) = await made(1)
    await claimed(lin, code)
    assert (await coupons.of(lin, at=AT))[0].reason.code == "coupon_by_code"
