"""A programme in force: one point a yuan, twelve months, seven days to return."""

from datetime import UTC, datetime

import pytest

from loyalty import programme
from loyalty.earning.per_yuan import PerYuan
from loyalty.expiry.rolling import Rolling
from loyalty.policies.points import PointsPolicy
from tests.cast import JUNE_1

BEGAN_AT = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
async def brand(database: None) -> None:
    """Publish the rules."""
    for slot, rule in (
        ("earning:base", PerYuan()),
        ("expiry", Rolling(months=12)),
        ("points", PointsPolicy(return_window_days=7)),
    ):
        await programme.publish(slot, rule, starts_at=BEGAN_AT, by="test", at=JUNE_1)
