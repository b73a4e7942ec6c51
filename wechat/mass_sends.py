"""Mass sends of a WeCom corp's app (企业群发): tasks that its staff confirm (C9)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from wechatpy.client.api.base import BaseWeChatAPI

LISTED_A_PAGE = 100
RESULTS_A_PAGE = 1000
# The platform's codes.
NOBODY_TO_SEND = 41048
BEING_DISPATCHED = 41063
NOT_SENT, SENT, NO_CONTACT, HAD_ANOTHER = 0, 1, 2, 3


class Made(Struct, frozen=True):
    """A task that was made; ``failed`` are those whom it does not reach."""

    msgid: str
    failed: tuple[str, ...]


class Listed(Struct, frozen=True):
    """A task as the platform lists it."""

    msgid: str
    text: str
    created_at: datetime


class Sent(Struct, frozen=True):
    """What became of one contact or group; ``status`` as the platform numbers it."""

    address: str
    status: int
    sent_at: datetime | None


class MassSends(BaseWeChatAPI):
    """Tasks by which staff write to many contacts, or into groups."""

    async def add(
        self,
        sender: str,
        *,
        text: str,
        contacts: Sequence[str] = (),
        groups: Sequence[str] = (),
        picture: str = "",
    ) -> Made:
        """Ask a staff member to send a text to contacts of his (10,000), or his groups (2,000).

        `picture` is an address that `upload_picture` gave.

        Raises:
            Rejected: 41048, all of them had as many as they may; 60111, no such staff member.
            UnknownOutcome: he may have been asked; `recent` lists it then.
        """
        data: dict[str, Any] = {
            "chat_type": "group" if groups else "single",
            "sender": sender,
            "text": {"content": text},
        }
        data |= {"chat_id_list": list(groups)} if groups else {"external_userid": list(contacts)}
        if picture:
            data["attachments"] = [{"msgtype": "image", "image": {"pic_url": picture}}]
        made: Made = await self._client.post(
            "externalcontact/add_msg_template", data=data, result_processor=_made
        )
        return made

    async def recent(self, *, of_groups: bool, since: datetime, until: datetime) -> list[Listed]:
        """The tasks that the corp made in a span of at most a month, the newest first."""
        found: list[Listed] = []
        asked: dict[str, Any] = {
            "chat_type": "group" if of_groups else "single",
            "start_time": int(since.timestamp()),
            "end_time": int(until.timestamp()),
            "filter_type": 0,
            "limit": LISTED_A_PAGE,
        }
        while True:
            page, asked["cursor"] = await self._client.post(
                "externalcontact/get_groupmsg_list_v2", data=asked, result_processor=_listed
            )
            found += page
            if not asked["cursor"]:
                return found

    async def senders(self, msgid: str) -> dict[str, datetime | None]:
        """The staff who are asked, and when each sent it; None where he has not."""
        found: dict[str, datetime | None] = {}
        asked: dict[str, Any] = {"msgid": msgid, "limit": RESULTS_A_PAGE}
        while True:
            page, asked["cursor"] = await self._client.post(
                "externalcontact/get_groupmsg_task", data=asked, result_processor=_senders
            )
            found |= page
            if not asked["cursor"]:
                return found

    async def results(self, msgid: str, sender: str) -> list[Sent]:
        """What became of each target of a staff member."""
        found: list[Sent] = []
        asked: dict[str, Any] = {"msgid": msgid, "userid": sender, "limit": RESULTS_A_PAGE}
        while True:
            page, asked["cursor"] = await self._client.post(
                "externalcontact/get_groupmsg_send_result", data=asked, result_processor=_sent
            )
            found += page
            if not asked["cursor"]:
                return found

    async def remind(self, msgid: str) -> None:
        """Remind the staff who have not sent it; three times a day.

        Raises:
            QuotaSpent: they were reminded as often today.
        """
        await self._client.post("externalcontact/remind_groupmsg_send", data={"msgid": msgid})

    async def cancel(self, msgid: str) -> None:
        """Take a task back; what is sent is sent."""
        await self._client.post("externalcontact/cancel_groupmsg_send", data={"msgid": msgid})


def _moment(told: Any) -> datetime | None:
    return datetime.fromtimestamp(int(told), UTC) if told else None


def _made(answer: Any) -> Made:
    return Made(str(answer["msgid"]), tuple(answer.get("fail_list") or ()))


def _listed(answer: Any) -> tuple[list[Listed], str]:
    page = [
        Listed(
            one["msgid"],
            (one.get("text") or {}).get("content") or "",
            datetime.fromtimestamp(int(one["create_time"]), UTC),
        )
        for one in answer["group_msg_list"]
    ]
    return page, answer.get("next_cursor") or ""


def _senders(answer: Any) -> tuple[dict[str, datetime | None], str]:
    page = {str(one["userid"]): _moment(one.get("send_time")) for one in answer["task_list"]}
    return page, answer.get("next_cursor") or ""


def _sent(answer: Any) -> tuple[list[Sent], str]:
    page = [
        Sent(
            one.get("chat_id") or one.get("external_userid") or "",
            int(one["status"]),
            _moment(one.get("send_time")),
        )
        for one in answer["send_list"]
    ]
    return page, answer.get("next_cursor") or ""
