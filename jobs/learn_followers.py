"""Who chats with the official account is known by her unionid and her language, too."""

from datetime import datetime

from jobs.registry import every
from loyalty import customers
from loyalty.customers import Told
from web.context import Account, Context
from web.logs import log
from wechat.errors import CallFailed, Rejected

FOLLOWERS_A_CALL = 100  # what the platform takes at most


@every(seconds=30)
async def learn_followers(context: Context, at: datetime) -> int:
    """Ask the platform about followers whom we have not asked about since they came."""
    learnt = 0
    for account in context.accounts.values():
        while openids := await customers.not_looked_up(
            account.connection.scope, limit=FOLLOWERS_A_CALL
        ):
            try:
                told = await _told(account, openids)
            except CallFailed as failed:  # the next tick asks again
                log.warning("followers_not_told", app_id=account.connection.scope, code=failed.code)
                break
            await customers.learn(account.connection.scope, told, at=at)
            learnt += len(told)
    return learnt


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
