"""Followers as the account may read them (A10)."""

from typing import TYPE_CHECKING, Any

import msgspec

from simulator.api import OK, Answer, Call, Endpoint
from simulator.consumers import Consumer
from simulator.errors import Refused

if TYPE_CHECKING:
    from simulator.world import China


class UserKey(msgspec.Struct):
    """One line of a batch."""

    openid: str = ""
    lang: str = "zh_CN"


class BatchRequest(msgspec.Struct):
    """Body of /cgi-bin/user/info/batchget."""

    user_list: list[UserKey] = []


class RemarkRequest(msgspec.Struct):
    """Body of /cgi-bin/user/info/updateremark."""

    openid: str = ""
    remark: str = ""


def consumer_of(call: Call, openid: str) -> Consumer:
    """The consumer with this openid. Raises: Refused 40003."""
    consumer = call.china.consumers.by_openid(openid)
    if consumer is None:
        raise Refused(40003)
    call.consumer_id = consumer.id
    return consumer


def _portrait(china: "China", consumer: Consumer) -> dict[str, Any]:
    """All of a follower; of somebody else only that they do not follow."""
    if not consumer.followed:
        return {"subscribe": 0, "openid": consumer.openid, "unionid": consumer.unionid}
    shown = china.settings.assumed.nickname_in_user_info
    return {
        "subscribe": 1,
        "openid": consumer.openid,
        "nickname": consumer.nickname if shown else "",
        "sex": 0,
        "language": consumer.language,
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "subscribe_time": consumer.followed_at,
        "unionid": consumer.unionid,
        "remark": consumer.remark,
        "groupid": consumer.tag_ids[0] if consumer.tag_ids else 0,
        "tagid_list": consumer.tag_ids,
        "subscribe_scene": consumer.subscribe_scene,
        "qr_scene": consumer.qr_scene,
        "qr_scene_str": consumer.qr_scene_str,
    }


async def one(call: Call) -> Answer:
    """One user."""
    openid = call.query.get("openid", "")
    if not openid:
        raise Refused(41009)
    return _portrait(call.china, consumer_of(call, openid))


async def many(call: Call) -> Answer:
    """Up to a hundred users."""
    keys = call.json(BatchRequest).user_list
    if not 1 <= len(keys) <= call.china.settings.assumed.batchget_limit:
        raise Refused(40032)
    consumers = [consumer_of(call, key.openid) for key in keys]
    return {"user_info_list": [_portrait(call.china, each) for each in consumers]}


async def followers(call: Call) -> Answer:
    """The openids of those who follow, a page at a time."""
    return {
        "total": len(call.china.consumers.followers()),
        **page(call, [each.openid for each in call.china.consumers.followers()]),
    }


def page(call: Call, openids: list[str], *, next_openid: str | None = None) -> dict[str, Any]:
    """The page behind `next_openid`; the last one has count 0 and no data."""
    after = call.query.get("next_openid", "") if next_openid is None else next_openid
    if after and after not in openids:
        raise Refused(40003)
    start = openids.index(after) + 1 if after else 0
    found = openids[start : start + call.china.settings.assumed.openids_a_page]
    if not found:
        return {"count": 0, "next_openid": ""}
    return {"count": len(found), "data": {"openid": found}, "next_openid": found[-1]}


async def remark(call: Call) -> Answer:
    """What the account calls a user."""
    asked = call.json(RemarkRequest)
    consumer = consumer_of(call, asked.openid)
    if len(asked.remark) > call.china.settings.assumed.remark_limit_chars:
        raise Refused(45002)
    consumer.remark = asked.remark
    return OK


ENDPOINTS = (
    Endpoint("GET", "/cgi-bin/user/info", one),
    Endpoint("POST", "/cgi-bin/user/info/batchget", many),
    Endpoint("GET", "/cgi-bin/user/get", followers),
    Endpoint("POST", "/cgi-bin/user/info/updateremark", remark),
)
