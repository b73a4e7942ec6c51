"""微信客服 and people: handed over, silent while one talks with her, and back afterwards."""

from loyalty import help_desks
from models import DeskState, Identity, db
from tests.bot.conftest import DESK, EMPTY_DESK, Begin
from tests.bot.corp import CORP_ID
from tests.bot.test_help_desks import Chat, chat
from web.context import now


async def stored_state() -> list[DeskState]:
    rows = await db.fetch("SELECT state FROM desk_session")
    return [DeskState(row["state"]) for row in rows]


async def test_a_person_takes_over_and_gives_back(begin: Begin) -> None:
    lin = await chat(begin)
    await lin.says("人工")
    (wait,) = await lin.reads()
    assert wait["content"] == "正在为您转接人工客服，请稍候。"
    assert await help_desks.waiting() == 1
    await lin.says("积分")  # while she waits
    await lin.staff("take")
    await lin.staff("answer", text="我是小陈")
    await lin.says("积分")
    await lin.settles()
    assert len(await lin.reads()) == 1
    assert await stored_state() == [DeskState.PERSON]
    await lin.staff("close")
    told = await lin.reads(2)
    assert told[1]["content"].startswith("本次人工服务已结束")
    await lin.says("积分")
    assert (await lin.reads(3))[2]["content"].startswith("您有 0 积分")
    assert await stored_state() == [DeskState.BOT]


async def test_where_nobody_serves_she_is_told(begin: Begin) -> None:
    town = await begin()
    lin = Chat(town, await town.phones.consumer("林小满"), EMPTY_DESK)
    await lin.says("人工")
    (said,) = await lin.reads()
    assert said["content"].startswith("现在没有人工客服在线")
    assert await help_desks.waiting() == 0


async def test_a_talk_whose_end_was_not_heard_is_asked_for(begin: Begin) -> None:
    lin = await chat(begin)
    await lin.says("积分")
    await lin.reads()
    external = (await Identity.get(kind="wecom_contact")).value
    chen = help_desks.Answerer(DeskState.PERSON, "chen")
    await help_desks.keep_answerer(CORP_ID, DESK, external, chen, moment=now())
    await lin.says("积分")
    assert len(await lin.reads(2)) == 2


async def test_what_people_say_to_her_is_not_kept_and_old_rings_are_read(begin: Begin) -> None:
    lin = await chat(begin, desk_token_seconds=0.0)
    await lin.says("人工")
    await lin.reads()
    await lin.staff("take")
    await lin.staff("answer", text="身份证号给我一下")
    await lin.settles()
    assert await stored_state() == [DeskState.PERSON]
    rows = await db.fetch("SELECT body, kind FROM inbound_event")
    assert not any("身份证号" in bytes(row["body"]).decode() for row in rows)
    assert await lin.town.count("inbound_event WHERE error <> ''") == 0


async def test_a_desk_that_people_serve_from_the_first_word_is_theirs(begin: Begin) -> None:
    lin = await chat(begin)
    await lin.says("积分")
    await lin.reads()
    corp = lin.town.context.corps[CORP_ID]
    external = (await Identity.get(kind="wecom_contact")).value
    body = {"open_kfid": DESK, "external_userid": external, "service_state": 3}
    await corp.client.post("kf/service_state/trans", data=body | {"servicer_userid": "chen"})
    await db.fetch("UPDATE desk_session SET changed_at = changed_at - interval '11 minutes'")
    await lin.says("签到")
    await lin.settles()
    assert len(await lin.reads()) == 1
    assert await lin.town.count("check_in") == 0
