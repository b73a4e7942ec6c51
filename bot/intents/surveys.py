"""问卷: which surveys wait for her; they are answered in the mini-program."""

from bot.router import intent
from bot.turn import Reply, Turn
from loyalty import surveys
from loyalty.wording import Worded


@intent("问卷", "调查", "问卷调查", "survey", "surveys", key="surveys")
async def read(turn: Turn) -> Reply:
    found = await surveys.opened(turn.customer_id, at=turn.at)
    waiting = [one.survey for one in found if not one.is_answered]
    if not waiting:
        return turn.say(
            zh="目前没有等您回答的问卷。", en="No survey waits for your answer at the moment."
        )
    lines = [
        Worded(
            f"· {one.name_zh}" + (f"（{one.points:,} 积分）" if one.points else ""),
            f"· {one.name_en}" + (f" ({one.points:,} points)" if one.points else ""),
        )
        for one in waiting
    ]
    return turn.say(
        zh="\n".join(
            ["等您回答的问卷：", *(one.zh for one in lines), "在小程序的任务页即可作答。"]
        ),
        en="\n".join(
            [
                "Surveys that wait for you:",
                *(one.en for one in lines),
                "Answer them on the tasks page of the mini-program.",
            ]
        ),
    )
