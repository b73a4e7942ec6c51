"""The member page of a shop on Tmall: it asks the brand about shoppers, or flies without it.

In flight mode shoppers join, bind and leave and the brand hears nothing; within a day it is told
of all, in any order and more than once, up to ten times each until it says that it is done. A join
whose answer comes too late is the page's own all the same, and told again in that way.
"""

import datetime as dt
import hashlib
import json
import random
import time
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp
import msgspec

from simulator.clock import SHANGHAI, wire_time
from simulator.settings import TmallShop
from simulator.wire import Exchange, Wire, half

Action = Literal["register", "bind", "unbind", "activate"]
TIMEOUT_SECONDS = 1.2
TRIES = 10
METHODS = {
    "register": "tmall.mei.crm.member.register",
    "bind": "tmall.mei.crm.bind",
    "unbind": "tmall.mei.crm.bind",
    "may_bind": "tmall.mei.crm.member.bind.query",
    "query": "tmall.mei.crm.query",
    "activate": "qimen.alibaba.member.activate",
}


class Step(msgspec.Struct, kw_only=True):
    """One thing that a shopper did on the page. ``done_at`` is when, in Unix seconds."""

    action: Action
    shown: dict[str, str]
    done_at: int
    tries: int = 0
    is_done: bool = False
    answer: Any = None


class MemberPage:
    """The page of one shop. ``steps`` are what the brand has yet to say it did."""

    def __init__(self, settings: TmallShop, *, wire: Wire) -> None:
        self.settings = settings
        self.is_flying = False
        self.steps: list[Step] = []
        self._wire = wire

    def shown(self, ouid: str, mobile: str) -> dict[str, str]:
        """How the page tells of a shopper: never by her number."""
        inner = hashlib.md5(f"tmall{mobile}{self.settings.mix_key}".encode()).hexdigest()
        mixed = hashlib.md5(inner.encode()).hexdigest()
        return {"ouid": ouid, "mix_mobile": mixed} if mobile else {"ouid": ouid}

    async def do(self, step: Step) -> Step:
        """Lets a shopper do something: the brand is asked now, or when the flight has landed."""
        if not self.is_flying:
            await self.tell(step)
        if not step.is_done:
            self.steps.append(step)
        return step

    async def land(self, *, seed: int, copies: int) -> int:
        """Tells the brand of what waits, shuffled and doubled, once; how many wait still."""
        waiting = [one for one in self.steps if not one.is_done and one.tries < TRIES]
        order = [one for one in waiting for _ in range(copies)]
        random.Random(seed).shuffle(order)
        for step in order:
            await self.tell(step)
        for step in waiting:
            step.tries += 1
        self.steps = [one for one in self.steps if not one.is_done]
        return len(self.steps)

    async def tell(self, step: Step) -> None:
        """Asks the brand to do what a shopper did, with the moment at which she did it."""
        asked = dict(step.shown)
        if step.action in ("bind", "unbind"):
            asked["type"] = "1" if step.action == "bind" else "2"
        step.answer = await self.ask(step.action, asked, at=step.done_at)
        told = step.answer if isinstance(step.answer, dict) else {}
        codes = [told.get(name) for name in ("register_code", "bind_code")]
        is_activated = told.get("response", {}).get("flag") == "success"
        step.is_done = step.is_done or "SUC" in codes or is_activated

    async def ask(self, action: str, asked: dict[str, str], *, at: int | None = None) -> Any:
        """The brand's answer to one question; None where it came too late or was none."""
        moment = dt.datetime.fromtimestamp(time.time() if at is None else at, SHANGHAI)
        body = json.dumps({"seller_name": self.settings.seller_nick, **asked}).encode()
        query = {
            "app_key": self.settings.app_key,
            "method": METHODS[action],
            "timestamp": f"{moment:%Y-%m-%d %H:%M:%S}",
            "v": "2.0",
        }
        query["sign"] = self._signature(query, body)
        url = f"{self.settings.members_url}?{urlencode(query)}"
        started, status, answer = time.perf_counter(), 0, b""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(url, data=body, headers={"Content-Type": "application/json"}) as told,
            ):
                status, answer = told.status, await told.read()
        except (TimeoutError, aiohttp.ClientError, OSError):
            status = 0
        self._wire.add(
            Exchange(
                at=wire_time(),
                direction="to_server",
                title=METHODS[action],
                method="POST",
                url=url,
                status=status,
                seconds=round(time.perf_counter() - started, 4),
                outcome="ok" if status == 200 else "no answer",
                request=half({}, body),
                response=half({}, answer),
            )
        )
        try:
            return msgspec.json.decode(answer) if status == 200 else None
        except msgspec.MsgspecError:
            return None

    def _signature(self, query: dict[str, str], body: bytes) -> str:
        secret = self.settings.app_secret.encode()
        flat = "".join(name + query[name] for name in sorted(query)).encode()
        return hashlib.md5(secret + flat + body + secret).hexdigest().upper()
