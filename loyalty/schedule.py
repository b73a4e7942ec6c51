"""Runs of jobs: planned once a slot, held by one worker at a time, ended once.

Leases are told by the database's clock, which all workers share. A run's attempt is its fence:
who lost the lease cannot renew, end or give back what another worker has claimed since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import JobRunState, db

ATTEMPTS = 5
BACKOFF = timedelta(seconds=10)
ERROR_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Run:
    """A claimed run of ``job`` for the slot ``tick``; ``attempt`` counts from 1."""

    id: int
    job: str
    tick: datetime
    attempt: int


_PLAN = """
INSERT INTO job_run (job, tick, state)
SELECT job, tick, 'planned' FROM unnest($1::text[], $2::timestamptz[]) AS slot (job, tick)
ORDER BY job, tick
ON CONFLICT (job, tick) DO NOTHING
RETURNING job, tick
"""

# The slots of one job run in their order, one at a time: only its oldest open run can be claimed.
_CLAIM = """
WITH next AS (
    SELECT id FROM job_run
    WHERE id IN (SELECT DISTINCT ON (job) id FROM job_run
                 WHERE state IN ('planned', 'claimed') AND job = ANY($1::text[])
                 ORDER BY job, tick)
      AND state IN ('planned', 'claimed')
      AND (leased_until IS NULL OR leased_until <= clock_timestamp())
    ORDER BY tick, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE job_run
SET state = CASE WHEN attempts < $3 THEN 'claimed' ELSE 'failed' END,
    attempts = CASE WHEN attempts < $3 THEN attempts + 1 ELSE attempts END,
    leased_until = CASE WHEN attempts < $3 THEN clock_timestamp() + $2::interval END,
    error = CASE WHEN attempts < $3 THEN error ELSE coalesce(error, 'worker_died') END,
    ended_at = CASE WHEN attempts < $3 THEN NULL ELSE $4::timestamptz END
FROM next WHERE job_run.id = next.id
RETURNING job_run.id, job, tick, attempts, state
"""


async def plan(slots: Sequence[tuple[str, datetime]]) -> list[tuple[str, datetime]]:
    """Plan a run for each (job, tick), and return those that were not planned before."""
    rows = await db.fetch(_PLAN, [job for job, _ in slots], [tick for _, tick in slots])
    return [(row["job"], row["tick"]) for row in rows]


async def plan_now(job: str, *, at: datetime) -> bool:
    """Plan a run of a job beside its slots; False where one waits or goes on anyway."""
    return bool(
        await db.fetch(
            "INSERT INTO job_run (job, tick, state) SELECT $1, $2, 'planned' WHERE NOT EXISTS"
            " (SELECT FROM job_run WHERE job = $1 AND state IN ('planned', 'claimed'))"
            " ON CONFLICT (job, tick) DO NOTHING RETURNING id",
            job,
            at,
        )
    )


async def are_open(slots: Sequence[tuple[str, datetime]]) -> bool:
    """Say whether a run of these (job, tick) goes on, or was never tried."""
    (row,) = await db.fetch(
        "SELECT EXISTS (SELECT FROM unnest($1::text[], $2::timestamptz[]) AS slot (job, tick)"
        " JOIN job_run USING (job, tick)"
        " WHERE state = 'claimed' OR state = 'planned' AND error IS NULL) AS found",
        [job for job, _ in slots],
        [tick for _, tick in slots],
    )
    return bool(row["found"])


async def claim(jobs: Sequence[str], *, lease: timedelta, at: datetime) -> Run | None:
    """Claim the oldest run that is due among these jobs; None where there is none.

    A run whose worker died is claimed anew; after ``ATTEMPTS`` it fails instead.
    """
    while rows := await db.fetch(_CLAIM, list(jobs), lease, ATTEMPTS, at):
        (row,) = rows
        if row["state"] == JobRunState.CLAIMED.value:
            return Run(row["id"], row["job"], row["tick"], row["attempts"])
    return None


async def renew(run: Run, *, lease: timedelta) -> bool:
    """Hold a run for another lease; False where it is ours no more."""
    return bool(
        await db.fetch(
            "UPDATE job_run SET leased_until = clock_timestamp() + $3::interval"
            " WHERE id = $1 AND attempts = $2 AND state = 'claimed' RETURNING id",
            run.id,
            run.attempt,
            lease,
        )
    )


async def done(run: Run, *, things: int, at: datetime) -> bool:
    """End a run with the number of things done; False where it is ours no more."""
    return bool(
        await db.fetch(
            "UPDATE job_run SET state = 'done', outcome = $3, error = NULL, leased_until = NULL,"
            " ended_at = $4 WHERE id = $1 AND attempts = $2 AND state = 'claimed' RETURNING id",
            run.id,
            run.attempt,
            things,
            at,
        )
    )


async def failed(
    run: Run, error: str, *, at: datetime, pause: timedelta = BACKOFF
) -> JobRunState | None:
    """Plan a run again after a ``pause`` that doubles each time; fail it after ``ATTEMPTS``.

    Returns the state it is in now; None where it is ours no more.
    """
    is_last = run.attempt >= ATTEMPTS
    state = JobRunState.FAILED if is_last else JobRunState.PLANNED
    rows = await db.fetch(
        "UPDATE job_run SET state = $3, error = $4, ended_at = $5,"
        " leased_until = clock_timestamp() + $6::interval"
        " WHERE id = $1 AND attempts = $2 AND state = 'claimed' RETURNING id",
        run.id,
        run.attempt,
        state.value,
        _written(error),
        at if is_last else None,
        None if is_last else pause * (1 << (run.attempt - 1)),
    )
    return state if rows else None


async def give_back(run: Run) -> bool:
    """Let another worker have a run that was stopped, and not for a fault of its own."""
    return bool(
        await db.fetch(
            "UPDATE job_run SET state = 'planned', attempts = attempts - 1, leased_until = NULL"
            " WHERE id = $1 AND attempts = $2 AND state = 'claimed' RETURNING id",
            run.id,
            run.attempt,
        )
    )


async def forget(*, before: datetime, limit: int) -> int:
    """Remove ended runs of slots before a moment, and return how many."""
    rows = await db.fetch(
        "DELETE FROM job_run WHERE id IN (SELECT id FROM job_run"
        " WHERE state IN ('done', 'failed') AND tick < $1 ORDER BY id LIMIT $2) RETURNING id",
        before,
        limit,
    )
    return len(rows)


def _written(error: str) -> str:
    """Return a text that the database can hold."""
    text = error.encode("utf-8", "backslashreplace").decode().replace("\x00", "")
    return text[:ERROR_LIMIT]
