"""Products from a file that staff choose: what it would do, and then, once seen, the doing.

The file stays in the browser: it is sent to be looked at and sent again to be brought in, and is
brought in only where it is the one that was looked at.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Protocol

from aiohttp import web
from msgspec import Struct

from console import products, uploads
from console.access import EDITORS, STAFF
from console.pages import language_of, show, yuan
from console.words import WORDS
from loyalty.product_list import ProductChanged
from web.languages import Language
from web.refusals import Forbidden

MOST_SHOWN = 50


class FileTold(Struct, frozen=True):
    """What a file did, or would do; or, in ``refusal``, why it cannot be read at all."""

    refusal: str = ""
    sentences: Sequence[str] = ()
    refused: Sequence[str] = ()
    added: Mapping[str, ProductChanged] = {}
    changed: Mapping[str, ProductChanged] = {}
    off_sale: Sequence[str] = ()


class ProductFiles(Protocol):
    """Reads files of products; the program gives it to the console."""

    async def try_out(self, content: bytes, *, only_listed: bool, language: Language) -> FileTold:
        """Return what a file would do."""

    async def bring_in(self, content: bytes, *, only_listed: bool, language: Language) -> FileTold:
        """Bring a file in."""


FILES: web.AppKey[ProductFiles] = web.AppKey("product_files", ProductFiles)


async def bring_in(request: web.Request) -> web.Response:
    """Look at a file; or bring it in, where it was looked at just so."""
    if request[STAFF].role not in EDITORS:
        raise Forbidden("not_for_your_role")
    upload, language = await uploads.read(request), language_of(request)
    only_listed = upload.fields.get("only_listed") == "yes"
    if not upload.content:
        return await _show(request, FileTold(refusal=WORDS[language]["no_file"]))
    if len(upload.content) > uploads.LIMIT_BYTES:
        return await _show(request, FileTold(refusal=WORDS[language]["file_too_large"]))
    files, seen = request.config_dict[FILES], _seen(upload.content, only_listed)
    if upload.fields.get("act") == "bring_in" and upload.fields.get("seen") == seen:
        told = await files.bring_in(upload.content, only_listed=only_listed, language=language)
        return await _show(request, told, is_done=True)
    told = await files.try_out(upload.content, only_listed=only_listed, language=language)
    return await _show(request, told, seen=seen)


def _seen(content: bytes, only_listed: bool) -> str:
    return f"{sha256(content).hexdigest()}-{'only' if only_listed else 'all'}"


async def _show(
    request: web.Request, told: FileTold, *, seen: str = "", is_done: bool = False
) -> web.Response:
    """Show the page with what the file did; htmx takes no part of a page that is refused."""
    words = WORDS[language_of(request)]
    more = {
        "told": told,
        "seen": "" if told.refusal else seen,
        "is_done": is_done and not told.refusal,
        "added": [f"{sku} {_side('name_zh', one.fields['name_zh'][1], words)}"
                  for sku, one in [*told.added.items()][:MOST_SHOWN]],
        "changed": [(sku, _sides(one, words)) for sku, one in [*told.changed.items()][:MOST_SHOWN]],
        "most_rows": MOST_SHOWN,
    }  # fmt: skip
    shown = {**await products.listed(request, ""), **more}
    http_status = 422 if told.refusal and "HX-Request" not in request.headers else 200
    return await show(request, "products.html", shown, http_status=http_status)


def _sides(changed: ProductChanged, words: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [
        (words[f"product_{name}"], _side(name, was, words), _side(name, now, words))
        for name, (was, now) in changed.fields.items()
    ]


def _side(name: str, value: Any, words: Mapping[str, str]) -> str:
    if name == "cost_fen" and value is None:
        return words["no_cost"]
    if name.endswith("_fen"):
        return yuan(value)
    if isinstance(value, bool):
        return words["true" if value else "false"]
    return str(value)[:60] or "–"
