"""The moment of the vectors, and an official account on a platform over HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest

from tests.wechat.platform import APP_ID, SECRET, Platform, running
from wechat.exchange import Limits
from wechat.official_account import OfficialAccount
from wechat.tokens import MemoryTokens

PATIENT = Limits(total_seconds=10, backoff_seconds=(0.0, 0.0))
IMPATIENT = Limits(total_seconds=1.2, backoff_seconds=(0.0, 0.0))


@pytest.fixture
def now() -> datetime:
    """The moment of the vectors."""
    return datetime.fromtimestamp(1_700_000_000, UTC)


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    async with running() as it:
        yield it


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def tokens() -> MemoryTokens:
    return MemoryTokens()


@pytest.fixture
def limits() -> Limits:
    """How long the platform is waited for: longer than a busy machine stands still."""
    return PATIENT


@pytest.fixture
def account(
    platform: Platform, http: aiohttp.ClientSession, tokens: MemoryTokens, limits: Limits
) -> OfficialAccount:
    return OfficialAccount(
        http, tokens, app_id=APP_ID, app_secret=SECRET, api_base=platform.base, limits=limits
    )


def another(account: OfficialAccount, platform: Platform, **settings: object) -> OfficialAccount:
    """The same account in another process: own object, same connection."""
    given = {"app_id": APP_ID, "app_secret": SECRET, "api_base": platform.base, "limits": PATIENT}
    tokens = settings.pop("tokens", account._tokens)
    return OfficialAccount(account._connection, tokens, **{**given, **settings})
