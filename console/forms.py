"""A form that was sent: its fields as texts, read once a request."""

from collections.abc import Iterable
from urllib.parse import parse_qsl
from uuid import UUID

from aiohttp import web

from web import bodies
from web.decoding import converted, wrong_field
from web.refusals import BadRequest

KIND = "application/x-www-form-urlencoded"
MOST_FIELDS = 400  # a rule with all the tiers there may be
_READ = web.RequestKey("form", dict)


async def read(request: web.Request) -> dict[str, str]:
    """Return what a form says.

    Raises:
        BadRequest: it is no form in UTF-8, or a field comes twice or holds NUL.
        BodyTooLarge, BodyTooSlow: as `web.bodies` says.
    """
    if _READ not in request:
        body = await bodies.read(request)
        request[_READ] = _fields(_pairs(request, body)) if body else {}
    found: dict[str, str] = request[_READ]
    return found


def uuid_in(told: str) -> UUID | None:
    """Return the uuid that a text is; None where it is none."""
    try:
        return UUID(told.strip())
    except ValueError:
        return None


def _pairs(request: web.Request, body: bytes) -> list[tuple[str, str]]:
    charset = (request.charset or "utf-8").lower()
    if request.content_type != KIND or charset not in ("utf-8", "utf8"):
        raise BadRequest()
    try:
        return parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:  # bytes that are no UTF-8, or more fields than any form of ours has
        raise BadRequest() from None


def _fields(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    form: dict[str, str] = {}
    for name, value in pairs:
        if name in form:
            raise wrong_field("Repeated", name=name)
        form[name] = value
    found: dict[str, str] = converted(form, dict[str, str], name="")
    return found
