"""What a body holds: believed only where it is sealed for us and whole, in each of the modes."""

import pytest

from tests.bot.conftest import Begin, Town
from tests.bot.platform import (
    FOREIGN_KEY,
    ORIGINAL_ID,
    PREVIOUS_KEY,
    document,
    outer,
    seal,
    sealed_stamps,
    sealed_with,
    stamps,
    text,
)

OPENID = "oRefused"
GOOD = text("积分", openid=OPENID)

BAD_SIGNATURE = (403, "bad_signature")
BAD_CIPHERTEXT = (400, "bad_ciphertext")
BAD_XML = (400, "bad_xml")


def padded(pad: bytes, *, length: int | None = None, cut: int = 0) -> str:
    """Return a sealed message with this padding and this length field."""
    said = len(GOOD) if length is None else length
    plain = b"r" * 16 + said.to_bytes(4, "big") + GOOD + b"wx1234567890abcdef" + pad
    return sealed_with(plain[: len(plain) // 16 * 16 - cut])


def right_pad() -> bytes:
    pad = 32 - (20 + len(GOOD) + 18) % 32
    return bytes([pad]) * pad


async def test_a_body_that_is_not_sealed_for_us_is_refused(town: Town) -> None:
    sealed = seal(GOOD)
    half = sealed[: len(sealed) // 2]
    cases: dict[str, tuple[bytes, str | None, tuple[int, str]]] = {
        "plaintext in secure mode": (GOOD, None, BAD_CIPHERTEXT),
        "another body's signature": (outer(sealed), seal(GOOD), BAD_SIGNATURE),
        "another key": (outer(bad := seal(GOOD, key=FOREIGN_KEY)), bad, BAD_CIPHERTEXT),
        "another receiver": (
            outer(bad := seal(GOOD, receive_id="wx0000000000000000")),
            bad,
            BAD_CIPHERTEXT,
        ),
        "no receiver": (outer(bad := seal(GOOD, receive_id="")), bad, BAD_CIPHERTEXT),
        "no base64": (outer("积分"), "积分", BAD_CIPHERTEXT),
        "base64 with holes": (outer(bad := "===" + sealed), bad, BAD_CIPHERTEXT),
        "half of it": (outer(half), half, BAD_CIPHERTEXT),
        "empty": (outer(""), "", BAD_XML),
        "padding 0": (outer(bad := padded(b"\0" * 32)), bad, BAD_CIPHERTEXT),
        "padding 33": (outer(bad := padded(b"\x21" * 32)), bad, BAD_CIPHERTEXT),
        "padding uneven": (
            outer(bad := padded(b"\x01" + right_pad()[1:])),
            bad,
            BAD_CIPHERTEXT,
        ),
        "length beyond the end": (
            outer(bad := padded(right_pad(), length=2**32 - 1)),
            bad,
            BAD_CIPHERTEXT,
        ),
        "length too short": (outer(bad := padded(right_pad(), length=5)), bad, BAD_CIPHERTEXT),
        "one block": (outer(bad := sealed_with(b"x" * 16)), bad, BAD_CIPHERTEXT),
        "two Encrypt": (
            outer(sealed, beside=f"<Encrypt>{sealed}</Encrypt>"),
            sealed,
            BAD_XML,
        ),
    }
    told = {}
    for name, (body, signed_over, _) in cases.items():
        query = sealed_stamps(seal(b"") if signed_over is None else signed_over)
        told[name] = (await town.platform.post(body, query)).code
    assert told == {name: expected for name, (_, _, expected) in cases.items()}
    assert await town.nothing_was_stored()


def entities(*, root: str = "xml") -> dict[str, bytes]:
    names = "<ToUserName>&a;</ToUserName><FromUserName>o</FromUserName>"
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return {
        "a DTD": f"<!DOCTYPE {root}><{root}>{names}</{root}>".encode(),
        "an entity": f'<!DOCTYPE x [<!ENTITY a "b">]><{root}>{names}</{root}>'.encode(),
        "a file": (
            f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><{root}>{names}</{root}>'
        ).encode(),
        "an address": (
            f'<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:1/">]><{root}>{names}</{root}>'
        ).encode(),
        "a foreign DTD": f'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x"><{root}/>'.encode(),
        "a parameter entity": (
            f'<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:1/"> %a;]><{root}/>'
        ).encode(),
        "a billion laughs": (
            f'<!DOCTYPE x [<!ENTITY a0 "ha">{laughs}<!ENTITY a "&a9;">]><{root}>{names}</{root}>'
        ).encode(),
        "an instruction": f'<?xml-stylesheet href="x"?><{root}>{names}</{root}>'.encode(),
    }


def broken_documents() -> dict[str, bytes]:
    def with_nodes(**nodes: object) -> bytes:
        fine = {"FromUserName": OPENID, "MsgType": "text", "Content": "积分", "MsgId": "1"}
        return document(**(fine | nodes))

    return {
        "empty": b"",
        "no XML": b"hello",
        "JSON": b'{"MsgType": "text"}',
        "cut": GOOD[:-8],
        "two roots": GOOD + GOOD,
        "another root": GOOD.replace(b"xml>", b"html>"),
        "a NUL": GOOD.replace("积分".encode(), b"a\0b"),
        "a control character": GOOD.replace("积分".encode(), b"a\x08b"),
        "not UTF-8": GOOD.replace("积分".encode(), "积分".encode("gb18030")),
        "said to be GBK": b'<?xml version="1.0" encoding="gbk"?>'
        + GOOD.replace("积分".encode(), "积分".encode("gbk")),
        "UTF-16": GOOD.decode().encode("utf-16"),
        "an unknown entity": GOOD.replace("积分".encode(), b"&nbsp;"),
        "deep": b"<xml>" + b"<a>" * 200 + b"</a>" * 200 + b"</xml>",
        "many nodes": b"<xml>" + b"<a/>" * 5000 + b"</xml>",
        "no kind": with_nodes(MsgType=""),
        "no sender": with_nodes(FromUserName=""),
        "a sender in two": GOOD.replace(b"</xml>", b"<FromUserName>o</FromUserName></xml>"),
        "a sender with nodes": with_nodes(FromUserName={"a": "b"}),
        "a sender of 3000 characters": with_nodes(
            FromUserName="".join(map(chr, range(0x4E00, 0x5A00)))
        ),
        "no time": with_nodes(CreateTime=""),
        "a time that is none": with_nodes(CreateTime="soon"),
        "a time out of range": with_nodes(CreateTime="99999999999999999999"),
        "an event without a name": with_nodes(MsgType="event"),
        **entities(),
    }


async def test_broken_documents_inside_the_seal_are_refused(town: Town) -> None:
    cases = broken_documents()
    told = {name: (await town.platform.send(cases[name])).code for name in cases}
    assert told == dict.fromkeys(cases, BAD_XML)
    strangers = [ORIGINAL_ID.upper(), "gh_other"]
    meant = [document(FromUserName=OPENID, MsgType="text", ToUserName=one) for one in strangers]
    assert [(await town.platform.send(one)).http_status for one in meant] == [403, 403]
    assert await town.nothing_was_stored()


async def test_broken_documents_around_the_seal_are_refused(town: Town) -> None:
    encrypted = f"<Encrypt>{seal(GOOD)}</Encrypt>".encode()
    cases = {
        **entities(),
        "cut": outer(seal(GOOD))[:-8],
        "a NUL": outer(seal(GOOD)).replace(b"<xml>", b"<xml>\0"),
        "empty": b"",
        "JSON": b'{"Encrypt": "x"}',
        "another root": b"<html>" + encrypted + b"</html>",
        "UTF-16": outer(seal(GOOD)).decode().encode("utf-16"),
    }
    told = {
        name: (await town.platform.post(cases[name], sealed_stamps("x"))).code for name in cases
    }
    assert told == dict.fromkeys(cases, BAD_XML)
    assert await town.nothing_was_stored()


async def test_broken_documents_in_plain_mode_are_refused(begin: Begin) -> None:
    town = await begin("plain")
    cases = broken_documents()
    told = {name: (await town.platform.send(cases[name])).code for name in cases}
    assert told == dict.fromkeys(cases, BAD_XML)
    sealed = seal(GOOD)
    assert (await town.platform.post(outer(sealed), sealed_stamps(sealed))).code == BAD_CIPHERTEXT
    assert (await town.platform.post(GOOD, stamps(token="another"))).code == BAD_SIGNATURE
    assert await town.nothing_was_stored()


async def test_compatible_mode_believes_only_what_is_sealed(begin: Begin) -> None:
    town = await begin("compatible")
    assert (await town.platform.post(GOOD, stamps())).code == BAD_SIGNATURE
    assert (await town.platform.post(GOOD, sealed_stamps("x"))).code == BAD_CIPHERTEXT
    assert await town.nothing_was_stored()
    forged = text("明细", openid="oForged")[5:-6].decode()
    sealed = seal(text("帮助", openid=OPENID))
    answer = await town.platform.post(outer(sealed, beside=forged), sealed_stamps(sealed))
    assert "转接人工客服" in answer.said
    assert [row["sender"] for row in await town.rows("SELECT sender FROM inbound_event")] == [
        OPENID
    ]


async def test_the_previous_key_still_opens_and_replies_are_sealed_with_the_current(
    town: Town,
) -> None:
    sealed = seal(text("帮助", openid=OPENID), key=PREVIOUS_KEY)
    answer = await town.platform.post(outer(sealed), sealed_stamps(sealed))
    assert "转接人工客服" in answer.said


@pytest.mark.parametrize("mode", ["plain", "compatible", "secure"])
async def test_each_mode_is_answered_in_its_own_form(begin: Begin, mode: str) -> None:
    town = await begin(mode)
    answer = await town.platform.send(GOOD)
    assert (answer.http_status, b"<Encrypt>" in answer.raw) == (200, mode != "plain")
    assert answer.nodes["ToUserName"] == OPENID
    assert answer.nodes["FromUserName"] == ORIGINAL_ID
    assert "积分" in answer.said
    consumer = await town.phones.follower("林小满")
    told = await town.phones.says(consumer, "积分")
    assert [one["outcome"] for one in told["attempts"]] == ["answered"]
