"""The control API of the corp's groups: who scans a join QR, leaves, adds a staff member."""

from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from simulator.callbacks import Delivery
from simulator.gate import CHINA
from simulator.play_answers import Denied, body_of, changed, consumer_of, said, told
from simulator.wecom import Corp
from simulator.wecom.corp import Telling
from simulator.wecom.groups import Group

Act = Callable[[web.Request, Corp], Awaitable[Delivery | None]]


class Scan(msgspec.Struct, forbid_unknown_fields=True):
    """Body of join: the address that the QR code holds. `event`: what becomes of the event."""

    qr_code: str
    event: Telling = "told"


class Departure(msgspec.Struct, forbid_unknown_fields=True):
    """Body of leave. `is_put_out`: by the owner of the group, not by herself."""

    chat_id: str
    is_put_out: bool = False
    event: Telling = "told"


class Dismissal(msgspec.Struct, forbid_unknown_fields=True):
    """Body of dismiss."""

    event: Telling = "told"


class NewContact(msgspec.Struct, forbid_unknown_fields=True):
    """Body of contacts: the staff member whom she adds."""

    user_id: str
    state: str = ""
    is_half: bool = False
    event: Telling = "told"


class PartedContact(msgspec.Struct, forbid_unknown_fields=True):
    """Body of contacts/delete. `is_by_staff`: the staff member deletes her, not she them."""

    user_id: str
    is_by_staff: bool = False
    event: Telling = "told"


def _corp(request: web.Request) -> Corp:
    corp = request.app[CHINA].corp
    if corp is None:
        raise Denied(404, "no_such_corp", "this run has no corp")
    return corp


def deed(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of a deed: 202 at once, or with `?wait=1` 200 when the delivery ended.

    A deed whose event got lost has no delivery: `{"delivery_id": null}`.
    """

    async def handle(request: web.Request) -> web.Response:
        delivery = await act(request, _corp(request))
        changed(request.app[CHINA])
        if delivery is None:
            return said({"delivery_id": None}, 202)
        if request.query.get("wait") not in ("1", "true"):
            return said({"delivery_id": delivery.id}, 202)
        await delivery.ended.wait()
        return said(told(delivery))

    return handle


async def _join(request: web.Request, corp: Corp) -> Delivery | None:
    scan = await body_of(request, Scan)
    return corp.scan(consumer_of(request), scan.qr_code, scan.event)


async def _leave(request: web.Request, corp: Corp) -> Delivery | None:
    asked = await body_of(request, Departure)
    go = corp.put_out if asked.is_put_out else corp.leave
    return go(consumer_of(request), asked.chat_id, asked.event)


async def _add_contact(request: web.Request, corp: Corp) -> Delivery | None:
    asked = await body_of(request, NewContact)
    return corp.add_contact(
        consumer_of(request), asked.user_id, asked.state, asked.event, is_half=asked.is_half
    )


class ScannedContact(msgspec.Struct, forbid_unknown_fields=True):
    """Body of contacts/scan: the address that the QR code holds."""

    qr_code: str
    event: Telling = "told"


async def _scan_contact(request: web.Request, corp: Corp) -> Delivery | None:
    asked = await body_of(request, ScannedContact)
    _, delivery = corp.scan_contact_way(consumer_of(request), asked.qr_code, asked.event)
    return delivery


async def _delete_contact(request: web.Request, corp: Corp) -> Delivery | None:
    asked = await body_of(request, PartedContact)
    return corp.delete_contact(
        consumer_of(request), asked.user_id, asked.event, is_by_staff=asked.is_by_staff
    )


class Tagging(msgspec.Struct, forbid_unknown_fields=True):
    """Body of contacts/tag: a staff member gives her a tag, or takes it (`is_off`)."""

    user_id: str
    tag: str
    is_off: bool = False
    event: Telling = "told"


async def _tag(request: web.Request, corp: Corp) -> Delivery | None:
    asked = await body_of(request, Tagging)
    return corp.tag(
        consumer_of(request), asked.user_id, asked.tag, asked.event, is_off=asked.is_off
    )


class NewTag(msgspec.Struct, forbid_unknown_fields=True):
    """Body of tags: a tag that staff make in WeCom itself."""

    group_name: str
    name: str
    event: Telling = "told"


async def _make_tag(request: web.Request, corp: Corp) -> Delivery | None:
    asked = await body_of(request, NewTag)
    return corp.make_tag(asked.group_name, asked.name, asked.event)


async def _dismiss(request: web.Request, corp: Corp) -> Delivery | None:
    asked = await body_of(request, Dismissal)
    return corp.dismiss(request.match_info["chat_id"], asked.event)


async def groups(request: web.Request) -> web.Response:
    """The corp, its groups with the consumers in them, and its join ways."""
    corp = _corp(request)
    return said(
        {
            "corp_id": corp.settings.corp_id,
            "name": corp.settings.name,
            "staff": corp.settings.staff,
            "groups": [_card(group) for group in corp.groups.by_chat_id.values()],
            "join_ways": list(corp.join_ways.by_config_id.values()),
            "contact_ways": list(corp.contact_ways.by_config_id.values()),
            "messages": corp.messages,
        }
    )


def _card(group: Group) -> dict[str, object]:
    return {
        "chat_id": group.chat_id,
        "name": group.name,
        "owner": group.owner,
        "capacity": group.capacity,
        "member_version": group.roster.version,
        "consumer_ids": [each.consumer_id for each in group.roster.members if each.consumer_id],
    }


async def verify(request: web.Request) -> web.Response:
    """Verifies the corp's callback address, as its console does when one saves it."""
    attempt = await _corp(request).callbacks.courier.verify()
    return said({"verified": attempt.outcome == "verified", "outcome": attempt.outcome})


ROUTES = (
    web.get("/play/groups", groups),
    web.post("/play/groups/verify", verify),
    web.post("/play/tags", deed(_make_tag)),
    web.post("/play/consumers/{id}/contacts/tag", deed(_tag)),
    web.post("/play/groups/{chat_id}/dismiss", deed(_dismiss)),
    web.post("/play/consumers/{id}/groups/join", deed(_join)),
    web.post("/play/consumers/{id}/groups/leave", deed(_leave)),
    web.post("/play/consumers/{id}/contacts", deed(_add_contact)),
    web.post("/play/consumers/{id}/contacts/scan", deed(_scan_contact)),
    web.post("/play/consumers/{id}/contacts/delete", deed(_delete_contact)),
)
