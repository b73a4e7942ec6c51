"""Rules in force: read afresh when anything of them changes, decoded once while nothing does."""

from datetime import timedelta

import pytest

from loyalty import programme
from loyalty.policies import POLICIES
from loyalty.policies.tiers import Tiers
from models import db
from tests.cast import JUNE_1

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
        "state = 'retired'",
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
