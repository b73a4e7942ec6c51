"""直播 in the chat: what it is for, the word once a room, and what is no word."""

from datetime import timedelta
from uuid import uuid4

from loyalty import live_rooms
from loyalty.live_rooms import RoomWish
from models import LiveVisit
from tests.bot.conftest import Town
from tests.bot.platform import text
from web.context import now

OPENID = "oWatches"
HOUR = timedelta(hours=1)


async def room(word: str, begins_in: timedelta = -HOUR, name: str = "晚八点直播") -> None:
    wish = RoomWish(
        uuid4(), name, "Eight o'clock", word, now() + begins_in, now() + begins_in + 2 * HOUR
    )
    await live_rooms.open_room(wish, staff_member_id=None, at=now())


async def said(town: Town, words: str) -> str:
    return (await town.platform.says(words, openid=OPENID)).said


async def test_the_word_counts_once_a_room_however_often_it_is_told(town: Town) -> None:
    assert (await said(town, "直播")).startswith("现在没有进行中的直播。直播中听到暗号")
    await room("拿铁66")
    assert (await said(town, "直播间")).startswith("晚八点直播正在直播。")
    assert (await said(town, "直播签到")).startswith("晚八点直播正在直播。")
    told = text("直播 拿铁66", openid=OPENID)
    answers = {(await town.platform.send(told)).said for _ in range(3)}
    assert answers == {"晚八点直播签到成功，获得 5 积分。"}
    assert await said(town, "直播暗号 拿铁 ６６！") == "您已在晚八点直播签到过了，每场一次。"
    assert await said(town, "live 拿铁66") == "您已在晚八点直播签到过了，每场一次。"
    assert await LiveVisit.all().count() == 1


async def test_what_is_no_word_now_says_why(town: Town) -> None:
    await room("mocha7", begins_in=HOUR)
    assert (await said(town, "直播 mocha7")).endswith("开始，届时再来签到。")
    assert await said(town, "直播 mocha8") == "暗号不对，请听主播再说一次。"
    assert (await said(town, "live Mocha 7")).startswith("It begins at ")
    assert await LiveVisit.all().count() == 0
