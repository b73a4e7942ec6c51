"""Contact ways of a WeCom corp's app (联系我, C7)."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from wechatpy.client.api.base import BaseWeChatAPI

from wechat.errors import Rejected

NO_SUCH_WAY = 41044
MULTI, QR_CODE = 2, 2


class ContactWay(Struct, frozen=True):
    """A contact way; `qr_code` is the address of a picture, which is the code."""

    config_id: str
    qr_code: str


class ContactWays(BaseWeChatAPI):
    """QR codes by which consumers add one of some staff."""

    async def add(
        self, users: Sequence[str], *, state: str, remark: str, skip_verify: bool
    ) -> ContactWay:
        """Make one: at most a hundred staff, texts of at most 30 characters.

        Raises:
            Rejected: 40098, one of them may have no contacts; 41045, there are too many.
            UnknownOutcome: it may have been made; one that nobody uses is left then.
        """
        way: ContactWay = await self._client.post(
            "externalcontact/add_contact_way",
            data={
                "type": MULTI,
                "scene": QR_CODE,
                "remark": remark,
                "skip_verify": skip_verify,
                "state": state,
                "user": list(users),
            },
            result_processor=_way,
        )
        return way

    async def update(
        self,
        config_id: str,
        users: Sequence[str],
        *,
        state: str,
        remark: str,
        skip_verify: bool,
    ) -> bool:
        """Change one; its code stays. False where there is none any more."""
        data = {
            "config_id": config_id,
            "remark": remark,
            "skip_verify": skip_verify,
            "state": state,
            "user": list(users),
        }
        try:
            await self._client.post("externalcontact/update_contact_way", data=data)
        except Rejected as error:
            if error.errcode == NO_SUCH_WAY:
                return False
            raise
        return True

    async def remove(self, config_id: str) -> None:
        """Let nobody be added by it any more; one that is gone is gone."""
        try:
            await self._client.post(
                "externalcontact/del_contact_way", data={"config_id": config_id}
            )
        except Rejected as error:
            if error.errcode != NO_SUCH_WAY:
                raise


def _way(answer: Any) -> ContactWay:
    return ContactWay(str(answer["config_id"]), str(answer["qr_code"]))
