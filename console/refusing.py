"""A refusal as a page in the staff's language; what is broken or away is told as everywhere."""

from aiohttp import web

from console.access import Handler
from console.pages import language_of, show
from console.words import WORDS
from loyalty.errors import Conflict, LoyaltyError, NotFound, Throttled
from web.refusals import RequestRefused
from web.texts import text


@web.middleware
async def show_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Show why a page or form is refused."""
    try:
        return await handler(request)
    except LoyaltyError as refused:
        return await _page(request, refused, status_of(refused))
    except RequestRefused as refused:
        return await _page(request, refused, refused.http_status)


def status_of(refused: LoyaltyError) -> int:
    """Return the HTTP status that a refusal is told with."""
    if isinstance(refused, NotFound):
        return 404
    if isinstance(refused, Throttled):
        return 429
    return 409 if isinstance(refused, Conflict) else 422


async def _page(
    request: web.Request, refused: LoyaltyError | RequestRefused, http_status: int
) -> web.Response:
    language = language_of(request)
    figures = refused.figures
    if isinstance(refused, RequestRefused) and refused.field:
        figures = {**figures, "field": WORDS[language].get(refused.field, refused.field)}
    said = text(refused.code, language, figures)
    return await show(request, "refused.html", {"said": said}, http_status=http_status)
