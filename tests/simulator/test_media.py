"""Temporary media: upload, limits, download, and their three days."""

import json

import aiohttp
import pytest

from simulator.assumed import Assumed
from tests.simulator.conftest import Json, Player, Start
from tests.simulator.test_customer_messages import PNG


async def _upload(sim: Player, kind: str, content: bytes, *, field: str = "media") -> Json:
    form = aiohttp.FormData()
    form.add_field(field, content, filename="图.bin")
    query = {"access_token": await sim.token(), "type": kind}
    _, content_type, answer = await sim.raw(
        "POST", "/cgi-bin/media/upload", params=query, data=form
    )
    return {**json.loads(answer), "content_type": content_type}


async def test_a_picture_comes_back_byte_for_byte_for_three_days(sim: Player) -> None:
    uploaded = await _upload(sim, "image", PNG)
    assert uploaded["type"] == "image"
    query = {"access_token": await sim.token(), "media_id": uploaded["media_id"]}
    _, content_type, content = await sim.raw("GET", "/cgi-bin/media/get", params=query)
    assert (content_type, content) == ("image/png", PNG)
    await sim.clock(3 * 86_400 + 1)
    sim.tokens.clear()
    query["access_token"] = await sim.token()
    status, content_type, content = await sim.raw("GET", "/cgi-bin/media/get", params=query)
    assert (status, content_type) == (200, "text/plain")
    assert json.loads(content)["errcode"] == 40007


async def test_content_with_line_breaks_and_dashes_is_kept_whole(sim: Player) -> None:
    voice = b"#!AMR\n\r\n--\r\n\r\nx\r\n"
    media_id = (await _upload(sim, "voice", voice))["media_id"]
    query = {"access_token": await sim.token(), "media_id": media_id}
    assert (await sim.raw("GET", "/cgi-bin/media/get", params=query))[2] == voice


async def test_a_video_comes_back_as_an_address(sim: Player) -> None:
    video = b"\0\0\0\x18ftypmp42" + b"\0" * 50
    media_id = (await _upload(sim, "video", video))["media_id"]
    address = (await sim.call("/cgi-bin/media/get", media_id=media_id))["video_url"]
    assert (await sim.raw("GET", address.removeprefix(sim.origin)))[2] == video


@pytest.mark.parametrize(
    ("kind", "content", "field", "errcode"),
    [
        ("poem", PNG, "media", 40004),
        ("image", b"not a picture", "media", 40005),
        ("voice", PNG, "media", 40005),
        ("thumb", PNG + b"\0" * 64 * 1024, "media", 45001),
        ("image", PNG, "file", 41005),
        ("image", b"", "media", 44001),
    ],
)
async def test_a_wrong_file_is_refused(
    sim: Player, kind: str, content: bytes, field: str, errcode: int
) -> None:
    refused = await _upload(sim, kind, content, field=field)
    assert refused["errcode"] == errcode
    assert refused["content_type"] == "text/plain"


async def test_a_body_that_is_no_form_has_no_media(sim: Player) -> None:
    answer = await sim.call("/cgi-bin/media/upload", {"media": "x"}, type="image")
    assert answer["errcode"] == 41005


async def test_a_large_picture_may_be_forbidden(start: Start) -> None:
    sim = await start(assumed=Assumed(media_limits_bytes={"image": 10}))
    assert (await _upload(sim, "image", PNG))["errcode"] == 45001
