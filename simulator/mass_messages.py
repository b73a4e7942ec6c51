"""Mass messages: to a tag, to all, or to a list of openids (A11)."""

from typing import Any

import msgspec

from simulator.api import Answer, Call, Endpoint
from simulator.consumers import Bubble, Consumer
from simulator.errors import Refused

KEPT_JOBS = 200
FIELDS = {
    "text": "content",
    "voice": "media_id",
    "image": "media_id",
    "images": "media_ids",
    "mpnews": "media_id",
    "mpvideo": "media_id",
    "wxcard": "card_id",
}


class MassMessagesState(msgspec.Struct):
    """Messages of `month` by consumer, and the last jobs: msg_id by itself and by `client ID`."""

    month: str = ""
    received: dict[str, int] = {}
    jobs: dict[str, int] = {}


class MassMessages:
    """How many mass messages each consumer had this month."""

    def __init__(self, state: MassMessagesState) -> None:
        self.state = state

    def take(self, consumer: Consumer, *, month: str, limit: int) -> bool:
        """Whether the consumer may have one more this month; if so, it is counted."""
        if self.state.month != month:
            self.state.month, self.state.received = month, {}
        received = self.state.received.get(consumer.id, 0)
        if received >= limit:
            return False
        self.state.received[consumer.id] = received + 1
        return True

    def keep(self, key: str, msg_id: int) -> None:
        """Remembers a job by its key."""
        self.state.jobs[key] = msg_id
        if len(self.state.jobs) > KEPT_JOBS:
            del self.state.jobs[next(iter(self.state.jobs))]


class Filter(msgspec.Struct):
    """To whom sendall goes."""

    is_to_all: bool = False
    tag_id: int = -1


class MassRequest(msgspec.Struct):
    """Body of the sending calls, but for the object that is named like the type."""

    msgtype: str = ""
    filter: Filter = msgspec.field(default_factory=Filter)
    touser: list[str] | str = msgspec.field(default_factory=list)
    clientmsgid: str = ""


class JobRequest(msgspec.Struct):
    """Body of mass/get and mass/delete."""

    msg_id: int | str = 0


async def send_all(call: Call) -> Answer:
    """To everybody who follows, or to those with a tag."""
    asked = call.json(MassRequest)
    bubble = _bubble(call, asked.msgtype)
    followers = call.china.consumers.followers()
    if not asked.filter.is_to_all:
        if asked.filter.tag_id not in call.china.tags.state.names:
            raise Refused(45159)
        followers = [each for each in followers if asked.filter.tag_id in each.tag_ids]
    return _submitted(call, asked.clientmsgid, followers, bubble=bubble)


async def send(call: Call) -> Answer:
    """To 2 to 10,000 openids; those who do not follow are filtered."""
    asked = call.json(MassRequest)
    if isinstance(asked.touser, str) or len(asked.touser) < 2:
        raise Refused(40130)
    if len(asked.touser) > 10_000:
        raise Refused(40032)
    bubble = _bubble(call, asked.msgtype)
    found = [call.china.consumers.by_openid(openid) for openid in dict.fromkeys(asked.touser)]
    consumers = [consumer for consumer in found if consumer is not None]
    if not consumers:
        raise Refused(40003)
    return _submitted(call, asked.clientmsgid, consumers, bubble=bubble)


async def preview(call: Call) -> Answer:
    """To one follower, outside the month's quota."""
    asked = call.json(MassRequest)
    bubble = _bubble(call, asked.msgtype)
    openid = asked.touser if isinstance(asked.touser, str) else ""
    consumer = call.china.consumers.by_openid(openid)
    if consumer is None:
        raise Refused(40003)
    if not consumer.followed:
        raise Refused(43004)
    call.china.consumers.show(consumer, msgspec.structs.replace(bubble))
    return {"errcode": 0, "errmsg": "preview success"}


def _bubble(call: Call, msgtype: str) -> Bubble:
    field = FIELDS.get(msgtype)
    if field is None:
        raise Refused(40008)
    part = call.json(dict[str, Any]).get(msgtype)
    content = part.get(field) if isinstance(part, dict) else None
    if not content or not isinstance(content, str):
        raise Refused(44004 if msgtype == "text" else 40007)
    if msgtype == "text":
        return Bubble(sender="account", kind="text", via="platform", text=content)
    if msgtype == "wxcard":
        return Bubble(sender="account", kind="news", via="platform", title=content)
    medium = call.china.media.of_kind(content, "voice" if msgtype == "voice" else "image")
    kind = "voice" if msgtype == "voice" else "image"
    address = f"/play/media/{medium.id}"
    return Bubble(
        sender="account",
        kind="voice" if kind == "voice" else "image",
        via="platform",
        media_id=medium.id,
        media_url=address,
    )


def _submitted(call: Call, client_id: str, consumers: list[Consumer], *, bubble: Bubble) -> Answer:
    china, mass = call.china, call.china.mass_messages
    if len(client_id) > 64:
        raise Refused(45067)
    key = f"client {client_id}"
    if client_id and key in mass.state.jobs:
        msg_id = mass.state.jobs[key]
        raise Refused(45065, msg_id=msg_id, msg_data_id=msg_id)
    msg_id = china.message_ids.next()
    mass.keep(str(msg_id), msg_id)
    if client_id:
        mass.keep(key, msg_id)
    month, limit = china.clock.month(), china.settings.assumed.mass_messages_a_month
    may = [each for each in consumers if each.followed and not each.blacklisted]
    reached = [each for each in may if mass.take(each, month=month, limit=limit)]
    for consumer in reached:
        china.consumers.show(consumer, msgspec.structs.replace(bubble))
    china.actions.announce(
        "MASSSENDJOBFINISH",
        {
            "MsgID": msg_id,
            "Status": "send success",
            "TotalCount": len(consumers),
            "FilterCount": len(reached),
            "SentCount": len(reached),
            "ErrorCount": 0,
        },
    )
    submitted = "send job submission success"
    return {"errcode": 0, "errmsg": submitted, "msg_id": msg_id, "msg_data_id": msg_id}


async def get(call: Call) -> Answer:
    """What became of a job."""
    asked = str(call.json(JobRequest).msg_id)
    msg_id = call.china.mass_messages.state.jobs.get(asked)
    if msg_id is None or str(msg_id) != asked:
        raise Refused(40035)
    return {"msg_id": msg_id, "msg_status": "SEND_SUCCESS"}


ENDPOINTS = (
    Endpoint("POST", "/cgi-bin/message/mass/sendall", send_all),
    Endpoint("POST", "/cgi-bin/message/mass/send", send),
    Endpoint("POST", "/cgi-bin/message/mass/preview", preview),
    Endpoint("POST", "/cgi-bin/message/mass/get", get),
)
