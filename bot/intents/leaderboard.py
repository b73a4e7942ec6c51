"""排行榜: who leads this week, and where she is."""

from bot.router import intent
from bot.turn import Reply, Say, Turn
from loyalty import leaderboards, programme
from loyalty.errors import NotFound
from loyalty.policies.board import Board
from web.masks import masked

TOP = 3
BOARD = "week"


@intent("排行榜", "排行", "排名", "榜单", "leaderboard", "ranking", "board", key="leaderboard")
async def show_board(turn: Turn) -> Reply:
    try:
        rules = await programme.recent()
        played = await leaderboards.hers_of(BOARD, turn.customer_id, rules, at=turn.at)
    except NotFound:
        return turn.say(zh="现在没有排行榜。", en="There is no leaderboard at the moment.")
    board, slot, season = played.board, played.rule.slot, played.season
    top = await leaderboards.top(slot, season.name, limit=TOP)
    around = await leaderboards.around(slot, season.name, turn.customer_id, each_side=1)
    shown = [one.member_id for one in top]
    names, hidden = await leaderboards.names(shown), await leaderboards.hidden(shown)
    zh = turn.language == "zh"
    lines = [board.name_zh if zh else board.name_en]
    for one in top:
        name = masked(
            names[one.member_id],
            turn.language,
            is_me=one.member_id == turn.customer_id,
            is_hidden=one.member_id in hidden,
        )
        lines.append(f"{one.rank}. {name}  {board.counted(one.score).spoken(turn.language)}")
    lines.append(_hers(around, turn, board))
    return Say("\n".join(lines))


def _hers(around: list[leaderboards.Place], turn: Turn, board: Board) -> str:
    places = [one.member_id for one in around]
    if turn.customer_id not in places:
        return turn.say(zh="您本期还没有上榜。", en="You are not on it yet.").text
    mine = places.index(turn.customer_id)
    me = around[mine]
    score = board.counted(me.score)
    zh, en = f"您排第 {me.rank} 名，{score.zh}", f"You are no. {me.rank} with {score.en}"
    if mine:
        behind = around[mine - 1].score - me.score
        gap = board.counted(behind).zh
        zh += f"，距上一名还差 {gap}" if behind else "，与上一名得分相同"
        en += f", {board.figure(behind)} behind the next" if behind else ", level with the next"
    return turn.say(zh=f"{zh}。", en=f"{en}.").text
