"""The page on which the mini-program's own files run: its runtime, its source, what it stands on.

WXML is compiled in the page, so this page alone may evaluate code; the phone page may not.
"""

import base64
import hashlib
import re
from pathlib import Path

from aiohttp import web

from simulator.gate import CHINA
from simulator.play_answers import said

PAGE = Path(__file__).parent / "page" / "miniprogram"
VENDOR = Path(__file__).parent / "vendor"
SOURCE = {".json", ".js", ".wxml", ".wxss", ".wxs"}
PICTURES = {".png", ".jpg", ".svg", ".webp"}
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval' 'wasm-unsafe-eval' {imports}; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: http: https:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_IMPORTS = re.compile(r'<script type="importmap">(.*?)</script>', re.DOTALL)


async def page(request: web.Request) -> web.Response:
    """The page, with its own policy: its import map is allowed by its digest."""
    text = (PAGE / "index.html").read_text(encoding="utf-8")
    found = _IMPORTS.search(text)
    assert found, "index.html has an import map"
    digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
    policy = POLICY.format(imports=f"'sha256-{digest}'")
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
    return web.Response(text=text, content_type="text/html", headers=headers)


async def source(request: web.Request) -> web.Response:
    """Every text file of the mini-program by its path, as it stands on disk now."""
    folder = _folder(request)
    return said(
        {
            file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8")
            for file in sorted(folder.rglob("*"))
            if file.suffix in SOURCE
        }
    )


async def picture(request: web.Request) -> web.StreamResponse:
    """A picture of the mini-program."""
    return _file(_folder(request), request.match_info["name"], PICTURES)


async def vendor(request: web.Request) -> web.StreamResponse:
    """A file of glass-easel."""
    return _file(VENDOR, request.match_info["name"], {".js", ".wasm"})


def _folder(request: web.Request) -> Path:
    folder = request.app[CHINA].settings.miniprogram.folder
    if not folder:
        raise web.HTTPNotFound
    return Path(folder)


def _file(folder: Path, name: str, kinds: set[str]) -> web.FileResponse:
    path = (folder / name).resolve()
    inside = path.is_relative_to(folder.resolve()) and path.suffix in kinds
    if not inside or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": "no-cache"})


ROUTES = (
    web.get("/mp", page),
    web.get("/mp/source.json", source),
    web.get("/mp/files/{name:.*}", picture),
    web.get("/mp/vendor/{name:.*}", vendor),
)
