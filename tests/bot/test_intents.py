"""What consumers say and do, over HTTP, and what they are answered."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import pytest

from loyalty import boosts, ledger, programme
from loyalty.boosts import Grant
from loyalty.calendar import days_good
from loyalty.ledger import Earn
from loyalty.policies.points import PointsPolicy
from models import Identity
from tests.bot.conftest import WANG, Begin, Town
from tests.bot.odd_intents import AT_LENGTH
from tests.bot.platform import document, message_id

OPENID = "oSpeaks"
SORRY, SORRY_ENGLISH = "抱歉", "Sorry"


async def customer_of(openid: str) -> int:
    return (await Identity.get(kind="openid", value=openid)).customer_id


async def give(openid: str, points: int) -> None:
    """Let a customer have points."""
    at = datetime.now(UTC)
    earn = Earn(
        member_id=await customer_of(openid),
        key=f"test:{openid}:{points}",
        at=at,
        points=points,
        settles_at=at,
        expires_at=at + timedelta(days=400),
    )
    await ledger.record_one(earn)


async def test_points_tell_what_boosts_them(town: Town) -> None:
    await town.platform.says("积分", openid=OPENID)
    at = datetime.now(UTC)
    version = await programme.publish("points", PointsPolicy(), starts_at=at, by="test", at=at)
    member_id = await customer_of(OPENID)
    grant = Grant("test", member_id, 150, at, days_good(at, 7), "referral", version)
    await boosts.give([grant], at=at)
    assert "下单得 1.5 倍积分，有效至" in (await town.platform.says("积分", openid=OPENID)).said
    told = (await town.platform.says("points", openid=OPENID)).said
    assert "1.5 times the points for orders through" in told
    other = (await town.platform.says("积分", openid="oAnother")).said
    assert other == "您有 0 积分可用。"


async def test_points_are_told_in_the_language_of_the_question(town: Town) -> None:
    assert (await town.platform.says("积分", openid=OPENID)).said == "您有 0 积分可用。"
    await give(OPENID, 1234)
    assert (await town.platform.says("Points?", openid=OPENID)).said == (
        "You have 1,234 points to spend."
    )
    assert (await town.platform.says("几分", openid=OPENID)).said == "您有 1,234 积分可用。"


async def test_every_way_to_ask_gives_the_same_answer(town: Town) -> None:
    await town.platform.says("帮助", openid=OPENID)
    await give(OPENID, 77)
    asked = [
        await town.platform.says("积分", openid=OPENID),
        await town.platform.says("  查一下积分。 ", openid=OPENID),
        await town.platform.does("CLICK", openid=OPENID, EventKey="points"),
        await town.platform.does("click", openid=OPENID, EventKey="积分"),
        await town.platform.does(
            "scancode_waitmsg",
            openid=OPENID,
            EventKey="points",
            ScanCodeInfo={"ScanType": "qrcode", "ScanResult": "1"},
        ),
        await town.platform.send(
            document(
                FromUserName=OPENID,
                MsgType="voice",
                MediaId="m",
                Format="amr",
                Recognition="积分。",
                MsgId=message_id(),
            )
        ),
    ]
    assert {one.said for one in asked} == {"您有 77 积分可用。"}


async def test_the_history_of_one_who_bought_and_of_one_who_did_not(town: Town) -> None:
    assert "还没有积分记录" in (await town.platform.says("明细", openid=OPENID)).said
    await give(WANG, 50)
    for asked in ("明细", "history"):
        told = (await town.platform.says(asked, openid=WANG)).said.splitlines()
        assert [line.endswith("+50") for line in told[1:3]] == [True, False], "the newest first"


async def test_what_has_no_words_is_met_with_what_can_be_said(town: Town) -> None:
    kinds = {
        "image": {"PicUrl": "http://x/1", "MediaId": "m"},
        "voice": {"MediaId": "m", "Format": "amr"},
        "video": {"MediaId": "m", "ThumbMediaId": "t"},
        "shortvideo": {"MediaId": "m", "ThumbMediaId": "t"},
        "location": {"Location_X": "31.2", "Location_Y": "121.4", "Scale": "15", "Label": "静安"},
        "link": {"Title": "t", "Description": "d", "Url": "http://x"},
    }
    for kind, nodes in kinds.items():
        message = document(FromUserName=OPENID, MsgType=kind, MsgId=message_id(), **nodes)
        assert (await town.platform.send(message)).said.startswith(SORRY), kind


async def test_unknown_kinds_and_events_are_taken_in_silence(town: Town) -> None:
    told = [
        await town.platform.send(
            document(FromUserName=OPENID, MsgType=kind, MsgId=message_id(), Thing={"a": "b"})
        )
        for kind in ("miniprogrampage", "hologram", "TEXTS", "词", "a" * 5000)
    ]
    told += [
        await town.platform.does(name, openid=OPENID, Odd={"List": [{"a": "1"}, {"b": "2"}]})
        for name in (
            "VIEW",
            "LOCATION",
            "TEMPLATESENDJOBFINISH",
            "user_get_card",
            "x" * 5000,
        )
    ]
    told.append(await town.platform.does("MASSSENDJOBFINISH", openid=OPENID, MsgID="1"))
    assert {(one.http_status, one.raw) for one in told} == {(200, b"success")}
    assert await town.count("inbound_event WHERE state = 'worked'") == len(told)


async def test_a_tap_in_a_menu_of_old_is_answered(town: Town) -> None:
    told = await town.platform.does("CLICK", openid=OPENID, EventKey="lottery_2019")
    assert told.said.startswith(SORRY)


async def test_the_welcome_greets_in_both_languages_and_then_in_hers(town: Town) -> None:
    first = await town.platform.does("subscribe", openid=OPENID)
    assert first.said.startswith("欢迎")
    assert "Welcome" in first.said
    await town.platform.says("points please", openid=OPENID)
    await town.platform.does("unsubscribe", openid=OPENID, CreateTime=int(later(60)))
    again = await town.platform.does("subscribe", openid=OPENID, CreateTime=int(later(120)))
    assert again.said.startswith("Welcome")
    assert "欢迎" not in again.said


def later(seconds: float) -> float:
    return datetime.now(UTC).timestamp() + seconds


async def test_a_follower_by_a_shops_code_is_greeted_there_and_its_scene_stays(town: Town) -> None:
    first = await town.platform.does("subscribe", openid=OPENID, EventKey="qrscene_shop_jingan")
    assert "静安店" in first.said
    scanned = await town.platform.does("SCAN", openid=OPENID, EventKey="shop_sanlitun", Ticket="t")
    assert "三里屯店" in scanned.said
    assert (await town.platform.does("SCAN", openid=OPENID, EventKey="8731")).raw == b"success"
    await town.platform.does("subscribe", openid=OPENID, EventKey="qrscene_other")
    (row,) = await town.rows("SELECT follow_scene FROM identity WHERE value = $1", OPENID)
    assert row == {"follow_scene": "shop_jingan"}


async def test_who_follows_after_a_payment_came_by_no_scene(town: Town) -> None:
    told = await town.platform.does("subscribe", openid=OPENID, EventKey="last_trade_no_4003922001")
    assert told.said.startswith("欢迎")
    (row,) = await town.rows("SELECT follow_scene FROM identity WHERE value = $1", OPENID)
    assert row == {"follow_scene": None}


async def test_following_is_what_happened_last_whatever_came_last(town: Town) -> None:
    async def follows() -> bool:
        (row,) = await town.rows("SELECT following_since FROM identity WHERE value = $1", OPENID)
        return row["following_since"] is not None

    first, second = int(later(-100)), int(later(-50))
    await town.platform.does("subscribe", openid=OPENID, CreateTime=first)
    await town.platform.does("unsubscribe", openid=OPENID, CreateTime=first + 1)
    assert not await follows()
    await town.platform.does("subscribe", openid=OPENID, CreateTime=second)
    await town.platform.does("unsubscribe", openid=OPENID, CreateTime=first + 2)
    assert await follows(), "she left before she came back"
    await town.platform.does("unsubscribe", openid=OPENID, CreateTime=second + 2)
    await town.platform.does("subscribe", openid=OPENID, CreateTime=second + 1)
    assert not await follows(), "she came back before she left for good"
    await town.platform.does("subscribe", openid=OPENID, CreateTime=second + 2)
    assert not await follows(), "of two changes in one second, that she left counts"
    await town.platform.does("subscribe", openid=OPENID, CreateTime=second + 3)
    assert await follows()
    assert await town.count("identity WHERE value = 'oSpeaks'") == 1


async def test_a_stranger_who_left_is_no_follower_by_what_she_did_before(town: Town) -> None:
    left = int(later(-50))
    await town.platform.does("unsubscribe", openid=OPENID, CreateTime=left)
    await town.platform.does(
        "subscribe", openid=OPENID, CreateTime=left - 1, EventKey="qrscene_shop_jingan"
    )
    (row,) = await town.rows(
        "SELECT following_since, follow_scene FROM identity WHERE value = $1", OPENID
    )
    assert row == {"following_since": None, "follow_scene": "shop_jingan"}


async def test_unfollowing_a_stranger_makes_no_noise(town: Town) -> None:
    assert (await town.platform.does("unsubscribe", openid="oNever")).raw == b"success"


async def test_her_language_is_remembered_where_she_says_nothing(town: Town) -> None:
    seconds = itertools.count(int(later(-100)))

    async def taps() -> str:
        told = await town.platform.does(
            "CLICK", openid=OPENID, EventKey="help", CreateTime=next(seconds)
        )
        return told.said

    async def remembered() -> str:
        rows = await town.rows(
            "SELECT language FROM customer WHERE id = $1", await customer_of(OPENID)
        )
        return str(rows[0]["language"])

    assert (await taps()).startswith("您可以")
    await town.platform.says("help", openid=OPENID)
    assert await remembered() == "en"
    assert (await taps()).startswith("You can")
    for wordless in ("ok", "👍", "[Smile]", "666"):
        told = await town.platform.says(wordless, openid=OPENID)
        assert told.said.startswith(SORRY_ENGLISH)
    await town.platform.says("你好", openid=OPENID)
    for wordless in ("ok", "👍", "/:rose", "666"):
        told = await town.platform.says(wordless, openid=OPENID)
        assert told.said.startswith(SORRY)
    assert (await town.platform.says("jifen", openid=OPENID)).said.startswith("您有")
    assert await remembered() == "zh"


@pytest.mark.parametrize("word", ["人工", "Agent"])
async def test_a_person_goes_on_until_she_is_through(town: Town, word: str) -> None:
    async def kind_of_answer(said: str) -> str:
        return (await town.platform.says(said, openid=OPENID)).nodes["MsgType"]

    transferred = await town.platform.says(word, openid=OPENID)
    assert transferred.nodes["MsgType"] == "transfer_customer_service"
    assert transferred.nodes["ToUserName"] == OPENID
    assert await kind_of_answer("我的包裹还没到") == "transfer_customer_service"
    assert await kind_of_answer("积分") == "text", "what we know we still answer"
    image = document(FromUserName=OPENID, MsgType="image", MediaId="m", MsgId=message_id())
    assert (await town.platform.send(image)).nodes["MsgType"] == "transfer_customer_service"
    await town.platform.does("kf_close_session", openid=OPENID, KfAccount="chen@brand")
    assert await kind_of_answer("我的包裹还没到") == "text"


async def test_a_talk_that_nobody_closed_ends_by_itself(begin: Begin) -> None:
    ahead = [timedelta()]
    town = await begin("plain", clock=lambda: datetime.now(UTC) + ahead[0])
    await town.platform.says("人工", openid=OPENID)
    ahead[0] = timedelta(minutes=4)
    query_age = (await town.platform.says("包裹", openid=OPENID)).nodes["MsgType"]
    assert query_age == "transfer_customer_service"
    await town.rows(
        "UPDATE identity SET with_agent_until = with_agent_until - interval '30 minutes'"
    )
    assert (await town.platform.says("包裹", openid=OPENID)).nodes["MsgType"] == "text"


async def test_an_agent_that_begins_by_herself_is_not_talked_into(town: Town) -> None:
    await town.platform.does("kf_create_session", openid=OPENID, KfAccount="chen@brand")
    told = await town.platform.says("我的包裹还没到", openid=OPENID)
    assert told.nodes["MsgType"] == "transfer_customer_service"


async def test_a_long_answer_is_cut_where_a_character_ends(town: Town) -> None:
    told = await town.platform.says(AT_LENGTH, openid=OPENID)
    assert len(told.said.encode()) <= 2048
    assert told.said.startswith("积分积分")
    assert "�" not in told.said


async def test_any_text_is_answered(town: Town) -> None:
    said = ["]]>", "]]>]]>", "<![CDATA[x]]>", "\t", "‮积分", "😀" * 500, "é", "\u200b", "a" * 20_000]
    answers = await asyncio.gather(*(town.platform.says(one, openid=OPENID) for one in said))
    assert [one.http_status for one in answers] == [200] * len(said)
    assert all(one.said for one in answers)
