"""What the corp's app may call of help desks: read, answer, hand over, who she is (C11)."""

import re

import msgspec
from yarl import URL

from simulator.api import OK, Answer, Call
from simulator.errors import Refused
from simulator.wecom.contact_calls import unionid_of
from simulator.wecom.corp import Corp, corp_of
from simulator.wecom.door import BASE, QyEndpoint
from simulator.wecom.help_desks import PERSON, DeskSession, HelpDesks, Node, Told

API = f"{BASE}/cgi-bin/kf"
_ID = re.compile(r"[0-9a-zA-Z_-]{0,32}")


class SyncRequest(msgspec.Struct):
    """Body of sync_msg."""

    cursor: str = ""
    token: str = ""
    limit: int = 0
    open_kfid: str = ""


class Click(msgspec.Struct):
    """A line of a menu that answers with its own text."""

    id: str = ""
    content: str = ""


class View(msgspec.Struct):
    """A line of a menu that opens an address."""

    url: str = ""
    content: str = ""


class Page(msgspec.Struct):
    """A line of a menu that opens a page of a mini-program."""

    appid: str = ""
    pagepath: str = ""
    content: str = ""


class MenuLine(msgspec.Struct):
    """One line of a menu; what `type` names."""

    type: str = ""
    click: Click | None = None
    view: View | None = None
    miniprogram: Page | None = None


class Menu(msgspec.Struct, rename={"lines": "list"}):
    """A menu message."""

    head_content: str = ""
    lines: list[MenuLine] = []
    tail_content: str = ""


class TextNode(msgspec.Struct):
    """A text message."""

    content: str = ""


class SendRequest(msgspec.Struct):
    """Body of send_msg, and with `code` of send_msg_on_event."""

    touser: str = ""
    open_kfid: str = ""
    code: str = ""
    msgid: str = ""
    msgtype: str = ""
    text: TextNode | None = None
    msgmenu: Menu | None = None


class StateRequest(msgspec.Struct):
    """Body of service_state/get and trans."""

    open_kfid: str = ""
    external_userid: str = ""
    service_state: int = -1
    servicer_userid: str = ""


class WhoRequest(msgspec.Struct):
    """Body of customer/batchget."""

    external_userid_list: list[str] = []
    need_enter_session_context: int = 0


class WayRequest(msgspec.Struct):
    """Body of add_contact_way."""

    open_kfid: str = ""
    scene: str = ""


def _desks(call: Call) -> HelpDesks:
    return corp_of(call.china).help_desks


async def accounts(call: Call) -> Answer:
    """All help desks."""
    listed = [{"open_kfid": one.open_kfid, "name": one.name} for one in _desks(call).by_id.values()]
    return {**OK, "account_list": listed}


async def servicers(call: Call) -> Answer:
    """Who of the staff serves a desk."""
    desk = _desks(call).get(call.query.get("open_kfid", ""))
    return {**OK, "servicer_list": [{"userid": one, "status": 0} for one in desk.servicers]}


async def sync(call: Call) -> Answer:
    """What was said at a desk after a cursor, a page at a time."""
    asked = call.json(SyncRequest)
    desks = _desks(call)
    desks.get(asked.open_kfid)
    page, cursor = desks.read(asked.open_kfid, asked.cursor, asked.token, asked.limit)
    return {
        **OK,
        "next_cursor": cursor,
        "has_more": int(desks.has_more(asked.open_kfid, cursor)),
        "msg_list": [_shown(one) for one in page],
    }


def _shown(one: Told) -> Node:
    common: Node = {
        "msgid": one.msgid,
        "send_time": one.send_time,
        "origin": one.origin,
        "msgtype": one.msgtype,
        one.msgtype: one.node,
    }
    if one.msgtype != "event":
        common |= {"open_kfid": one.open_kfid, "external_userid": one.external_userid}
    if one.servicer_userid:
        common["servicer_userid"] = one.servicer_userid
    return common


async def send(call: Call) -> Answer:
    """Writes to a consumer who wrote."""
    asked = call.json(SendRequest)
    session = _session(call, asked.open_kfid, asked.touser)
    node = _checked(call, asked)
    msgid = _desks(call).send(session, asked.msgid, asked.msgtype, node)
    call.china.stream.publish("state", {})
    return {**OK, "msgid": msgid}


async def send_on_event(call: Call) -> Answer:
    """Says one thing to what happened."""
    asked = call.json(SendRequest)
    node = _checked(call, asked)
    msgid = _desks(call).send_on_event(asked.code, asked.msgid, asked.msgtype, node)
    call.china.stream.publish("state", {})
    return {**OK, "msgid": msgid}


def _checked(call: Call, asked: SendRequest) -> Node:
    """The message, where it is one. Raises: Refused 40008, 40058."""
    assumed = call.china.settings.assumed
    if not _ID.fullmatch(asked.msgid):
        raise Refused(40058)
    if asked.msgtype == "text" and asked.text is not None:
        size = len(asked.text.content.encode())
        if not 1 <= size <= assumed.desk_text_bytes:
            raise Refused(40058)
        return {"content": asked.text.content}
    if asked.msgtype == "msgmenu" and asked.msgmenu is not None:
        menu = asked.msgmenu
        longest = max(len(menu.head_content.encode()), len(menu.tail_content.encode()))
        lines = len(menu.lines)
        if longest > assumed.desk_menu_bytes or not 1 <= lines <= assumed.desk_menu_lines:
            raise Refused(40058)
        if not all(_is_right(line, assumed.desk_line_bytes) for line in menu.lines):
            raise Refused(40058)
        return dict(msgspec.to_builtins(menu))
    raise Refused(40008)


def _is_right(line: MenuLine, most: int) -> bool:
    node = {"click": line.click, "view": line.view, "miniprogram": line.miniprogram}.get(line.type)
    if node is None or not 1 <= len(node.content.encode()) <= most:
        return False
    if isinstance(node, Click):
        return len(node.id.encode()) <= most
    if isinstance(node, View):
        return node.url.startswith(("http://", "https://"))
    return bool(node.appid and node.pagepath)


def _session(call: Call, open_kfid: str, external_user_id: str) -> DeskSession:
    corp, desks = corp_of(call.china), _desks(call)
    desks.get(open_kfid)
    consumer = corp.by_external_user_id(external_user_id)
    if consumer is None:
        raise Refused(40096)
    return desks.session(open_kfid, consumer.id)


async def state(call: Call) -> Answer:
    """Who answers a consumer now."""
    asked = call.json(StateRequest)
    session = _session(call, asked.open_kfid, asked.external_userid)
    told: Node = {"service_state": session.state}
    if session.state == PERSON:
        told["servicer_userid"] = session.servicer
    return {**OK, **told}


async def trans(call: Call) -> Answer:
    """Hands a consumer over, or ends it; no event tells of it."""
    asked = call.json(StateRequest)
    session = _session(call, asked.open_kfid, asked.external_userid)
    if asked.service_state not in range(1, 5):
        raise Refused(40058)
    code = _desks(call).trans(session, asked.service_state, asked.servicer_userid)
    call.china.stream.publish("state", {})
    return {**OK, **({"msg_code": code} if code else {})}


async def who(call: Call) -> Answer:
    """Names and unionids of those who wrote; those who never did are told apart."""
    asked = call.json(WhoRequest)
    names = asked.external_userid_list
    if not 1 <= len(names) <= call.china.settings.assumed.desk_batch:
        raise Refused(40058)
    corp: Corp = corp_of(call.china)
    found, invalid = [], []
    for name in names:
        consumer = corp.by_external_user_id(name)
        if consumer is None:
            invalid.append(name)
            continue
        card: Node = {"external_userid": name, "nickname": consumer.nickname, "gender": 0}
        found.append(card | dict(unionid_of(call, consumer)))
    return {**OK, "customer_list": found, "invalid_external_userid": invalid}


async def add_way(call: Call) -> Answer:
    """The link that opens a desk's chat."""
    asked = call.json(WayRequest)
    desk = _desks(call).get(asked.open_kfid)
    if not _ID.fullmatch(asked.scene):
        raise Refused(40058)
    url = f"{URL(call.url).origin()}{BASE}/kf/{desk.open_kfid}?enc_scene={asked.scene}"
    return {**OK, "url": url}


_LISTS: Node = {"msg_list": [], "next_cursor": "", "has_more": 0}

ENDPOINTS = (
    QyEndpoint("GET", f"{API}/account/list", accounts, empty={"account_list": []}),
    QyEndpoint("GET", f"{API}/servicer/list", servicers, empty={"servicer_list": []}),
    QyEndpoint("POST", f"{API}/sync_msg", sync, empty=_LISTS),
    QyEndpoint("POST", f"{API}/send_msg", send, empty={"msgid": ""}),
    QyEndpoint("POST", f"{API}/send_msg_on_event", send_on_event, empty={"msgid": ""}),
    QyEndpoint("POST", f"{API}/service_state/get", state),
    QyEndpoint("POST", f"{API}/service_state/trans", trans),
    QyEndpoint("POST", f"{API}/customer/batchget", who, empty={"customer_list": []}),
    QyEndpoint("POST", f"{API}/add_contact_way", add_way, empty={"url": ""}),
)
