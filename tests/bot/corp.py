"""WeCom as the tests write it: events of the corp, sealed and signed, without the simulator."""

import os
import time
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.bot.platform import outer, seal, signed

CORP_ID = "ww1234567890abcdef"
CORP_TOKEN = "corpcallbacktoken"
CORP_KEY = "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8"
PREVIOUS_CORP_KEY = "YGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn8"

Query = dict[str, str]


def sealed(message: bytes, *, key: str = CORP_KEY, receive_id: str = CORP_ID) -> str:
    return seal(message, key=key, receive_id=receive_id)


def event(name: str = "change_external_chat", **nodes: Any) -> bytes:
    """Return an event of the corp; what is not given is that of an ordinary one."""
    common = {"ToUserName": CORP_ID, "FromUserName": "sys", "CreateTime": int(time.time())}
    told = {**common, "MsgType": "event", "Event": name, **nodes}
    return f"<xml>{''.join(f'<{one}>{told[one]}</{one}>' for one in told)}</xml>".encode()


def stamps(encrypted: str, *, timestamp: object = None, token: str = CORP_TOKEN) -> Query:
    told_at = str(int(time.time()) if timestamp is None else timestamp)
    nonce = os.urandom(6).hex()
    return {
        "msg_signature": signed(token, told_at, nonce, encrypted),
        "timestamp": told_at,
        "nonce": nonce,
    }


@dataclass(frozen=True)
class CorpPlatform:
    """Sends the corp's events to one address of ours; tells status and body."""

    http: aiohttp.ClientSession
    origin: str

    @property
    def address(self) -> str:
        return f"{self.origin}/wecom/{CORP_ID}"

    async def send(self, message: bytes, query: Query | None = None) -> tuple[int, str]:
        encrypted = sealed(message)
        return await self.post(wrapped(encrypted), query or stamps(encrypted))

    async def post(self, body: bytes, query: Any) -> tuple[int, str]:
        return await self.ask("POST", query, data=body)

    async def ask(self, method: str, query: Any, **how: Any) -> tuple[int, str]:
        async with self.http.request(method, self.address, params=query, **how) as response:
            return response.status, (await response.read()).decode()


def wrapped(encrypted: str) -> bytes:
    beside = f"<ToUserName>{CORP_ID}</ToUserName><AgentID>1000002</AgentID>"
    return outer(encrypted, beside=beside)
