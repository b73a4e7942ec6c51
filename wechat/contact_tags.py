"""Tags of a WeCom corp's contacts (客户标签, C6): ours to make, everybody's to read."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from wechatpy.client.api.base import BaseWeChatAPI

from wechat.errors import Rejected

NO_SUCH_TAG, NAME_TAKEN, NOT_OURS, NOT_A_CONTACT = 40068, 40071, 81011, 84061
LONGEST_NAME = 30


class CorpTag(Struct, frozen=True):
    """A tag of the corp, in a group of tags."""

    tag_id: str
    name: str
    group: str


class ContactTags(BaseWeChatAPI):
    """The corp's tags, and who is given which."""

    async def listed(self) -> list[CorpTag]:
        """List all of them."""
        found: list[CorpTag] = await self._client.post(
            "externalcontact/get_corp_tag_list", data={}, result_processor=_tags
        )
        return found

    async def add(self, group: str, name: str) -> str:
        """Make a tag, and its group where there is none; return its id.

        Raises:
            Rejected: 40071, the group has one of this name.
            UnknownOutcome: it may have been made.
        """
        tag_id: str = await self._client.post(
            "externalcontact/add_corp_tag",
            data={"group_name": group, "tag": [{"name": name}]},
            result_processor=lambda answer: str(answer["tag_group"]["tag"][0]["id"]),
        )
        return tag_id

    async def rename(self, tag_id: str, name: str) -> bool:
        """Give a tag of ours another name; False where there is none any more.

        Raises:
            Rejected: 40071, its group has one of this name; 81011, it is not ours.
        """
        return await self._is_there("externalcontact/edit_corp_tag", {"id": tag_id, "name": name})

    async def remove(self, tag_id: str) -> bool:
        """Take a tag of ours away, of all contacts; False where there was none any more.

        Raises:
            Rejected: 81011, it is not ours.
        """
        return await self._is_there("externalcontact/del_corp_tag", {"tag_id": [tag_id]})

    async def mark(
        self,
        user_id: str,
        external_user_id: str,
        *,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
    ) -> None:
        """Give a contact of a staff member tags, and take some; never two at once for a contact.

        Raises:
            Rejected: 40068, a tag is no more; 84061, she is no contact of his.
            TryAgain: 45033, too many at once; 45035, another call for her is under way.
            QuotaSpent: 45009, too many a minute or an hour.
        """
        data = {
            "userid": user_id,
            "external_userid": external_user_id,
            "add_tag": list(add),
            "remove_tag": list(remove),
        }
        await self._client.post("externalcontact/mark_tag", data=data)

    async def _is_there(self, endpoint: str, data: Any) -> bool:
        try:
            await self._client.post(endpoint, data=data)
        except Rejected as refused:
            if refused.errcode == NO_SUCH_TAG:
                return False
            raise
        return True


def _tags(answer: Any) -> list[CorpTag]:
    return [
        CorpTag(str(tag["id"]), str(tag["name"]), str(group["group_name"]))
        for group in answer["tag_group"]
        if not group.get("deleted")
        for tag in group.get("tag") or ()
        if not tag.get("deleted")
    ]
