"""The members of a shop on Douyin (抖店会员通): who joined, and what the brand told of each."""

from typing import Any

import msgspec

from simulator.shops.orders import Orders

NUMBERS_ARE_TOLD_FOR_SECONDS = 90 * 86_400
MOST_ASKED, MOST_UPDATED, MOST_LEVEL = 10, 5, 10
NO_MEMBER = 628145004


class Refused(Exception):
    """Why a call about members is refused: code, sub code and what it says."""


class ShopMember(msgspec.Struct):
    """A member, her number, and what her page shows of her."""

    mobile: str
    level: int = 1
    point_cent: int = 0


class Members:
    """The members of one shop, by open id."""

    def __init__(self, app_id: int, orders: Orders) -> None:
        self.app_id = app_id
        self.members: dict[str, ShopMember] = {}
        self._orders = orders

    def told(self, asked: dict[str, Any], *, now: int) -> object:
        """member/mGetMemberInfoByOpenIdList. Raises: Refused."""
        self._require_app(asked)
        open_ids = asked.get("open_id_list")
        if not isinstance(open_ids, list) or not 1 <= len(open_ids) <= MOST_ASKED:
            raise Refused(40004, "isv.parameter-invalid:628002001", "[OpenIdList]长度不能大于10")
        return {"member_infos": [self._told(str(one), now) for one in open_ids]}

    def update(self, asked: dict[str, Any]) -> object:
        """member/batchUpdate: all or none. Raises: Refused."""
        self._require_app(asked)
        updates = asked.get("member_info_list")
        if not isinstance(updates, list) or not 1 <= len(updates) <= MOST_UPDATED:
            raise Refused(40004, "isv.parameter-invalid:628002001", "参数非法")
        for one in updates:
            self._check(one)
        for one in updates:
            self._apply(one)
        return {}

    def _told(self, open_id: str, now: int) -> dict[str, object]:
        member = self.members.get(open_id)
        if member is None:
            reason = "用户不是当前店铺的会员"
            return {
                "success": False,
                "open_id": open_id,
                "err_code": NO_MEMBER,
                "err_msg": reason,
            }
        paid = [one.paid_at for one in self._orders.state.orders.values() if one.buyer == open_id]
        is_told = any(at and now - at <= NUMBERS_ARE_TOLD_FOR_SECONDS for at in paid)
        return {
            "success": True,
            "open_id": open_id,
            "mobile": member.mobile if is_told else "",
            "mix_mobile": "0f" * 16,
            "level": member.level,
            "point_cent": str(member.point_cent),
            "err_code": 0,
            "err_msg": "",
            "union_id": "",
        }

    def _require_app(self, asked: dict[str, Any]) -> None:
        if asked.get("app_id") != self.app_id:
            raise Refused(50002, "isv.business-failed:628145008", "店铺未绑定会员通应用")

    def _check(self, one: dict[str, Any]) -> None:
        if one.get("open_id") not in self.members:
            sub_code = f"isv.business-failed:{NO_MEMBER}"
            raise Refused(50002, sub_code, "用户不是当前店铺的会员")
        level = one.get("level")
        if level is not None and not (isinstance(level, int) and 1 <= level <= MOST_LEVEL):
            raise Refused(40004, "isv.parameter-invalid:628002001", "level")
        for name in ("pointCent", "integral"):
            if one.get(name) is not None and not isinstance(one[name], int):
                raise Refused(40004, "isv.parameter-invalid:628002001", name)

    def _apply(self, one: dict[str, Any]) -> None:
        if one.get("unbind"):
            del self.members[one["open_id"]]
            return
        member = self.members[one["open_id"]]
        member.level = one.get("level") or member.level
        if one.get("integral") is not None:
            member.point_cent = one["integral"] * 100
        if one.get("pointCent") is not None:
            member.point_cent = one["pointCent"]
