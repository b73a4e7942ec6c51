"""What people read for each code, in both languages: the only place that says it.

A text may show what it names and nothing else: the figures of a refusal that stand in its text go
outside, the others (ids, keys, platform names) stay in.
"""

from collections.abc import Mapping
from datetime import datetime
from string import Formatter

from loyalty.calendar import SHANGHAI
from loyalty.wording import Worded, yuan
from web.ladder_texts import LADDER_TEXTS
from web.languages import Language
from web.store_texts import STORE_TEXTS

TEXTS: dict[str, tuple[str, str]] = {
    **LADDER_TEXTS,
    **STORE_TEXTS,
    # the request itself
    "bad_request": ("请求格式不正确", "The request is not well-formed"),
    "bad_field": ("字段 {field} 不正确：{wanted}", "The field {field} is wrong: {wanted}"),
    "body_broken": ("请求体不完整或已损坏", "The body is cut off or damaged"),
    "body_too_large": ("请求体过大，最多 {most_bytes} 字节", "The body exceeds {most_bytes} bytes"),
    "body_too_slow": (
        "请求体未在 {seconds} 秒内发完",
        "The body did not arrive within {seconds} seconds",
    ),
    "wrong_content_type": ("请求体必须是 {wanted}", "The body must be {wanted}"),
    "no_such_address": ("地址不存在", "There is nothing at this address"),
    "method_not_allowed": ("该地址不支持此方法", "This address does not take this method"),
    "too_many_requests": ("操作太频繁，请稍后再试", "Too many requests, please try again later"),
    "unavailable": ("服务暂时不可用，请稍后再试", "Not available right now, please try again"),
    "internal": ("服务出现错误，请稍后再试", "Something went wrong on our side"),
    # sessions and logins
    "session_missing": ("请先登录", "Please sign in first"),
    "session_unknown": (
        "登录已失效，请重新登录",
        "This session is not valid, please sign in again",
    ),
    "session_expired": ("登录已过期，请重新登录", "The session has ended, please sign in again"),
    "forbidden": ("没有权限", "This is not allowed"),
    "account_blocked": ("该微信账号暂时无法登录", "This WeChat account cannot sign in"),
    "login_code_invalid": (
        "登录凭证无效或已过期，请重试",
        "The login code is wrong or too old, please try again",
    ),
    "login_code_used": (
        "登录凭证已被使用，请重试",
        "The login code was used already, please try again",
    ),
    "no_such_miniprogram": ("小程序未接入", "This mini-program is not connected"),
    # the platform
    "platform_unavailable": ("微信暂时没有响应，请稍后再试", "WeChat does not answer right now"),
    "platform_refused": ("微信拒绝了请求", "WeChat refused the request"),
    "platform_quota_spent": ("微信接口调用次数已用完", "WeChat allows no more calls for now"),
    # families
    "loyalty_error": ("暂时无法完成", "This cannot be done"),
    "not_found": ("没有找到", "Not found"),
    "refused": ("不符合规则", "The rules do not allow this"),
    "key_reused": ("同一编号已用于其他内容", "The same key stands for something else already"),
    # customers
    "identities_of_two_customers": (
        "这些身份属于两位顾客，需要先合并",
        "These identities belong to two customers, who must be merged first",
    ),
    "known_identity_unknown": (
        "没有这样的顾客：{kind}:{scope}:{value}",
        "There is no such customer: {kind}:{scope}:{value}",
    ),
    "other_identity_unknown": (
        "还不认识 {scope}:{value}：请先关注公众号",
        "{scope}:{value} is not known yet: she must follow the account first",
    ),
    "already_linked": (
        "两位顾客是同一公众号的不同粉丝，或手机号、unionid 不同，或合并后被员工撤销过",
        "They follow the same account as two, have different phone numbers or unionids, or were"
        " merged before and staff undid it",
    ),
    "no_such_member": ("没有这位会员", "No such member"),
    "same_customer": ("两边是同一位顾客", "Both are the same customer"),
    "several_members": (
        "找到多位会员，请用卡号（No.）指明",
        "Several members are found by this, please give the number (No.)",
    ),
    "reason_missing": ("请填写原因", "Please give the reason"),
    "no_such_merge": ("没有这次合并", "No such merge"),
    "member_was_merged": (
        "该会员已并入另一位会员，请重试",
        "This member was merged into another, please try again",
    ),
    "no_such_customer": ("没有这位顾客", "No such customer"),
    # messages and imports
    "text_not_writable": ("文字含有无法保存的字符", "The text holds characters we cannot keep"),
    "lapses_before_it_starts": ("消息在开始前就已失效", "The message would lapse before it starts"),
    "import_moved_on": ("另一个进程正在导入同一文件", "Another process imports the same file"),
    # points
    "no_such_entry": ("没有这笔积分流水", "No such entry of points"),
    "points_out_of_range": (
        "积分数量应在 1 到 {most} 之间",
        "Points must be between 1 and {most}",
    ),
    "not_enough_points": (
        "积分不足：需要 {wanted}，可用 {available}",
        "Not enough points: {wanted} needed, {available} available",
    ),
    "not_enough_pending": (
        "待到账积分不足：需要 {wanted}，待到账 {pending}",
        "Not enough pending points: {wanted} needed, {pending} pending",
    ),
    "already_settled": ("这笔积分已经到账", "These points are available already"),
    "already_cancelled": ("这笔积分已经取消", "These points were cancelled already"),
    "more_than_spent": (
        "退回的积分超过已消耗的：想退 {wanted}，可退 {left}",
        "More than was spent: {wanted} to return, {left} left",
    ),
    "more_than_earned": (
        "扣回的积分超过已获得的：想扣 {wanted}，可扣 {left}",
        "More than was earned: {wanted} to take back, {left} left",
    ),
    "nothing_due": ("没有到期的积分", "No points are due to expire"),
    "same_member": ("不能转给自己", "Points cannot be moved to the same member"),
    "key_out_of_range": ("编号格式不正确", "This key cannot be used"),
    "cause_out_of_range": ("原因含有无法保存的字符", "The cause holds characters we cannot keep"),
    # purchases
    "order_differs": ("同一订单的内容不一致", "The same order came with other content"),
    "buyer_differs": ("同一订单的买家不一致", "The same order came with another buyer"),
    "refunded_more_than_paid": ("退款超过实付金额", "More was refunded than paid"),
    "lines_do_not_sum": (
        "商品与运费之和 {lines_and_freight} 分，与实付 {paid} 分不一致",
        "Lines and freight come to {lines_and_freight} fen, the order was paid with {paid} fen",
    ),
    "split_in_a_circle": (
        "订单 {number} 与其父订单互为对方的子订单",
        "Order {number} and its parent are told to be parts of one another",
    ),
    "completed_before_paid": ("完成时间早于付款时间", "Completed before it was paid"),
    "refunds_do_not_sum": ("各行退款之和与订单退款不一致", "Refunds of lines and order differ"),
    # orders that a store tells us
    "bad_signature": ("签名不正确", "The signature is wrong"),
    "stale": ("请求时间与服务器相差过大", "The call is too old, or from the future"),
    "nonce_used": (
        "随机串已使用过：每次请求（含重试）都要换新的",
        "The nonce was used before: every call needs a new one, a repeated call, too",
    ),
    "order_unknown": (
        "订单 {number} 尚未收到，收到后自动处理",
        "The order {number} has not come yet; when it comes, this follows by itself",
    ),
    "state_unknown": ("不认识的订单状态“{state}”", "There is no order state “{state}”"),
    "currency_unknown": ("不支持的币种 {currency}", "The currency {currency} is not taken"),
    "amount_not_possible": (
        "{name} 的数值 {amount} 不可能",
        "{name} cannot be {amount}",
    ),
    "moment_not_possible": (
        "{name} 的时间 {moment} 不可能",
        "{name} cannot be {moment}",
    ),
    "bound_to_another": ("已绑定另一位会员", "Bound to another member"),
    "two_people": ("这是两位顾客", "These are two people"),
    "nobody_named": ("没有说明是哪位顾客", "Nobody is named"),
    "opening_differs": (
        "该会员以前已转入过不同数量的积分（本次：{told}）",
        "Other points came in for this member before: {told} now",
    ),
    "expired_already": ("积分已经过期", "The points have lapsed already"),
    "paid_before_ordered": ("付款时间早于下单时间", "Paid before it was ordered"),
    "refunded_before_paid": ("退款时间早于付款时间", "Refunded before it was paid"),
    "order_not_there": ("平台上没有订单 {number}", "The platform has no order {number}"),
    "privacy_requested": (
        "平台转来个人信息请求 {topic}（顾客 {customer}）：处理后请放弃此条",
        "The platform passes on a privacy request, {topic} (customer {customer}): set it aside"
        " when it is done",
    ),
    "another_shop": ("订单属于另一店铺 {shop}", "The order is of another shop, {shop}"),
    "order_refused": (
        "平台拒绝提供该订单：{error}",
        "The platform does not tell this order: {error}",
    ),
    "paid_at_missing": ("已付款的订单缺少付款时间", "Paid, and no moment says when"),
    "shop_differs": (
        "订单属于店铺“{told}”，而不是“{shop}”",
        "The order is of the shop “{told}”, not of “{shop}”",
    ),
    "completed_at_missing": ("已完成的订单缺少完成时间", "Completed, and no moment says when"),
    "amounts_do_not_add_up": (
        "金额不平：应付 {comes_to_fen} 元，实付 {paid_fen} 元",
        "The amounts come to ¥{comes_to_fen}, the order was paid with ¥{paid_fen}",
    ),
    "goods_do_not_sum": (
        "各行商品金额之和 {lines_fen} 元，与订单的 {goods_fen} 元不一致",
        "The lines' goods come to ¥{lines_fen}, the order's to ¥{goods_fen}",
    ),
    "line_repeated": ("行号 {key} 重复", "The line {key} is there more than once"),
    "line_unknown": ("订单没有行号 {key}", "The order has no line {key}"),
    "refund_differs": (
        "退款单 {refund_number} 与先前的内容不一致",
        "The refund {refund_number} came before with other content",
    ),
    "no_such_event": ("没有这条消息", "There is no such message"),
    "event_broke": (
        "处理时程序出错（{error}），可以重试",
        "Something broke on our side ({error}); it can be tried again",
    ),
    "event_not_parked": (
        "这条消息已被处理",
        "Somebody has dealt with this message already",
    ),
    # conditions
    "not_in_segment": ("仅限受邀会员", "For invited members only"),
    "personal_offers_off": (
        "您已关闭专属优惠，可在设置中打开",
        "You have switched personal offers off; the settings bring them back",
    ),
    "min_spend_not_met": ("还差 {short_fen} 元", "¥{short_fen} more is needed"),
    "tier_too_low": (
        "需要达到{tier}，还差{short}",
        "{tier} is needed, {short} to go",
    ),
    # rewards
    "no_such_reward": ("没有这个奖励", "There is no such reward"),
    "reward_unavailable": ("暂时不能兑换", "Cannot be redeemed right now"),
    "reward_out_of_stock": ("已兑完", "All gone"),
    "reward_limit_reached": ("每人限兑 {most} 次", "At most {most} for each member"),
    "no_such_redemption": ("没有这笔兑换", "There is no such redemption"),
    "redemption_over": ("这笔兑换已结束，不能取消", "This redemption is over: too late to cancel"),
    "no_such_redemption_code": ("没有这个兑换码", "There is no such redemption code"),
    "already_handed_over": (
        "已由 {by} 于 {handed_over_at} 交付",
        "Handed over already by {by}, {handed_over_at} Shanghai time",
    ),
    "redemption_cancelled": ("会员已取消这笔兑换", "The member has cancelled this redemption"),
    "redemption_expired": (
        "已过领取期限，积分退回原批次",
        "Not fetched in time: the points go back with their old expiry",
    ),
    # coupons
    "no_such_coupon": ("没有这张优惠券", "There is no such coupon"),
    "no_such_coupon_batch": ("没有这个券批次", "There is no such coupon batch"),
    "coupon_locked": (
        "优惠券已用于待付款订单",
        "Another unpaid order holds the coupon",
    ),
    "coupon_used": ("优惠券已使用", "The coupon is used"),
    "coupon_void": ("优惠券已作废", "The coupon is void"),
    "coupon_expired": ("优惠券已过期", "The coupon has expired"),
    # the phone number
    "phone_code_invalid": (
        "手机号授权已失效，请重试",
        "The phone number's code is wrong or too old, please try again",
    ),
    "email_not_usable": ("邮箱地址不正确", "This is not a usable e-mail address"),
    # membership shown by shops on WeChat
    "pass_not_connected": ("暂未开通店铺会员", "Membership in shops is not connected yet"),
    "shop_session_invalid": (
        "入会链接已失效，请回到店铺重新进入",
        "This link to join has ended, please come from the shop once more",
    ),
    "phone_not_usable": ("手机号不正确", "This is not a usable phone number"),
    "phone_of_another_customer": (
        "该手机号已绑定其他会员，请联系客服合并",
        "This number belongs to another member; please ask customer service to merge the two",
    ),
    # why she has a coupon
    "coupon_for_points": ("{points} 积分兑换", "Redeemed for {points} points"),
    # the brand, and the demo's day
    "brand_without_name": (
        "还没有品牌：请同时给出中文名和英文名",
        "There is no brand yet: give both its names",
    ),
    "no_such_slot": (
        "没有规则位 {slot}：应为 tiers、points、expiry，或 reward:tote 这样的名字",
        "There is no slot {slot}: it is tiers, points, expiry, or a name such as reward:tote",
    ),
    "no_such_kind": ("没有种类 {kind}，可选：{kinds}", "There is no kind {kind} here: {kinds}"),
    "no_such_tier": ("没有等级 {tier}，可选：{tiers}", "There is no tier {tier} here: {tiers}"),
    "slot_is_empty": ("{slot} 还没有发布", "Nothing is published in {slot}"),
    "clock_is_moving": ("时间正在推进，请稍候", "The clock is being moved already"),
    "clock_moved": ("时间已被另一个进程推进", "Another process has moved the clock"),
    "clock_step": (
        "一次最少推进 1 小时，最多 {days} 天",
        "Move the clock by an hour at least and {days} days at most",
    ),
    "clock_too_far": ("最多推进到 {days} 天之后", "The clock can be at most {days} days ahead"),
    # staff
    "wrong_password": ("账号或密码不对", "Wrong account or password"),
    "password_out_of_range": (
        "密码应为 {least} 到 {most} 位",
        "A password has {least} to {most} characters",
    ),
    "wecom_user_of_another": (
        "企业微信成员 {wecom_user_id} 已用于账号 {account}",
        "The WeCom user {wecom_user_id} signs in as {account} already",
    ),
    "no_such_staff_member": ("没有这位员工", "No such staff member"),
    "not_for_your_role": ("您的角色不能查看此页", "Your role may not see this page"),
    "no_corp": ("尚未连接企业微信", "No WeCom corp is connected"),
    "scan_not_ours": ("登录已过期，请重新扫码", "This scan is over: please scan again"),
    "scan_code_invalid": ("扫码无效，请重新扫码", "The scan is not valid: please scan again"),
    "no_such_rule": ("没有这条规则", "There is no such rule"),
    "form_not_ours": ("页面已过期，请刷新重试", "This form is too old: reload the page"),
    # play
    "no_such_challenge": ("没有这个任务", "No such challenge"),
    "challenge_not_reached": (
        "还没有完成：{done}/{target}",
        "Not reached yet: {done} of {target}",
    ),
    "round_is_over": ("这一轮已经结束", "This round is over"),
    "not_today": ("只能签到今天（{today}）", "Only today can be checked in ({today})"),
    "bad_day": ("日期应为 2026-11-22 这样的格式", "The day must look like 2026-11-22"),
    "no_such_segment": ("没有这个人群", "No such segment"),
    "no_such_campaign": ("没有这个营销活动", "No such campaign"),
    "no_such_board": ("没有这个排行榜", "No such leaderboard"),
    # communities
    "no_such_community": ("没有这个会员群", "There is no such VIP group"),
    "community_full": ("会员群已满（{capacity} 人）", "The VIP group is full ({capacity} people)"),
    "join_way_missing": (
        "进群二维码尚未生成，请稍后再试",
        "There is no QR code yet, try again soon",
    ),
}


def text(code: str, language: Language, figures: Mapping[str, object]) -> str:
    """Return what a person reads for a code; a code without a text reads as its family would."""
    zh, en = TEXTS.get(code, TEXTS["loyalty_error"])
    shown = shown_figures(code, language, figures)
    return (zh if language == "zh" else en).format_map(
        _Shown({name: _read(name, figure) for name, figure in shown.items()})
    )


def _read(name: str, figure: object) -> object:
    """Return a figure as people read it: fen as yuan, a moment by the Shanghai clock."""
    if name.endswith("_fen") and isinstance(figure, int):
        return yuan(figure)
    if isinstance(figure, datetime):
        return f"{figure.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return figure


def shown_figures(
    code: str, language: Language, figures: Mapping[str, object]
) -> dict[str, object]:
    """Return the figures that the text of a code shows; the others are not for the outside."""
    shown = {name: figures[name] for name in sorted(figures_of(code)) if name in figures}
    return {
        name: figure.spoken(language) if isinstance(figure, Worded) else figure
        for name, figure in shown.items()
    }


def figures_of(code: str) -> set[str]:
    """Return the names of the figures in the text of a code."""
    zh, en = TEXTS.get(code, TEXTS["loyalty_error"])
    return {name for template in (zh, en) for _, name, _, _ in Formatter().parse(template) if name}


class _Shown(dict[str, object]):
    """Figures of a text; one that is not there shows as such, since a text must never fail."""

    def __missing__(self, name: str) -> str:
        return "?"
