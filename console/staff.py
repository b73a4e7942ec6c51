"""Who may sign in, with which role; and the second step of one's own."""

from collections.abc import Mapping
from typing import Annotated

import segno
from aiohttp import web
from msgspec import Meta, Struct

from console import forms
from console.access import STAFF, id_of_path
from console.pages import language_of, see, show
from loyalty import staff
from loyalty.errors import LoyaltyError, NotFound, Refused
from models import Role, StaffMember
from web.context import CONTEXT, now
from web.decoding import converted
from web.refusals import BadRequest, Forbidden
from web.texts import text

# What the form of a new account begins with.
EMPTY = {"account": "", "name": "", "role": Role.GUIDE.value, "wecom": ""}


class Told(Struct, frozen=True):
    """What a form tells of a staff member."""

    account: Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^\S+$")]
    name: Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S")]
    role: Role
    wecom: Annotated[str, Meta(max_length=64, pattern=r"^\S*$")] = ""
    password: Annotated[str, Meta(max_length=staff.LONGEST_PASSWORD)] = ""


async def page(request: web.Request) -> web.Response:
    """Show all accounts, those who left last."""
    return await _show(request)


async def _show(
    request: web.Request, *, error: str = "", asked: Mapping[str, str] | None = None
) -> web.Response:
    rows = await StaffMember.all().order_by("left_at", "account")
    told = {
        "rows": sorted(rows, key=lambda one: (one.left_at is not None, one.account)),
        "roles": list(Role),
        "may_edit": request[STAFF].role is Role.OWNER,
        "me": request[STAFF].id,
        "error": error,
        "asked": {**EMPTY, **(asked or {})},
    }
    return await show(request, "staff.html", told, http_status=422 if error else 200)


def _require_owner(request: web.Request) -> None:
    if request[STAFF].role is not Role.OWNER:
        raise Forbidden("not_for_your_role")


async def add(request: web.Request) -> web.Response:
    """Open an account, or that of somebody who left and comes back."""
    _require_owner(request)
    form = await forms.read(request)
    try:
        told: Told = converted(_fields(form), Told, name="")
        if await StaffMember.filter(account=told.account.lower(), left_at=None).exists():
            raise Refused("staff_account_taken")
        await staff.add(
            told.account,
            name=told.name.strip(),
            role=told.role,
            password=told.password,
            at=now(),
            wecom_user_id=told.wecom or None,
        )
    except (BadRequest, LoyaltyError) as refused:
        return await _show(request, error=_said(request, refused), asked=form)
    return see(request, "/staff")


async def change(request: web.Request) -> web.Response:
    """Change a name, a role, a WeCom user, or a password where one is told."""
    _require_owner(request)
    known, form = await _named(request), await forms.read(request)
    try:
        told: Told = converted({**_fields(form), "account": known.account}, Told, name="")
        if known.id == request[STAFF].id and told.role is not Role.OWNER:
            raise Refused("own_account_stays")
        await staff.change(
            known.id,
            name=told.name.strip(),
            role=told.role,
            wecom_user_id=told.wecom or None,
            password=told.password or None,
        )
        if form.get("no_second_step") == "yes":
            await staff.end_second_step(known.id)
    except (BadRequest, LoyaltyError) as refused:
        return await _show(request, error=_said(request, refused))
    return see(request, "/staff")


async def leave(request: web.Request) -> web.Response:
    """Sign out who left, for good."""
    _require_owner(request)
    known = await _named(request)
    if known.id == request[STAFF].id:
        return await _show(request, error=_said(request, Refused("own_account_stays")))
    try:
        await staff.leave(known.account, at=now(), needs_another_owner=True)
    except Refused as refused:
        return await _show(request, error=_said(request, refused))
    return see(request, "/staff")


async def _named(request: web.Request) -> StaffMember:
    found = id_of_path(request, otherwise="no_such_staff_member")
    known = await StaffMember.get_or_none(id=found)
    if known is None:
        raise NotFound("no_such_staff_member")
    return known


def _fields(form: Mapping[str, str]) -> dict[str, str]:
    return {name: form[name] for name in Told.__struct_fields__ if name in form}


def _said(request: web.Request, refused: BadRequest | LoyaltyError) -> str:
    figures = dict(refused.figures)
    if isinstance(refused, BadRequest):
        figures["field"] = refused.field
    return text(refused.code, language_of(request), figures)


async def security(request: web.Request) -> web.Response:
    """Show whether signing in asks for a code, or the picture for the app that makes them."""
    return await _show_security(request)


async def _show_security(request: web.Request, *, error: str = "") -> web.Response:
    known = await StaffMember.get(id=request[STAFF].id)
    picture = ""
    if known.totp_since is None:
        context = request.config_dict[CONTEXT]
        address = await staff.propose_second_step(known, issuer="jifen", sealer=context.sealer)
        picture = segno.make(address, error="m").svg_data_uri(scale=5)
    told = {"since": known.totp_since, "picture": picture, "error": error}
    return await show(request, "security.html", told, http_status=422 if error else 200)


async def begin(request: web.Request) -> web.Response:
    """Ask for codes from now on; or, with a code, no more."""
    form, sealer = await forms.read(request), request.config_dict[CONTEXT].sealer
    known, code = await StaffMember.get(id=request[STAFF].id), form.get("code", "")
    try:
        if known.totp_since is None:
            await staff.begin_second_step(known, code, sealer=sealer, moment=now())
        else:
            await staff.check_code(known, code, sealer=sealer, moment=now())
            await staff.end_second_step(known.id)
    except Refused as refused:
        return await _show_security(request, error=_said(request, refused))
    return see(request, "/security")
