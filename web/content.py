"""What shoppers type is shown to others only once WeChat's content check let it through."""

import asyncio

from aiohttp import web

from loyalty.errors import Refused
from web import limits
from web.context import CONTEXT
from web.limits import Limit
from web.logs import log
from web.refusals import NotSignedIn, Unavailable
from web.session import Shopper
from wechat.errors import CallFailed, QuotaSpent, Rejected, TokenRefused, TryAgain, UnknownOutcome
from wechat.miniprogram import ContentScene, Verdict

TEXTS = Limit("content", most=30, window_seconds=60)
ANSWERED_WITHIN_SECONDS = 3.0
AGAIN_SECONDS = 5
NOT_THERE_LATELY = 61010
NO_ANSWER = (TryAgain, UnknownOutcome, TokenRefused, QuotaSpent)
CODES = {"risky": "content_not_allowed", "review": "content_doubtful"}


async def check(
    text: str,
    shopper: Shopper,
    *,
    request: web.Request,
    scene: ContentScene = ContentScene.SOCIAL_LOG,
) -> None:
    """Let through what a shopper typed, of at most 2,500 characters; empty text is asked of nobody.

    Nothing is kept unchecked: where WeChat does not answer within three seconds, or takes no more
    texts today, she is asked to try again. A shopper whom WeChat did not see for two hours is asked
    to sign in again, which the mini-program does by itself.

    Raises:
        Refused: ``content_not_allowed``; ``content_doubtful``: a person would have to look at it.
        Unavailable: ``content_check_away``.
        NotSignedIn: ``session_expired``.
        TooManyRequests: ``too_many_requests``.
    """
    if not text.strip():
        return
    await limits.check(request, TEXTS, caller=str(shopper.customer_id))
    verdict = await _verdict(text, shopper, request=request, scene=scene)
    if verdict.suggest == "pass":
        return
    log.info(CODES[verdict.suggest], customer_id=shopper.customer_id, label=verdict.label)
    raise Refused(CODES[verdict.suggest])


async def _verdict(
    text: str, shopper: Shopper, *, request: web.Request, scene: ContentScene
) -> Verdict:
    client = request.config_dict[CONTEXT].miniprograms[shopper.app_id].client
    try:
        async with asyncio.timeout(ANSWERED_WITHIN_SECONDS):
            return await client.check_content(shopper.openid, text, scene=scene)
    except Rejected as error:
        if error.errcode == NOT_THERE_LATELY:
            raise NotSignedIn("session_expired") from None
        raise
    except (TimeoutError, *NO_ANSWER) as error:
        code = error.code if isinstance(error, CallFailed) else "too_slow"
        log.warning("content_check_away", code=code)
        raise Unavailable("content_check_away", after_seconds=AGAIN_SECONDS) from None
