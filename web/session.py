"""Who asks: the one way from a request to the shopper whose things it may see."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from aiohttp import web

from loyalty import sessions
from loyalty.errors import NotFound
from web import limits
from web.context import CONTEXT, now
from web.languages import Language, preferred
from web.limits import Limit
from web.refusals import NotSignedIn

SHOPPER = Limit("shopper", most=300, window_seconds=60, step=10)
SCHEME = "Bearer "


@dataclass(frozen=True, slots=True)
class Shopper:
    """A customer who is signed in to a mini-program; all that is hers hangs on ``customer_id``.

    ``language`` is the one that her request asks for, else the one that we write to her in: a text
    in the chat changes the second, and must not change half of a page that is in the first.
    """

    customer_id: int
    customer_uuid: UUID
    app_id: str
    openid: str
    language: Language
    token: str

    def __repr__(self) -> str:
        return f"Shopper(customer_id={self.customer_id})"


async def shopper(request: web.Request) -> Shopper:
    """Return who is signed in.

    Raises:
        NotSignedIn: ``session_missing``, ``session_unknown``, ``session_expired``.
        TooManyRequests: the same token came too often.
    """
    token = _token(request)
    await limits.check(request, SHOPPER, caller=sha256(token.encode()).hexdigest()[:32])
    try:
        found = await sessions.find(token, at=now())
    except NotFound as error:
        raise NotSignedIn(error.code) from None
    if found.app_id not in request.config_dict[CONTEXT].miniprograms:
        raise NotSignedIn("session_unknown")
    wish = request.headers.get("Accept-Language", "")
    kept: Language = "en" if found.language == "en" else "zh"
    language = preferred(wish) if wish else kept
    return Shopper(
        found.customer_id, found.customer_uuid, found.app_id, found.openid, language, token
    )


def _token(request: web.Request) -> str:
    told = request.headers.get("Authorization", "")
    if not told:
        raise NotSignedIn("session_missing")
    token = told[len(SCHEME) :].strip()
    if told[: len(SCHEME)].lower() != SCHEME.lower() or not token.isascii() or len(token) > 200:
        raise NotSignedIn("session_unknown")
    return token
