"""The docs page: what ``/openapi.json`` says, readable and to be tried, with Swagger UI."""

from pathlib import Path

from aiohttp import web

HERE = Path(__file__).parent
SWAGGER = HERE.parent / "vendor" / "swagger-ui-dist"
# Swagger UI writes style attributes and data: pictures; scripts come from our own address only
SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
FILES = {
    "start.js": HERE / "start.js",
    "page.css": HERE / "page.css",
    "swagger-ui-bundle.js": SWAGGER / "swagger-ui-bundle.js",
    "swagger-ui.css": SWAGGER / "swagger-ui.css",
}
HEADERS = {"Content-Security-Policy": SECURITY_POLICY, "Cache-Control": "no-cache"}


def add_to(app: web.Application) -> None:
    """Mount ``/docs``."""
    app.router.add_get("/docs", _page)
    app.router.add_get("/docs/{name}", _file)


async def _page(request: web.Request) -> web.StreamResponse:
    is_laid = all(path.is_file() for path in FILES.values())
    return web.FileResponse(HERE / ("page.html" if is_laid else "missing.html"), headers=HEADERS)


async def _file(request: web.Request) -> web.StreamResponse:
    path = FILES.get(request.match_info["name"])
    if path is None or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers=HEADERS)
