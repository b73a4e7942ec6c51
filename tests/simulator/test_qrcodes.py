"""QR codes: scenes, lives, pictures, and what a scan makes of them."""

import io

import pytest
import segno
from PIL import Image

from tests.simulator.conftest import Json, Player

CREATE = "/cgi-bin/qrcode/create"


def _asked(action: str, scene: Json, **more: object) -> Json:
    return {"action_name": action, "action_info": {"scene": scene}, **more}


async def test_a_temporary_code_names_its_life(sim: Player) -> None:
    asked = _asked("QR_STR_SCENE", {"scene_str": "promo-1"}, expire_seconds=604_800)
    made = await sim.call(CREATE, asked)
    assert set(made) == {"ticket", "expire_seconds", "url"}
    assert made["expire_seconds"] == 604_800
    assert made["url"].startswith("http://weixin.qq.com/q/")
    without = await sim.call(CREATE, _asked("QR_SCENE", {"scene_id": 7}))
    assert without["expire_seconds"] == 60


async def test_a_permanent_code_is_made_once_a_scene(sim: Player) -> None:
    asked = _asked("QR_LIMIT_STR_SCENE", {"scene_str": "till-4"})
    first, again = await sim.call(CREATE, asked), await sim.call(CREATE, asked)
    assert first == again
    assert set(first) == {"ticket", "url"}


@pytest.mark.parametrize(
    ("asked", "errcode"),
    [
        (_asked("QR_POEM", {"scene_id": 1}), 40052),
        (_asked("QR_SCENE", {"scene_id": 0}), 40053),
        (_asked("QR_SCENE", {"scene_id": 2**32}), 40053),
        (_asked("QR_SCENE", {"scene_str": "promo"}), 40053),
        (_asked("QR_STR_SCENE", {"scene_str": ""}), 40053),
        (_asked("QR_STR_SCENE", {"scene_str": "x" * 65}), 40053),
        (_asked("QR_STR_SCENE", {"scene_id": 1}), 40053),
        (_asked("QR_LIMIT_SCENE", {"scene_id": 100_001}), 40053),
        (_asked("QR_SCENE", {"scene_id": 1}, expire_seconds=2_592_001), 40053),
        (_asked("QR_SCENE", {"scene_id": 1}, expire_seconds=0), 40053),
        (_asked("QR_SCENE", {"scene_id": "1"}), 47001),
    ],
)
async def test_a_wrong_scene_is_refused(sim: Player, asked: Json, errcode: int) -> None:
    assert (await sim.call(CREATE, asked))["errcode"] == errcode


async def test_the_picture_is_a_jpeg_until_the_code_ends(sim: Player) -> None:
    asked = _asked("QR_STR_SCENE", {"scene_str": "promo"}, expire_seconds=100)
    ticket = (await sim.call(CREATE, asked))["ticket"]
    path, query = "/cgi-bin/showqrcode", {"ticket": ticket}
    status, content_type, picture = await sim.raw("GET", path, params=query)
    assert (status, content_type) == (200, "image/jpg")
    with Image.open(io.BytesIO(picture)) as image:
        assert image.format == "JPEG"
        assert image.width >= 300
    assert (await sim.raw("GET", path, params={"ticket": "gQnone"}))[0] == 404
    await sim.clock(101)
    assert (await sim.raw("GET", path, params=query))[0] == 404


async def test_a_shops_poster_is_the_code_of_its_scene(sim: Player) -> None:
    (shop,) = (await sim.get("/play/state"))["shops"]
    asked = _asked("QR_LIMIT_STR_SCENE", {"scene_str": "shop_jingan"})
    assert await sim.call(CREATE, asked) == {"ticket": shop["ticket"], "url": shop["url"]}
    status, content_type, poster = await sim.raw(
        "GET", "/play/qrcode", params={"ticket": shop["ticket"]}
    )
    assert (status, content_type) == (200, "image/jpeg")
    drawn = segno.make(shop["url"], error="m", micro=False).matrix
    with Image.open(io.BytesIO(poster)) as image:
        step = image.width / (len(drawn) + 4)
        middles = [round((number + 2.5) * step) for number in range(len(drawn))]
        grey = image.convert("L")
        seen = [[grey.getpixel((x, y)) < 128 for x in middles] for y in middles]
    assert seen == [[bool(module) for module in row] for row in drawn]
    assert (await sim.raw("GET", "/play/qrcode", params={"ticket": "gQnone"}))[0] == 404
    lin = await sim.consumer()
    await sim.play(f"consumers/{lin['id']}/scan", {"scene": shop["scene"]})
    assert sim.bot.heard[-1].nodes["Ticket"] == shop["ticket"]


async def test_a_scan_by_a_stranger_follows_and_a_scan_by_a_follower_does_not(
    sim: Player,
) -> None:
    asked = _asked("QR_LIMIT_STR_SCENE", {"scene_str": "shop_jingan"})
    ticket = (await sim.call(CREATE, asked))["ticket"]
    lin = await sim.consumer()
    for event, key in (("subscribe", "qrscene_shop_jingan"), ("SCAN", "shop_jingan")):
        await sim.play(f"consumers/{lin['id']}/scan", {"scene": "shop_jingan"})
        nodes = sim.bot.heard[-1].nodes
        assert (nodes["Event"], nodes["EventKey"], nodes["Ticket"]) == (event, key, ticket)
    portrait = await sim.call("/cgi-bin/user/info", openid=lin["openid"])
    assert portrait["subscribe_scene"] == "ADD_SCENE_QR_CODE"
    assert portrait["qr_scene_str"] == "shop_jingan"


async def test_a_numbered_scene_comes_back_as_text(sim: Player) -> None:
    await sim.call(CREATE, _asked("QR_LIMIT_SCENE", {"scene_id": 42}))
    lin = await sim.follower()
    await sim.play(f"consumers/{lin['id']}/scan", {"scene": "42"})
    assert sim.bot.heard[-1].nodes["EventKey"] == "42"


async def test_a_plain_follow_has_an_empty_key_for_some_and_none_for_others(sim: Player) -> None:
    for number in range(12):
        path = (await sim.post("/play/consumers", {"nickname": f"路人{number}"}))["id"]
        await sim.play(f"consumers/{path}/follow")
    assert {heard.nodes.get("EventKey") for heard in sim.bot.heard} == {"", None}
    for heard in sim.bot.heard:
        assert not {"Ticket", "MsgId"} & set(heard.nodes)
