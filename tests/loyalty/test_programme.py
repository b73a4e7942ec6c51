"""Rules in force: read afresh when anything of them changes, decoded once while nothing does."""

from contextlib import suppress
from datetime import timedelta

import pytest

from jifen import embedded
from loyalty import programme
from loyalty.policies import POLICIES
from loyalty.policies.tiers import Tiers
from models import db
from tests.cast import JUNE_1
from tests.databases import named

SLOT = "tiers"


async def published(window_months: int) -> int:
    rule = Tiers(window_months=window_months)
    return await programme.publish(SLOT, rule, starts_at=JUNE_1, by="test", at=JUNE_1)


async def window_months() -> int:
    return (await programme.load()).tiers(JUNE_1).window_months


async def test_a_new_version_is_in_force_at_the_next_read(database: None) -> None:
    assert await window_months() == 12, "what a brand without rules has"
    await published(3)
    assert await window_months() == 3
    first, second = await programme.load(), await programme.load()
    assert first.find(SLOT, POLICIES, JUNE_1).body is second.find(SLOT, POLICIES, JUNE_1).body
    await published(6)
    assert await window_months() == 6


@pytest.mark.parametrize(
    "change",
    [
        "starts_at = starts_at + interval '1 year'",
        "ends_at = starts_at + interval '1 second'",
        """body = body || '{"window_months": 12}'""",
    ],
)
async def test_a_version_that_is_changed_in_place_is_read_again(
    database: None, change: str
) -> None:
    await published(3)
    later = JUNE_1 + timedelta(seconds=2)
    assert (await programme.load()).tiers(later).window_months == 3
    await db.fetch(f"UPDATE rule_version SET {change}")
    assert (await programme.load()).tiers(later).window_months == 12


async def test_a_version_is_found_by_its_id_whatever_is_in_force(database: None) -> None:
    first = await published(3)
    await published(6)
    rule = (await programme.load()).version(first, POLICIES)
    assert rule is not None
    assert rule.body == Tiers(window_months=3)


async def recent_window_months() -> int:
    return (await programme.recent()).tiers(JUNE_1).window_months


@pytest.fixture
def slow_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is recent stay so however busy the machine is."""
    monkeypatch.setattr(programme, "RECENT_SECONDS", 3600.0)


async def elsewhere(window_months: int) -> int:
    """Publish as another process does: this one hears nothing of it."""
    last = programme._last
    version_id = await published(window_months)
    programme._last = last
    return version_id


async def test_recent_rules_are_read_once_and_what_was_published_here_is_among_them(
    database: None, slow_clock: None
) -> None:
    assert await recent_window_months() == 12
    await published(3)
    assert await recent_window_months() == 3
    assert await programme.recent() is await programme.recent()


async def test_rules_of_another_process_are_recent_within_a_second(
    database: None, slow_clock: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    await published(3)
    await recent_window_months()
    await elsewhere(6)
    assert await recent_window_months() == 3
    monkeypatch.setattr(programme, "RECENT_SECONDS", 0.0)
    assert await recent_window_months() == 6


async def test_recent_rules_hold_the_versions_that_the_caller_knows_of(
    database: None, slow_clock: None
) -> None:
    first = await published(3)
    kept = await programme.recent(knowing=[first])
    second = await elsewhere(6)
    assert await programme.recent(knowing=[first]) is kept
    assert (await programme.recent(knowing=[first, second])).version(second, POLICIES)


async def test_within_a_transaction_rules_are_read_anew(database: None) -> None:
    await published(3)
    await recent_window_months()
    await elsewhere(6)
    async with db.transaction():
        assert await recent_window_months() == 6


async def test_recent_rules_are_of_the_database_that_is_open(
    database_url: str, servers: embedded.Addresses, template: str
) -> None:
    async with db.opened(database_url, pool_size=1):
        await published(3)
        assert await recent_window_months() == 3
    async with db.opened(named(servers.database_url, template), pool_size=1):
        assert await recent_window_months() == 12


async def test_what_a_transaction_gives_up_is_never_shown(database: None) -> None:
    await published(3)
    with suppress(RuntimeError):
        async with db.transaction():
            await published(6)
            assert await window_months() == 6
            raise RuntimeError
    assert await recent_window_months() == await window_months() == 3
