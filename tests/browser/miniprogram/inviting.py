"""Invitations in the tests' shop: her code, two friends, and the one by which she came."""

from aiohttp import web

from tests.browser.miniprogram.catalogue import Catalogue, Json, Refusal, paged, soon
from tests.browser.miniprogram.redeeming import qr_of

HER_CODE, A_FRIENDS_CODE = "A" * 16, "B" * 16


class Inviting(Catalogue):
    """One friend who counts, and one who was a customer already."""

    def __init__(self) -> None:
        super().__init__()
        self.came_by: list[Json] = []

    async def referral(self, request: web.Request) -> Json:
        said = self._said
        return {
            "name": said(request, "邀请好友", "Invite friends"),
            "code": HER_CODE,
            "page": f"/pages/invite/invite?ref={HER_CODE}",
            "friends": 1,
            "on_the_way": 2,
            "lines": [
                said(request, "每计入一位，您得 100 积分", "For each of them you get 100 points"),
                said(request, "满 2 位，解锁双倍积分 7 天", "2 friends unlock double points"),
            ],
            "next": {"friends": 2, "times_percent": 200, "days": 7},
            "boost": None,
        }

    async def referral_qr(self, request: web.Request) -> Json:
        return {"image": qr_of("ref"), "ends_at": soon(days=30)}

    async def referral_poster(self, request: web.Request) -> Json:
        return {"image": qr_of("poster")}

    async def referrals(self, request: web.Request) -> Json:
        said = self._said
        told = (
            ("1" * 32, "qualified", None, said(request, "已计入", "Counts")),
            (
                "2" * 32,
                "not_counted",
                "already_a_customer",
                said(request, "未计入：对方已是我们的顾客", "Does not count: already a customer"),
            ),
        )
        rows = [
            {
                "uuid": uuid,
                "name": said(request, "会员··AB12", "Member··AB12"),
                "state": state,
                "reason": reason,
                "line": line,
                "came_by": said(request, "看了《豆子从哪来》", "by “Our beans”")
                if state == "qualified"
                else None,
                "invited_at": soon(days=-3),
            }
            for uuid, state, reason, line in told
        ]
        return paged(request, "friends", rows)

    def _article(self, request: web.Request) -> Json:
        return {
            "code": "beans",
            "title": self._said(request, "豆子从哪来", "Our beans"),
            "lead": self._said(request, "云南保山的一个山头", "A hill in Baoshan"),
            "text": self._said(
                request, "云南保山的一个山头。\n\n日晒，慢烘。", "A hill in Baoshan.\nSlowly."
            ),
            "picture": "",
        }

    async def articles(self, request: web.Request) -> Json:
        return {"articles": [self._article(request)]}

    async def article(self, request: web.Request) -> Json:
        return self._article(request)

    async def inviter(self, request: web.Request) -> Json:
        body: Json = await request.json()
        if body["code"] == HER_CODE:
            raise Refusal("invites_herself")
        if body["code"].replace("-", "") != A_FRIENDS_CODE:
            raise Refusal("no_such_referral_code", 404)
        self.came_by.append(body)
        return {"uuid": "3" * 32, "name": self._said(request, "邀请好友", "Invite"), "lines": []}
