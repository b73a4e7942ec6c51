"""The nightly proof, and what is forgotten at night."""

from datetime import UTC, datetime, timedelta

import pytest

from jobs.erase_addresses import erase_addresses
from jobs.forget_runs import forget_runs
from jobs.sweep_sessions import sweep_sessions
from jobs.verify_ledger import verify_ledger
from loyalty import ledger, programme, schedule, sessions, staff
from loyalty.policies.privacy import Privacy
from loyalty.programme import BEGINNING
from models import JobRun, Role, Shipment, ShopperSession, StaffSession, db
from tests.jobs.lots import members
from web.context import Context, now

pytestmark = pytest.mark.usefixtures("database")

NIGHT = datetime(2026, 11, 21, 19, 10, tzinfo=UTC)
LEASE = timedelta(seconds=30)


async def test_the_nightly_check_counts_what_does_not_add_up(context: Context) -> None:
    wang, lin = await members(2, at=NIGHT)
    for member_id in (wang, lin):
        await ledger.record_one(
            ledger.Earn(member_id=member_id, key=f"o:{member_id}", at=NIGHT, points=10)
        )
    assert await verify_ledger(context, NIGHT) == 0
    await db.fetch("UPDATE member SET points_pending = 11 WHERE id = $1", wang)
    assert await verify_ledger(context, NIGHT) == 2


async def test_runs_are_kept_for_a_month(context: Context) -> None:
    month = timedelta(days=30)
    ticks = [NIGHT - month - timedelta(minutes=1), NIGHT - month]
    await schedule.plan([("settle_points", tick) for tick in ticks])
    for _ in ticks:
        run = await schedule.claim(["settle_points"], lease=LEASE, at=NIGHT)
        assert run
        await schedule.done(run, things=0, at=NIGHT)
    assert await forget_runs(context, NIGHT) == 1
    assert [run.tick for run in await JobRun.all()] == [NIGHT - month]


async def test_sessions_that_ended_are_forgotten_by_the_time_of_the_wire(context: Context) -> None:
    wang, lin = await members(2, at=NIGHT)
    for customer, at in ((wang, now() - sessions.LASTS), (lin, now())):
        await sessions.open_for(
            customer, app_id="wx2", openid="o", session_key="k", sealer=context.sealer, at=at
        )
    password = "a long password"
    await staff.add("chen", name="陈晨", role=Role.MANAGER, password=password, at=NIGHT)
    chen = await staff.check("chen", password)
    for at in (now() - timedelta(days=1), now()):
        await staff.open_for(chen, at=at)
    assert await sweep_sessions(context, now() + timedelta(days=365)) == 2
    assert [one.customer_id for one in await ShopperSession.all()] == [lin]
    assert await StaffSession.all().count() == 1


async def test_addresses_are_kept_for_as_long_as_the_rule_says(context: Context) -> None:
    (wang,) = await members(1, at=NIGHT)
    await programme.publish("privacy", Privacy(), starts_at=BEGINNING, by="t", at=NIGHT)
    (rule,) = await db.fetch("SELECT id FROM rule_version")
    ended = NIGHT - timedelta(days=30)
    (row,) = await db.fetch(
        "INSERT INTO redemption (uuid, member_id, slot, rule_version_id, points, uses, used,"
        " state, redeemed_at, expires_at, ended_at) VALUES (gen_random_uuid(), $1, 'reward:box',"
        " $2, 1, 1, 0, 'received', $3, $3::timestamptz + interval '1 day', $3) RETURNING id",
        wang,
        rule["id"],
        ended,
    )
    await db.fetch("INSERT INTO shipment (redemption_id, sealed_address) VALUES ($1, 'x')", row[0])
    assert await erase_addresses(context, NIGHT) == 0
    short = Privacy(address_kept_days=29)
    await programme.publish("privacy", short, starts_at=NIGHT, by="t", at=NIGHT)
    assert await erase_addresses(context, NIGHT) == 1
    assert (await Shipment.get()).sealed_address is None
