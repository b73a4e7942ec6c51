"""排行榜: who leads this week, and where she is."""

from bot.router import intent
from bot.turn import Reply, Say, Turn
from loyalty import leaderboards, programme
from loyalty.errors import NotFound
from web.masks import masked

TOP = 3
BOARD = "week"


@intent("排行榜", "排行", "排名", "榜单", "leaderboard", "ranking", "board", key="leaderboard")
async def show_board(turn: Turn) -> Reply:
    try:
        played = leaderboards.season_of(BOARD, await programme.recent(), at=turn.at)
    except NotFound:
        return turn.say(zh="现在没有排行榜。", en="There is no leaderboard at the moment.")
    board, slot, season = played.board, played.rule.slot, played.season
    top = await leaderboards.top(slot, season.name, limit=TOP)
    around = await leaderboards.around(slot, season.name, turn.customer_id, each_side=1)
    names = await leaderboards.names([one.member_id for one in top])
    zh = turn.language == "zh"
    lines = [board.name_zh if zh else board.name_en]
    for one in top:
        name = masked(names[one.member_id], turn.language, is_me=one.member_id == turn.customer_id)
        lines.append(f"{one.rank}. {name}  {one.score:,}")
    lines.append(_hers(around, turn))
    return Say("\n".join(lines))


def _hers(around: list[leaderboards.Place], turn: Turn) -> str:
    places = [one.member_id for one in around]
    if turn.customer_id not in places:
        said = turn.say(
            zh="您本期还没有积分，快去赚积分上榜吧。", en="You have no points in it yet."
        )
        return said.text
    mine = places.index(turn.customer_id)
    me = around[mine]
    zh, en = f"您排第 {me.rank}，{me.score:,} 分", f"You are no. {me.rank} with {me.score:,}"
    if mine:
        gap = around[mine - 1].score - me.score
        zh, en = f"{zh}，距上一名 {gap:,} 分", f"{en}, {gap:,} behind the next"
    return turn.say(zh=f"{zh}。", en=f"{en}.").text
