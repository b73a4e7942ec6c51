"""Customer messages: content of every type, windows and quotas by action."""

import json

import pytest

from tests.simulator.conftest import MINI_APP_ID, Json, Player

SEND = "/cgi-bin/message/custom/send"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360"
    "606060000000050001a5f645400000000049454e44ae426082"
)


async def _sent(sim: Player, consumer: Json, times: int) -> list[int]:
    return [(await sim.texts(consumer))["errcode"] for _ in range(times)]


async def _upload(sim: Player, kind: str, content: bytes) -> str:
    import aiohttp

    form = aiohttp.FormData()
    form.add_field("media", content, filename="a.bin")
    query = {"access_token": await sim.token(), "type": kind}
    _, _, answer = await sim.raw("POST", "/cgi-bin/media/upload", params=query, data=form)
    uploaded = json.loads(answer)
    return str(uploaded.get("media_id") or uploaded["thumb_media_id"])


async def test_a_message_reaches_the_chat(sim: Player) -> None:
    lin = await sim.follower()
    assert await sim.texts(lin, "积分到账") == {"errcode": 0, "errmsg": "ok"}
    bubble = (await sim.chat(lin))[-1]
    assert (bubble["via"], bubble["text"]) == ("customer_message", "积分到账")


async def test_a_text_allows_five_messages_in_48_hours(sim: Player) -> None:
    lin = await sim.follower()
    await sim.clock(61)
    assert await _sent(sim, lin, 1) == [45015]
    await sim.says(lin, "在吗")
    assert await _sent(sim, lin, 7) == [0, 0, 0, 0, 0, 45047, 45047]
    await sim.says(lin, "还在吗")
    await sim.clock(61 + 48 * 3600 - 5)
    sim.tokens.clear()
    assert await _sent(sim, lin, 1) == [0]
    await sim.clock(61 + 48 * 3600 + 5)
    assert await _sent(sim, lin, 1) == [45015]


async def test_a_click_and_a_follow_and_a_scan_allow_three_in_a_minute(sim: Player) -> None:
    lin = await sim.follower()
    assert await _sent(sim, lin, 4) == [0, 0, 0, 45047]
    for path, body in (("menu", {"key": "points"}), ("scan", {"scene": "shop_jingan"})):
        await sim.play(f"consumers/{lin['id']}/{path}", body)
        assert await _sent(sim, lin, 4) == [0, 0, 0, 45047]
    await sim.clock(61)
    assert await _sent(sim, lin, 1) == [45015]


async def test_quotas_are_set_anew_and_never_add_up(sim: Player) -> None:
    lin = await sim.follower()
    await sim.says(lin, "一")
    await sim.says(lin, "二")
    await sim.play(f"consumers/{lin['id']}/menu", {"key": "points"})
    assert await _sent(sim, lin, 6) == [0, 0, 0, 0, 0, 45047]
    await sim.play(f"consumers/{lin['id']}/menu", {"key": "points"})
    assert await _sent(sim, lin, 4) == [0, 0, 0, 45047]


async def test_a_view_opens_nothing(sim: Player) -> None:
    lin = await sim.follower()
    await sim.clock(61)
    view = {"event": "VIEW", "EventKey": "https://shop.example"}
    await sim.play(f"consumers/{lin['id']}/events", view)
    assert await _sent(sim, lin, 1) == [45015]
    scanned = {
        "event": "scancode_waitmsg",
        "EventKey": "s",
        "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "1"},
    }
    await sim.play(f"consumers/{lin['id']}/events", scanned)
    assert await _sent(sim, lin, 4) == [0, 0, 0, 45047]


async def test_a_tap_on_a_menu_message_counts_as_a_menu_click(sim: Player) -> None:
    lin = await sim.follower()
    await sim.clock(61)
    ended = await sim.says(lin, "满意", menu_item_id="101")
    assert ended["attempts"][0]["outcome"] == "answered"
    assert sim.bot.heard[-1].nodes["bizmsgmenuid"] == "101"
    assert await _sent(sim, lin, 4) == [0, 0, 0, 45047]


async def test_who_never_followed_and_who_left_are_told_apart(sim: Player) -> None:
    lin, emma = await sim.follower(), await sim.consumer("Emma")
    assert await _sent(sim, emma, 1) == [43004]
    await sim.says(lin, "再见")
    await sim.play(f"consumers/{lin['id']}/unfollow")
    assert await _sent(sim, lin, 1) == [45015]
    await sim.play(f"consumers/{lin['id']}/follow")
    assert await _sent(sim, lin, 4) == [0, 0, 0, 45047]
    stranger = {"openid": "oNobodyWeKnow"}
    assert await _sent(sim, stranger, 1) == [40003]


@pytest.mark.parametrize(
    ("part", "errcode"),
    [
        ({"msgtype": "text"}, 44004),
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text", "text": {"content": "积" * 683}}, 45002),
        ({"msgtype": "text", "text": "积分"}, 47001),
        ({"msgtype": "poem"}, 40008),
        ({}, 40008),
        ({"msgtype": "link", "link": {"url": "https://a.example"}}, 40008),
        ({"msgtype": "image", "image": {"media_id": "nobody"}}, 40007),
        ({"msgtype": "voice", "voice": {}}, 40007),
        ({"msgtype": "news", "news": {"articles": []}}, 44003),
        ({"msgtype": "news", "news": {"articles": [{}, {}]}}, 45008),
        ({"msgtype": "mpnews", "mpnews": {"media_id": "x"}}, 40007),
        ({"msgtype": "msgmenu", "msgmenu": {"head_content": "?"}}, 44004),
        ({"msgtype": "wxcard", "wxcard": {}}, 40056),
        ({"msgtype": "miniprogrampage", "miniprogrampage": {"appid": "wxother"}}, 40013),
        (
            {"msgtype": "text", "text": {"content": "a"}, "customservice": {"kf_account": "x"}},
            61452,
        ),
    ],
)
async def test_content_is_checked_before_the_window(sim: Player, part: Json, errcode: int) -> None:
    lin = await sim.consumer()
    assert (await sim.call(SEND, {"touser": lin["openid"], **part}))["errcode"] == errcode
    assert await sim.chat(lin) == []


async def test_every_type_that_is_right_is_shown(sim: Player) -> None:
    lin = await sim.follower()
    picture, thumb = await _upload(sim, "image", PNG), await _upload(sim, "thumb", PNG)
    voice = await _upload(sim, "voice", b"#!AMR\nxx")
    video = await _upload(sim, "video", b"\0\0\0\x18ftypmp42")
    parts: list[Json] = [
        {"image": {"media_id": picture}},
        {"voice": {"media_id": voice}},
        {"video": {"media_id": video, "thumb_media_id": thumb, "title": "t"}},
        {"music": {"musicurl": "http://a", "hqmusicurl": "http://b", "thumb_media_id": thumb}},
        {"news": {"articles": [{"title": "新品", "url": "https://a.example"}]}},
        {
            "msgmenu": {
                "head_content": "满意吗",
                "list": [{"id": "101", "content": "满意"}],
                "tail_content": "谢谢",
            }
        },
        {"wxcard": {"card_id": "p1"}},
        {
            "miniprogrampage": {
                "title": "积分",
                "appid": MINI_APP_ID,
                "pagepath": "pages/points",
                "thumb_media_id": picture,
            }
        },
    ]
    for part in parts:
        await sim.says(lin, "下一个")
        (msgtype,) = part
        answer = await sim.call(SEND, {"touser": lin["openid"], "msgtype": msgtype, **part})
        assert answer["errcode"] == 0, msgtype
    kinds = [each["kind"] for each in await sim.chat(lin) if each["via"] == "customer_message"]
    assert kinds == ["image", "voice", "news", "news", "news", "menu", "news", "miniprogram"]


async def test_escaped_characters_are_shown_as_they_were_written(sim: Player) -> None:
    lin = await sim.follower()
    body = {"touser": lin["openid"], "msgtype": "text", "text": {"content": "积\\u0041 & 😀"}}
    escaped = json.dumps(body).encode()
    assert (await sim.call(SEND, escaped))["errcode"] == 0
    assert (await sim.chat(lin))[-1]["text"] == "\\u79ef\\u0041 & \\ud83d\\ude00"


async def test_a_blacklisted_follower_gets_nothing(sim: Player) -> None:
    lin = await sim.follower()
    banned = {"openid_list": [lin["openid"]]}
    await sim.call("/cgi-bin/tags/members/batchblacklist", banned)
    assert await _sent(sim, lin, 1) == [43019]


async def test_typing_needs_somebody_who_just_did_something(sim: Player) -> None:
    lin, path = await sim.follower(), "/cgi-bin/message/custom/typing"
    asked = {"touser": lin["openid"], "command": "Typing"}
    assert (await sim.call(path, {**asked, "command": "Dancing"}))["errcode"] == 45072
    assert (await sim.call(path, asked))["errcode"] == 0
    assert (await sim.call(path, asked))["errcode"] == 45081
    assert (await sim.call(path, {**asked, "command": "CancelTyping"}))["errcode"] == 0
    await sim.clock(31)
    assert (await sim.call(path, asked))["errcode"] == 45080


async def test_an_agent_can_be_added_and_speaks_by_name(sim: Player) -> None:
    lin = await sim.follower()
    agent = {"kf_account": "anna@jifen", "nickname": "安娜"}
    assert (await sim.call("/customservice/kfaccount/add", agent))["errcode"] == 0
    assert (await sim.call("/customservice/kfaccount/add", agent))["errcode"] == 61453
    listed = await sim.call("/cgi-bin/customservice/getkflist")
    assert listed["kf_list"][0]["kf_nick"] == "安娜"
    body = {
        "touser": lin["openid"],
        "msgtype": "text",
        "text": {"content": "您好"},
        "customservice": {"kf_account": "anna@jifen"},
    }
    assert (await sim.call(SEND, body))["errcode"] == 0


async def test_a_miniprogram_has_openids_of_its_own_and_no_open_session(sim: Player) -> None:
    lin = await sim.follower()
    token = await sim.token(MINI_APP_ID)
    body = {"touser": lin["openid"], "msgtype": "text", "text": {"content": "x"}}
    assert (await sim.call(SEND, body, access_token=token))["errcode"] == 40003
    body["touser"] = lin["miniprogram_openid"]
    assert (await sim.call(SEND, body, access_token=token))["errcode"] == 45015


async def test_two_at_once_never_get_more_than_the_quota(sim: Player) -> None:
    import asyncio

    lin = await sim.follower()
    await sim.says(lin, "在吗")
    answers = await asyncio.gather(*(sim.texts(lin) for _ in range(12)))
    assert sorted(answer["errcode"] for answer in answers) == [0] * 5 + [45047] * 7
