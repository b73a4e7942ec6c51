"""The language of the pages."""

from aiohttp import web

from console import forms
from console.pages import LANGUAGE_COOKIE, see

YEAR_SECONDS = 365 * 86400


async def choose(request: web.Request) -> web.Response:
    """Keep the language that was chosen."""
    form = await forms.read(request)
    response = see(request, "")
    response.set_cookie(
        LANGUAGE_COOKIE,
        "en" if form.get("language") == "en" else "zh",
        max_age=YEAR_SECONDS,
        samesite="Lax",
        path="/console",
    )
    return response
