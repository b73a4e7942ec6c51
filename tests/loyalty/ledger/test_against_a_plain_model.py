"""A hypothesis state machine: whatever is asked, the ledger answers as the plain one does."""

import asyncio
import os
from datetime import datetime, timedelta
from itertools import count
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from loyalty.ledger import (
    Adjust,
    Cancel,
    ClawBack,
    Earn,
    Expire,
    Move,
    Movement,
    OnShortfall,
    Restore,
    Settle,
    Spend,
    as_of,
    record,
    verify,
)
from models import db
from tests.loyalty.ledger import scene
from tests.loyalty.ledger.plain_ledger import PlainLedger

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
SETTINGS = settings(
    max_examples=1500 if THOROUGH else 36,
    stateful_step_count=70 if THOROUGH else 28,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)

_members = st.sampled_from([0, 0, 0, 1, 1, 2])
_share = st.integers(1, 100) | st.integers(1, 120)
_part = st.none() | _share
_settles = st.sampled_from([0, 0, 0, -1, 1, 7, None])
_lapses = st.none() | st.integers(-2, 25)
_which = st.integers(0, 10**6)
_asked = st.one_of(
    st.tuples(st.just(Earn), st.integers(1, 200), _settles, _lapses, _lapses),
    st.tuples(st.just(Settle), _which),
    st.tuples(st.just(Cancel), _which, _part),
    st.tuples(st.just(Spend), _share, _lapses),
    st.tuples(st.just(Spend), _share, _lapses),
    st.tuples(st.just(Restore), _which, _part),
    st.tuples(st.just(ClawBack), _which, _share, st.sampled_from(OnShortfall)),
    st.tuples(st.just(Expire)),
    st.tuples(st.just(Adjust), st.integers(-120, 30), _lapses),
    st.tuples(st.just(Move), _members, _share),
    st.tuples(st.just("again"), _which, st.booleans()),
)


def _part_of(points: int, share: int | None) -> int | None:
    """Return so many percent of what there is, at least one; over 100 is too much."""
    return None if share is None else max(1, -(-abs(points) * share // 100))


class LedgerMachine(RuleBasedStateMachine):
    """Three members, a clock that only goes on, and batches of any movements."""

    runner: ClassVar[asyncio.Runner]
    examples: ClassVar = count()

    def __init__(self) -> None:
        super().__init__()
        self.now = scene.START
        self.name = f"run{next(self.examples)}"
        self.asked: list[Movement] = []
        self.member_ids = self.runner.run(scene.joined(3))
        self.plain = PlainLedger(self.member_ids)
        self.seen: dict[datetime, list[tuple[int, int, int]]] = {}

    @rule(days=st.sampled_from([0.25, 1, 1, 2, 5, 9, 30]))
    def wait(self, days: float) -> None:
        self.now += timedelta(days=days)

    @rule(batch=st.lists(st.tuples(_members, _asked), min_size=1, max_size=7))
    def ask(self, batch: list[tuple[int, tuple[Any, ...]]]) -> None:
        movements = []
        for place, (kind, *figures) in batch:
            movements.append(self._movement(self.member_ids[place], kind, figures))
            self.asked.append(movements[-1])
        self._compare(movements)

    def _movement(self, member_id: int, kind: Any, figures: list[Any]) -> Movement:
        if kind == "again":
            return self._again(*figures)
        common: dict[str, Any] = {
            "member_id": member_id,
            "key": f"{self.name}:{len(self.asked)}",
            "at": self.now,
        }
        if kind is Earn:
            points, *days = figures
            settles, expires, idle = map(self._later, days)
            return Earn(
                **common, points=points, settles_at=settles, expires_at=expires,
                idle_expires_at=idle,
            )  # fmt: skip
        has = self.plain.members[member_id].spendable(self.now)
        if kind is Spend:
            share, idle = figures
            return Spend(**common, points=_part_of(has, share), idle_expires_at=self._later(idle))
        if kind is Adjust:
            points, expires = figures
            points = points if points > 0 else -_part_of(has, 1 - points)
            return Adjust(**common, points=points, expires_at=self._later(expires))
        if kind is Move:
            place, share = figures
            to_member_id = self.member_ids[place]
            return Move(**common, to_member_id=to_member_id, points=_part_of(has, share))
        if kind is Expire:
            return Expire(**common)
        return self._undoing(common, kind, figures)

    def _undoing(self, common: dict[str, Any], kind: Any, figures: list[Any]) -> Movement:
        """Name an earlier movement: mostly one of the right kind, and by the member who made it."""
        which, *more = figures
        wanted = Spend if kind is Restore else Earn
        fitting = [movement for movement in self.asked if isinstance(movement, wanted)]
        named = fitting or self.asked
        if not named:
            return Expire(**common)
        chosen = named[which % len(named)]
        if which % 11:
            common["member_id"] = chosen.member_id
        if kind is Settle:
            return Settle(**common, earn_key=chosen.key)
        points = _part_of(getattr(chosen, "points", None) or 1, more[0])
        if kind is Restore:
            return Restore(**common, spend_key=chosen.key, points=points)
        if kind is Cancel:
            return Cancel(**common, earn_key=chosen.key, points=points)
        return ClawBack(**common, earn_key=chosen.key, points=points, on_shortfall=more[1])

    def _again(self, which: int, other_content: bool) -> Movement:
        """Ask an earlier movement again, later; or something else under its key."""
        if not self.asked:
            return Expire(member_id=self.member_ids[0], key=f"{self.name}:0", at=self.now)
        earlier = self.asked[which % len(self.asked)]
        fields = {name: getattr(earlier, name) for name in earlier.__struct_fields__}
        fields["at"] = self.now
        if other_content:
            fields["cause"] = "something else"
        return type(earlier)(**fields)

    def _later(self, days: int | None) -> datetime | None:
        return None if days is None else self.now + timedelta(days=days)

    def _compare(self, movements: list[Movement]) -> None:
        for movement, outcome in zip(movements, self.runner.run(record(movements)), strict=True):
            told = self.plain.ask(movement)
            value = outcome.value
            answer = value and (value.available, value.pending, value.debt, value.shortfall)
            assert (scene.fate(outcome), answer) == told, movement
        self.runner.run(self._compare_members())

    async def _compare_members(self) -> None:
        self.seen[self.now] = []
        for member_id, plain in self.plain.members.items():
            assert await scene.kept(member_id) == plain.totals()
            assert await scene.remainders(member_id) == [lot.left for lot in plain.lots]
            spendable, _, _ = await scene.totals(member_id, at=self.now)
            assert spendable == plain.spendable(self.now)
            self.seen[self.now].append(plain.totals())

    def teardown(self) -> None:
        self.runner.run(self._look_back())

    async def _look_back(self) -> None:
        for moment, totals in self.seen.items():
            for member_id, then in zip(self.member_ids, totals, strict=True):
                assert await as_of(member_id, moment=moment) == then
        assert await verify(member_ids=self.member_ids) == []


@pytest.mark.timeout(0 if THOROUGH else 300)
def test_the_ledger_answers_as_a_plain_one_in_memory_does(database_url: str) -> None:
    with asyncio.Runner() as runner:
        opened = db.opened(database_url, pool_size=2)
        runner.run(opened.__aenter__())
        try:
            LedgerMachine.runner = runner
            run_state_machine_as_test(LedgerMachine, settings=SETTINGS)
        finally:
            runner.run(opened.__aexit__(None, None, None))
