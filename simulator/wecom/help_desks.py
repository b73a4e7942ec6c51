"""Help desks (微信客服): what consumers write to them, by cursor, and who answers (C11).

The app answers while nobody else does; it reads what was said by a cursor, never its own words.
"""

import base64
import os
import time
from collections.abc import Callable, Mapping

import msgspec

from simulator.actions import Impossible
from simulator.assumed import Assumed
from simulator.callbacks import Delivery
from simulator.clock import Clock
from simulator.consumers import Consumer
from simulator.errors import Refused
from simulator.settings import HelpDesk

NEW, BOT, WAITING, PERSON, ENDED = range(5)
BY_CONSUMER, BY_PLATFORM, BY_STAFF = 3, 4, 5
TAKEN, PASSED_ON, CLOSED = 1, 2, 3
_MAY_BECOME = {
    NEW: {BOT, WAITING, PERSON, ENDED},
    BOT: {BOT, WAITING, PERSON, ENDED},
    WAITING: {WAITING, PERSON, ENDED},
    PERSON: {PERSON, ENDED},
    ENDED: set[int](),
}

Node = dict[str, object]


class Told(msgspec.Struct, frozen=True):
    """One message or event as `sync_msg` gives it; `node` is what stands under its kind."""

    msgid: str
    open_kfid: str
    external_userid: str
    send_time: int
    origin: int
    msgtype: str
    node: Node
    servicer_userid: str = ""


class DeskLine(msgspec.Struct, frozen=True):
    """What a consumer reads or wrote; `who`: consumer, bot, a staff member's id, or platform."""

    consumer_id: str
    open_kfid: str
    who: str
    said_at: int
    msgtype: str
    node: Node


class DeskSession(msgspec.Struct):
    """How one consumer stands with one desk. `left` messages may still be sent to her."""

    consumer_id: str
    open_kfid: str
    state: int = ENDED
    servicer: str = ""
    said_at: int = 0
    left: int = 0
    welcomed_at: int = 0
    hinted_at: int = 0


class DeskCode(msgspec.Struct):
    """What lets the app say one thing to what happened."""

    consumer_id: str
    open_kfid: str
    made_at: float
    is_used: bool = False


class HelpDesksState(msgspec.Struct):
    """All that was said, by desk; what consumers read; sessions, tokens, codes, ids that are taken.

    Sessions are by desk and consumer, tokens and reads without one by the real second.
    """

    told: dict[str, list[Told]] = {}
    lines: list[DeskLine] = []
    sessions: dict[str, DeskSession] = {}
    tokens: dict[str, float] = {}
    codes: dict[str, DeskCode] = {}
    msgids: dict[str, int] = {}
    reads: list[float] = []


class HelpDesks:
    """The desks of one corp. `ring` tells the app that there is something to read."""

    def __init__(
        self,
        state: HelpDesksState,
        desks: tuple[HelpDesk, ...],
        assumed: Assumed,
        clock: Clock,
        *,
        ring: Callable[[Mapping[str, str | int]], Delivery | None],
        external_user_id: Callable[[Consumer], str],
    ) -> None:
        self.state = state
        self.by_id = {desk.open_kfid: desk for desk in desks}
        self._assumed = assumed
        self._clock = clock
        self._ring = ring
        self._name = external_user_id

    def get(self, open_kfid: str) -> HelpDesk:
        """A desk. Raises: Refused 95000."""
        if open_kfid not in self.by_id:
            raise Refused(95000)
        return self.by_id[open_kfid]

    def session(self, open_kfid: str, consumer_id: str) -> DeskSession:
        """How a consumer stands with a desk; ended where she never wrote."""
        return self.state.sessions.setdefault(
            f"{open_kfid} {consumer_id}", DeskSession(consumer_id, open_kfid)
        )

    # What consumers do

    def enter(self, consumer: Consumer, open_kfid: str, scene: str) -> Delivery | None:
        """Opens the chat. Raises: Impossible."""
        desk = self._desk(open_kfid)
        session, now = self.session(open_kfid, consumer.id), self._clock.now()
        node: Node = {
            "event_type": "enter_session",
            "open_kfid": open_kfid,
            "external_userid": self._name(consumer),
            "scene": scene,
        }
        is_due = now - session.welcomed_at > self._assumed.desk_welcome_again_seconds
        if is_due and not desk.has_own_welcome and session.state in (NEW, ENDED):
            session.welcomed_at = now
            node["welcome_code"] = self._code(consumer.id, open_kfid)
        return self._happen(consumer, open_kfid, node)

    def say(self, consumer: Consumer, open_kfid: str, text: str, menu_id: str) -> Delivery | None:
        """Writes to a desk, or taps a line of its menu. Raises: Impossible."""
        self._desk(open_kfid)
        session, now = self.session(open_kfid, consumer.id), self._clock.now()
        if session.state == ENDED:
            session.state, session.servicer = NEW, ""
        session.said_at, session.left = now, self._assumed.desk_messages
        node: Node = {"content": text}
        if menu_id:
            node["menu_id"] = menu_id
        self._line(session, "consumer", "text", node)
        return self._tell(consumer, open_kfid, BY_CONSUMER, "text", node)

    # What the staff do

    def take(self, consumer: Consumer, open_kfid: str, user_id: str) -> Delivery | None:
        """A staff member takes who waits. Raises: Impossible."""
        session = self.session(open_kfid, consumer.id)
        if session.state != WAITING or user_id not in self._desk(open_kfid).servicers:
            raise Impossible("nobody_waits", f"{consumer.nickname} does not wait for {user_id}")
        session.state, session.servicer = PERSON, user_id
        return self._change(consumer, open_kfid, TAKEN, {"new_servicer_userid": user_id})

    def answer(
        self, consumer: Consumer, open_kfid: str, user_id: str, text: str
    ) -> Delivery | None:
        """The staff member who talks with her writes. Raises: Impossible."""
        session = self._talking(consumer, open_kfid, user_id)
        self._line(session, user_id, "text", {"content": text})
        return self._tell(
            consumer, open_kfid, BY_STAFF, "text", {"content": text}, servicer=user_id
        )

    def close(self, consumer: Consumer, open_kfid: str, user_id: str) -> Delivery | None:
        """The staff member who talks with her ends it. Raises: Impossible."""
        session = self._talking(consumer, open_kfid, user_id)
        session.state, session.servicer = ENDED, ""
        code = self._code(consumer.id, open_kfid)
        return self._change(
            consumer, open_kfid, CLOSED, {"old_servicer_userid": user_id, "msg_code": code}
        )

    def _talking(self, consumer: Consumer, open_kfid: str, user_id: str) -> DeskSession:
        session = self.session(open_kfid, consumer.id)
        if session.state != PERSON or session.servicer != user_id:
            raise Impossible("not_talking", f"{user_id} does not talk with {consumer.nickname}")
        return session

    def _desk(self, open_kfid: str) -> HelpDesk:
        if open_kfid not in self.by_id:
            raise Impossible("no_such_desk", "there is no such help desk")
        return self.by_id[open_kfid]

    # What the app does

    def read(self, open_kfid: str, cursor: str, token: str, limit: int) -> tuple[list[Told], str]:
        """What was said after a cursor, and the next one. Raises: Refused 40058, 45009, 95007."""
        if token:
            made_at = self.state.tokens.get(token)
            if made_at is None or time.time() - made_at > self._assumed.desk_token_seconds:
                raise Refused(95007)
        else:
            self._count_read()
        told = self.state.told.get(open_kfid, [])
        start = _place(cursor)
        if start is None or start > len(told) or not 0 <= limit <= self._assumed.desk_page:
            raise Refused(40058)
        page = told[start : start + min(limit or self._assumed.desk_page, self._assumed.desk_rows)]
        return page, _cursor(start + len(page))

    def has_more(self, open_kfid: str, cursor: str) -> bool:
        """Whether something was said after a cursor."""
        return (_place(cursor) or 0) < len(self.state.told.get(open_kfid, []))

    def _count_read(self) -> None:
        since = time.time() - 60
        self.state.reads = [one for one in self.state.reads if one > since]
        if len(self.state.reads) >= self._assumed.desk_reads_a_minute:
            raise Refused(45009)
        self.state.reads.append(time.time())

    def send(self, session: DeskSession, msgid: str, msgtype: str, node: Node) -> str:
        """The app writes; its message's id. Raises: Refused 95001, 95002, 95018, or id is taken."""
        now = self._clock.now()
        if session.state not in (NEW, BOT):
            raise Refused(95018)
        if now - session.said_at > self._assumed.desk_window_seconds:
            raise Refused(95002)
        if session.left <= 0:
            raise Refused(95001)
        name = self._take_msgid(session.open_kfid, msgid)
        session.left -= 1
        self._line(session, "bot", msgtype, node)
        return name

    def send_on_event(self, code: str, msgid: str, msgtype: str, node: Node) -> str:
        """The app says its one thing to what happened. Raises: Refused 95007, or id is taken."""
        found = self.state.codes.get(code)
        is_over = found and time.time() - found.made_at > self._assumed.desk_code_seconds
        if found is None or found.is_used or is_over:
            raise Refused(self._assumed.desk_code_error)
        name = self._take_msgid(found.open_kfid, msgid)
        found.is_used = True
        session = self.session(found.open_kfid, found.consumer_id)
        self._line(session, "bot", msgtype, node)
        return name

    def trans(self, session: DeskSession, state: int, user_id: str) -> str:
        """The app hands over or ends; a code where it may say something. Raises: Refused."""
        if state not in _MAY_BECOME[session.state]:
            raise Refused(95016)
        desk = self.by_id[session.open_kfid]
        if state == PERSON and user_id not in desk.servicers:
            raise Refused(95014)
        if state == WAITING and not desk.servicers:
            raise Refused(95014)
        was = session.state
        session.state, session.servicer = state, user_id if state == PERSON else ""
        is_first = state in (WAITING, PERSON) and was in (NEW, BOT)
        if not (is_first or state == ENDED):
            return ""
        return self._code(session.consumer_id, session.open_kfid)

    def _take_msgid(self, open_kfid: str, msgid: str) -> str:
        name = msgid or base64.urlsafe_b64encode(os.urandom(18)).decode()
        key = f"{open_kfid} {name}"
        if key in self.state.msgids:
            raise Refused(self._assumed.desk_msgid_error)
        self.state.msgids[key] = self._clock.now()
        return name

    # What the platform keeps

    def _code(self, consumer_id: str, open_kfid: str) -> str:
        code = "C" + base64.urlsafe_b64encode(os.urandom(18)).decode()
        self.state.codes[code] = DeskCode(consumer_id, open_kfid, time.time())
        return code

    def _change(
        self, consumer: Consumer, open_kfid: str, change: int, more: Node
    ) -> Delivery | None:
        node: Node = {
            "event_type": "session_status_change",
            "open_kfid": open_kfid,
            "external_userid": self._name(consumer),
            "change_type": change,
        }
        return self._happen(consumer, open_kfid, node | more)

    def _happen(self, consumer: Consumer, open_kfid: str, node: Node) -> Delivery | None:
        return self._tell(consumer, open_kfid, BY_PLATFORM, "event", node)

    def _tell(
        self,
        consumer: Consumer,
        open_kfid: str,
        origin: int,
        msgtype: str,
        node: Node,
        *,
        servicer: str = "",
    ) -> Delivery | None:
        # events name whom they are of in their own node, and nowhere else
        name = "" if msgtype == "event" else self._name(consumer)
        msgid = base64.urlsafe_b64encode(os.urandom(24)).decode()
        one = Told(msgid, open_kfid, name, self._clock.now(), origin, msgtype, node, servicer)
        self.state.told.setdefault(open_kfid, []).append(one)
        token = "ENC" + base64.urlsafe_b64encode(os.urandom(24)).decode()
        self.state.tokens[token] = time.time()
        return self._ring({"Event": "kf_msg_or_event", "Token": token, "OpenKfId": open_kfid})

    def _line(self, session: DeskSession, who: str, msgtype: str, node: Node) -> None:
        now = self._clock.now()
        self.state.lines.append(
            DeskLine(session.consumer_id, session.open_kfid, who, now, msgtype, node)
        )


def _cursor(place: int) -> str:
    return f"4gw7MepFLfgF2{place:x}" if place else ""


def _place(cursor: str) -> int | None:
    if not cursor:
        return 0
    try:
        return int(cursor.removeprefix("4gw7MepFLfgF2"), 16)
    except ValueError:
        return None
