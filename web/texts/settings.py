"""What people read of what staff set: the brand, its rules, the demo's day."""

SETTING_TEXTS: dict[str, tuple[str, str]] = {
    "brand_without_name": (
        "还没有品牌：请同时给出中文名和英文名",
        "There is no brand yet: give both its names",
    ),
    "rule_code_wrong": (
        "代码应为小写字母、数字和下划线，最多 40 个",
        "A code is of small letters, digits and underscores, 40 at most",
    ),
    "no_such_slot": (
        "没有规则位 {slot}：应为 tiers、points、expiry，或 reward:tote 这样的名字",
        "There is no slot {slot}: it is tiers, points, expiry, or a name such as reward:tote",
    ),
    "no_such_kind": ("没有种类 {kind}，可选：{kinds}", "There is no kind {kind} here: {kinds}"),
    "no_such_tier": ("没有等级 {tier}，可选：{tiers}", "There is no tier {tier} here: {tiers}"),
    "slot_is_empty": ("{slot} 还没有发布", "Nothing is published in {slot}"),
    "rewards_sharing": (
        "{name}：“{words}”是诱导分享。《微信小程序平台运营规范》5.1 不允许因分享、转发、集赞本身"
        "给奖励。可以改为：好友首单完成并过了退货期后，双方得奖励",
        "{name}: “{words}” rewards the act of sharing, which WeChat's rules for mini-programs"
        " (5.1) forbid. Allowed: both get something once the friend's first order is past its"
        " return window",
    ),
    "rewards_following": (
        "{name}：“{words}”是诱导关注。《微信小程序平台运营规范》5.1 不允许因关注本身给奖励。"
        "可以改为：购买、签到或完善资料后得积分，关注后可查询",
        "{name}: “{words}” rewards the act of following, which WeChat's rules for mini-programs"
        " (5.1) forbid. Allowed: points for purchases, check-ins or a profile, which followers"
        " can ask for",
    ),
    "hides_odds": (
        "{name}：“{words}”是抽奖，却没有公布概率。《规范促销行为暂行规定》第十三条要求事先公布"
        "奖品数量或者中奖概率。可以写明概率，或改为达成即得的奖励",
        "{name}: “{words}” is a draw that does not tell its odds, which article 13 of the"
        " provisional rules on promotions (规范促销行为暂行规定) wants published beforehand."
        " Tell them, or give the reward to all who get there",
    ),
    "prices_in_secret": (
        "{name}：只给部分人的优惠，名称不能是“{words}”。《个人信息保护法》第二十四条要求决策透明、"
        "价格公平。请写明为什么是给她的，例如“三个月没来的会员回归价”",
        "{name}: an offer for some may not be called “{words}”. Article 24 of the personal"
        " information law wants such prices open and fair. Say what it is for, such as"
        " “Welcome back after three months”",
    ),
    "clock_is_moving": ("时间正在推进，请稍候", "The clock is being moved already"),
    "clock_moved": ("时间已被另一个进程推进", "Another process has moved the clock"),
    "clock_step": (
        "一次最少推进 1 小时，最多 {days} 天",
        "Move the clock by an hour at least and {days} days at most",
    ),
    "clock_too_far": ("最多推进到 {days} 天之后", "The clock can be at most {days} days ahead"),
}
