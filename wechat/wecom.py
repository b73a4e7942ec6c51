"""Calls of a WeCom corp's app (企业微信自建应用): contacts, customer groups, join ways."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from operator import itemgetter
from typing import Any

import aiohttp
from msgspec import Struct
from wechatpy.work.client.api.external_contact import WeChatExternalContact
from wechatpy.work.client.api.external_contact_group_chat import WeChatExternalContactGroupChat

from wechat.errors import Rejected, TokenRefused, UnknownOutcome
from wechat.exchange import Limits, lost
from wechat.mass_sends import MassSends
from wechat.tokens import StoredToken, TokenStore, token_in
from wechat.transport import DEFAULT_LIMITS, Transport

NO_SUCH_GROUP = 40050
NO_SUCH_JOIN_WAY = 41044
NOT_A_CONTACT = 84061
UNIONID_UNKNOWN = 610014
EXTERNAL = 2
QR_CODE = 2
LONGEST_ROOM_NAME = 40
GROUPS_A_PAGE = 1000
OWNERS_A_CALL = 100
CONTACTS_A_PAGE = 100


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


class Followed(Struct, frozen=True):
    """A contact and one of the staff who have her.

    `state` is that of the contact way by which she came; `add_way` as the platform numbers it.
    """

    external_user_id: str
    user_id: str
    added_at: datetime
    add_way: int
    state: str
    unionid: str = ""


class Contacts(WeChatExternalContact):
    """External contacts: consumers who added a staff member."""

    async def followed(self, external_user_id: str) -> list[Followed]:
        """A contact with each of the staff who have her; nobody where she is none."""
        found: list[Followed] = []
        asked = {"external_userid": external_user_id}
        while True:
            try:
                page, asked["cursor"] = await self._client.get(
                    "externalcontact/get", params=asked, result_processor=_staff_of
                )
            except Rejected as error:
                if error.errcode == NOT_A_CONTACT:
                    return found
                raise
            found += page
            if not asked["cursor"]:
                return found

    async def welcome(self, code: str, text: str, *, picture: str = "") -> None:
        """Write to a new contact, once; `picture` is an address that `upload_picture` gave.

        Raises:
            Rejected: 41050, the code is wrong or older than 20 seconds; 41051, the two have chatted
                already, or she was welcomed; 41096, another app is writing to her now.
        """
        data: dict[str, Any] = {"welcome_code": code, "text": {"content": text}}
        if picture:
            data["attachments"] = [{"msgtype": "image", "image": {"pic_url": picture}}]
        await self._client.post("externalcontact/send_welcome_msg", data=data)

    async def staff(self) -> list[str]:
        """The staff who may have contacts and whom the app may see."""
        found: list[str] = await self._client.get(
            "externalcontact/get_follow_user_list", result_processor=_follow_users
        )
        return found

    async def of_staff(self, user_id: str) -> list[Followed]:
        """All contacts of a staff member."""
        found: list[Followed] = []
        asked: dict[str, Any] = {"userid_list": [user_id], "limit": CONTACTS_A_PAGE}
        while True:
            try:
                page, asked["cursor"] = await self._client.post(
                    "externalcontact/batch/get_by_user", data=asked, result_processor=_contacts
                )
            except Rejected as error:
                if error.errcode == NOT_A_CONTACT:
                    return found
                raise
            found += page
            if not asked["cursor"]:
                return found

    async def external_user_id(self, unionid: str) -> str | None:
        """The contact with a unionid; None where there is none."""
        try:
            found: str = await self._client.post(
                "externalcontact/unionid_to_external_userid",
                data={"unionid": unionid},
                result_processor=itemgetter("external_userid"),
            )
        except Rejected as error:
            if error.errcode in (NOT_A_CONTACT, UNIONID_UNKNOWN):
                return None
            raise
        return found


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


class WeCom(Transport):
    """One corp's self-built app; all calls are awaited, and raise `CallFailed`."""

    platform = "https://qyapi.weixin.qq.com"
    repeatable_posts = frozenset(
        {
            "/cgi-bin/externalcontact/groupchat/list",
            "/cgi-bin/externalcontact/groupchat/get",
            "/cgi-bin/externalcontact/groupchat/get_join_way",
            "/cgi-bin/externalcontact/groupchat/update_join_way",
            "/cgi-bin/externalcontact/groupchat/del_join_way",
            "/cgi-bin/externalcontact/unionid_to_external_userid",
            "/cgi-bin/externalcontact/batch/get_by_user",
            "/cgi-bin/externalcontact/get_groupmsg_list_v2",
            "/cgi-bin/externalcontact/get_groupmsg_task",
            "/cgi-bin/externalcontact/get_groupmsg_send_result",
            "/cgi-bin/externalcontact/cancel_groupmsg_send",
        }
    )

    contacts = cached_property(Contacts)
    group_chats = cached_property(GroupChats)
    mass_sends = cached_property(MassSends)

    def __init__(
        self,
        http: aiohttp.ClientSession,
        tokens: TokenStore,
        *,
        corp_id: str,
        secret: str,
        api_base: str,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        super().__init__(
            http, tokens, appid=corp_id, secret=secret, api_base=api_base, limits=limits
        )

    @property
    def token_key(self) -> str:
        return f"{self.appid}:gettoken"

    async def issue_token(self) -> StoredToken:
        """Ask for the token: the same one until it ends, so that asking kills nobody's.

        Raises:
            Rejected: wrong secret or corp id, address not on the list, and the like.
        """
        asked = {"corpid": self.appid, "corpsecret": self.secret}
        call = self._call("GET", "/cgi-bin/gettoken", params=asked, data=None)
        try:
            return token_in(await self._answer(call, with_token=False))
        except TokenRefused as error:  # 40001 means the secret here, and no token could help
            raise Rejected(error.errmsg, endpoint=error.endpoint, errcode=error.errcode) from None
        except (KeyError, TypeError, ValueError):
            raise lost("answered no token", call=call) from None

    async def upload_picture(self, picture: bytes, *, kind: str) -> str:
        """Give the platform a picture for messages, and return its address; it stays for good.

        `kind` is its content type, such as image/png.
        """
        name = f"picture.{kind.partition('/')[2]}"
        address: str = await self.post(
            "media/uploadimg",
            files={"media": (name, picture, kind)},
            result_processor=itemgetter("url"),
        )
        return address

    async def user_id_of_scan(self, code: str) -> str:
        """The staff member who scanned the page that came back with a code, good once.

        Raises:
            Rejected: 40029, the code is wrong, old or used.
        """
        user_id: str = await self.get(
            "auth/getuserinfo", params={"code": code}, result_processor=_user_id
        )
        return user_id


def _user_id(answer: Any) -> str:
    return str(answer.get("userid") or answer.get("UserId") or "")


def _staff_of(answer: Any) -> tuple[list[Followed], str]:
    card = answer["external_contact"]
    page = [_followed(card, one) for one in answer.get("follow_user") or ()]
    return page, answer.get("next_cursor") or ""


def _contacts(answer: Any) -> tuple[list[Followed], str]:
    if answer.get("fail_info"):
        raise ValueError("the contacts of a staff member are not told")
    rows = answer["external_contact_list"]
    page = [_followed(one["external_contact"], one["follow_info"]) for one in rows]
    return page, answer.get("next_cursor") or ""


def _follow_users(answer: Any) -> list[str]:
    return [str(one) for one in answer["follow_user"]]


def _followed(card: Any, told: Any) -> Followed:
    return Followed(
        external_user_id=card["external_userid"],
        user_id=told["userid"],
        added_at=datetime.fromtimestamp(int(told["createtime"]), UTC),
        add_way=int(told.get("add_way") or 0),
        state=told.get("state") or "",
        unionid=card.get("unionid") or "",
    )


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
