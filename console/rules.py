"""The brand's rules: what is in force, since when and by whom, and the form of a new version."""

import re
from collections.abc import Coroutine, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
from aiohttp import web

from console import (
    challenge_preview,
    condition_form,
    forms,
    margin_preview,
    rule_history,
    rule_preview,
)
from console.access import EDITORS, STAFF, part_of_path
from console.inputs import Input
from console.pages import language_of, see, show
from console.rule_form import as_sent, body_of, filled_rows, inputs
from console.words import WORDS
from console.words.conditions import CONDITION_NAMES
from console.words.rules import CHOICES, FIELDS, about, title
from loyalty import budgets, programme, publishing
from loyalty.budgets import BudgetStand
from loyalty.challenges import Challenge
from loyalty.discounts import Discount
from loyalty.errors import LoyaltyError, NotFound, Refused
from loyalty.policies.margin import Margin
from loyalty.policies.tiers import Tiers
from loyalty.programme import REGISTRIES, Programme, Rule
from loyalty.staff import SignedInStaff
from models import RuleEnd, RuleVersion
from web.context import CONTEXT
from web.decoding import wrong_field
from web.languages import Language
from web.refusals import Forbidden
from web.texts import shown_figures, text
from web.wake import wake

LONGEST_CODE = 60
LONGEST_VERSION = 9
SHOWN = 20
_BRIEF = re.compile("[：:。.，,；;]")


async def page(request: web.Request) -> web.Response:
    """Show the newest version of every slot, by kind of rule."""
    return await _show_all(request)


async def _show_all(request: web.Request, *, error: LoyaltyError | None = None) -> web.Response:
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
    told = {
        "sections": sections,
        "over": _over(rules, versions, language, at=at),
        "kinds": _kinds(rules, language),
        "may_edit": request[STAFF].role in EDITORS,
        "asked": request.query.get("code", "")[:LONGEST_CODE],
        "picked": request.query.get("kind", ""),
        "error": text(error.code, language, error.figures) if error else "",
    }
    return await show(request, "rules.html", told, http_status=422 if error else 200)


def _over(
    rules: Programme, versions: Mapping[int, RuleVersion], language: Language, *, at: datetime
) -> list[dict[str, object]]:
    """Return the newest version of each slot in which nothing holds any more."""
    newest: dict[str, Rule] = {}
    for one in (one for found in rules.rules.values() for one in found):
        newest.setdefault(one.slot, one)
    return [
        {**_line(one, versions[one.version_id], language), "ends_at": one.ends_at}
        for slot, one in sorted(newest.items())
        if one.is_over(at)
    ]


def _kinds(rules: Programme, language: Language) -> dict[str, list[tuple[str, str]]]:
    """Return what a new rule can be, as it is sent, by registry, with what it does in few words."""
    found: dict[str, list[tuple[str, str]]] = {}
    for what, kind in publishing.pickable(rules):
        slot = publishing.slot_of(what, "x")
        rule = publishing.blank(slot, kind)
        does = _BRIEF.split(about(rule, language), maxsplit=1)[0]
        shown = (f"{what}/{kind}", f"{does} · {slot if slot == what else what + ':…'}")
        found.setdefault(programme.kind_of(rule)[0], []).append(shown)
    return found


async def begin(request: web.Request) -> web.Response:
    """Lead to the form of a rule that nobody has published yet; or say why there is none."""
    _editor(request)
    what, _, kind = request.query.get("kind", "").partition("/")
    code = request.query.get("code", "").strip()[:LONGEST_CODE]
    try:
        slot = publishing.slot_of(what, code)
        publishing.blank(slot, kind)
    except Refused as refused:
        return await _show_all(request, error=refused)
    return see(request, f"/rules/{slot}?kind={quote(kind)}")


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
    staff_member = _editor(request)
    at = request.config_dict[CONTEXT].clock()
    version, rule = await _newest(request)
    form = await forms.read(request)
    if condition_form.unseen(form):
        return await _show_unseen(request, form)
    begun_as = request.query.get("kind", "")
    if begun_as and version.version and begun_as != version.kind:
        return await _show_taken(request)
    try:
        changed = _drafted(version, rule, form)
    except msgspec.ValidationError as wrong:
        return await _show_wrong(request, form, wrong)
    if begun_as and version.version and changed != rule:
        return await _show_taken(request)
    ends_at = version.ends_at if version.ends_at and version.ends_at > at else None
    try:
        await publishing.publish(
            version.slot,
            changed,
            by=staff_member.account,
            at=at,
            ends_at=ends_at,
            shops=[one.connection.settings for one in request.config_dict[CONTEXT].shops],
        )
    except (NotFound, Refused) as missing:
        error = _refused(missing, form, language_of(request))
        return await _show(request, form=form, error=error, http_status=422)
    await wake(request.config_dict[CONTEXT].redis)
    return see(request, f"/rules/{version.slot}")


async def end(request: web.Request) -> web.Response:
    """Let a rule hold no more, once somebody has said that she means it."""
    staff_member = _editor(request)
    slot, form = _slot(request), await forms.read(request)
    if form.get("understood") != "yes":
        return await _show(request, error=WORDS[language_of(request)]["rule_end_unsure"])
    at = request.config_dict[CONTEXT].clock()
    return await _done(request, publishing.end(slot, by=staff_member.account, at=at))


async def restore(request: web.Request) -> web.Response:
    """Let an earlier version hold again, as a new one."""
    staff_member = _editor(request)
    told = (await forms.read(request)).get("version", "")
    is_number = told.isascii() and told.isdecimal() and len(told) < LONGEST_VERSION
    restoring = publishing.restore(
        _slot(request),
        int(told) if is_number else 0,
        by=staff_member.account,
        at=request.config_dict[CONTEXT].clock(),
    )
    return await _done(request, restoring)


async def _done(request: web.Request, deed: Coroutine[None, None, object]) -> web.Response:
    """Do something to a rule and show it; or say why it is refused."""
    try:
        await deed
    except (NotFound, Refused) as refused:
        error = _refused(refused, {}, language_of(request))
        return await _show(request, error=error, http_status=422)
    await wake(request.config_dict[CONTEXT].redis)
    return see(request, f"/rules/{_slot(request)}")


async def preview(request: web.Request) -> web.Response:
    """Show what the rule in the form would do, which stays as it is; nothing is published.

    Who would move by tiers; who would reach a challenge; on which products the margin would cut a
    discount.
    """
    _editor(request)
    version, rule = await _newest(request)
    form = await forms.read(request)
    try:
        draft = _drafted(version, rule, form)
    except msgspec.ValidationError as wrong:
        return await _show_wrong(request, form, wrong)
    at, language = request.config_dict[CONTEXT].clock(), language_of(request)
    match draft:
        case Tiers():
            shown = await rule_preview.preview(draft, language, at=at)
        case Margin():
            shown = await margin_preview.of_margin(draft, language, at=at)
        case Challenge():
            slot = version.slot
            shown = await challenge_preview.of_challenge(draft, slot, language, at=at)
        case Discount():
            shown = await margin_preview.of_discount(draft, language, at=at)
        case _:
            raise NotFound("no_such_rule")
    return await _show(request, form=form, shown=shown)


def _editor(request: web.Request) -> SignedInStaff:
    if request[STAFF].role not in EDITORS:
        raise Forbidden("not_for_your_role")
    return request[STAFF]


def _drafted(version: RuleVersion, rule: msgspec.Struct, form: dict[str, str]) -> msgspec.Struct:
    """Return the rule that a form asks for.

    Raises:
        msgspec.ValidationError: a field is wrong; the text names it.
    """
    drafted: msgspec.Struct = REGISTRIES[version.registry].decode(version.kind, body_of(rule, form))
    return drafted


async def _show_wrong(
    request: web.Request, form: dict[str, str], wrong: msgspec.ValidationError
) -> web.Response:
    error = _told(wrong, form, language_of(request))
    return await _show(request, form=form, error=error, http_status=422)


async def fields(request: web.Request) -> web.Response:
    """Show the form with the fields of conditions that were just chosen; nothing is published."""
    _editor(request)
    return await _show(request, form=await forms.read(request))


async def _show_taken(request: web.Request) -> web.Response:
    """Say that somebody else has published this rule meanwhile, and show theirs."""
    error = WORDS[language_of(request)]["rule_taken"]
    return await _show(request, error=error, http_status=422)


async def _show_unseen(request: web.Request, form: dict[str, str]) -> web.Response:
    error = WORDS[language_of(request)]["condition_unseen"]
    return await _show(request, form=form, error=error, http_status=422)


def _slot(request: web.Request) -> str:
    return part_of_path(request, "slot", otherwise="no_such_rule")


async def _newest(request: web.Request) -> tuple[RuleVersion, msgspec.Struct]:
    """Return the newest version of a slot; of one that is empty a blank one of the kind asked for.

    Raises:
        NotFound: ``no_such_rule``.
    """
    slot, kind = _slot(request), request.query.get("kind", "")
    version = await RuleVersion.filter(slot=slot).order_by("-version").first()
    if version is not None:
        return version, REGISTRIES[version.registry].decode(version.kind, version.body)
    try:
        rule = publishing.blank(slot, kind)
    except Refused:
        raise NotFound("no_such_rule") from None
    registry, kind = programme.kind_of(rule)
    return RuleVersion(slot=slot, registry=registry, kind=kind, version=0), rule


async def _show(
    request: web.Request,
    *,
    form: dict[str, str] | None = None,
    error: str = "",
    shown: dict[str, Any] | None = None,
    http_status: int = 200,
) -> web.Response:
    version, rule = await _newest(request)
    language = language_of(request)
    chosen = 0 if language == "zh" else 1
    at = request.config_dict[CONTEXT].clock()
    versions = await RuleVersion.filter(slot=version.slot).order_by("-version").limit(SHOWN + 1)
    ends = await RuleEnd.filter(slot=version.slot)
    newest = (await programme.load()).newest(version.slot)
    holds = newest.version_id if newest and not newest.is_over(at) else None
    return await show(
        request,
        "rule.html",
        {
            "slot": version.slot,
            "name": title(rule, language),
            "about": about(rule, language),
            "labels": {name: told[chosen] for name, told in FIELDS.items()},
            "choices": {name: told[chosen] for name, told in (CHOICES | CONDITION_NAMES).items()},
            "fields": _fields(rule, form or {}),
            "versions": rule_history.lines(versions, ends, language)[:SHOWN],
            "holds": holds,
            "can_end": bool(holds) and version.slot not in publishing.ALWAYS_THERE,
            "kind": "" if versions else version.kind,
            "error": error,
            "can_preview": isinstance(rule, Tiers | Margin | Discount | Challenge)
            and getattr(rule, "is_for_carts", True),
            "budgets": await _budgets(version.slot, rule, at=at),
            "preview": shown,
            "may_edit": request[STAFF].role in EDITORS,
        },
        http_status=http_status,
    )


async def _budgets(slot: str, rule: msgspec.Struct, *, at: datetime) -> list[BudgetStand]:
    held = rule.budgets if isinstance(rule, Discount) else ()
    return await budgets.stands(slot, held, at=at)


def _fields(rule: msgspec.Struct, form: dict[str, str]) -> list[Input]:
    """Return a rule's fields; one that was sent holds what was sent."""
    return [as_sent(field, form) for field in inputs(rule)]


def _told(wrong: msgspec.ValidationError, form: dict[str, str], language: Language) -> str:
    """Say what is wrong in the staff's language, with the field's own label."""
    found = wrong_field(str(wrong))
    label = _place(found.field or "", form, language)
    between = "：" if language == "zh" else ": "
    wanted = shown_figures(found.code, language, found.figures)["wanted"]
    return f"{label}{between}{wanted}"


def _refused(refused: LoyaltyError, form: dict[str, str], language: Language) -> str:
    """Say why a rule is refused, with the label of the field whose name it tells, if any."""
    figures = dict(refused.figures)
    if "name" in figures:
        figures["name"] = _place(str(figures["name"]), form, language)
    return text(refused.code, language, figures)


_CELL = re.compile(r"(?P<rows>[a-z_]+)(?:\[(?P<place>\d+)\]|\.(?P<number>\d+))\.(?P<name>[a-z_]+)")


def _place(field: str, form: dict[str, str], language: Language) -> str:
    """Return where a field stands on the page: its label, in a row of a table that one's too.

    The decoder counts the rows that are filled in.
    """
    chosen = 0 if language == "zh" else 1
    cell = _CELL.fullmatch(field)
    if cell and cell["rows"] in FIELDS and cell["name"] in FIELDS:
        counted = filled_rows(cell["rows"], form)
        place = int(cell["place"] or cell["number"])
        row = 1 + (counted[place] if cell["place"] and place < len(counted) else place)
        rows, name = FIELDS[cell["rows"]][chosen], FIELDS[cell["name"]][chosen]
        return f"{rows}第 {row} 行 {name}" if language == "zh" else f"{rows}, row {row}, {name}"
    name = field.partition(".")[0].partition("[")[0]
    return FIELDS[name][chosen] if name in FIELDS else field
