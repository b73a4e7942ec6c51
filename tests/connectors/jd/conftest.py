"""One shop on the simulated JD, connected."""

from collections.abc import AsyncIterator

import pytest

from loyalty.connections import JdSettings
from simulator.settings import JdShop
from tests.connectors import market as markets
from tests.connectors.market import Market
from tests.jobs.conftest import context, redis
from tests.loyalty.purchases.conftest import brand
from web.context import Context

__all__ = ["brand", "context", "redis"]

VENDER_ID, APP_KEY, APP_SECRET = "10622317", "JDKEY", "jd-secret-0001"
ACCESS, REFRESH = "access-as-entered", "refresh-as-entered"


def ours(theirs: str = "http://127.0.0.1:1", *, refresh_token: str = REFRESH) -> JdSettings:
    """Return the shop as we are told of it."""
    return JdSettings(
        vender_id=VENDER_ID,
        app_key=APP_KEY,
        app_secret=APP_SECRET,
        access_token=ACCESS,
        refresh_token=refresh_token,
        calls_per_second=200,
        api_base=f"{theirs}/jd/routerjson",
        oauth_base=f"{theirs}/jd/oauth2",
    )


def pair(origin: str, theirs: str) -> tuple[JdShop, JdSettings]:
    """Return the shop as both sides are told of it."""
    return JdShop(VENDER_ID, APP_KEY, APP_SECRET, ACCESS, REFRESH), ours(theirs)


def pair_without_refresh(origin: str, theirs: str) -> tuple[JdShop, JdSettings]:
    """Return a shop whose token nothing renews."""
    return JdShop(VENDER_ID, APP_KEY, APP_SECRET, ACCESS), ours(theirs, refresh_token="")


@pytest.fixture
async def market(brand: None, context: Context) -> AsyncIterator[Market]:
    async with markets.opened(context, [pair]) as opened:
        yield opened
