"""What every web process has below its edges: errors, logs, figures, health, the docs page."""

from aiohttp import web

from web import docs, health, openapi
from web.access import observe
from web.bodies import LIMIT_BYTES
from web.context import CONTEXT, Context
from web.errors import answer_errors
from web.limits import LIMITER, TRUSTED_PROXIES, Limiter
from web.openapi import DOCUMENT, VERSION
from web.origin import PUBLIC_URL
from web.server import LANES
from web.typed import APIS


def create(
    context: Context, *, version: str, trusted_proxies: int = 0, public_url: str = ""
) -> web.Application:
    """Return the application that edges mount themselves on.

    An edge calls ``app.router.add_...``, ``Api.add_to(app)``, ``app.add_subapp`` or
    ``server.add_lane`` and finds the context at ``request.config_dict[CONTEXT]``.
    ``trusted_proxies`` is how many proxies of ours stand before us and add to X-Forwarded-For;
    ``public_url`` is scheme and host as browsers see them, where that differs from what we see.
    """
    app = web.Application(middlewares=[observe, answer_errors], client_max_size=LIMIT_BYTES)
    app[CONTEXT] = context
    app[VERSION] = version
    app[DOCUMENT] = {}
    app[APIS] = []
    app[LANES] = {}
    app[LIMITER] = Limiter(context.redis)
    app[TRUSTED_PROXIES] = trusted_proxies
    app[PUBLIC_URL] = public_url
    health.add_to(app)
    docs.add_to(app)
    app.router.add_get("/openapi.json", openapi.read)
    return app
