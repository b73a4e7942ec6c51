"""What the corp's app may call: tokens, customer groups, join ways (C1, C8)."""

import io

import msgspec
import segno
from yarl import URL

from simulator.api import OK, Answer, Call, Raw
from simulator.errors import Refused
from simulator.wecom.contact_calls import unionid_of
from simulator.wecom.corp import corp_of
from simulator.wecom.door import BASE, QyEndpoint
from simulator.wecom.groups import GroupMember
from simulator.wecom.join_ways import QR_CODE, JoinWay, JoinWayRequest

STAFF, EXTERNAL = 1, 2
API = f"{BASE}/cgi-bin/externalcontact"
PICTURES = f"{BASE}/join"


class OwnerFilter(msgspec.Struct):
    """Whose groups are wanted."""

    userid_list: list[str] = []


class ListRequest(msgspec.Struct):
    """Body of groupchat/list."""

    status_filter: int = 0
    owner_filter: OwnerFilter = msgspec.field(default_factory=OwnerFilter)
    cursor: str = ""
    limit: int = 0


class GroupRequest(msgspec.Struct):
    """Body of groupchat/get."""

    chat_id: str = ""
    need_name: int = 0


class ConfigRequest(msgspec.Struct):
    """Body of get_join_way and del_join_way."""

    config_id: str = ""


async def get_token(call: Call) -> Answer:
    """The token of the app. A missing secret is told before a missing corp id."""
    corp, query = corp_of(call.china), call.query
    if not query.get("corpsecret"):
        raise Refused(41004)
    if not query.get("corpid"):
        raise Refused(41002)
    if query["corpid"] != corp.settings.corp_id:
        raise Refused(40013)
    if query["corpsecret"] != corp.settings.secret:
        raise Refused(40001)
    value, seconds = corp.tokens.issue()
    return {**OK, "access_token": value, "expires_in": seconds}


async def groups(call: Call) -> Answer:
    """The groups of some owners, or of all whom the app may see, a page at a time."""
    asked = call.json(ListRequest)
    corp, assumed = corp_of(call.china), call.china.settings.assumed
    owners = asked.owner_filter.userid_list
    right = (
        1 <= asked.limit <= assumed.groups_a_page
        and len(owners) <= assumed.owners_a_filter
        and asked.status_filter in (0, 1, 2, 3)
        and (not asked.cursor or asked.cursor in corp.groups.by_chat_id)
    )
    if not right:
        raise Refused(40058)
    if any(owner not in corp.settings.staff for owner in owners):
        raise Refused(60111)
    if not owners and len(corp.settings.staff) > assumed.members_seen_without_filter:
        raise Refused(81017)
    found = [
        group.chat_id
        for group in corp.groups.by_chat_id.values()
        if asked.status_filter == 0 and (not owners or group.owner in owners)
    ]
    start = found.index(asked.cursor) + 1 if asked.cursor in found else 0
    page = found[start : start + asked.limit]
    is_last = start + asked.limit >= len(found)
    return {
        **OK,
        "group_chat_list": [{"chat_id": chat_id, "status": 0} for chat_id in page],
        **({} if is_last else {"next_cursor": page[-1]}),
    }


async def group(call: Call) -> Answer:
    """A group and its members, as far as the API shows them yet."""
    asked = call.json(GroupRequest)
    found = corp_of(call.china).groups.get(asked.chat_id)
    roster = found.shown()
    return {
        **OK,
        "group_chat": {
            "chat_id": found.chat_id,
            "name": found.name,
            "owner": found.owner,
            "create_time": found.created_at,
            "notice": found.notice,
            "member_list": [_member(call, each, asked.need_name) for each in roster.members],
            "admin_list": [],
            "member_version": roster.version,
        },
    }


def _member(call: Call, member: GroupMember, need_name: int) -> dict[str, object]:
    consumer = call.china.consumers.get(member.consumer_id)
    shown: dict[str, object] = {
        "userid": member.user_id,
        "type": EXTERNAL if consumer else STAFF,
        "join_time": member.joined_at,
        "join_scene": member.join_scene,
        "group_nickname": "",
    }
    if need_name:
        shown["name"] = consumer.nickname if consumer else member.user_id
    if member.state:
        shown["state"] = member.state
    return shown | (unionid_of(call, consumer) if consumer else {})


async def add_join_way(call: Call) -> Answer:
    """A new way into groups. Its code is not in the answer."""
    asked = call.json(JoinWayRequest)
    corp = corp_of(call.china)
    for chat_id in asked.chat_id_list:
        corp.groups.get(chat_id)
    config_id = corp.join_ways.add(asked).config_id
    call.china.stream.publish("state", {})
    return {**OK, "config_id": config_id}


async def get_join_way(call: Call) -> Answer:
    """A join way with its code."""
    way = corp_of(call.china).join_ways.get(call.json(ConfigRequest).config_id)
    return {**OK, "join_way": _shown(way, call)}


def _shown(way: JoinWay, call: Call) -> dict[str, object]:
    code = {"qr_code": _address(way, call)} if way.scene == QR_CODE else {}
    return {
        "config_id": way.config_id,
        "scene": way.scene,
        "remark": way.remark,
        "auto_create_room": way.auto_create_room,
        "room_base_name": way.room_base_name,
        "room_base_id": way.room_base_id,
        "chat_id_list": way.chat_ids,
        "state": way.state,
        **code,
    }


def _address(way: JoinWay, call: Call) -> str:
    return f"{URL(call.url).origin()}{PICTURES}/{way.config_id}"


async def update_join_way(call: Call) -> Answer:
    """Overwrites a join way."""
    asked = call.json(JoinWayRequest)
    for chat_id in asked.chat_id_list:
        corp_of(call.china).groups.get(chat_id)
    corp_of(call.china).join_ways.update(asked)
    return OK


async def del_join_way(call: Call) -> Answer:
    """Takes a join way away."""
    corp_of(call.china).join_ways.remove(call.json(ConfigRequest).config_id)
    call.china.stream.publish("state", {})
    return OK


async def picture(call: Call) -> Answer:
    """The code of a join way as a picture of its own address; 404 where there is none."""
    way = corp_of(call.china).join_ways.by_config_id.get(call.path.rpartition("/")[2])
    if way is None:
        return Raw(b"", "text/html", 404)
    drawn = io.BytesIO()
    segno.make(_address(way, call), error="m").save(drawn, kind="png", scale=8)
    return Raw(drawn.getvalue(), "image/png")


ENDPOINTS = (
    QyEndpoint(
        "GET",
        f"{BASE}/cgi-bin/gettoken",
        get_token,
        needs_token=False,
        empty={"access_token": "", "expires_in": 0},
    ),
    QyEndpoint("POST", f"{API}/groupchat/list", groups, empty={"group_chat_list": []}),
    QyEndpoint("POST", f"{API}/groupchat/get", group),
    QyEndpoint("POST", f"{API}/groupchat/add_join_way", add_join_way, empty={"config_id": ""}),
    QyEndpoint("POST", f"{API}/groupchat/get_join_way", get_join_way),
    QyEndpoint("POST", f"{API}/groupchat/update_join_way", update_join_way),
    QyEndpoint("POST", f"{API}/groupchat/del_join_way", del_join_way),
    QyEndpoint("GET", f"{PICTURES}/{{config_id}}", picture, needs_token=False),
)
