"""The brand's rules: what is in force, since when and by whom, and the form of a new version."""

import msgspec
from aiohttp import web

from console import forms
from console.access import EDITORS, STAFF, part_of_path
from console.pages import language_of, see, show
from console.rule_form import Input, body_of, inputs
from console.rule_words import CHOICES, FIELDS, about, title
from loyalty import programme, publishing
from loyalty.errors import NotFound
from loyalty.programme import REGISTRIES, Rule
from models import RuleVersion
from web.context import CONTEXT
from web.decoding import wrong_field
from web.languages import Language
from web.refusals import Forbidden
from web.texts import shown_figures, text
from web.wake import wake


async def page(request: web.Request) -> web.Response:
    """Show the newest version of every slot, by kind of rule."""
    at = request.config_dict[CONTEXT].clock()
    rules, language = await programme.load(), language_of(request)
    versions = {one.id: one for one in await RuleVersion.all()}
    sections = []
    for name, registry in REGISTRIES.items():
        lines = [
            _line(rule, versions[rule.version_id], language) for rule in rules.of(registry, at)
        ]
        if lines:
            sections.append((name, lines))
    return await show(request, "rules.html", {"sections": sections})


def _line(rule: Rule, version: RuleVersion, language: Language) -> dict[str, object]:
    return {
        "slot": rule.slot,
        "name": title(rule.body, language),
        "does": about(rule.body, language).partition("\n")[0],
        "version": version.version,
        "by": version.created_by,
        "created_at": version.created_at,
    }


async def one(request: web.Request) -> web.Response:
    """Show a rule's form, with its versions below."""
    return await _show(request)


async def publish(request: web.Request) -> web.Response:
    """Add the next version of a rule; what is wrong is said beside the form, nothing is lost."""
    staff_member = request[STAFF]
    if staff_member.role not in EDITORS:
        raise Forbidden("not_for_your_role")
    at = request.config_dict[CONTEXT].clock()
    version, rule = await _newest(_slot(request))
    form = await forms.read(request)
    try:
        body = body_of(rule, form)
        changed = REGISTRIES[version.registry].decode(version.kind, body)
    except msgspec.ValidationError as wrong:
        error = _told(wrong, language_of(request))
        return await _show(request, form=form, error=error, http_status=422)
    ends_at = version.ends_at if version.ends_at and version.ends_at > at else None
    try:
        await publishing.publish(
            version.slot, changed, by=staff_member.account, at=at, ends_at=ends_at
        )
    except NotFound as missing:
        error = text(missing.code, language_of(request), missing.figures)
        return await _show(request, form=form, error=error, http_status=422)
    await wake(request.config_dict[CONTEXT].redis)
    return see(request, f"/rules/{version.slot}")


def _slot(request: web.Request) -> str:
    return part_of_path(request, "slot", otherwise="no_such_rule")


async def _newest(slot: str) -> tuple[RuleVersion, msgspec.Struct]:
    version = await RuleVersion.filter(slot=slot).order_by("-version").first()
    if version is None:
        raise NotFound("no_such_rule")
    return version, REGISTRIES[version.registry].decode(version.kind, version.body)


async def _show(
    request: web.Request,
    *,
    form: dict[str, str] | None = None,
    error: str = "",
    http_status: int = 200,
) -> web.Response:
    version, rule = await _newest(_slot(request))
    language = language_of(request)
    chosen = 0 if language == "zh" else 1
    versions = await RuleVersion.filter(slot=version.slot).order_by("-version").limit(20)
    return await show(
        request,
        "rule.html",
        {
            "slot": version.slot,
            "name": title(rule, language),
            "about": about(rule, language),
            "labels": {name: told[chosen] for name, told in FIELDS.items()},
            "choices": {name: told[chosen] for name, told in CHOICES.items()},
            "fields": _fields(rule, form or {}),
            "versions": versions,
            "error": error,
            "may_edit": request[STAFF].role in EDITORS,
        },
        http_status=http_status,
    )


def _fields(rule: msgspec.Struct, form: dict[str, str]) -> list[Input]:
    """Return a rule's fields; one that was sent holds what was sent."""
    return [
        msgspec.structs.replace(field, value=form.get(field.name, field.value))
        for field in inputs(rule)
    ]


def _told(wrong: msgspec.ValidationError, language: Language) -> str:
    """Say what is wrong in the staff's language, with the field's own label."""
    found = wrong_field(str(wrong))
    name = (found.field or "").partition(".")[0].partition("[")[0]
    label = FIELDS[name][0 if language == "zh" else 1] if name in FIELDS else found.field
    between = "：" if language == "zh" else ": "
    wanted = shown_figures(found.code, language, found.figures)["wanted"]
    return f"{label}{between}{wanted}"
