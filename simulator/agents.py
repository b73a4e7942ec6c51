"""Customer-service agents of the account: a minimal list (A7)."""

import re

import msgspec

from simulator.api import OK, Answer, Call, Endpoint
from simulator.errors import Refused

_ACCOUNT = re.compile(r"[A-Za-z0-9]{1,10}@[A-Za-z0-9_-]{1,20}")


class AgentsState(msgspec.Struct):
    """Nicknames by kf_account."""

    nicknames: dict[str, str] = {}


class Agents:
    """Who may answer consumers by hand."""

    def __init__(self, state: AgentsState) -> None:
        self.state = state


class AgentRequest(msgspec.Struct):
    """Body of the calls that add, rename and remove an agent."""

    kf_account: str = ""
    nickname: str = ""


async def add(call: Call) -> Answer:
    """A new agent."""
    asked = _asked(call)
    if asked.kf_account in call.china.agents.state.nicknames:
        raise Refused(61453)
    call.china.agents.state.nicknames[asked.kf_account] = asked.nickname
    return OK


async def rename(call: Call) -> Answer:
    """An agent's new nickname."""
    asked = _known(call)
    call.china.agents.state.nicknames[asked.kf_account] = asked.nickname
    return OK


async def remove(call: Call) -> Answer:
    """One agent less."""
    asked = _known(call)
    del call.china.agents.state.nicknames[asked.kf_account]
    return OK


async def everybody(call: Call) -> Answer:
    """All agents, numbered from 1001."""
    nicknames = call.china.agents.state.nicknames
    return {
        "kf_list": [
            {"kf_account": account, "kf_nick": nickname, "kf_id": str(number)}
            for number, (account, nickname) in enumerate(nicknames.items(), 1001)
        ]
    }


async def online(call: Call) -> Answer:
    """Nobody sits at the desk of this small China."""
    return {"kf_online_list": []}


def _asked(call: Call) -> AgentRequest:
    asked = call.json(AgentRequest)
    if not _ACCOUNT.fullmatch(asked.kf_account):
        raise Refused(61452)
    return asked


def _known(call: Call) -> AgentRequest:
    asked = _asked(call)
    if asked.kf_account not in call.china.agents.state.nicknames:
        raise Refused(61452)
    return asked


ENDPOINTS = (
    Endpoint("POST", "/customservice/kfaccount/add", add),
    Endpoint("POST", "/customservice/kfaccount/update", rename),
    Endpoint("POST", "/customservice/kfaccount/del", remove),
    Endpoint("GET", "/cgi-bin/customservice/getkflist", everybody),
    Endpoint("GET", "/cgi-bin/customservice/getonlinekflist", online),
)
