"""Invitations over HTTP: a code of hers, the friends who came, and the one by which she came."""

from base64 import b64decode
from io import BytesIO

import pytest
from PIL import Image

from loyalty import programme
from loyalty.connections import Connected, OfficialAccountSettings
from loyalty.policies.referral import ReferralPolicy
from loyalty.programme import BEGINNING
from miniprogram_api import referrals
from models import ReferralCode
from tests.cast import NOVEMBER_22
from tests.miniprogram_api.conftest import ACCOUNT_APP_ID, PATIENT, Phone
from tests.miniprogram_api.test_me import signed_in
from tests.web.conftest import Asked
from web import posters
from web.context import Account, Context
from web.posters import Poster, drawn
from wechat.official_account import OfficialAccount
from wechat.tokens import MemoryTokens

POLICY = ReferralPolicy(inviter_points=100, friend_points=50, least_order_fen=2000)


@pytest.fixture
async def inviting(lin: Phone, emma: Phone) -> None:
    await programme.publish("referral", POLICY, starts_at=BEGINNING, by="t", at=NOVEMBER_22)
    for phone in (lin, emma):
        await signed_in(phone)


async def accepts(phone: Phone, code: object, **more: str) -> Asked:
    return await phone.ask("PUT", "/me/inviter", json={"code": code, **more})


async def test_she_reads_her_code_and_what_is_in_it(lin: Phone, inviting: None) -> None:
    told = (await lin.get("/me/referral")).told
    assert told["page"] == f"/pages/invite/invite?ref={told['code']}"
    assert (told["friends"], told["on_the_way"], told["boost"]) == (0, 0, None)
    assert told["next"] == {"friends": 2, "times_percent": 200, "days": 7}
    assert told["lines"] == [
        "朋友是新顾客，在 30 天内首单实付满 ¥20，过退货期后计入",
        "每计入一位，您得 100 积分",
        "朋友得 50 积分",
        "满 2 位，解锁双倍积分 7 天",
    ]
    again = await lin.get("/me/referral", headers={"Accept-Language": "en"})
    assert again.told["code"] == told["code"]
    assert again.told["lines"][-1] == "2 friends unlock double points for 7 days"


async def test_a_friend_accepts_once_and_is_masked(lin: Phone, emma: Phone, inviting: None) -> None:
    code = (await lin.get("/me/referral")).told["code"]
    first = await accepts(emma, code, way="link")
    assert first.http_status == 200
    assert (await accepts(emma, code)).told["uuid"] == first.told["uuid"]
    (friend,) = (await lin.get("/me/referrals")).told["friends"]
    assert (friend["state"], friend["reason"], friend["line"]) == (
        "joined",
        None,
        "已加入，待首单",
    )
    assert friend["name"].startswith("会员··")
    told = {"uuid", "name", "state", "reason", "line", "came_by", "invited_at"}
    assert set(friend) == told, "nothing else of her"
    assert (await emma.get("/me/referrals")).told == {"friends": [], "next_before": None}


async def test_what_is_wrong_is_said(lin: Phone, emma: Phone, inviting: None) -> None:
    code = (await lin.get("/me/referral")).told["code"]
    own = await accepts(lin, code)
    assert (own.http_status, own.error["code"]) == (422, "invites_herself")
    wrong = await accepts(emma, "A" * 16)
    assert (wrong.http_status, wrong.error["code"]) == (404, "no_such_referral_code")
    for body in ("", "A" * 41, 7):
        broken = await accepts(emma, body)
        assert (broken.http_status, broken.error["code"]) == (400, "bad_field")
        assert "code" in broken.error["message"]
    assert (await accepts(emma, code)).http_status == 200
    circle = await accepts(lin, (await emma.get("/me/referral")).told["code"])
    assert circle.http_status == 200
    (friend,) = (await emma.get("/me/referrals")).told["friends"]
    assert friend["line"] == "未计入：互相邀请不计入"


async def test_without_a_rule_there_is_nothing_to_invite_to(lin: Phone) -> None:
    await signed_in(lin)
    told = await lin.get("/me/referral")
    assert (told.http_status, told.error["code"]) == (422, "no_invitations_now")


def speaks(connected: Context, china: str) -> None:
    """Let the official account speak for the brand, too."""
    settings = OfficialAccountSettings(
        ACCOUNT_APP_ID, "s" * 32, "gh_0123456789ab", "token", "a" * 43, api_base=china
    )
    client = OfficialAccount(
        connected.http,
        MemoryTokens(),
        app_id=ACCOUNT_APP_ID,
        app_secret="s" * 32,
        api_base=china,
        limits=PATIENT,
    )
    assert isinstance(connected.accounts, dict)
    connected.accounts[ACCOUNT_APP_ID] = Account(
        Connected(3, ACCOUNT_APP_ID, "积分", settings), client
    )


async def test_her_qr_code_is_made_once_by_the_official_account(
    lin: Phone, inviting: None, connected: Context, china: str
) -> None:
    none = await lin.get("/me/referral/qr")
    assert (none.http_status, none.error["code"]) == (404, "no_official_account")
    speaks(connected, china)
    first, again = [await lin.get("/me/referral/qr") for _ in "ab"]
    assert first.http_status == 200, first.told
    assert first.told["image"].startswith("data:image/svg+xml;base64,")
    assert first.told == again.told, "WeChat was asked once"
    kept = await ReferralCode.get()
    assert (kept.qr_app_id, str(kept.qr_url).startswith("http://weixin.qq.com/q/")) == (
        ACCOUNT_APP_ID,
        True,
    )


def picture_of(told: Asked) -> Image.Image:
    """Return the picture of an answer."""
    head, _, data = str(told.told["image"]).partition(",")
    assert head == "data:image/png;base64"
    return Image.open(BytesIO(b64decode(data)))


async def test_her_poster_is_a_picture_with_the_mini_programs_code(
    lin: Phone, inviting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Poster] = []
    monkeypatch.setattr(posters, "drawn", lambda one: asked.append(one) or drawn(one))
    first = await lin.get("/me/referral/poster")
    picture = picture_of(first)
    assert (picture.format, picture.width) == ("PNG", 750)
    assert (await lin.get("/me/referral/poster")).told == first.told
    assert isinstance(asked[0].code, bytes), "WeChat drew the code"
    assert asked[0].lines == ("30 天内首单实付满 ¥20，您得 50 积分",)
    english = await lin.get("/me/referral/poster", headers={"Accept-Language": "en"})
    assert english.told != first.told
    assert asked[-1].title == "You are invited"


async def test_where_wechat_makes_no_code_the_official_accounts_is_drawn(
    lin: Phone, inviting: None, connected: Context, china: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Poster] = []
    monkeypatch.setattr(posters, "drawn", lambda one: asked.append(one) or drawn(one))
    monkeypatch.setattr(referrals, "PAGE_OF_CODES", "pages/nowhere/nowhere")
    none = await lin.get("/me/referral/poster")
    assert (none.http_status, none.error["code"]) == (404, "no_official_account")
    speaks(connected, china)
    assert picture_of(await lin.get("/me/referral/poster")).width == 750
    assert str(asked[0].code).startswith("http://weixin.qq.com/q/")


async def test_a_code_that_is_no_picture_is_not_kept(
    lin: Phone, inviting: None, connected: Context, china: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Poster] = []
    monkeypatch.setattr(posters, "drawn", lambda one: asked.append(one) or drawn(one))
    speaks(connected, china)
    broken = iter([False, True])
    monkeypatch.setattr(posters, "is_picture", lambda made: next(broken))
    assert picture_of(await lin.get("/me/referral/poster")).width == 750
    assert picture_of(await lin.get("/me/referral/poster")).width == 750
    assert [type(one.code) for one in asked] == [str, bytes]


async def test_a_poster_needs_a_rule(lin: Phone, emma: Phone) -> None:
    await signed_in(lin)
    none = await lin.get("/me/referral/poster")
    assert (none.http_status, none.error["code"]) == (422, "no_invitations_now")
