"""Mini-program codes: a picture for a scene of 32 characters, of a page that there is."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from simulator.assumed import Assumed
from tests.simulator.conftest import MINI_APP_ID, Json, Player, Start

CODE = "/wxa/getwxacodeunlimit"
SOURCE = str(Path(__file__).parents[2] / "miniprogram")
ASKED: Json = {"scene": "A" * 32, "page": "pages/invite/invite"}


async def made(sim: Player, asked: Json) -> tuple[str, bytes]:
    token = await sim.token(MINI_APP_ID)
    told = await sim.raw("POST", CODE, params={"access_token": token}, json=asked)
    return told[1], told[2]


async def test_a_code_is_a_picture_of_the_width_that_is_asked_for(start: Start) -> None:
    sim = await start(folder=SOURCE)
    kind, picture = await made(sim, ASKED | {"width": 600})
    assert kind == "image/jpeg"
    assert Image.open(BytesIO(picture)).size == (600, 600)
    kind, _ = await made(sim, {"scene": "a=1", "check_path": False, "page": "pages/not/yet"})
    assert kind == "image/jpeg"


@pytest.mark.parametrize(
    ("asked", "errcode"),
    [
        ({"scene": ""}, 40169),
        ({"scene": "A" * 33}, 40169),
        ({"scene": "a%20b"}, 40169),
        ({"scene": "码"}, 40169),
        ({"page": "/pages/invite/invite"}, 41030),
        ({"page": "pages/invite/invite?ref=1"}, 41030),
        ({"page": "pages/not/there"}, 41030),
        ({"width": 279}, 40097),
        ({"width": 1281}, 40097),
        ({"env_version": "beta"}, 40097),
        ({"scene": None}, 47001),
    ],
)
async def test_a_wrong_wish_gets_its_code(start: Start, asked: Json, errcode: int) -> None:
    sim = await start(folder=SOURCE)
    token = await sim.token(MINI_APP_ID)
    assert (await sim.call(CODE, ASKED | asked, access_token=token))["errcode"] == errcode


async def test_so_many_are_made_in_a_minute(start: Start) -> None:
    sim = await start(folder=SOURCE, assumed=Assumed(mini_codes_a_minute=2))
    token = await sim.token(MINI_APP_ID)
    kinds = [(await made(sim, ASKED))[0] for _ in "ab"]
    assert kinds == ["image/jpeg"] * 2
    assert (await sim.call(CODE, ASKED, access_token=token))["errcode"] == 45009
