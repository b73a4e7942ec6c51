"""Calls of an official account (公众号): wechatpy's API classes, awaitable, and what it lacks.

The classes below stand in for helpers of wechatpy that look into an answer before it is awaited,
or that go around the client.
"""

from collections.abc import AsyncIterator
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import Any, NoReturn

from wechatpy.client.api.base import BaseWeChatAPI
from wechatpy.client.api.customservice import WeChatCustomService
from wechatpy.client.api.datacube import WeChatDataCube
from wechatpy.client.api.draft import WeChatDraft
from wechatpy.client.api.freepublish import WeChatFreePublish
from wechatpy.client.api.media import WeChatMedia
from wechatpy.client.api.menu import WeChatMenu
from wechatpy.client.api.message import WeChatMessage
from wechatpy.client.api.misc import WeChatMisc
from wechatpy.client.api.qrcode import WeChatQRCode
from wechatpy.client.api.tag import WeChatTag
from wechatpy.client.api.template import WeChatTemplate
from wechatpy.client.api.user import WeChatUser

from wechat.errors import Rejected
from wechat.weixin import WeixinTransport

NO_MENU = 46003


class Menu(WeChatMenu):
    """The menu under the chat."""

    async def get(self) -> dict[str, Any] | None:
        """The menu as staff or we made it; None where there is none."""
        try:
            menu: dict[str, Any] = await self._client.get("menu/get")
        except Rejected as error:
            if error.errcode == NO_MENU:
                return None
            raise
        return menu

    async def update(self, menu_data: dict[str, Any]) -> Any:
        """Replace the menu; `create` does so without a moment in which there is none."""
        return await self._client.post("menu/create", data=menu_data)


class Users(WeChatUser):
    """Followers."""

    async def iter_followers(self, first_user_id: str | None = None) -> AsyncIterator[str]:
        """All openids, 10,000 a call. The last page may name a next one and hold none."""
        asked = {"next_openid": first_user_id}
        while "data" in (page := await self._client.get("user/get", params=asked)):
            for openid in page["data"]["openid"]:
                yield openid
            asked = {"next_openid": page.get("next_openid")}
            if not asked["next_openid"]:
                return


class Tags(WeChatTag):
    """Tags on followers."""

    async def iter_tag_users(
        self, tag_id: int, first_user_id: str | None = None
    ) -> AsyncIterator[str]:
        """All openids with a tag, in pages like those of the followers."""
        asked = {"tagid": tag_id, "next_openid": first_user_id or ""}
        while "data" in (page := await self._client.post("user/tag/get", data=asked)):
            for openid in page["data"]["openid"]:
                yield openid
            asked = {"tagid": tag_id, "next_openid": page.get("next_openid")}
            if not asked["next_openid"]:
                return


class CustomerService(WeChatCustomService):
    """Human agents. Their lists are under cgi-bin, unlike the rest."""

    async def get_accounts(self) -> Any:
        """All agents."""
        return await self._list("getkflist", "kf_list")

    async def get_online_accounts(self) -> Any:
        """Agents who are online."""
        return await self._list("getonlinekflist", "kf_online_list")

    async def _list(self, name: str, field: str) -> Any:
        address = f"{self._client.platform}/cgi-bin/customservice/{name}"
        return await self._client.get(address, result_processor=itemgetter(field))


class DataCube(WeChatDataCube):
    """Figures of the account."""

    async def get_user_summary(self, begin_on: date, end_on: date) -> Any:
        """Who followed and left, a day; at most seven days."""
        return await self._client.post(
            f"{self._client.platform}/datacube/getusersummary",
            data={"begin_date": begin_on.isoformat(), "end_date": end_on.isoformat()},
            result_processor=itemgetter("list"),
        )


class QrCode(WeChatQRCode):
    """Parametric QR codes. `create` answers a `url`: draw the code from that."""

    def show(self, ticket: object) -> NoReturn:
        """Refused: it would fetch the picture by a blocking call to a fixed host."""
        raise RuntimeError("draw the code from the url that create() answers")


class Quota(BaseWeChatAPI):
    """How many calls of a day are left, and the record of one call."""

    async def get(self, cgi_path: str) -> dict[str, int]:
        """`daily_limit`, `used` and `remain` of a path such as /cgi-bin/message/custom/send."""
        quota: dict[str, int] = await self._client.post(
            "openapi/quota/get",
            data={"cgi_path": cgi_path},
            result_processor=itemgetter("quota"),
        )
        return quota

    async def clear(self) -> Any:
        """Set all counters of the day back to nothing; ten times a month."""
        return await self._client.post("clear_quota", data={"appid": self._client.appid})

    async def request_by_rid(self, rid: str) -> Any:
        """What the platform recorded of a call that failed, for seven days."""
        return await self._client.post(
            "openapi/rid/get",
            data={"rid": rid},
            result_processor=itemgetter("request"),
        )


class OfficialAccount(WeixinTransport):
    """One official account, its calls under wechatpy's names: `account.message.send_text(...)`.

    All are awaited, and raise `CallFailed`.
    """

    customservice = cached_property(CustomerService)
    datacube = cached_property(DataCube)
    draft = cached_property(WeChatDraft)
    freepublish = cached_property(WeChatFreePublish)
    media = cached_property(WeChatMedia)
    menu = cached_property(Menu)
    message = cached_property(WeChatMessage)
    misc = cached_property(WeChatMisc)
    qrcode = cached_property(QrCode)
    quota = cached_property(Quota)
    tag = cached_property(Tags)
    template = cached_property(WeChatTemplate)
    user = cached_property(Users)
