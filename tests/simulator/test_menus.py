"""Menus: limits of the buttons, conditional menus, and what a tap makes."""

import json

import pytest

from tests.simulator.conftest import MINI_APP_ID, Json, Player

CREATE = "/cgi-bin/menu/create"
POINTS: Json = {"type": "click", "name": "积分", "key": "points"}
SHOP: Json = {"type": "view", "name": "商城", "url": "https://shop.example/"}
MINI: Json = {
    "type": "miniprogram",
    "name": "会员卡",
    "url": "https://shop.example/",
    "appid": MINI_APP_ID,
    "pagepath": "pages/card",
}
MENU: Json = {"button": [POINTS, {"name": "更多", "sub_button": [SHOP, MINI]}]}


def _button(**changed: object) -> Json:
    return {"button": [{**POINTS, **changed}]}


async def test_a_menu_comes_back_as_it_was_made_until_it_is_taken_away(sim: Player) -> None:
    assert (await sim.call("/cgi-bin/menu/get"))["errcode"] == 46003
    assert await sim.call(CREATE, MENU) == {"errcode": 0, "errmsg": "ok"}
    first, more = (await sim.call("/cgi-bin/menu/get"))["menu"]["button"]
    assert first == {**POINTS, "sub_button": []}
    assert [leaf["type"] for leaf in more["sub_button"]] == ["view", "miniprogram"]
    current = await sim.call("/cgi-bin/get_current_selfmenu_info")
    assert current["is_menu_open"] == 1
    assert len(current["selfmenu_info"]["button"][1]["sub_button"]["list"]) == 2
    assert (await sim.get("/play/state"))["account"]["menu"][0]["name"] == "积分"
    assert (await sim.call("/cgi-bin/menu/delete"))["errcode"] == 0
    assert (await sim.call("/cgi-bin/menu/get"))["errcode"] == 46003


@pytest.mark.parametrize(
    ("menu", "errcode"),
    [
        ({"button": []}, 40016),
        ({"button": [POINTS] * 4}, 40016),
        (_button(type="poem"), 40017),
        (_button(type=""), 40017),
        (_button(name=""), 40018),
        (_button(name="积分积分积分"), 40018),
        (_button(key=""), 40019),
        (_button(key="k" * 129), 40019),
        (_button(type="view", url=""), 40020),
        (_button(type="view", url="https://a.example/" + "u" * 1024), 40020),
        (_button(type="view", url="javascript:alert(1)"), 40055),
        (_button(type="media_id", media_id="x"), 40007),
        ({"button": [{"name": "更多", "sub_button": [POINTS] * 6}]}, 40023),
        (
            {"button": [{"name": "a", "sub_button": [{"name": "b", "sub_button": [POINTS]}]}]},
            40022,
        ),
        ({"button": [{"name": "更多", "sub_button": [{"name": "b", "type": "x"}]}]}, 40024),
        ({"button": [{"name": "更多", "sub_button": [{**POINTS, "name": "积" * 21}]}]}, 40025),
        ({"button": [{"name": "更多", "sub_button": [{**POINTS, "key": ""}]}]}, 40026),
        ({"button": [{**MINI, "appid": "wxother"}]}, 45064),
        ({"button": "积分"}, 47001),
    ],
)
async def test_a_menu_beyond_the_limits_is_refused_whole(
    sim: Player, menu: Json, errcode: int
) -> None:
    assert (await sim.call(CREATE, menu))["errcode"] == errcode
    assert (await sim.call("/cgi-bin/menu/get"))["errcode"] == 46003


async def test_a_menu_with_escapes_is_refused(sim: Player) -> None:
    assert (await sim.call(CREATE, json.dumps(MENU).encode()))["errcode"] == 40033


async def test_taps_make_the_events_of_their_buttons(sim: Player) -> None:
    await sim.call(CREATE, MENU)
    lin = await sim.follower()
    for key, event, event_key in (
        ("points", "CLICK", "points"),
        ("商城", "VIEW", "https://shop.example/"),
        ("pages/card", "view_miniprogram", "pages/card"),
    ):
        await sim.play(f"consumers/{lin['id']}/menu", {"key": key})
        nodes = sim.bot.heard[-1].nodes
        assert (nodes["Event"], nodes["EventKey"]) == (event, event_key)
        assert "MenuId" not in nodes or event != "CLICK"
        assert "MenuId" in nodes or event != "view_miniprogram"


async def test_a_scanning_button_tells_what_was_scanned(sim: Player) -> None:
    await sim.call(CREATE, _button(type="scancode_waitmsg", key="scan"))
    lin = await sim.follower()
    ended = await sim.play(f"consumers/{lin['id']}/menu", {"key": "scan"})
    assert sim.bot.heard[-1].nodes["Event"] == "scancode_waitmsg"
    assert ended["bubbles"][0]["text"] == "你好"


async def test_a_conditional_menu_needs_a_default_one_and_matches_by_tag(sim: Player) -> None:
    path, lin = "/cgi-bin/menu/addconditional", await sim.follower()
    gold = (await sim.call("/cgi-bin/tags/create", {"tag": {"name": "金卡"}}))["tag"]["id"]
    special = {"button": [{**POINTS, "name": "金卡"}], "matchrule": {"tag_id": str(gold)}}
    assert (await sim.call(path, special))["errcode"] == 65303
    await sim.call(CREATE, MENU)
    assert (await sim.call(path, {**special, "matchrule": {}}))["errcode"] == 65304
    assert (await sim.call(path, {**special, "matchrule": {"tag_id": "9"}}))["errcode"] == 45159
    wrongs: list[object] = [[], "9" * 5000, "x", {}]
    for wrong in wrongs:
        refused = await sim.call(path, {**special, "matchrule": {"tag_id": wrong}})
        assert refused["errcode"] == 45159
    menuid = (await sim.call(path, special))["menuid"]
    trymatch, asked = "/cgi-bin/menu/trymatch", {"user_id": lin["openid"]}
    assert (await sim.call(trymatch, asked))["button"][0]["name"] == "积分"
    tagging = {"openid_list": [lin["openid"]], "tagid": gold}
    await sim.call("/cgi-bin/tags/members/batchtagging", tagging)
    assert (await sim.call(trymatch, asked))["button"][0]["name"] == "金卡"
    assert (await sim.call("/cgi-bin/menu/get"))["conditionalmenu"][0]["menuid"] == int(menuid)
    deletion = "/cgi-bin/menu/delconditional"
    assert (await sim.call(deletion, {"menuid": menuid}))["errcode"] == 0
    assert (await sim.call(deletion, {"menuid": menuid}))["errcode"] == 65301
