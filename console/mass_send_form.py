"""The form of a mass send: written, looked at beforehand, planned."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from aiohttp import web
from msgspec import Struct

from console import forms, uploads
from console.access import EDITORS, STAFF
from console.pages import language_of, see, show
from console.words import WORDS
from loyalty import mass_sends, programme
from loyalty.calendar import SHANGHAI
from loyalty.errors import LoyaltyError, Refused
from loyalty.mass_sends import EVERYONE, Aim, MassSendWish, Reach
from loyalty.policies import POLICIES
from loyalty.policies.community import CommunityPolicy
from loyalty.programme import Programme
from loyalty.segments import SEGMENTS
from models import MassSendKind
from web import tiers
from web.context import CONTEXT, Corp
from web.languages import Language
from web.logs import log
from web.refusals import Forbidden
from web.texts import text
from web.wake import wake
from wechat.errors import CallFailed

FIELDS = ("name", "to", "community", "text", "not_before", "picture")
LONGEST = 4000
PICTURE_BYTES = 1024 * 1024
PICTURES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


class Audience(Struct, frozen=True):
    """An audience that can be chosen: as the form sends it ("contacts/tier:gold"), and its name."""

    value: str
    name: str


def audiences(rules: Programme, language: Language, *, at: datetime) -> list[Audience]:
    """Return whom a mass send can be for."""
    words = WORDS[language]
    found = [("contacts", EVERYONE, words["send_everyone"])]
    found += [
        (
            "contacts",
            f"tier:{tier.code}",
            words["send_of_tier"].format(name=tiers.name(tier).spoken(language)),
        )
        for tier in rules.tiers(at).tiers
    ]
    found += [
        ("contacts", rule.slot, words["send_of_segment"].format(name=_name(rule.body, language)))
        for rule in rules.of(SEGMENTS, at)
    ]
    rooms = communities(rules, language, at=at)
    found += [
        ("contacts", one.value, words["send_of_members"].format(name=one.name)) for one in rooms
    ]
    found += [("groups", one.value, words["send_of_groups"].format(name=one.name)) for one in rooms]
    return [Audience(f"{kind}/{audience}", name) for kind, audience, name in found]


def communities(rules: Programme, language: Language, *, at: datetime) -> list[Audience]:
    """Return the communities that there are, by their slots."""
    return [
        Audience(rule.slot, _name(rule.body, language))
        for rule in rules.of(POLICIES, at)
        if isinstance(rule.body, CommunityPolicy)
    ]


def _name(body: Struct, language: Language) -> str:
    name: str = getattr(body, f"name_{language}")
    return name


async def page(request: web.Request) -> web.Response:
    """Show an empty form; ``to`` and ``community`` of the query are chosen in it.

    Raises:
        Forbidden: ``not_for_your_role``.
    """
    _editor(request)
    return await _show(request, {name: request.query.get(name, "")[:100] for name in FIELDS})


async def send(request: web.Request) -> web.Response:
    """Show whom a mass send would reach, or plan it; what is wrong is said above the form.

    Raises:
        Forbidden: ``not_for_your_role``.
    """
    _editor(request)
    upload = await uploads.read(request)
    asked = {name: upload.fields.get(name, "")[:LONGEST] for name in FIELDS}
    asked["form"] = upload.fields.get("form", "")
    asked["text"] = asked["text"].replace("\r\n", "\n")
    at = request.config_dict[CONTEXT].clock()
    try:
        corp = _corp(request)
        if upload.content:
            asked["picture"] = await _uploaded(corp, upload.content)
        wish = _wish(asked, corp, at=at)
        if upload.fields.get("act") != "plan":
            return await _show(request, asked, reach=await mass_sends.preview(wish, at=at))
        planned = await mass_sends.plan(wish, at=at, staff_member_id=request[STAFF].id)
    except LoyaltyError as refused:
        return await _show(request, asked, error=refused)
    log.info("mass_send_planned", mass_send_id=planned.id, staff_member_id=request[STAFF].id)
    await wake(request.config_dict[CONTEXT].redis)
    return see(request, f"/mass-sends/{planned.uuid}")


def _editor(request: web.Request) -> None:
    if request[STAFF].role not in EDITORS:
        raise Forbidden("not_for_your_role")


def _corp(request: web.Request) -> Corp:
    corps = request.config_dict[CONTEXT].corps
    if not corps:
        raise Refused("no_corp")
    corp: Corp = next(iter(corps.values()))
    return corp


async def _uploaded(corp: Corp, content: bytes) -> str:
    """Give a picture to the platform, and return its address there.

    Raises:
        Refused: ``send_picture_wrong``: no PNG or JPEG, or too large; ``send_picture_not_taken``.
    """
    kind = next((kind for head, kind in PICTURES if content.startswith(head)), None)
    if kind is None or len(content) > PICTURE_BYTES:
        raise Refused("send_picture_wrong")
    try:
        return await corp.client.upload_picture(content, kind=kind)
    except CallFailed as failed:
        log.warning("picture_not_taken", code=failed.code)
        raise Refused("send_picture_not_taken") from None


def _wish(asked: Mapping[str, str], corp: Corp, *, at: datetime) -> MassSendWish:
    kind, _, audience = asked["to"].partition("/")
    known = {one.value: one for one in MassSendKind}
    if kind not in known:
        raise Refused("send_audience_missing")
    return MassSendWish(
        forms.uuid_in(asked["form"]) or uuid4(),
        asked["name"],
        Aim(
            corp.connection.scope,
            known[kind],
            audience,
            asked["community"] or None if kind == MassSendKind.CONTACTS else None,
        ),
        asked["text"],
        _moment(asked["not_before"], at=at),
        asked["picture"] or None,
    )


def _moment(told: str, *, at: datetime) -> datetime:
    """Return a moment that was written by the Shanghai clock; now where none was."""
    if not told.strip():
        return at
    try:
        found = datetime.fromisoformat(told.strip())
    except ValueError:
        raise Refused("send_time_wrong") from None
    if found.tzinfo is not None or not 2000 <= found.year < 3000:
        raise Refused("send_time_wrong")
    return found.replace(tzinfo=SHANGHAI)


async def _show(
    request: web.Request,
    asked: Mapping[str, str],
    *,
    reach: Reach | None = None,
    error: LoyaltyError | None = None,
) -> web.Response:
    at, language = request.config_dict[CONTEXT].clock(), language_of(request)
    rules = await programme.load()
    told = {
        "asked": asked,
        "form": asked.get("form") or uuid4(),
        "audiences": audiences(rules, language, at=at),
        "communities": communities(rules, language, at=at),
        "has_corp": bool(request.config_dict[CONTEXT].corps),
        "reach": reach,
        "senders": await _senders(reach) if reach else [],
        "most": mass_sends.monthly_quota(at),
        "error": text(error.code, language, error.figures) if error else "",
    }
    return await show(request, "mass-send-new.html", told, http_status=422 if error else 200)


async def _senders(reach: Reach) -> Sequence[tuple[str, int]]:
    """Return the names of the staff who are to send, with how many each, the most first."""
    names = await mass_sends.names_of_staff(list(reach.senders))
    rows = [(names.get(user_id, user_id), count) for user_id, count in reach.senders.items()]
    return sorted(rows, key=lambda row: -row[1])
