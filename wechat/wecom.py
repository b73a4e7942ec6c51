"""Calls of a WeCom corp's app (企业微信自建应用): its contacts, and its token."""

from datetime import UTC, datetime
from functools import cached_property
from operator import itemgetter
from typing import Any

import aiohttp
from msgspec import Struct
from wechatpy.work.client.api.external_contact import WeChatExternalContact

from wechat.contact_tags import ContactTags
from wechat.contact_ways import ContactWays
from wechat.errors import Rejected, TokenRefused
from wechat.exchange import Limits, lost
from wechat.group_chats import GroupChats
from wechat.help_desks import HelpDesks
from wechat.mass_sends import MassSends
from wechat.tokens import StoredToken, TokenStore, token_in
from wechat.transport import DEFAULT_LIMITS, Transport

NOT_A_CONTACT = 84061
UNIONID_UNKNOWN = 610014
CONTACTS_A_PAGE = 100


class Followed(Struct, frozen=True):
    """A contact and one of the staff who have her.

    `state` is that of the contact way by which she came; `add_way` as the platform numbers it;
    `tags` are the ids of the corp's tags that he gave her.
    """

    external_user_id: str
    user_id: str
    added_at: datetime
    add_way: int
    state: str
    unionid: str = ""
    tags: tuple[str, ...] = ()


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
            "/cgi-bin/externalcontact/get_corp_tag_list",
            "/cgi-bin/externalcontact/edit_corp_tag",
            "/cgi-bin/externalcontact/del_corp_tag",
            "/cgi-bin/externalcontact/mark_tag",
            "/cgi-bin/kf/sync_msg",
            "/cgi-bin/kf/service_state/get",
            "/cgi-bin/kf/customer/batchget",
            "/cgi-bin/externalcontact/update_contact_way",
            "/cgi-bin/externalcontact/del_contact_way",
        }
    )

    contacts = cached_property(Contacts)
    group_chats = cached_property(GroupChats)
    mass_sends = cached_property(MassSends)
    contact_ways = cached_property(ContactWays)
    help_desks = cached_property(HelpDesks)
    contact_tags = cached_property(ContactTags)

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

    async def say(
        self, agent_id: int, user_id: str, text: str, *, may_be_said: bool = False
    ) -> None:
        """Let the app write to a staff member; where it may be said already, once in a minute.

        Raises:
            Rejected: 81013, there is no such staff member, or the app may not see him.
        """
        data = {
            "touser": user_id,
            "agentid": agent_id,
            "msgtype": "text",
            "text": {"content": text},
        }
        if may_be_said:
            data |= {"enable_duplicate_check": 1, "duplicate_check_interval": 60}
        await self.post("message/send", data=data)

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
        tags=tuple(sorted({*(told.get("tag_id") or ()), *_tag_ids(told)})),
    )


def _tag_ids(told: Any) -> list[str]:
    """The ids of tags on one contact's card: personal ones have none."""
    return [one["tag_id"] for one in told.get("tags") or () if one.get("tag_id")]
