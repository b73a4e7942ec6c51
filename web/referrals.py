"""How invitations read: what both sides get and for what, the steps, and how a friend stands."""

from loyalty import articles
from loyalty.policies.referral import ReferralPolicy
from loyalty.programme import Programme
from loyalty.wording import Worded, yuan
from models import ReferralState
from web.languages import Language
from web.texts import text

STATES: dict[ReferralState, Worded] = {
    ReferralState.JOINED: Worded("已加入，待首单", "Joined, no order yet"),
    ReferralState.BOUGHT: Worded("已下单，待过退货期", "Ordered, may still return it"),
    ReferralState.QUALIFIED: Worded("已计入", "Counts"),
    ReferralState.REVERSED: Worded("已撤销", "Counts no more"),
    ReferralState.NOT_COUNTED: Worded("未计入", "Does not count"),
}
DOUBLE = 200
ACCEPTED = Worded(
    "您已接受朋友的邀请。首单过退货期后，双方的奖励会自动到账。",
    "You came by a friend's invitation. Both rewards come by themselves once your first order can"
    " be returned no more.",
)

INVITED = Worded("邀请您成为会员", "You are invited")
SCANNED = Worded("微信扫一扫，或长按识别", "Scan in WeChat, or press and hold")


def lines(policy: ReferralPolicy) -> list[Worded]:
    """Return for what, what both get, and what friends together unlock."""
    least = yuan(policy.least_order_fen)
    days = policy.window_days
    found = [
        Worded(
            f"朋友是新顾客，在 {days} 天内首单实付满 ¥{least}，过退货期后计入",
            f"A friend counts who is new, pays at least ¥{least} for a first order within {days}"
            " days, and keeps it",
        )
    ]
    hers = _given(policy.inviter_points, policy.inviter_coupon_slot)
    if hers:
        found.append(Worded(f"每计入一位，您得{hers.zh}", f"For each of them you get {hers.en}"))
    friends = _given(policy.friend_points, policy.friend_coupon_slot)
    if friends:
        found.append(Worded(f"朋友得{friends.zh}", f"Your friend gets {friends.en}"))
    for step in policy.unlock_steps:
        times = _times(step.times_percent)
        found.append(
            Worded(
                f"满 {step.friends} 位，解锁{times.zh} {step.days} 天",
                f"{step.friends} friends unlock {times.en} for {step.days} days",
            )
        )
    return found


def friend_lines(policy: ReferralPolicy) -> list[Worded]:
    """Return what a friend reads before she comes: for what she gets what."""
    least, days = yuan(policy.least_order_fen), policy.window_days
    given = _given(policy.friend_points, policy.friend_coupon_slot)
    if given is None:
        return [Worded("扫码成为会员", "Scan to become a member")]
    return [
        Worded(
            f"{days} 天内首单实付满 ¥{least}，您得{given.zh}",
            f"You get {given.en} for a first order of at least ¥{least} within {days} days",
        )
    ]


def came_by(shared: str, rules: Programme) -> Worded | None:
    """Return by what on a card a friend came; None where it was no card of something."""
    if shared.startswith("review:"):
        return Worded("看了商品评价", "by a review")
    title = articles.title(rules, shared) if shared else None
    return Worded(f"看了《{title.zh}》", f"by “{title.en}”") if title else None


def _given(points: int, coupon_slot: str) -> Worded | None:
    zh = [f" {points:,} 积分"] * bool(points) + ["一张优惠券"] * bool(coupon_slot)
    en = [f"{points:,} points"] * bool(points) + ["a coupon"] * bool(coupon_slot)
    return Worded("和".join(zh), " and ".join(en)) if zh else None


def _times(percent: int) -> Worded:
    if percent == DOUBLE:
        return Worded("双倍积分", "double points")
    return Worded(f" {percent / 100:g} 倍积分", f"{percent / 100:g} times the points")


def standing(state: ReferralState, reason: str, language: Language) -> str:
    """Return how a friend stands; of one who does not count, why: nothing private of hers."""
    told = STATES[state].spoken(language)
    if not reason:
        return told
    between = "：" if language == "zh" else ": "
    return told + between + text(reason, language, {})
