"""What outlives a restart, and what does not start at all."""

import json
import os
from pathlib import Path

import pytest

from simulator.state import StateUnreadable, load
from tests.simulator.conftest import Start, until


async def test_everything_goes_on_after_a_restart(start: Start, tmp_path: Path) -> None:
    path = str(tmp_path / "state" / "china.json")
    first = await start(state_file=path)
    lin = await first.follower()
    await first.says(lin, "积分")
    menu = {"button": [{"type": "click", "name": "积分", "key": "points"}]}
    await first.call("/cgi-bin/menu/create", menu)
    made = await first.call(
        "/cgi-bin/qrcode/create",
        {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "till"}}},
    )
    for _ in range(5):
        await first.texts(lin)
    await first.clock(10)
    last_seq = (await first.get("/play/wire"))["exchanges"][-1]["seq"]
    last_id = int(first.bot.heard[-1].nodes["MsgId"])
    await first.stop()

    second = await start(state_file=path, bot=first.bot)
    assert (await second.consumer())["followed"] is True
    assert [each["text"] for each in await second.chat(lin)][:3] == ["你好", "积分", "你好"]
    second.tokens.update(first.tokens)
    assert (await second.call("/cgi-bin/menu/get"))["menu"]["button"][0]["key"] == "points"
    assert (await second.texts(lin))["errcode"] == 45047
    ticket = {"ticket": made["ticket"]}
    assert (await second.raw("GET", "/cgi-bin/showqrcode", params=ticket))[0] == 200
    assert (await second.get("/play/state"))["clock"]["offset_seconds"] == 10
    await second.play(f"consumers/{lin['id']}/retry")
    assert int(second.bot.heard[-1].nodes["MsgId"]) == last_id
    await second.says(lin, "还在")
    assert int(second.bot.heard[-1].nodes["MsgId"]) > last_id
    assert (await second.get("/play/wire"))["exchanges"][0]["seq"] > last_seq


async def test_a_change_is_saved_soon_so_that_a_crash_loses_little(
    start: Start, tmp_path: Path
) -> None:
    path = tmp_path / "china.json"
    sim = await start(state_file=str(path))
    await sim.follower()
    await until(lambda: path.exists() and '"followed":true' in path.read_text())
    assert os.listdir(tmp_path) == ["china.json"]


async def test_a_stop_saves_what_has_just_changed(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "china.json"
    sim = await start(state_file=str(path))
    await sim.follower()
    await sim.stop()
    consumers = json.loads(path.read_bytes())["consumers"]["consumers"].values()
    assert sorted(each["followed"] for each in consumers) == [False, True]
    assert os.listdir(tmp_path) == ["china.json"]


def test_a_file_that_is_no_state_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "china.json"
    path.write_text("{half")
    with pytest.raises(StateUnreadable, match=r"china\.json"):
        load(path)
    assert path.read_text() == "{half"


async def test_openids_are_the_same_every_time_and_one_a_nickname(start: Start) -> None:
    one, two = await start(), await start()
    lin, again = await one.consumer(), await two.consumer()
    assert lin == again
    assert len(lin["openid"]) == 28
    assert lin["openid"][0] == "o"
    assert len({lin["openid"], lin["miniprogram_openid"], lin["unionid"]}) == 3
