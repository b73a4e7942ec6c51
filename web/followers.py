"""Ask the platform about followers whom we know by their openid alone."""

import asyncio
from datetime import datetime

from loyalty import customers
from loyalty.customers import Told
from web.context import Account, Context
from web.logs import log
from wechat.errors import CallFailed, Rejected

FOLLOWERS_A_CALL = 100  # what the platform takes at most
PATIENCE_SECONDS = 2.0


async def learn_all(context: Context, *, at: datetime) -> int:
    """Ask about everyone whom we have not asked about, and return how many that were."""
    learnt = 0
    for account in context.accounts.values():
        while told := await _learn_some(account, at=at):
            learnt += told
    return learnt


async def learn_waiting(context: Context, *, at: datetime) -> None:
    """Ask about those who wait, one call an account and two seconds at most.

    For someone who signs in before the job has come to her: she would be a stranger to herself.
    """
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            for account in context.accounts.values():
                await _learn_some(account, at=at)
    except TimeoutError:
        log.warning("followers_not_told_in_time")


async def _learn_some(account: Account, *, at: datetime) -> int:
    """Ask about some and return how many; 0 where nobody waits, or the platform fails."""
    app_id = account.connection.scope
    openids = await customers.not_looked_up(app_id, limit=FOLLOWERS_A_CALL)
    if not openids:
        return 0
    try:
        told = await _told(account, openids)
    except CallFailed as failed:  # the next tick asks again
        log.warning("followers_not_told", app_id=app_id, code=failed.code)
        return 0
    await customers.learn(app_id, told, at=at)
    return len(told)


async def _told(account: Account, openids: list[str]) -> list[Told]:
    """Ask about many at once; where one openid spoils the call, about half of them at a time."""
    try:
        answer = await account.client.user.get_batch(openids)  # type: ignore[no-untyped-call]
    except Rejected:
        if len(openids) == 1:  # the platform knows no such follower: there is nothing to learn
            return [_one(openids[0], {})]
        middle = len(openids) // 2
        return [*await _told(account, openids[:middle]), *await _told(account, openids[middle:])]
    by_openid = {one.get("openid"): one for one in answer}
    return [_one(openid, by_openid.get(openid, {})) for openid in openids]


def _one(openid: str, told: dict[str, object]) -> Told:
    language = str(told.get("language") or "")
    return Told(
        openid=openid,
        unionid=str(told.get("unionid") or "") or None,
        language="en" if language.startswith("en") else "zh" if language else None,
    )
