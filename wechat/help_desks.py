"""Help desks of a WeCom corp (微信客服, C11): read by a cursor, answered while nobody else does."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

import msgspec
from msgspec import Struct
from wechatpy.work.client.api.kf import WeChatKF

from wechat.errors import BadJson, Rejected
from wechat.inbound import Inbound
from wechat.replies import cut

PAGE = 1000
TEXT_BYTES, MENU_BYTES, LINE_BYTES, MENU_LINES = 2048, 1024, 128, 10
# Nobody may write to her now: too often, too late, a person talks with her, or it is over.
SILENCED = frozenset({95001, 95002, 95013, 95018})
BAD_TOKEN, NO_SERVICER, NO_SUCH_CHANGE = 95007, 95014, 95016
BY_CONSUMER, BY_STAFF = 3, 5


class ServiceState(IntEnum):
    """Who answers her, as the platform numbers it."""

    NEW = 0
    BOT = 1
    WAITING = 2
    PERSON = 3
    ENDED = 4


class Desk(Struct, frozen=True):
    """A help desk as the platform lists it."""

    open_kfid: str
    name: str


class Said(Struct, frozen=True):
    """One message or event of a desk; ``body`` is it as the platform gave it.

    ``kind`` is its msgtype, ``origin`` who said it; ``event`` is what happened where it is one.
    """

    msgid: str
    open_kfid: str
    external_user_id: str
    at: datetime
    origin: int
    kind: str
    body: bytes
    event: str = ""
    node: dict[str, Any] = {}

    def text(self, name: str) -> str:
        """Return a text of the node under its kind, "" where there is none."""
        told = self.node.get(name)
        return told if isinstance(told, str) else ""

    @property
    def inbound(self) -> Inbound:
        """Return a consumer's message as other chats give theirs; a tapped line is a click."""
        tapped = self.text("menu_id")
        return Inbound(
            kind="event" if tapped else "text" if self.kind == "text" else "image",
            from_user=self.external_user_id,
            to_user=self.open_kfid,
            created_at=self.at,
            message_id=self.msgid,
            event="click" if tapped else "",
            event_key=tapped,
            key_is_scene=False,
            content=self.text("content"),
            ticket="",
            fields={},
        )


class Page(Struct, frozen=True):
    """What was said after a cursor, and the next cursor."""

    said: list[Said]
    cursor: str
    has_more: bool


class Known(Struct, frozen=True):
    """Who writes to a desk, as far as the platform tells."""

    external_user_id: str
    unionid: str


class MenuLine(Struct, frozen=True):
    """A line that she may tap: a word that she says by it, or a page that it opens."""

    words: str
    key: str = ""
    app_id: str = ""
    page: str = ""

    @property
    def node(self) -> dict[str, Any]:
        words = cut(self.words, LINE_BYTES)
        if self.app_id:
            opens = {"appid": self.app_id, "pagepath": self.page, "content": words}
            return {"type": "miniprogram", "miniprogram": opens}
        return {"type": "click", "click": {"id": self.key, "content": words}}


class Outgoing(Struct, frozen=True):
    """What we say: a text, with lines below that she may tap."""

    text: str
    lines: tuple[MenuLine, ...] = ()

    @property
    def message(self) -> dict[str, Any]:
        """Return it as the platform takes it; lines do not go with a text that is too long."""
        if not self.lines or len(self.text.encode()) > MENU_BYTES:
            return {"msgtype": "text", "text": {"content": cut(self.text, TEXT_BYTES)}}
        listed = [line.node for line in self.lines[:MENU_LINES]]
        return {"msgtype": "msgmenu", "msgmenu": {"head_content": self.text, "list": listed}}


class HelpDesks(WeChatKF):
    """All help desks that the app may see."""

    async def desks(self) -> list[Desk]:
        """List them.

        Raises:
            Rejected: 48002, the app may not see any.
        """
        found: list[Desk] = await self._client.get("kf/account/list", result_processor=_desks)
        return found

    async def read(self, open_kfid: str, *, cursor: str, token: str) -> Page:
        """Read what was said after a cursor; without the token of a ring only now and then.

        Raises:
            Rejected: 95007, the token is older than ten minutes.
            QuotaSpent: asked too often without one.
        """
        data = {"open_kfid": open_kfid, "cursor": cursor, "token": token, "limit": PAGE}
        page: Page = await self._client.post("kf/sync_msg", data=data, result_processor=_page)
        return page

    async def write(self, open_kfid: str, to: str, said: Outgoing, *, msgid: str) -> None:
        """Write to a consumer; the platform takes an id once.

        Raises:
            Rejected: one of ``SILENCED``; any other for an id that was taken.
        """
        data = {"touser": to, "open_kfid": open_kfid, "msgid": msgid, **said.message}
        await self._client.post("kf/send_msg", data=data)

    async def write_on_event(self, code: str, said: Outgoing, *, msgid: str) -> None:
        """Say one thing to what happened, by its code."""
        data = {"code": code, "msgid": msgid, **said.message}
        await self._client.post("kf/send_msg_on_event", data=data)

    async def state_of(self, open_kfid: str, external_user_id: str) -> ServiceState:
        """Say who answers a consumer now."""
        data = {"open_kfid": open_kfid, "external_userid": external_user_id}
        state: ServiceState = await self._client.post(
            "kf/service_state/get", data=data, result_processor=_state
        )
        return state

    async def hand_over(self, open_kfid: str, external_user_id: str) -> str:
        """Let a consumer wait for a person; return the code by which she may be told so, or "".

        Raises:
            Rejected: 95014, nobody serves this desk; 95016, she is with a person, or it is over.
        """
        data = {
            "open_kfid": open_kfid,
            "external_userid": external_user_id,
            "service_state": ServiceState.WAITING.value,
        }
        code: str = await self._client.post(
            "kf/service_state/trans", data=data, result_processor=_code
        )
        return code

    async def who(self, external_user_id: str) -> Known | None:
        """Say who writes; None where the platform knows nobody."""
        data = {"external_userid_list": [external_user_id]}
        try:
            known: list[Known] = await self._client.post(
                "kf/customer/batchget", data=data, result_processor=_known
            )
        except Rejected:
            return None
        return known[0] if known else None

    async def link(self, open_kfid: str, *, scene: str) -> str:
        """Make the link that opens the chat with a desk."""
        data = {"open_kfid": open_kfid, "scene": scene}
        url: str = await self._client.post(
            "kf/add_contact_way", data=data, result_processor=lambda answer: str(answer["url"])
        )
        return url


def read_said(body: bytes) -> Said:
    """Read one message as it was kept.

    Raises:
        BadJson: it is none.
    """
    try:
        return _said(msgspec.json.decode(body))
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
        raise BadJson(f"no message of a help desk: {error}") from None


def is_said(body: bytes) -> bool:
    """Say whether what was kept is a message of a desk: events of the corp are XML."""
    return body.startswith(b"{")


def _desks(answer: Any) -> list[Desk]:
    return [Desk(str(one["open_kfid"]), str(one.get("name") or "")) for one in _list(answer)]


def _list(answer: Any) -> Sequence[Any]:
    return answer.get("account_list") or ()


def _page(answer: Any) -> Page:
    said = [_said(one) for one in answer.get("msg_list") or ()]
    return Page(said, str(answer["next_cursor"]), bool(int(answer.get("has_more") or 0)))


def _said(told: Any) -> Said:
    kind = str(told["msgtype"])
    node = told.get(kind)
    node = node if isinstance(node, dict) else {}
    is_event = kind == "event"
    of = told | node if is_event else told  # an event names desk and consumer in its own node
    return Said(
        msgid=str(told["msgid"]),
        open_kfid=str(of.get("open_kfid") or ""),
        external_user_id=str(of.get("external_userid") or ""),
        at=datetime.fromtimestamp(int(told["send_time"]), UTC),
        origin=int(told.get("origin") or 0),
        kind=kind,
        body=msgspec.json.encode(told),
        event=str(node.get("event_type") or "") if is_event else "",
        node=node,
    )


def _known(answer: Any) -> list[Known]:
    listed = answer.get("customer_list") or ()
    return [Known(str(one["external_userid"]), str(one.get("unionid") or "")) for one in listed]


def _state(answer: Any) -> ServiceState:
    return ServiceState(int(answer["service_state"]))


def _code(answer: Any) -> str:
    return str(answer.get("msg_code") or "")
