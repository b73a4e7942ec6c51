"""Who is not the platform: refused with its code, nothing stored, nothing told."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.bot.conftest import Begin, Town
from tests.bot.platform import (
    Answer,
    Platform,
    outer,
    seal,
    sealed_stamps,
    stamps,
    text,
)

OPENID = "oRefused"
GOOD = text("积分", openid=OPENID)

BAD_SIGNATURE = (403, "bad_signature")
STALE = (403, "stale")


async def test_a_query_that_is_not_signed_by_the_platform_is_refused(town: Town) -> None:
    def query(**changed: str) -> dict[str, str]:
        return sealed_stamps(seal(GOOD)) | changed

    def without(name: str) -> dict[str, str]:
        return {key: value for key, value in query().items() if key != name}

    sealed = seal(GOOD)
    cases: dict[str, Any] = {
        "wrong signature": query(signature="0" * 40),
        "upper case": query(signature=query()["signature"].upper()),
        "short signature": query(signature=query()["signature"][:39]),
        "signed with another token": stamps(token="another"),
        "signature missing": without("signature"),
        "timestamp missing": without("timestamp"),
        "nonce missing": without("nonce"),
        "msg_signature missing": without("msg_signature"),
        "encrypt_type missing": without("encrypt_type"),
        "signature empty": query(signature=""),
        "nonce empty": query(nonce=""),
        "another timestamp": query(timestamp="1"),
        "another nonce": query(nonce="1"),
        "not ASCII": query(signature="签名"),
        "not ASCII but signed": sealed_stamps(sealed, stamps(nonce="随机")),
        "a NUL that is signed": sealed_stamps(sealed, stamps(nonce="a\0b")),
        "a long nonce that is signed": sealed_stamps(sealed, stamps(nonce="n" * 4000)),
        "encrypt_type raw": query(encrypt_type="raw"),
        "nothing at all": {},
        **{
            f"{name} repeated": [*query().items(), (name, query()[name])]
            for name in ("signature", "timestamp", "nonce", "msg_signature", "encrypt_type")
        },
        "an unknown one repeated": [*query().items(), ("x", "1"), ("x", "1")],
    }
    told = {name: (await town.platform.post(outer(sealed), cases[name])).code for name in cases}
    assert told == dict.fromkeys(cases, BAD_SIGNATURE)
    broken = query()["nonce"] + "&signature=%ff%fe&timestamp=%00"
    async with town.http.post(f"{town.platform.address}?nonce={broken}", data=b"") as response:
        assert response.status == 403
    assert await town.nothing_was_stored()


async def test_what_was_signed_too_long_ago_or_ahead_of_us_is_refused(begin: Begin) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    town = await begin(clock=lambda: at)
    second = int(at.timestamp())

    async def told(timestamp: object) -> tuple[int, str]:
        return (await town.platform.send(GOOD, stamps(timestamp=timestamp))).code

    refused = [
        second - 301,
        second + 301,
        0,
        10**10,
        f"{second}.0",
        f" {second}",
        "１２３",
        "-1",
        "",
    ]
    assert [await told(one) for one in refused] == [STALE] * len(refused)
    assert await town.nothing_was_stored()
    taken = [
        (await town.platform.send(GOOD, stamps(timestamp=second + one))).http_status
        for one in (-300, 300)
    ]
    assert taken == [200, 200]


async def test_a_used_nonce_carries_no_other_event(town: Town) -> None:
    query = stamps()
    assert (await town.platform.send(GOOD, query)).http_status == 200
    assert (await town.platform.send(GOOD, query)).http_status == 200, "the same event is no replay"
    again = await town.platform.send(text("人工", openid="oVictim"), query)
    assert again.code == STALE
    assert await town.count("inbound_event") == 1
    assert await town.count("identity WHERE value = 'oVictim'") == 0


async def test_one_nonce_for_two_events_at_once_carries_only_one(town: Town) -> None:
    query = stamps()
    answers = await asyncio.gather(
        *(town.platform.send(text("积分", openid=f"oTwo{n}"), query) for n in range(6))
    )
    assert sorted(one.http_status for one in answers) == [200, *[403] * 5]
    assert await town.count("inbound_event") == 1


async def test_a_retrys_own_nonce_carries_no_other_event_in_plain_mode(begin: Begin) -> None:
    town = await begin("plain")
    first = await town.platform.send(GOOD)
    query = stamps()
    assert (await town.platform.send(GOOD, query)).said == first.said
    assert (await town.platform.send(text("人工", openid="oVictim"), query)).code == STALE
    assert await town.count("identity WHERE value = 'oVictim'") == 0
    assert (await town.platform.send(GOOD, query)).said == first.said, "the retry is still one"


async def test_an_unknown_account_or_method_is_no_address(town: Town) -> None:
    other = Platform(town.http, town.origin, app_id="wx0000000000000000", mode="secure")
    answers = [
        await other.send(GOOD),
        await other.ask("GET", stamps() | {"echostr": "1"}),
        await town.platform.ask("PUT", stamps()),
        await town.platform.ask("DELETE", stamps()),
    ]
    assert [one.http_status for one in answers] == [404, 404, 405, 405]
    assert not any(b"Traceback" in one.raw for one in answers)


async def test_the_platform_verifies_us_and_nobody_else_does(town: Town) -> None:
    async def ask(**changed: str) -> Answer:
        return await town.platform.ask("GET", stamps() | {"echostr": "<b>731"} | changed)

    good = await ask()
    assert (good.http_status, good.raw) == (200, b"<b>731")
    assert good.headers["Content-Type"].startswith("text/plain")
    refused: list[Callable[[], Any]] = [
        lambda: ask(signature="0" * 40),
        lambda: ask(signature=""),
        lambda: ask(echostr=""),
        lambda: town.platform.ask("GET", {"echostr": "1"}),
        lambda: town.platform.ask("GET", stamps(timestamp=1) | {"echostr": "1"}),
        lambda: town.platform.ask("GET", [*stamps().items(), ("echostr", "1"), ("echostr", "2")]),
    ]
    assert [(await one()).http_status for one in refused] == [403] * len(refused)


async def test_refusals_tell_nothing_but_a_code(town: Town) -> None:
    answer = await town.platform.post(outer("x"), sealed_stamps("y"))
    assert answer.raw == b"bad_signature"
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "X-Content-Type-Options" in answer.headers
