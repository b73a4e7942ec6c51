"""A shopper's visit to the member page of a shop on Tmall: she looks, joins or leaves."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from simulator.shops.tmall import TmallShopOnline
from simulator.shops.tmall_members import Action, Step
from simulator.shops.tmall_told import ouid_of

DONE, NOBODY, BOUND, MAY_REGISTER = "SUC", "E01", "E02", "E04"
# Who is known and not bound is answered as one who is bound is answered to another question.
SAYS_WHETHER = {DONE: True, NOBODY: False, BOUND: False}


class Visited(msgspec.Struct):
    """What the page shows her in the end, and every code on the way, by what was asked.

    ``is_member`` is None where the brand did not say: no answer, or "ask again".
    """

    is_member: bool | None
    codes: dict[str, str]
    point: int | None = None
    level: int | None = None


class Visit:
    """One shopper, whom the shop's app calls ``buyer``, on the page."""

    def __init__(self, shop: TmallShopOnline, buyer: str, mobile: str) -> None:
        self._shop = shop
        self._shown = shop.member_page.shown(ouid_of(buyer), mobile)
        self._codes: dict[str, str] = {}

    async def look(self) -> Visited:
        """Whether she is a member, with her points and level."""
        answer = await self._shop.member_page.ask("query", self._shown)
        code = self._note("query", answer)
        return self._visited(SAYS_WHETHER.get(code), answer)

    async def join(self) -> Visited:
        """She binds where the brand knows her number, and registers where it does not."""
        answer = await self._shop.member_page.ask("may_bind", self._shown)
        code = self._note("may_bind", answer)
        if code == BOUND:
            return await self.look()
        if code == DONE:
            return await self._done("bind")
        if code == MAY_REGISTER and answer.get("bindable") is True:
            return await self._done("register")
        return self._visited(None, answer)

    async def leave(self) -> Visited:
        """She is no member there any more."""
        told = await self._done("unbind")
        told.is_member = None if told.is_member is None else not told.is_member
        return told

    async def _done(self, action: Action) -> Visited:
        step = Step(action=action, shown=self._shown, done_at=int(time.time()))
        await self._shop.member_page.do(step)
        await self._shop.flew(step)
        code = self._note(action, step.answer)
        return self._visited((code == DONE) if code else None, step.answer)

    def _note(self, asked: str, answer: Any) -> str:
        told = answer if isinstance(answer, dict) else {}
        found = (told.get(name) for name in ("query_code", "bind_code", "register_code"))
        self._codes[asked] = next(filter(None, found), "")
        return self._codes[asked]

    def _visited(self, is_member: bool | None, answer: Any) -> Visited:
        member = (answer.get("member") if isinstance(answer, dict) else None) or {}
        return Visited(is_member, self._codes, member.get("point"), member.get("level"))


DEEDS: Mapping[str, Callable[[Visit], Awaitable[Visited]]] = {
    "join": Visit.join,
    "leave": Visit.leave,
    "look": Visit.look,
}
