"""Customer groups of a WeCom corp (客户群), and the join ways into them (C8)."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from msgspec import Struct
from wechatpy.work.client.api.external_contact_group_chat import WeChatExternalContactGroupChat

from wechat.errors import Rejected, UnknownOutcome

NO_SUCH_GROUP = 40050
NO_SUCH_JOIN_WAY = 41044
EXTERNAL = 2
QR_CODE = 2
LONGEST_ROOM_NAME = 40
GROUPS_A_PAGE = 1000
OWNERS_A_CALL = 100


class GroupMember(Struct, frozen=True):
    """An external contact in a group. `join_scene`: 1 invited, 2 by a link, 3 by a QR code.

    `unionid` is "" where the corp is not bound to the Open Platform subject; `state` is that of the
    join way she came by.
    """

    external_user_id: str
    unionid: str
    name: str
    joined_at: datetime
    join_scene: int
    state: str


class Group(Struct, frozen=True):
    """A customer group (客户群). `member_version` names the list; it tells no order."""

    chat_id: str
    name: str
    owner: str
    member_version: str
    contacts: tuple[GroupMember, ...]
    staff_count: int


class Room(Struct, frozen=True):
    """What the platform calls the group that it makes: the name, with the number behind it."""

    name: str
    number: int


class JoinWay(Struct, frozen=True):
    """A way into groups; `qr_code` is the address behind its QR code.

    `chat_ids` are its groups, with those that the platform made when they were full.
    """

    config_id: str
    qr_code: str
    chat_ids: tuple[str, ...] = ()
    makes_next: bool = False


class GroupChats(WeChatExternalContactGroupChat):
    """Customer groups, and the join ways that wechatpy lacks."""

    async def chat_ids(self, owners: Sequence[str] = ()) -> AsyncIterator[str]:
        """The groups of these owners (at most a hundred), or of all whom the app may see."""
        asked: dict[str, Any] = {"status_filter": 0, "limit": GROUPS_A_PAGE}
        if owners:
            asked["owner_filter"] = {"userid_list": list(owners)}
        while True:
            page = await self._client.post("externalcontact/groupchat/list", data=asked)
            for one in page["group_chat_list"]:
                yield one["chat_id"]
            if not page.get("next_cursor"):
                return
            asked["cursor"] = page["next_cursor"]

    async def read(self, chat_id: str) -> Group | None:
        """A group and its members; None where there is no such group any more.

        What it tells may lag behind an event by some seconds.
        """
        try:
            group: Group = await self._client.post(
                "externalcontact/groupchat/get",
                data={"chat_id": chat_id, "need_name": 1},
                result_processor=_group,
            )
        except Rejected as error:
            if error.errcode == NO_SUCH_GROUP:
                return None
            raise
        return group

    async def add_join_way(
        self, chat_id: str, *, state: str, remark: str = "", next_room: Room | None = None
    ) -> JoinWay:
        """Make a QR code into one group; when that is full, the `next_room` is made.

        Raises:
            UnknownOutcome: it may have been made, and no call would list it.
        """
        config_id: str = await self._client.post(
            "externalcontact/groupchat/add_join_way",
            data=_way(chat_id, state=state, remark=remark, next_room=next_room),
            result_processor=itemgetter("config_id"),
        )
        way = await self.join_way(config_id)
        if way is None:
            raise UnknownOutcome("made, and not found", endpoint="groupchat/add_join_way")
        return way

    async def join_way(self, config_id: str) -> JoinWay | None:
        """A join way of this app, with its code; None where there is none any more."""
        try:
            way: JoinWay = await self._client.post(
                "externalcontact/groupchat/get_join_way",
                data={"config_id": config_id},
                result_processor=_join_way,
            )
        except Rejected as error:
            if error.errcode == NO_SUCH_JOIN_WAY:
                return None
            raise
        return way

    async def update_join_way(
        self,
        config_id: str,
        chat_id: str,
        *,
        state: str,
        remark: str = "",
        next_room: Room | None = None,
    ) -> None:
        """Overwrite all of a join way; its code stays. As `add_join_way`."""
        way = _way(chat_id, state=state, remark=remark, next_room=next_room)
        await self._client.post(
            "externalcontact/groupchat/update_join_way", data={"config_id": config_id, **way}
        )

    async def del_join_way(self, config_id: str) -> None:
        """Let nobody in any more by a join way; one that is gone is gone."""
        try:
            await self._client.post(
                "externalcontact/groupchat/del_join_way", data={"config_id": config_id}
            )
        except Rejected as error:
            if error.errcode != NO_SUCH_JOIN_WAY:
                raise


def _group(answer: Any) -> Group:
    told = answer["group_chat"]
    members = told["member_list"]
    external = tuple(_member(one) for one in members if one["type"] == EXTERNAL)
    return Group(
        chat_id=told["chat_id"],
        name=told.get("name") or "",
        owner=told["owner"],
        member_version=str(told.get("member_version") or ""),
        contacts=external,
        staff_count=len(members) - len(external),
    )


def _member(told: Any) -> GroupMember:
    return GroupMember(
        external_user_id=told["userid"],
        unionid=told.get("unionid") or "",
        name=told.get("name") or told.get("group_nickname") or "",
        joined_at=datetime.fromtimestamp(int(told["join_time"]), UTC),
        join_scene=int(told.get("join_scene") or 0),
        state=told.get("state") or "",
    )


def _join_way(answer: Any) -> JoinWay:
    told = answer["join_way"]
    return JoinWay(
        config_id=told["config_id"],
        qr_code=told["qr_code"],
        chat_ids=tuple(told.get("chat_id_list") or ()),
        makes_next=bool(told.get("auto_create_room")),
    )


def _way(chat_id: str, *, state: str, remark: str, next_room: Room | None) -> dict[str, Any]:
    way: dict[str, Any] = {
        "scene": QR_CODE,
        "remark": remark,
        "auto_create_room": 0,
        "chat_id_list": [chat_id],
        "state": state,
    }
    if next_room is not None:
        name = next_room.name[:LONGEST_ROOM_NAME]
        way |= {"auto_create_room": 1, "room_base_name": name, "room_base_id": next_room.number}
    return way
