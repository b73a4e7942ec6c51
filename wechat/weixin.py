"""The transport of api.weixin.qq.com: official accounts and mini-programs."""

from typing import Literal

import aiohttp

from wechat.errors import Rejected, TokenRefused
from wechat.exchange import Limits, lost
from wechat.tokens import StoredToken, TokenStore, token_in
from wechat.transport import DEFAULT_LIMITS, Transport

TokenEndpoint = Literal["stable_token", "token"]


class WeixinTransport(Transport):
    """Calls of one app id.

    `stable_token` returns the same token to all who ask; `token` kills the earlier one at each
    call and is for accounts that share theirs with an older system.
    """

    platform = "https://api.weixin.qq.com"
    repeatable_posts = frozenset(
        {
            "/cgi-bin/stable_token",
            "/cgi-bin/openapi/quota/get",
            "/cgi-bin/openapi/rid/get",
            "/cgi-bin/user/info/batchget",
            "/cgi-bin/user/info/updateremark",
            "/cgi-bin/user/tag/get",
            "/cgi-bin/tags/getidlist",
            "/cgi-bin/tags/members/batchtagging",
            "/cgi-bin/tags/members/batchuntagging",
            "/cgi-bin/menu/create",
            "/cgi-bin/menu/trymatch",
            "/wxa/msg_sec_check",
            "/wxa/vip/user/info/update",
            "/wxa/vip/user/info/delete",
        }
    )
    unrepeatable_gets = frozenset(
        {
            "/sns/jscode2session",  # its code is good for one call
            "/wxa/resetusersessionkey",
            "/wxa/revertcoderelease",
            "/wxa/undocodeaudit",
        }
    )

    def __init__(
        self,
        http: aiohttp.ClientSession,
        tokens: TokenStore,
        *,
        app_id: str,
        app_secret: str,
        api_base: str,
        token_endpoint: TokenEndpoint = "stable_token",
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        super().__init__(
            http, tokens, appid=app_id, secret=app_secret, api_base=api_base, limits=limits
        )
        self._token_endpoint = token_endpoint

    @property
    def token_key(self) -> str:
        return f"{self.appid}:{self._token_endpoint}"

    async def issue_token(self) -> StoredToken:
        """Ask for a token, in the normal mode of `stable_token` or by `token`.

        Raises:
            Rejected: wrong secret, address not on the white list, and the like.
        """
        asked = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self.secret,
        }
        if self._token_endpoint == "token":
            call = self._call("GET", "/cgi-bin/token", params=asked, data=None)
        else:
            call = self._call("POST", "/cgi-bin/stable_token", params=None, data=asked)
        try:
            answer = await self._answer(call, with_token=False)
            return token_in(answer)
        except TokenRefused as error:  # 40001 means the secret here, and no token could help
            raise Rejected(error.errmsg, endpoint=error.endpoint, errcode=error.errcode) from None
        except (KeyError, TypeError, ValueError):
            raise lost("answered no token", call=call) from None
