"""The control API: the phone's buttons, the wire log, the stream, ordered faults."""

import asyncio
import json

import aiohttp
import pytest

from simulator.assumed import Assumed
from tests.simulator.bot import APP_SECRET
from tests.simulator.conftest import Json, Player, Start, until

STOP_SECONDS = 60  # far less than what a stop would wait for
CARD = {
    "id",
    "nickname",
    "language",
    "openid",
    "unionid",
    "followed",
    "unread",
    "miniprogram_openid",
    "mobile",
}


async def test_the_state_tells_what_a_page_needs(sim: Player) -> None:
    state = await sim.get("/play/state")
    assert state["account"]["name"] == "积分"
    assert state["account"]["menu"] is None
    (shop,) = state["shops"]
    assert {name: shop[name] for name in ("scene", "name_zh", "name_en")} == {
        "scene": "shop_jingan",
        "name_zh": "静安店",
        "name_en": "Jing'an shop",
    }
    assert [set(each) for each in state["consumers"]] == [CARD, CARD]
    assert state["callback_url"] == sim.bot.url
    assert "app_secret" not in json.dumps(state)


async def test_an_action_answers_at_once_and_can_be_asked_about(sim: Player) -> None:
    lin = await sim.consumer()
    status, _, content = await sim.raw("POST", f"/play/consumers/{lin['id']}/follow")
    assert status == 202
    delivery_id = json.loads(content)["delivery_id"]

    async def ended() -> bool:
        return bool((await sim.get(f"/play/deliveries/{delivery_id}"))["ended"])

    await until(ended)
    told = await sim.get(f"/play/deliveries/{delivery_id}")
    assert told["attempts"][0]["status"] == 200


async def test_a_new_consumer_has_a_nickname_of_their_own(sim: Player) -> None:
    new = await sim.post("/play/consumers", {"nickname": " 小王 ", "language": "zh_CN"})
    assert (new["nickname"], new["followed"], set(new)) == ("小王", False, CARD)
    again = await sim.post("/play/consumers", {"nickname": "小王"})
    assert again["error"]["code"] == "nickname_taken"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("consumers", b"{", 400, "bad_request"),
        ("consumers", b'{"nickname": ""}', 400, "bad_request"),
        ("consumers", b'{"nickname": "x", "language": "fr"}', 400, "bad_request"),
        ("consumers", b'{"nickname": "\\ud800"}', 400, "bad_request"),
        ("consumers/none/follow", b"", 404, "no_such_consumer"),
        ("consumers/LIN/messages", b'{"content": "x"}', 409, "not_following"),
        ("consumers/LIN/menu", b'{"key": "x"}', 409, "not_following"),
        ("consumers/LIN/unfollow", b"", 409, "not_following"),
        ("consumers/LIN/messages", b'{"content": " "}', 400, "bad_request"),
        ("consumers/LIN/messages", b'{"kind": "poem", "content": "x"}', 400, "bad_request"),
        ("consumers/LIN/messages", b'{"kind": "location", "content": "x"}', 400, "bad_request"),
        ("consumers/LIN/messages", b'{"kind": "location", "content": "nan,0"}', 400, "bad_request"),
        ("consumers/LIN/scan", b"{}", 400, "bad_request"),
        ("consumers/LIN/follow", b'{"scene": "' + b"x" * 65 + b'"}', 400, "bad_request"),
        ("consumers/LIN/events", b"{}", 400, "bad_request"),
        ("consumers/LIN/events", b'{"event": "X", "a b": "1"}', 400, "bad_request"),
        ("consumers/LIN/events", b'{"event": "X", "A": null}', 400, "bad_request"),
        ("consumers/LIN/events", b'{"event": "X", "A": {"B": [1]}}', 400, "bad_request"),
        ("consumers/LIN/miniprogram/phone", b'{"phone": "110"}', 400, "bad_request"),
        ("faults", b'{"drop_first_n": -1}', 400, "bad_request"),
        ("faults", b'{"unknown": 1}', 400, "bad_request"),
        ("clock", b'{"offset_seconds": "x"}', 400, "bad_request"),
        ("nowhere", b"", 404, "not_found"),
    ],
)
async def test_a_wrong_order_is_refused_by_name(
    sim: Player, path: str, body: bytes, status: int, code: str
) -> None:
    path = path.replace("LIN", (await sim.consumer())["id"])
    answered, content_type, content = await sim.raw("POST", f"/play/{path}", data=body)
    assert (answered, json.loads(content)["error"]["code"]) == (status, code)
    assert content_type.startswith("application/json")
    assert sim.bot.heard == []


async def test_nobody_follows_twice(sim: Player) -> None:
    lin = await sim.follower()
    again = await sim.play(f"consumers/{lin['id']}/follow")
    assert again["error"]["code"] == "already_following"


async def test_every_kind_of_message_goes_out_with_its_nodes(sim: Player) -> None:
    lin = await sim.follower()
    for kind, content, names in (
        ("image", "https://a.example/cat.jpg", {"PicUrl", "MediaId"}),
        ("image", "data:image/png;base64,iVBORw0KGgo=", {"PicUrl", "MediaId"}),
        ("voice", "积分", {"MediaId", "Format"}),
        ("location", "31.22,121.44,静安寺", {"Location_X", "Location_Y", "Scale", "Label"}),
        ("link", "https://a.example/", {"Title", "Description", "Url"}),
    ):
        draft = {"kind": kind, "content": content}
        await sim.play(f"consumers/{lin['id']}/messages", draft)
        nodes = sim.bot.heard[-1].nodes
        common = {"ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId"}
        assert set(nodes) == common | names
        assert nodes["MsgType"] == kind
    query = {"access_token": await sim.token(), "media_id": sim.bot.heard[2].nodes["MediaId"]}
    _, content_type, _ = await sim.raw("GET", "/cgi-bin/media/get", params=query)
    assert content_type == "image/png"


async def test_any_event_can_be_told_with_nested_and_repeated_nodes(sim: Player) -> None:
    lin = await sim.follower()
    event = {
        "event": "subscribe_msg_popup_event",
        "SubscribeMsgPopupEvent": {
            "List": [
                {"TemplateId": "a", "SubscribeStatusString": "accept", "PopupScene": 1},
                {"TemplateId": "b", "SubscribeStatusString": "reject", "PopupScene": 1},
            ]
        },
    }
    await sim.play(f"consumers/{lin['id']}/events", event)
    exchange = (await sim.get("/play/wire"))["exchanges"][-1]
    assert exchange["request"]["decrypted"].count("<List>") == 2


async def test_unread_grows_with_answers_and_ends_with_reading(sim: Player) -> None:
    lin = await sim.follower()
    await sim.says(lin, "积分")
    assert (await sim.consumer())["unread"] == 2
    await sim.chat(lin)
    assert (await sim.consumer())["unread"] == 0


async def test_the_chat_keeps_its_last_500_bubbles(sim: Player) -> None:
    lin = await sim.follower()
    sim.bot.answer = lambda nodes: ""
    for number in range(0, 505, 5):
        await sim.says(lin, str(number))
        await asyncio.gather(*(sim.texts(lin, str(number + each)) for each in range(1, 5)))
    chat = await sim.chat(lin)
    assert len(chat) == 500
    assert chat[-1]["text"] in ("501", "502", "503", "504")


async def test_the_wire_shows_both_directions_without_secrets(sim: Player) -> None:
    lin = await sim.follower()
    await sim.texts(lin)
    exchanges = (await sim.get("/play/wire"))["exchanges"]
    assert [each["direction"] for each in exchanges] == [
        "to_server", "to_server", "from_server", "from_server"
    ]  # fmt: skip
    assert [each["title"] for each in exchanges] == [
        "verification", "subscribe → 积分", "stable_token", "message/custom/send"
    ]  # fmt: skip
    callback = exchanges[1]
    assert "<Encrypt>" in callback["request"]["body"]
    assert "subscribe" in callback["request"]["decrypted"]
    assert "你好" in callback["response"]["decrypted"]
    assert (callback["consumer_id"], callback["attempt"]) == (lin["id"], 1)
    assert exchanges[3]["consumer_id"] == lin["id"]
    everything = json.dumps(exchanges, ensure_ascii=False)
    assert APP_SECRET not in everything
    assert await sim.token() not in everything
    last = await sim.get("/play/wire", after=str(exchanges[2]["seq"]))
    assert [each["seq"] for each in last["exchanges"]] == [exchanges[3]["seq"]]
    assert len((await sim.get("/play/wire", limit="2"))["exchanges"]) == 2
    assert (await sim.get("/play/wire", after="x"))["error"]["code"] == "bad_request"


async def test_ordered_errors_come_as_often_as_ordered_and_without_effect(sim: Player) -> None:
    lin = await sim.follower()
    path = "/cgi-bin/message/custom/send"
    await sim.faults(endpoints={path: {"errcode": -1, "times": 2}})
    assert [(await sim.texts(lin))["errcode"] for _ in range(3)] == [-1, -1, 0]
    await sim.faults(endpoints={path: {"status": 502}})
    body = {"touser": lin["openid"], "msgtype": "text", "text": {"content": "x"}}
    query = {"access_token": await sim.token()}
    status, content_type, _ = await sim.raw("POST", path, params=query, json=body)
    assert (status, content_type) == (502, "text/html")
    await sim.raw("DELETE", "/play/faults")
    assert (await sim.texts(lin))["errcode"] == 0
    assert len([each for each in await sim.chat(lin) if each["via"] == "customer_message"]) == 2


@pytest.mark.parametrize("fault", ["timeout_after_effect", "truncate_body"])
async def test_a_lost_answer_leaves_the_effect(sim: Player, fault: str) -> None:
    lin = await sim.follower()
    await sim.token()
    await sim.faults(endpoints={"/cgi-bin/message/custom/send": {fault: True, "times": 1}})
    body = {"touser": lin["openid"], "msgtype": "text", "text": {"content": "x"}}
    query = {"access_token": await sim.token()}
    with pytest.raises((asyncio.TimeoutError, aiohttp.ClientError)):
        await sim.raw(
            "POST",
            "/cgi-bin/message/custom/send",
            params=query,
            json=body,
            timeout=aiohttp.ClientTimeout(total=1.5),
        )

    async def is_there() -> bool:
        return (await sim.chat(lin))[-1]["via"] == "customer_message"

    await until(is_there)
    assert (await sim.texts(lin))["errcode"] == 0


async def _events(
    sim: Player, *, count: int, reading: asyncio.Event | None = None, last_id: str = ""
) -> list[tuple[str, str, Json]]:
    """The next events of the stream: id, name, payload. Sets `reading` when it listens."""
    found: list[tuple[str, str, Json]] = []
    headers = {"Last-Event-ID": last_id}
    async with sim.session.get(
        sim.origin + "/play/events", headers=headers, timeout=aiohttp.ClientTimeout(total=60)
    ) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert await response.content.readline() == b"retry: 1000\n"
        if reading is not None:
            reading.set()
        lines: dict[str, str] = {}
        async for line in response.content:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                lines[name] = value
            elif "event" in lines:
                found.append((lines["id"], lines["event"], json.loads(lines["data"])))
                lines = {}
            if len(found) == count:
                return found
    return found


async def test_the_stream_tells_bubbles_and_exchanges_and_goes_on_where_it_stopped(
    sim: Player,
) -> None:
    lin = await sim.follower()
    reading = asyncio.Event()
    heard = asyncio.create_task(_events(sim, count=4, reading=reading))
    await reading.wait()
    await sim.says(lin, "积分")
    events = await heard
    assert {name for _, name, _ in events} == {"bubble", "exchange", "state"}
    bubbles = [payload for _, name, payload in events if name == "bubble"]
    assert bubbles[0]["consumer_id"] == lin["id"]
    assert bubbles[0]["bubble"]["text"] == "积分"
    later = await _events(sim, count=len(events) - 1, last_id=events[0][0])
    assert [each[0] for each in later] == [each[0] for each in events[1:]]


async def test_a_reader_from_before_a_restart_is_told_to_look_again(sim: Player) -> None:
    ((_, name, payload),) = await _events(sim, count=1, last_id="1")
    assert (name, payload) == ("state", {})


async def test_the_simulator_stops_quickly_while_somebody_reads(sim: Player) -> None:
    reading = asyncio.Event()
    heard = asyncio.create_task(_events(sim, count=1000, reading=reading))
    await reading.wait()
    async with asyncio.timeout(STOP_SECONDS):
        await sim.stop()
    await heard


async def test_a_stop_breaks_off_a_delivery_that_somebody_waits_for(start: Start) -> None:
    sim = await start(assumed=Assumed(callback_timeout_seconds=600))
    lin = await sim.follower()
    await sim.faults(delay_seconds=30)
    waiting = asyncio.create_task(sim.says(lin, "积分"))

    async def is_out() -> bool:
        return any(one.get("text") == "积分" for one in await sim.chat(lin))

    await until(is_out)
    async with asyncio.timeout(STOP_SECONDS):
        await sim.stop()
    assert (await waiting)["attempts"] == []


async def test_the_page_is_served_and_nothing_beside_it(sim: Player) -> None:
    status, content_type, _ = await sim.raw("GET", "/")
    assert (status, content_type) == (200, "text/html")
    for path in ("/page/../app.py", "/page/%2e%2e/app.py", "/page/..%2fapp.py", "/page/none"):
        assert (await sim.raw("GET", path))[0] == 404


async def test_a_page_of_another_site_may_not_play(sim: Player) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Content-Type": "text/plain"}
    status, _, _ = await sim.raw("POST", "/play/clock", data=b"{}", headers=headers)
    assert status == 403


async def test_bodies_nested_without_end_are_refused(sim: Player) -> None:
    deep = b'{"a":' * 50_000
    answer = await sim.post("/play/faults", deep)
    assert answer["error"]["code"] == "bad_request"
    answer = await sim.call("/cgi-bin/menu/create", deep)
    assert answer["errcode"] == 47001


async def test_a_clock_a_thousand_years_off_is_refused(sim: Player) -> None:
    answer = await sim.post("/play/clock", {"offset_seconds": 10**11})
    assert answer["error"]["code"] == "bad_request"
