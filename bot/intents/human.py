"""人工: let a person answer."""

from datetime import timedelta

from bot.router import intent
from bot.turn import HandOver, Reply, Silence, Turn
from loyalty import customers

# How long a person is taken to go on talking when the platform does not say when she stopped.
TALK = timedelta(minutes=30)


@intent(
    "人工",
    "转人工",
    "人工客服",
    "客服",
    "agent",
    "human",
    "customer service",
    key="human",
)
async def hand_over(turn: Turn) -> Reply:
    await customers.talk_with_agent(turn.app_id, turn.openid, until=turn.at + TALK)
    return HandOver()


@intent(events=("kf_create_session", "kf_switch_session"))
async def agent_came(turn: Turn) -> Reply:
    await customers.talk_with_agent(turn.app_id, turn.openid, until=turn.at + TALK)
    return Silence()


@intent(events=("kf_close_session",))
async def agent_left(turn: Turn) -> Reply:
    await customers.talk_with_agent(turn.app_id, turn.openid, until=turn.at)
    return Silence()
