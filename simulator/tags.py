"""Tags of users, and the blacklist (A10)."""

import msgspec

from simulator.api import OK, Answer, Call, Endpoint
from simulator.consumers import Consumer
from simulator.errors import Refused
from simulator.users import consumer_of, page

SYSTEM_TAGS = {0, 1, 2}
FIRST_TAG_ID = 100


class TagsState(msgspec.Struct):
    """Names by id; 0, 1 and 2 belong to the system and have none."""

    names: dict[int, str] = {}
    last_id: int = FIRST_TAG_ID - 1


class Tags:
    """The tags of the account."""

    def __init__(self, state: TagsState) -> None:
        self.state = state


class Tag(msgspec.Struct):
    """A tag in a request."""

    id: int = -1
    name: str = ""


class TagRequest(msgspec.Struct):
    """Body of tags/create, update and delete."""

    tag: Tag = msgspec.field(default_factory=Tag)


class MembersRequest(msgspec.Struct):
    """Body of the calls on many users."""

    openid_list: list[str] = []
    tagid: int = -1


class OpenidRequest(msgspec.Struct):
    """Body of tags/getidlist."""

    openid: str = ""


class MembersPageRequest(msgspec.Struct):
    """Body of user/tag/get and getblacklist."""

    tagid: int = -1
    next_openid: str = ""
    begin_openid: str = ""


def _checked_name(call: Call, name: str) -> str:
    if not name or len(name) > call.china.settings.assumed.tag_name_limit_chars:
        raise Refused(45158)
    if name in call.china.tags.state.names.values():
        raise Refused(45157)
    return name


def _own_tag(call: Call, tag_id: int) -> int:
    if tag_id in SYSTEM_TAGS:
        raise Refused(45058)
    if tag_id not in call.china.tags.state.names:
        raise Refused(45159)
    return tag_id


async def create(call: Call) -> Answer:
    """A new tag."""
    state = call.china.tags.state
    name = _checked_name(call, call.json(TagRequest).tag.name)
    if len(state.names) >= call.china.settings.assumed.tags_limit:
        raise Refused(45056)
    state.last_id += 1
    state.names[state.last_id] = name
    return {"tag": {"id": state.last_id, "name": name}}


async def everything(call: Call) -> Answer:
    """All tags, with how many followers have each."""
    followers = call.china.consumers.followers()
    return {
        "tags": [
            {
                "id": tag_id,
                "name": name,
                "count": sum(tag_id in follower.tag_ids for follower in followers),
            }
            for tag_id, name in call.china.tags.state.names.items()
        ]
    }


async def update(call: Call) -> Answer:
    """A tag's new name."""
    tag = call.json(TagRequest).tag
    _own_tag(call, tag.id)
    if tag.name != call.china.tags.state.names[tag.id]:
        call.china.tags.state.names[tag.id] = _checked_name(call, tag.name)
    return OK


async def delete(call: Call) -> Answer:
    """One tag less, at every user."""
    tag_id = _own_tag(call, call.json(TagRequest).tag.id)
    del call.china.tags.state.names[tag_id]
    for consumer in call.china.consumers:
        if tag_id in consumer.tag_ids:
            consumer.tag_ids.remove(tag_id)
    return OK


def _members(call: Call, asked: MembersRequest, *, limit: int) -> list[Consumer]:
    if not 1 <= len(asked.openid_list) <= limit:
        raise Refused(40032)
    return [consumer_of(call, openid) for openid in asked.openid_list]


async def tag_members(call: Call) -> Answer:
    """Gives a tag to up to fifty users: to all or to none."""
    asked = call.json(MembersRequest)
    assumed = call.china.settings.assumed
    members = _members(call, asked, limit=assumed.tagging_openids_limit)
    if asked.tagid not in call.china.tags.state.names:
        raise Refused(45159)
    others = [each for each in members if asked.tagid not in each.tag_ids]
    if any(len(each.tag_ids) >= assumed.tags_a_user_limit for each in others):
        raise Refused(45059)
    for member in others:
        if asked.tagid not in member.tag_ids:
            member.tag_ids.append(asked.tagid)
    return OK


async def untag_members(call: Call) -> Answer:
    """Takes a tag from up to fifty users."""
    asked = call.json(MembersRequest)
    members = _members(call, asked, limit=call.china.settings.assumed.tagging_openids_limit)
    if asked.tagid not in call.china.tags.state.names:
        raise Refused(45159)
    for member in members:
        if asked.tagid in member.tag_ids:
            member.tag_ids.remove(asked.tagid)
    return OK


async def tags_of(call: Call) -> Answer:
    """The tags of one user."""
    return {"tagid_list": consumer_of(call, call.json(OpenidRequest).openid).tag_ids}


async def members_of(call: Call) -> Answer:
    """The followers with a tag, a page at a time."""
    asked = call.json(MembersPageRequest)
    if asked.tagid not in call.china.tags.state.names:
        raise Refused(45159)
    followers = call.china.consumers.followers()
    openids = [each.openid for each in followers if asked.tagid in each.tag_ids]
    return page(call, openids, next_openid=asked.next_openid)


async def blacklist(call: Call) -> Answer:
    """Who is blacklisted, a page at a time."""
    asked = call.json(MembersPageRequest)
    openids = [each.openid for each in call.china.consumers if each.blacklisted]
    return {"total": len(openids), **page(call, openids, next_openid=asked.begin_openid)}


async def ban(call: Call) -> Answer:
    """Blacklists up to twenty users."""
    _set_blacklisted(call, banned=True)
    return OK


async def unban(call: Call) -> Answer:
    """Takes up to twenty users off the blacklist."""
    _set_blacklisted(call, banned=False)
    return OK


def _set_blacklisted(call: Call, *, banned: bool) -> None:
    limit = call.china.settings.assumed.blacklist_openids_limit
    for member in _members(call, call.json(MembersRequest), limit=limit):
        member.blacklisted = banned


ENDPOINTS = (
    Endpoint("POST", "/cgi-bin/tags/create", create),
    Endpoint("GET", "/cgi-bin/tags/get", everything),
    Endpoint("POST", "/cgi-bin/tags/update", update),
    Endpoint("POST", "/cgi-bin/tags/delete", delete),
    Endpoint("POST", "/cgi-bin/tags/members/batchtagging", tag_members),
    Endpoint("POST", "/cgi-bin/tags/members/batchuntagging", untag_members),
    Endpoint("POST", "/cgi-bin/tags/getidlist", tags_of),
    Endpoint("POST", "/cgi-bin/user/tag/get", members_of),
    Endpoint("POST", "/cgi-bin/tags/members/getblacklist", blacklist),
    Endpoint("POST", "/cgi-bin/tags/members/batchblacklist", ban),
    Endpoint("POST", "/cgi-bin/tags/members/batchunblacklist", unban),
)
