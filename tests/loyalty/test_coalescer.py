"""Many callers, one statement."""

import asyncio
from collections.abc import Sequence

import pytest

from loyalty.coalescer import Coalescer, Overloaded, halving


class Verb:
    """A verb over batches that remembers what it was called with, and how many ran at once."""

    def __init__(self, seconds: float = 0.01) -> None:
        self.batches: list[list[int]] = []
        self.most_at_once = 0
        self._running = 0
        self._seconds = seconds

    async def __call__(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        self._running += 1
        self.most_at_once = max(self.most_at_once, self._running)
        await asyncio.sleep(self._seconds)
        self._running -= 1
        if 1313 in items:
            raise ValueError("unlucky")
        return [item * 2 for item in items]


async def test_callers_that_come_while_one_runs_go_out_together() -> None:
    verb = Verb()
    call: Coalescer[int, int] = Coalescer(verb)
    assert await asyncio.gather(*(call(n) for n in range(50))) == [n * 2 for n in range(50)]
    assert len(verb.batches) <= 2


async def test_callers_one_after_another_are_each_answered() -> None:
    call: Coalescer[int, int] = Coalescer(Verb(seconds=0), lanes=2, linger_seconds=0.001)
    for n in range(200):
        assert await call(n) == n * 2
        if n % 3 == 0:
            await asyncio.sleep(0)


async def test_a_full_batch_goes_out_and_the_rest_follows() -> None:
    verb = Verb()
    call: Coalescer[int, int] = Coalescer(verb, most=10)
    await asyncio.gather(*(call(n) for n in range(35)))
    assert max(len(batch) for batch in verb.batches) == 10


async def test_lanes_run_side_by_side_and_no_more_than_that() -> None:
    verb = Verb()
    call: Coalescer[int, int] = Coalescer(verb, most=5, lanes=3)
    await asyncio.gather(*(call(n) for n in range(50)))
    assert verb.most_at_once == 3


async def test_a_failing_batch_fails_its_callers_and_nobody_else() -> None:
    call: Coalescer[int, int] = Coalescer(Verb(), most=1)
    fates = await asyncio.gather(*(call(n) for n in (12, 1313, 14)), return_exceptions=True)
    assert fates[0] == 24
    assert isinstance(fates[1], ValueError)
    assert fates[2] == 28


async def test_a_batch_that_fails_is_halved_down_to_who_cannot_be_done() -> None:
    verb = Verb(seconds=0)
    call: Coalescer[int, int] = Coalescer(halving(verb), linger_seconds=0.001)
    asked = (1, 2, 3, 4, 1313, 6, 7)
    fates = await asyncio.gather(*(call(n) for n in asked), return_exceptions=True)
    assert isinstance(fates[4], ValueError)
    assert fates[:4] + fates[5:] == [2, 4, 6, 8, 12, 14]
    assert [n for batch in verb.batches if 1313 not in batch for n in batch] == [1, 2, 3, 4, 6, 7]


async def test_while_the_database_is_away_nothing_is_halved() -> None:
    batches = []

    async def away(items: Sequence[int]) -> list[int]:
        batches.append(len(items))
        raise ConnectionRefusedError

    call: Coalescer[int, int] = Coalescer(halving(away))
    fates = await asyncio.gather(*(call(n) for n in range(20)), return_exceptions=True)
    assert {type(one) for one in fates} == {ConnectionRefusedError}
    assert sum(batches) == 20


async def test_more_than_may_wait_are_told_so_at_once() -> None:
    call: Coalescer[int, int] = Coalescer(Verb(), most=1, waiting=2)
    waiting = [call(n) for n in range(2)]
    with pytest.raises(Overloaded):
        call(2)
    assert await asyncio.gather(*waiting) == [0, 2], "and the others go on"


async def test_who_gave_up_before_it_went_out_is_left_undone() -> None:
    verb = Verb()
    call: Coalescer[int, int] = Coalescer(verb, most=1)
    first, second = call(1), call(2)
    second.cancel()
    assert await first == 2
    with pytest.raises(asyncio.CancelledError):
        await second
    assert verb.batches == [[1]]
