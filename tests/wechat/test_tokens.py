"""One access token for all who ask at once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from wechat.tokens import MemoryTokens, StoredToken

LATER = datetime.now(UTC) + timedelta(hours=2)
EARLIER = datetime.now(UTC) - timedelta(seconds=1)


class Platform:
    """Gives A, B, C ...; counts how often it was asked."""

    def __init__(self, *, expires_at: datetime = LATER) -> None:
        self.asked = 0
        self.expires_at = expires_at

    async def __call__(self) -> StoredToken:
        self.asked += 1
        letter = chr(64 + self.asked)
        await asyncio.sleep(0.01)
        return StoredToken(letter, self.expires_at)


async def test_twenty_callers_at_once_share_one_fetch() -> None:
    tokens, fetch = MemoryTokens(), Platform()
    got = await asyncio.gather(*(tokens.refreshed("k", stale=None, fetch=fetch) for _ in range(20)))
    assert {token.value for token in got} == {"A"}
    assert fetch.asked == 1
    assert await tokens.get("k") == got[0]


async def test_only_the_token_that_failed_is_replaced() -> None:
    tokens, fetch = MemoryTokens(), Platform()
    first = await tokens.refreshed("k", stale=None, fetch=fetch)
    second = await tokens.refreshed("k", stale=first.value, fetch=fetch)
    late = await tokens.refreshed("k", stale=first.value, fetch=fetch)
    assert (second.value, late.value, fetch.asked) == ("B", "B", 2)


async def test_an_expired_token_is_fetched_again() -> None:
    tokens, fetch = MemoryTokens(), Platform(expires_at=EARLIER)
    await tokens.refreshed("k", stale=None, fetch=fetch)
    again = await tokens.refreshed("k", stale=None, fetch=fetch)
    assert again.value == "B"


async def test_accounts_do_not_share_tokens() -> None:
    tokens, fetch = MemoryTokens(), Platform()
    first = await tokens.refreshed("one", stale=None, fetch=fetch)
    assert await tokens.get("other") is None
    other = await tokens.refreshed("other", stale=None, fetch=fetch)
    assert first.value != other.value


async def test_a_failed_fetch_is_told_to_all_who_wait_and_the_next_caller_tries_anew() -> None:
    tokens, asked = MemoryTokens(), []

    async def fails() -> StoredToken:
        asked.append(1)
        await asyncio.sleep(0)
        raise ConnectionError

    got = await asyncio.gather(
        *(tokens.refreshed("k", stale=None, fetch=fails) for _ in range(5)),
        return_exceptions=True,
    )
    assert [type(each) for each in got] == [ConnectionError] * 5
    assert len(asked) == 1
    with pytest.raises(ConnectionError):
        await tokens.refreshed("k", stale=None, fetch=fails)
    assert (await tokens.refreshed("k", stale=None, fetch=Platform())).value == "A"


async def test_a_caller_who_gives_up_does_not_take_the_token_from_the_others() -> None:
    tokens, fetch = MemoryTokens(), Platform()
    impatient = asyncio.create_task(tokens.refreshed("k", stale=None, fetch=fetch))
    patient = asyncio.create_task(tokens.refreshed("k", stale=None, fetch=fetch))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).value == "A"
    assert fetch.asked == 1


def test_a_token_never_shows_itself() -> None:
    assert "secret" not in repr(StoredToken("secret", LATER))
