"""Who chats with the official account is known by her unionid and her language, too."""

from datetime import datetime

from jobs.registry import every
from web import followers
from web.context import Context


@every(seconds=30)
async def learn_followers(context: Context, at: datetime) -> int:
    """Ask the platform about followers whom we have not asked about since they came."""
    return await followers.learn_all(context, at=at)
