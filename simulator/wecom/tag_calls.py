"""What the corp's app may call of tags: list, make, change, take away, mark contacts (C6)."""

import asyncio

import msgspec

from simulator.api import OK, Answer, Call
from simulator.errors import Refused
from simulator.wecom.corp import corp_of
from simulator.wecom.door import BASE, QyEndpoint
from simulator.wecom.tags import Tag, TagGroup

API = f"{BASE}/cgi-bin/externalcontact"


class ListRequest(msgspec.Struct):
    """Body of get_corp_tag_list; groups count before tags."""

    tag_id: list[str] = []
    group_id: list[str] = []


class NewTag(msgspec.Struct):
    """A tag to make."""

    name: str = ""
    order: int = 0


class AddRequest(msgspec.Struct):
    """Body of add_corp_tag."""

    group_id: str = ""
    group_name: str = ""
    order: int = 0
    tag: list[NewTag] = []
    agentid: int = 0


class EditRequest(msgspec.Struct):
    """Body of edit_corp_tag."""

    id: str = ""
    name: str = ""
    order: int = 0


class RemoveRequest(msgspec.Struct):
    """Body of del_corp_tag."""

    tag_id: list[str] = []
    group_id: list[str] = []


class MarkRequest(msgspec.Struct):
    """Body of mark_tag."""

    userid: str = ""
    external_userid: str = ""
    add_tag: list[str] = []
    remove_tag: list[str] = []


async def listed(call: Call) -> Answer:
    """The corp's tags by group: all, or those that are asked for."""
    asked = call.json(ListRequest)
    groups = []
    for group in corp_of(call.china).tags.state.groups.values():
        if asked.group_id and group.group_id not in asked.group_id:
            continue
        wanted = asked.tag_id if not asked.group_id else []
        tags = [tag for tag in group.tag if not wanted or tag.id in wanted]
        if tags:
            groups.append(_shown(group, tags))
    return {**OK, "tag_group": groups}


def _shown(group: TagGroup, tags: list[Tag]) -> dict[str, object]:
    return {
        "group_id": group.group_id,
        "group_name": group.group_name,
        "create_time": group.create_time,
        "order": group.order,
        "tag": [
            {"id": one.id, "name": one.name, "create_time": one.create_time, "order": one.order}
            for one in tags
        ],
    }


async def add(call: Call) -> Answer:
    """New tags of the app; no event tells of them."""
    asked = call.json(AddRequest)
    names = [(one.name, one.order) for one in asked.tag]
    tags = corp_of(call.china).tags
    group, added = tags.add(asked.group_id, asked.group_name, names, is_of_app=True)
    return {**OK, "tag_group": _shown(group, added)}


async def edit(call: Call) -> Answer:
    """Another name for a tag of the app."""
    asked = call.json(EditRequest)
    corp_of(call.china).tags.rename(asked.id, asked.name)
    return OK


async def remove(call: Call) -> Answer:
    """Takes tags of the app away."""
    asked = call.json(RemoveRequest)
    if not asked.tag_id:
        raise Refused(40058)
    for tag_id in asked.tag_id:
        corp_of(call.china).tags.remove(tag_id)
    return OK


async def mark(call: Call) -> Answer:
    """Gives a contact of a staff member tags, and takes some; one call at a time for a contact."""
    asked = call.json(MarkRequest)
    corp, assumed = corp_of(call.china), call.china.settings.assumed
    if len(asked.add_tag) + len(asked.remove_tag) not in range(1, assumed.tags_a_mark + 1):
        raise Refused(40058)
    consumer = corp.by_external_user_id(asked.external_userid)
    has = [one.user_id for one in corp.contacts.get(consumer.id, [])] if consumer else []
    name = corp.tags.begin(asked.userid, asked.external_userid)
    try:
        await asyncio.sleep(assumed.tag_mark_seconds)
        if asked.userid not in has:
            raise Refused(84061)
        corp.tags.mark(asked.userid, asked.external_userid, asked.add_tag, asked.remove_tag)
    finally:
        corp.tags.end(name)
    return OK


ENDPOINTS = (
    QyEndpoint("POST", f"{API}/get_corp_tag_list", listed, empty={"tag_group": []}),
    QyEndpoint("POST", f"{API}/add_corp_tag", add, empty={"tag_group": {}}),
    QyEndpoint("POST", f"{API}/edit_corp_tag", edit),
    QyEndpoint("POST", f"{API}/del_corp_tag", remove),
    QyEndpoint("POST", f"{API}/mark_tag", mark),
)
