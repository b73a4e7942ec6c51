"""What the corp's app may call of mass sends: make, look at, remind, cancel (C9)."""

import msgspec

from simulator.api import OK, Answer, Call
from simulator.errors import Refused
from simulator.wecom.contact_calls import Attachment, Text, shown_picture
from simulator.wecom.corp import Corp, corp_of
from simulator.wecom.door import BASE, QyEndpoint
from simulator.wecom.mass_sends import MassSend, Target

API = f"{BASE}/cgi-bin/externalcontact"
SINGLE, GROUP = "single", "group"
UNSENT, CONFIRMED = 0, 2


class SendRequest(msgspec.Struct):
    """Body of add_msg_template."""

    chat_type: str = SINGLE
    external_userid: list[str] = []
    chat_id_list: list[str] = []
    sender: str = ""
    allow_select: bool = False
    text: Text = msgspec.field(default_factory=Text)
    attachments: list[Attachment] = []


class ListRequest(msgspec.Struct):
    """Body of get_groupmsg_list_v2."""

    chat_type: str = SINGLE
    start_time: int = 0
    end_time: int = 0
    creator: str = ""
    filter_type: int = 2
    limit: int = 50
    cursor: str = ""


class PageRequest(msgspec.Struct):
    """Body of get_groupmsg_task, get_groupmsg_send_result, remind and cancel."""

    msgid: str = ""
    userid: str = ""
    limit: int = 500
    cursor: str = ""


async def add(call: Call) -> Answer:
    """A task that waits for the staff who have its targets."""
    asked = call.json(SendRequest)
    corp, assumed = corp_of(call.china), call.china.settings.assumed
    size, attached = len(asked.text.content.encode()), asked.attachments
    right = (
        asked.chat_type in (SINGLE, GROUP)
        and size + len(attached) > 0
        and size <= assumed.send_text_bytes
        and len(attached) <= assumed.send_attachments
        and len(asked.external_userid) <= assumed.send_contacts
        and len(asked.chat_id_list) <= assumed.send_groups
        and bool(asked.sender or (asked.chat_type == SINGLE and asked.external_userid))
    )
    if not right:
        raise Refused(40058)
    if asked.sender and asked.sender not in corp.settings.staff:
        raise Refused(60111)
    pictures = tuple(shown_picture(call, one) for one in attached)
    pick = _groups if asked.chat_type == GROUP else _contacts
    targets, failed = pick(corp, asked)
    send = corp.mass_sends.add(asked.chat_type, asked.text.content, pictures, targets)
    call.china.stream.publish("state", {})
    return {**OK, "fail_list": failed, "msgid": send.msgid}


def _contacts(corp: Corp, asked: SendRequest) -> tuple[list[Target], list[str]]:
    """Who is to be written to by whom, and who cannot be."""
    wanted = asked.external_userid or [
        corp.external_user_id(consumer)
        for consumer in corp.consumers
        if any(each.user_id == asked.sender for each in corp.contacts.get(consumer.id, []))
    ]
    targets, failed = [], []
    for external_user_id in dict.fromkeys(wanted):
        consumer = corp.by_external_user_id(external_user_id)
        known = corp.contacts.get(consumer.id, []) if consumer else []
        found = [one for one in known if asked.sender in ("", one.user_id)]
        if consumer is None or not found:
            failed.append(external_user_id)
            continue
        user_id = max(found, key=lambda one: one.added_at).user_id
        targets.append(Target(user_id, external_user_id, consumer_id=consumer.id))
    return targets, failed


def _groups(corp: Corp, asked: SendRequest) -> tuple[list[Target], list[str]]:
    owned = {one.chat_id for one in corp.groups.by_chat_id.values() if one.owner == asked.sender}
    wanted = list(dict.fromkeys(asked.chat_id_list)) or sorted(owned)
    targets = [Target(asked.sender, chat_id=one) for one in wanted if one in owned]
    return targets, [one for one in wanted if one not in owned]


async def listed(call: Call) -> Answer:
    """The tasks of a span, newest first."""
    asked = call.json(ListRequest)
    assumed = call.china.settings.assumed
    right = (
        asked.chat_type in (SINGLE, GROUP)
        and 0 < asked.start_time < asked.end_time
        and asked.end_time - asked.start_time <= assumed.send_list_seconds
        and 1 <= asked.limit <= assumed.sends_a_page
        and (not asked.cursor or asked.cursor.isdecimal())
    )
    if not right:
        raise Refused(40058)
    found = [
        send
        for send in reversed(corp_of(call.china).mass_sends.by_msgid.values())
        if send.chat_type == asked.chat_type
        and asked.start_time <= send.created_at <= asked.end_time
        and asked.filter_type in (0, 2)
    ]
    rows = [
        {
            "msgid": send.msgid,
            "creator": "",
            "create_time": send.created_at,
            "create_type": 0,
            "text": {"content": send.text},
            "attachments": [
                {"msgtype": "image", "image": {"pic_url": one}} for one in send.pictures
            ],
        }
        for send in found
    ]
    return {**OK, **_page(rows, "group_msg_list", asked.limit, asked.cursor)}


async def tasks(call: Call) -> Answer:
    """Which of the staff have sent it."""
    asked = call.json(PageRequest)
    send = _asked_for(call, asked)
    rows = [
        {
            "userid": user_id,
            "status": CONFIRMED if user_id in send.confirmed else UNSENT,
            "send_time": send.confirmed.get(user_id, 0),
        }
        for user_id in send.senders
    ]
    return {**OK, **_page(rows, "task_list", asked.limit, asked.cursor)}


async def results(call: Call) -> Answer:
    """What became of it for each target of one of the staff."""
    asked = call.json(PageRequest)
    send = _asked_for(call, asked)
    if asked.userid not in send.senders:
        raise Refused(60111)
    rows = [
        {
            "external_userid": one.external_user_id,
            "chat_id": one.chat_id,
            "userid": one.user_id,
            "status": one.status,
            "send_time": one.sent_at,
        }
        for one in send.targets
        if one.user_id == asked.userid
    ]
    return {**OK, **_page(rows, "send_list", asked.limit, asked.cursor)}


async def remind(call: Call) -> Answer:
    """Reminds the staff who have not sent it."""
    corp_of(call.china).mass_sends.remind(call.json(PageRequest).msgid)
    call.china.stream.publish("state", {})
    return OK


async def cancel(call: Call) -> Answer:
    """Takes a task back; what is sent is sent."""
    corp_of(call.china).mass_sends.cancel(call.json(PageRequest).msgid)
    call.china.stream.publish("state", {})
    return OK


def _asked_for(call: Call, asked: PageRequest) -> MassSend:
    most = call.china.settings.assumed.send_results_a_page
    if not 1 <= asked.limit <= most or (asked.cursor and not asked.cursor.isdecimal()):
        raise Refused(40058)
    return corp_of(call.china).mass_sends.get(asked.msgid)


def _page(rows: list[dict[str, object]], name: str, limit: int, cursor: str) -> dict[str, object]:
    start = int(cursor or 0)
    end = start + limit
    return {name: rows[start:end], "next_cursor": str(end) if end < len(rows) else ""}


class AppMessageRequest(msgspec.Struct):
    """Body of message/send: staff by their user ids, with a bar between."""

    touser: str = ""
    msgtype: str = ""
    agentid: int = 0
    text: Text = msgspec.field(default_factory=Text)
    enable_duplicate_check: int = 0
    duplicate_check_interval: int = 1800


async def write_to_staff(call: Call) -> Answer:
    """Writes to staff as the app; other kinds than text are not played (C12)."""
    asked = call.json(AppMessageRequest)
    corp, most = corp_of(call.china), call.china.settings.assumed.app_text_bytes
    if asked.msgtype != "text" or not 0 < len(asked.text.content.encode()) <= most:
        raise Refused(40008 if asked.msgtype != "text" else 40058)
    if asked.agentid != corp.settings.agent_id:
        raise Refused(40056)
    wanted = [one for one in asked.touser.split("|") if one]
    known = [one for one in wanted if one in corp.settings.staff]
    if not known:
        raise Refused(81013)
    for user_id in known:
        within = asked.duplicate_check_interval if asked.enable_duplicate_check else 0
        corp.tell_staff(user_id, asked.text.content, once_within_seconds=within)
    call.china.stream.publish("state", {})
    invalid = "|".join(one for one in wanted if one not in known)
    return {**OK, "invaliduser": invalid, "msgid": "", "response_code": ""}


ENDPOINTS = (
    QyEndpoint("POST", f"{BASE}/cgi-bin/message/send", write_to_staff, empty={"invaliduser": ""}),
    QyEndpoint("POST", f"{API}/add_msg_template", add, empty={"fail_list": [], "msgid": ""}),
    QyEndpoint("POST", f"{API}/get_groupmsg_list_v2", listed, empty={"group_msg_list": []}),
    QyEndpoint("POST", f"{API}/get_groupmsg_task", tasks, empty={"task_list": []}),
    QyEndpoint("POST", f"{API}/get_groupmsg_send_result", results, empty={"send_list": []}),
    QyEndpoint("POST", f"{API}/remind_groupmsg_send", remind),
    QyEndpoint("POST", f"{API}/cancel_groupmsg_send", cancel),
)
