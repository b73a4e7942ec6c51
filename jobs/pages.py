"""Work through what is due, a page at a time, until nothing that can be done is left."""

from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import TypeVar

import structlog

from loyalty.outcomes import Fate, Outcome

log = structlog.get_logger(__name__)

T = TypeVar("T", bound=Hashable)
V = TypeVar("V")

PAGE = 500
MOST_SET_ASIDE = 10_000


async def work_through(
    due: Callable[[int], Awaitable[Sequence[T]]],
    do: Callable[[Sequence[T]], Awaitable[Sequence[Outcome[V]]]],
    *,
    job: str,
) -> int:
    """Do all that ``due(limit)`` lists, each page in a transaction of its own; return how many.

    What is done leaves the list by itself. What is refused may stay in it: it is set aside and
    logged, so that it holds nothing up.

    Raises:
        RuntimeError: more than ``MOST_SET_ASIDE`` stay in the list.
    """
    things = 0
    aside: set[T] = set()
    while page := [one for one in await due(PAGE + len(aside)) if one not in aside]:
        outcomes = await do(page)
        things += sum(outcome.fate is Fate.DONE for outcome in outcomes)
        aside.update(
            one
            for one, outcome in zip(page, outcomes, strict=True)
            if outcome.fate is not Fate.DONE
        )
        _tell_refusals(outcomes, job)
        if len(aside) > MOST_SET_ASIDE:
            raise RuntimeError(f"{job}: {len(aside)} cannot be done and are still due")
    return things


def _tell_refusals(outcomes: Sequence[Outcome[V]], job: str) -> None:
    codes = Counter(outcome.refusal.code for outcome in outcomes if outcome.refusal)
    for code, count in codes.items():
        log.warning("job_refused", job=job, code=code, count=count)
