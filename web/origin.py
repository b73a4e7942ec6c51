"""Where browsers find us: the address that the operator told, else the one that was asked."""

from aiohttp import web

PUBLIC_URL = web.AppKey("public_url", str)


def origin_of(request: web.Request) -> str:
    """Return scheme and host as a browser sees them, also behind a proxy that ends TLS."""
    return request.config_dict[PUBLIC_URL] or str(request.url.origin())


def is_secure(request: web.Request) -> bool:
    """Say whether the browser talks TLS, so that a cookie may be kept to it."""
    return origin_of(request).startswith("https://")
