"""签到, 任务, 领取 and 排行榜 in the chat."""

from datetime import UTC, datetime

from loyalty import programme, publishing, referrals
from loyalty.discounts.fen_off import FenOff
from loyalty.milestones.nth_purchase import NthPurchase
from loyalty.orders import IdentityRef
from loyalty.policies.ladder import Ladder, Rung
from loyalty.policies.referral import ReferralPolicy
from models import IdentityKind, Referral, ReferralCode
from tests.bot.conftest import Town
from tests.loyalty.play_scene import buys

OPENID = "oPlays"


async def buyer(town: Town) -> IdentityRef:
    """Let her be known, and return how the shop names her."""
    await town.platform.says("帮助", openid=OPENID)
    return IdentityRef(IdentityKind.OPENID, next(iter(town.context.accounts)), OPENID)


async def test_a_check_in_pays_once_a_day(town: Town) -> None:
    assert (await town.platform.says("签到", openid=OPENID)).said == (
        "签到成功，获得 5 积分！已连续签到 1 天。"
    )
    assert (await town.platform.says("check in", openid=OPENID)).said == (
        "You have checked in today, 1 day in a row. See you tomorrow!"
    )
    assert (await town.platform.says("积分", openid=OPENID)).said.startswith("您有 5 积分可用")


async def test_challenges_are_told_and_claimed_once(town: Town) -> None:
    hers = await buyer(town)
    now = datetime.now(UTC)
    await buys("1", 30, paid_at=now, buyer=hers)
    assert (
        "本周两单：1/2 单，奖励 100 积分" in (await town.platform.says("任务", openid=OPENID)).said
    )
    assert (await town.platform.says("领取", openid=OPENID)).said == "暂无可领取的奖励。"
    await buys("2", 30, paid_at=now, buyer=hers)
    assert "已完成，待领取" in (await town.platform.says("任务", openid=OPENID)).said
    assert (
        await town.platform.says("领取", openid=OPENID)
    ).said == "已领取：本周两单，共 100 积分。"
    assert (
        await town.platform.says("claim", openid=OPENID)
    ).said == "There is nothing to claim yet."


async def test_the_board_tells_who_leads_and_where_she_is(town: Town) -> None:
    hers = await buyer(town)
    assert "还没有上榜" in (await town.platform.says("排行榜", openid=OPENID)).said
    now = datetime.now(UTC)
    emma = IdentityRef(IdentityKind.OPENID, hers.scope, "oEmma")
    await buys("1", 1_000, paid_at=now, buyer=hers)
    await buys("2", 1_088, paid_at=now, buyer=emma)
    told = (await town.platform.says("leaderboard", openid=OPENID)).said.splitlines()
    assert told[0] == "Points of the week"
    assert "Me  1,000 points" in told[2]
    assert told[-1] == "You are no. 2 with 1,000 points, 88 behind the next."
    told = (await town.platform.says("排行榜", openid=OPENID)).said.splitlines()
    assert told[-1] == "您排第 2 名，1,000 积分，距上一名还差 88 积分。"
    await buys("3", 74, paid_at=now, buyer=hers)  # and a fifth more: she is Silver by now
    told = (await town.platform.says("排行榜", openid=OPENID)).said.splitlines()
    assert told[-1] == "您排第 2 名，1,088 积分，与上一名得分相同。"


async def test_she_reads_her_tier_and_what_it_takes_to_rise_and_to_stay(town: Town) -> None:
    hers = await buyer(town)
    assert (await town.platform.says("等级", openid=OPENID)).said == (
        "您是普通会员。\n再有 500 元消费即可升级为银卡会员。"
    )
    await buys("1", 600, paid_at=datetime.now(UTC), buyer=hers)
    told = (await town.platform.says("我的等级", openid=OPENID)).said.splitlines()
    assert told[:2] == ["您是银卡会员。", "再有 1,400 元消费即可升级为金卡会员。"]
    assert told[2].startswith("银卡会员保留至")
    assert told[2].endswith("再有 500 元消费即可继续保级，否则之后为普通会员。")
    told = (await town.platform.says("my tier", openid=OPENID)).said.splitlines()
    assert told[:2] == ["Your tier: Silver.", "¥1,400 of purchases more to reach Gold."]


async def test_milestones_are_told_and_what_they_gave_says_why(town: Town) -> None:
    hers = await buyer(town)
    now = datetime.now(UTC)
    await publishing.publish(
        "coupon:ten_off", FenOff(name_zh="立减 10 元", name_en="¥10 off", fen=1000), by="t", at=now
    )
    second = NthPurchase(
        "第二单", "Second order", n=2, reward_points=20, reward_coupon_slot="coupon:ten_off"
    )
    await publishing.publish("milestone:second", second, by="t", at=now)
    later = datetime.now(UTC)
    await buys("1", 30, paid_at=later, buyer=hers)
    assert (
        "第二单：1/2 单，奖励 20 积分和优惠券一张"
        in (await town.platform.says("任务", openid=OPENID)).said
    )
    await buys("2", 30, paid_at=later, buyer=hers)
    assert "第二单：已达成" in (await town.platform.says("里程碑", openid=OPENID)).said
    assert "Second order: reached" in (await town.platform.says("milestones", openid=OPENID)).said
    assert "（第二单）" in (await town.platform.says("优惠券", openid=OPENID)).said
    assert (await town.platform.says("积分", openid=OPENID)).said.startswith("您有 20 积分可用")


async def test_what_a_shop_on_tmall_keeps_for_her_is_said_with_her_coupons(town: Town) -> None:
    hers = await buyer(town)
    now = datetime.now(UTC)
    rungs = (Rung("first", 100, 20, 99), Rung("second", 300, 50))
    ladder = Ladder("年度礼券", "Coupons of the year", shop="tmall:flagship", rungs=rungs)
    await publishing.publish("ladder:tmall", ladder, by="t", at=now)
    told = (await town.platform.says("优惠券", openid=OPENID)).said
    assert told.splitlines()[-1] == "年度礼券：再消费 100 元可得 20 元券（满 99 元可用）。"
    await buys("1", 120, paid_at=datetime.now(UTC), buyer=hers)
    told = (await town.platform.says("优惠券", openid=OPENID)).said
    assert "20 元券（满 99 元可用）：已达成。在天猫店铺“flagship”入会后自动发放" in told
    assert "再消费 180 元可得 50 元券" in told
    told = (await town.platform.says("coupons", openid=OPENID)).said
    assert "¥180 more for ¥50 off." in told


async def test_she_invites_by_a_word_and_a_friend_sends_the_code(town: Town) -> None:
    at = datetime.now(UTC)
    policy = ReferralPolicy(inviter_points=100)
    await programme.publish("referral", policy, starts_at=at, by="test", at=at)
    told = (await town.platform.says("邀请", openid="oInviter")).said
    code = told.splitlines()[0].removeprefix("您的邀请码：")
    assert "满 2 位，解锁双倍积分 7 天" in told
    friend = await town.platform.says(f"邀请 {code}", openid="oFriend")
    assert friend.said.startswith("您已接受朋友的邀请")
    assert "1 位进行中" in (await town.platform.says("邀请", openid="oInviter")).said
    await ReferralCode.all().update(code="2A2I3AN4A2THE234")
    own = await town.platform.says("invite 2A2I-3AN4-A2TH-E234", openid="oInviter")
    assert own.said == "This is your own invitation code: send it to a friend."


async def test_a_friend_comes_by_the_qr_code_of_an_invitation(town: Town) -> None:
    at = datetime.now(UTC)
    await programme.publish("referral", ReferralPolicy(), starts_at=at, by="test", at=at)
    told = (await town.platform.says("邀请", openid="oInviter")).said
    code = told.splitlines()[0].removeprefix("您的邀请码：").replace("-", "")
    scene = f"qrscene_{referrals.scene_of(code)}"
    first = await town.platform.does("subscribe", openid="oScans", EventKey=scene)
    assert "您已接受朋友的邀请" in first.said
    assert (await Referral.get()).way == "qr"
    again = await town.platform.does("scan", openid="oScans", EventKey=scene.partition("_")[2])
    assert "您已接受朋友的邀请" in again.said
    own = await town.platform.does("scan", openid="oInviter", EventKey=referrals.scene_of(code))
    assert own.said == "这是您自己的邀请码，发给朋友即可。"
    assert await Referral.all().count() == 1
