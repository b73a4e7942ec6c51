"""A job's slots are planned, claimed, tried again and ended once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from loyalty import schedule
from models import JobRun, JobRunState, db

pytestmark = pytest.mark.usefixtures("database")

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
LEASE = timedelta(seconds=30)
MOMENTARY = timedelta(milliseconds=1)


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


async def planned_at_noon(job: str = "settle_points") -> None:
    await schedule.plan([(job, NOON)])


async def the_run() -> JobRun:
    return await JobRun.get(job="settle_points", tick=NOON)


async def test_a_slot_that_two_schedulers_plan_at_once_is_one_run() -> None:
    slots = [("settle_points", NOON), ("verify_ledger", NOON)]
    new = await asyncio.gather(*(schedule.plan(slots) for _ in range(4)))
    assert sorted(len(one) for one in new) == [0, 0, 0, 2]
    assert await JobRun.all().count() == 2


async def test_only_one_of_many_workers_claims_a_run() -> None:
    await planned_at_noon()
    claims = await asyncio.gather(
        *(schedule.claim(["settle_points"], lease=LEASE, at=NOON) for _ in range(4))
    )
    assert [claim.attempt for claim in claims if claim] == [1]


async def test_a_worker_leaves_jobs_that_it_does_not_know_to_others() -> None:
    await planned_at_noon("job_of_tomorrow")
    assert await schedule.claim(["settle_points"], lease=LEASE, at=NOON) is None


async def test_slots_of_one_job_run_in_their_order_and_not_side_by_side() -> None:
    await schedule.plan([("settle_points", at(5)), ("settle_points", NOON), ("other", at(5))])
    first = await schedule.claim(["settle_points", "other"], lease=LEASE, at=at(6))
    second = await schedule.claim(["settle_points", "other"], lease=LEASE, at=at(6))
    third = await schedule.claim(["settle_points", "other"], lease=LEASE, at=at(6))
    assert first
    assert second
    assert (first.job, first.tick, second.job, third) == ("settle_points", NOON, "other", None)
    await schedule.done(first, things=0, at=at(6))
    fourth = await schedule.claim(["settle_points", "other"], lease=LEASE, at=at(6))
    assert fourth
    assert fourth.tick == at(5)


async def test_a_run_whose_worker_died_is_claimed_anew_when_its_lease_ends() -> None:
    await planned_at_noon()
    dead = await schedule.claim(["settle_points"], lease=MOMENTARY, at=NOON)
    await asyncio.sleep(0.01)
    heir = await schedule.claim(["settle_points"], lease=LEASE, at=NOON)
    assert dead
    assert heir
    assert (dead.attempt, heir.attempt) == (1, 2)


async def test_who_lost_the_lease_can_neither_renew_nor_end_nor_give_back() -> None:
    await planned_at_noon()
    slow = await schedule.claim(["settle_points"], lease=MOMENTARY, at=NOON)
    await asyncio.sleep(0.01)
    heir = await schedule.claim(["settle_points"], lease=LEASE, at=NOON)
    assert slow
    assert heir
    assert not await schedule.renew(slow, lease=LEASE)
    assert not await schedule.done(slow, things=1, at=NOON)
    assert await schedule.failed(slow, "late", at=NOON) is None
    assert not await schedule.give_back(slow)
    assert await schedule.done(heir, things=7, at=NOON)
    run = await the_run()
    assert (run.state, run.outcome, run.attempts) == (JobRunState.DONE, 7, 2)


async def test_a_renewed_lease_holds() -> None:
    await planned_at_noon()
    run = await schedule.claim(["settle_points"], lease=MOMENTARY, at=NOON)
    assert run
    assert await schedule.renew(run, lease=LEASE)
    assert await schedule.claim(["settle_points"], lease=LEASE, at=NOON) is None


async def test_an_ended_run_stays_as_it_ended() -> None:
    await planned_at_noon()
    run = await schedule.claim(["settle_points"], lease=LEASE, at=NOON)
    assert run
    assert await schedule.done(run, things=3, at=at(1))
    assert not await schedule.done(run, things=4, at=at(2))
    assert await schedule.failed(run, "afterthought", at=at(2)) is None
    ended = await the_run()
    assert (ended.outcome, ended.ended_at, ended.error) == (3, at(1), None)


async def the_pause_is_over() -> None:
    await db.fetch("UPDATE job_run SET leased_until = now() - interval '1 second'")


async def test_a_failed_run_waits_longer_each_time_and_then_fails_for_good() -> None:
    pause = timedelta(minutes=1)
    await planned_at_noon()
    waits, states = [], []
    for _ in range(schedule.ATTEMPTS):
        run = await schedule.claim(["settle_points"], lease=LEASE, at=NOON)
        assert run
        error = "no \x00 such \ud800 thing"
        states.append(await schedule.failed(run, error, at=at(1), pause=pause))
        assert await schedule.claim(["settle_points"], lease=LEASE, at=NOON) is None
        waits.append((await the_run()).leased_until)
        await the_pause_is_over()
    assert states == [JobRunState.PLANNED] * 4 + [JobRunState.FAILED]
    moments = [wait - datetime.now(UTC) for wait in waits if wait]
    assert [round(moment / pause) for moment in moments] == [1, 2, 4, 8]
    failed = await the_run()
    assert failed.error == "no  such \\ud800 thing"
    assert failed.ended_at == at(1)


async def test_a_run_that_kills_every_worker_fails_instead_of_killing_more() -> None:
    await planned_at_noon()
    for _ in range(schedule.ATTEMPTS):
        assert await schedule.claim(["settle_points"], lease=MOMENTARY, at=NOON)
        await asyncio.sleep(0.005)
    assert await schedule.claim(["settle_points"], lease=LEASE, at=at(9)) is None
    run = await the_run()
    assert (run.state, run.error, run.ended_at) == (JobRunState.FAILED, "worker_died", at(9))


async def test_a_run_given_back_is_due_at_once_and_no_attempt_is_lost() -> None:
    await planned_at_noon()
    run = await schedule.claim(["settle_points"], lease=LEASE, at=NOON)
    assert run
    assert await schedule.give_back(run)
    again = await schedule.claim(["settle_points"], lease=LEASE, at=NOON)
    assert again
    assert again.attempt == 1


async def test_old_ended_runs_are_forgotten_and_open_ones_never() -> None:
    await schedule.plan([("settle_points", at(minute)) for minute in range(4)])
    for _ in range(3):
        run = await schedule.claim(["settle_points"], lease=LEASE, at=NOON)
        assert run
        await schedule.done(run, things=0, at=NOON)
    assert await schedule.forget(before=at(2), limit=1) == 1
    assert await schedule.forget(before=at(2), limit=100) == 1
    assert await schedule.forget(before=at(99), limit=100) == 1
    assert [run.tick for run in await JobRun.all()] == [at(3)]
