"""The VIP groups: all of them, one with its members and what to look at, a new one connected."""

from collections.abc import AsyncIterator

from aiohttp import web

from console import csv_files, forms
from console.access import CHANGERS, EDITORS, STAFF
from console.mass_send_form import communities as rules_of
from console.pages import language_of, moment, page_asked, see, show
from console.words import WORDS
from loyalty import communities, programme
from loyalty.communities import FullCommunity, FullMember, FullTask
from loyalty.errors import LoyaltyError, NotFound, Refused
from models import db
from web import qr, wecom
from web.context import CONTEXT, Corp, now
from web.languages import Language
from web.logs import log
from web.masks import masked
from web.refusals import Forbidden
from web.texts import text
from wechat.errors import CallFailed
from wechat.group_chats import OWNERS_A_CALL

SHOWN = 100
TASKS_SHOWN = 200
LONGEST_ID = 64
# So many groups that are not ours are named in the form; the rest is connected from the shell.
NAMED = 30

_INVITATIONS = """
SELECT invitation.*, community.name AS community, community.id AS community_id,
       customer.uuid AS customer
FROM invitation JOIN community ON community.id = community_id
JOIN customer ON customer.id = member_id
ORDER BY greatest(invited_at, accepted_at) DESC LIMIT $1
"""


async def page(request: web.Request) -> web.Response:
    """Show the groups and the newest invitations."""
    return await _show_all(request)


async def new(request: web.Request) -> web.Response:
    """Show the groups of WeCom that are not ours, to connect one of them.

    Raises:
        Forbidden: ``not_for_your_role``.
    """
    _changer(request)
    return await _show_new(request)


async def connect(request: web.Request) -> web.Response:
    """Let a group of WeCom be the community of a rule, and read who is in it.

    Raises:
        Forbidden: ``not_for_your_role``.
    """
    staff_member = _changer(request)
    form, context = await forms.read(request), request.config_dict[CONTEXT]
    slot, chat_id = form.get("community", ""), form.get("chat", "")[:LONGEST_ID]
    try:
        corp = _corp(request)
        await _connect(corp, slot, chat_id, form.get("capacity", ""), request)
    except LoyaltyError as refused:
        return await _show_new(request, asked=form, error=refused)
    found = await communities.find(corp.connection.scope, chat_id)
    assert found is not None, "it was connected just now"
    log.info("community_connected", community_id=found.id, staff_member_id=staff_member)
    try:
        await wecom.open_join_way(context.http, corp, found, at=context.clock())
    except CallFailed as failed:  # the job makes it within minutes
        log.warning("join_way_not_opened", community_id=found.id, code=failed.code)
    return see(request, f"/communities/{found.id}")


async def _connect(corp: Corp, slot: str, chat_id: str, told: str, request: web.Request) -> None:
    at, rules = request.config_dict[CONTEXT].clock(), await programme.load()
    if slot not in {one.value for one in rules_of(rules, "zh", at=at)}:
        raise Refused("community_rule_missing")
    capacity = int(told) if told.isascii() and told.isdecimal() and len(told) < 6 else 0
    if not 2 <= capacity <= communities.MOST_IN_A_GROUP:
        raise Refused("community_capacity_wrong", most=communities.MOST_IN_A_GROUP)
    read_at = now()
    try:
        roster = await wecom.read(corp, chat_id)
    except CallFailed as failed:
        log.warning("community_not_told", code=failed.code)
        raise Refused("wecom_not_answering") from None
    if roster is None:
        raise NotFound("no_such_community")
    await communities.connect(
        slot,
        corp_id=corp.connection.scope,
        chat_id=chat_id,
        name=roster.name,
        owner=roster.owner,
        capacity=capacity,
    )
    found = await communities.find(corp.connection.scope, chat_id)
    assert found is not None, "it was connected just now"
    await wecom.take_over(found, roster, read_at=read_at, at=at)


async def one(request: web.Request) -> web.Response:
    """Show a group: its code, its members, what to look at."""
    return await _show_one(request, await _found(request))


async def refresh(request: web.Request) -> web.Response:
    """Read the group from WeCom now, and look over who is in it."""
    found, context = await _found(request), request.config_dict[CONTEXT]
    corp = context.corps.get(found.corp_id)
    known = await communities.find(found.corp_id, found.chat_id)
    if corp is None or known is None:
        return await _show_one(request, found, error=Refused("no_corp"))
    try:
        await wecom.refresh(corp, known, at=context.clock())
    except CallFailed as failed:
        log.warning("community_not_told", community_id=found.id, code=failed.code)
        return await _show_one(request, found, error=Refused("wecom_not_answering"))
    await communities.look_over(at=context.clock(), slot=found.slot)
    return see(request, f"/communities/{found.id}")


async def keep(request: web.Request) -> web.Response:
    """Let a member stay in the group, whatever the rule says.

    Raises:
        Forbidden: ``not_for_your_role``. NotFound: ``no_such_task``.
    """
    if request[STAFF].role not in EDITORS:
        raise Forbidden("not_for_your_role")
    found, form = await _found(request), await forms.read(request)
    uuid = forms.uuid_in(form.get("task", ""))
    if uuid is None:
        raise NotFound("no_such_task")
    at, by = request.config_dict[CONTEXT].clock(), request[STAFF].id
    await communities.keep(uuid, staff_member_id=by, at=at)
    log.info("community_member_kept", task=str(uuid), staff_member_id=by)
    return see(request, f"/communities/{found.id}")


async def download(request: web.Request) -> web.StreamResponse:
    """Send who is or was in a group as a CSV file."""
    found, language = await _found(request), language_of(request)
    log.info("community_downloaded", community_id=found.id, staff_member_id=request[STAFF].id)
    heading = ("member", "name", "way", "joined_at", "left_at")
    rows = _sheets(found.id, language)
    return await csv_files.send(request, f"community-{found.id}.csv", heading, rows)


async def _sheets(community_id: int, language: Language) -> AsyncIterator[list[tuple[str, ...]]]:
    async for members in communities.pages(community_id):
        yield [
            (
                masked(one.member_uuid, language) if one.member_uuid else "",
                one.name,
                _way(one, language),
                moment(one.joined_at),
                moment(one.left_at) if one.left_at else "",
            )
            for one in members
        ]


def _way(one: FullMember, language: Language) -> str:
    return WORDS[language].get(f"community_way_{one.join_scene}", "–")


def _changer(request: web.Request) -> int:
    if request[STAFF].role not in CHANGERS:
        raise Forbidden("not_for_your_role")
    return request[STAFF].id


def _corp(request: web.Request) -> Corp:
    corps = request.config_dict[CONTEXT].corps
    if not corps:
        raise Refused("no_corp")
    corp: Corp = next(iter(corps.values()))
    return corp


async def _found(request: web.Request) -> FullCommunity:
    told = request.match_info["id"]
    if not (told.isascii() and told.isdecimal() and len(told) < 16):
        raise NotFound("no_such_community")
    return await communities.full(int(told))


async def _show_all(request: web.Request) -> web.Response:
    at, language = request.config_dict[CONTEXT].clock(), language_of(request)
    rules = rules_of(await programme.load(), language, at=at)
    invitations = [
        {**dict(row), "name": masked(row["customer"], language)}
        for row in await db.fetch(_INVITATIONS, SHOWN)
    ]
    told = {
        "groups": await communities.all_of_them(),
        "names": {one.value: one.name for one in rules},
        "invitations": invitations,
        "may_connect": request[STAFF].role in CHANGERS,
    }
    return await show(request, "communities.html", told)


async def _show_new(
    request: web.Request,
    *,
    asked: dict[str, str] | None = None,
    error: LoyaltyError | None = None,
) -> web.Response:
    at, language = request.config_dict[CONTEXT].clock(), language_of(request)
    others: list[tuple[str, str]] = []
    try:
        others = await _others(_corp(request))
    except Refused as refused:
        error = error or refused
    told = {
        "others": others,
        "rules": rules_of(await programme.load(), language, at=at),
        "asked": {name: (asked or {}).get(name, "") for name in ("chat", "community", "capacity")},
        "error": text(error.code, language, error.figures) if error else "",
    }
    return await show(request, "community-new.html", told, http_status=422 if error else 200)


async def _others(corp: Corp) -> list[tuple[str, str]]:
    """Return groups of the corp that are not ours, by their ids, with their names and owners."""
    known = {one.chat_id for one in await communities.of_corp(corp.connection.scope)}
    found: list[tuple[str, str]] = []
    try:
        staff = await corp.client.contacts.staff()
        for place in range(0, len(staff), OWNERS_A_CALL):
            owners = staff[place : place + OWNERS_A_CALL]
            others = [one async for one in corp.client.group_chats.chat_ids(owners)]
            for chat_id in [one for one in others if one not in known][: NAMED - len(found)]:
                roster = await wecom.read(corp, chat_id)
                if roster is not None:
                    found.append((chat_id, f"{roster.name or chat_id} · {roster.owner}"))
    except CallFailed as failed:
        log.warning("groups_not_told", code=failed.code)
        raise Refused("wecom_not_answering") from None
    return found


async def _show_one(
    request: web.Request, found: FullCommunity, *, error: LoyaltyError | None = None
) -> web.Response:
    at, language = request.config_dict[CONTEXT].clock(), language_of(request)
    names = {one.value: one.name for one in rules_of(await programme.load(), language, at=at)}
    number, image = page_asked(request), await communities.image_of(found.id)
    members = await communities.members(found.id, limit=SHOWN + 1, offset=(number - 1) * SHOWN)
    tasks = await communities.tasks(found.id, found.slot, at=at, limit=TASKS_SHOWN)
    told = {
        "group": found,
        "rule": names.get(found.slot, found.slot),
        "code": qr.data_uri(image.content, kind=image.kind) if image else None,
        "members": [(one, _name(one, language), _way(one, language)) for one in members[:SHOWN]],
        "number": number,
        "has_more": len(members) > SHOWN,
        "tasks": [_task(one, language) for one in tasks],
        "may_edit": request[STAFF].role in EDITORS,
        "error": text(error.code, language, error.figures) if error else "",
    }
    return await show(request, "community.html", told, http_status=422 if error else 200)


def _name(one: FullMember, language: Language) -> str:
    return masked(one.member_uuid, language) if one.member_uuid else ""


def _task(one: FullTask, language: Language) -> dict[str, object]:
    refusal = one.refusal
    return {
        "task": one,
        "name": masked(one.member_uuid, language),
        "why": text(refusal.code, language, refusal.figures) if refusal else "",
    }
