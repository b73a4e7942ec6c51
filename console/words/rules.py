"""How rules read to staff: their titles and fields, and in Chinese what a kind does.

In English a kind speaks by its docstring. Tests compare these words with the kinds.
"""

import inspect

from msgspec import Struct

from console.words.boards import BOARD_CHOICES, BOARD_FIELDS
from console.words.calendar import CALENDAR_FIELDS
from console.words.codes import said
from console.words.contact_tags import CONTACT_TAG_FIELDS
from console.words.contact_ways import CONTACT_WAY_FIELDS
from console.words.events import EVENT_FIELDS
from console.words.gifts import GIFT_FIELDS
from console.words.kinds import KINDS
from console.words.referrals import REFERRAL_FIELDS
from console.words.surveys import SURVEY_CHOICES, SURVEY_FIELDS
from console.words.visits import VISIT_FIELDS
from loyalty import programme
from web.languages import Language

FIELDS: dict[str, tuple[str, str]] = {
    "least_line_percent": (
        "每行最低毛利率（占实付百分比；空为不限）",
        "Least margin of a line, in percent of what is paid (empty: no floor)",
    ),
    "least_order_percent": (
        "整单最低毛利率（占实付百分比；空为不限）",
        "Least margin of an order, in percent of what is paid (empty: no floor)",
    ),
    "most_percent_without_cost": (
        "无成本的商品最多减百分之几（空为不限）",
        "Most percent off a product without a cost (empty: no end)",
    ),
    "days": ("天数（可空）", "Days (may be empty)"),
    "least_orders": ("至少几单", "Orders at least"),
    "most_orders": ("至多几单（空为不限）", "Orders at most (empty: no end)"),
    "within": ("窗口长度", "Length of the window"),
    "unit": ("窗口单位", "Counted in"),
    "least_fen": ("至少（分）", "At least (fen)"),
    "days_before": ("提前几天", "Days before it"),
    "days_after": ("之后几天", "Days after it"),
    "units": ("至少几件", "Units at least"),
    "stores": ("自营店铺代码", "Codes of own stores"),
    "weekdays": ("星期（mon, tue … sun）", "Days of the week (mon, tue ... sun)"),
    "month_days": ("每月几日", "Days of the month"),
    "from_time": ("从几点起（08:00）", "From (08:00)"),
    "until_time": ("到几点前（24:00）", "Until before (24:00)"),
    "hours": ("小时", "Hours"),
    "threshold_fen": ("门槛（分）", "Sum that is wanted (fen)"),
    "within_fen": ("至多还差（分）", "Short by at most (fen)"),
    "benefits_zh": ("权益（中文，逗号分隔）", "Benefits, in Chinese (separated by commas)"),
    "benefits_en": ("权益（英文，逗号分隔）", "Benefits, in English (separated by commas)"),
    "budgets": (
        "预算（每行一个周期，空为不限）",
        "Budgets (a period a row; empty: no end)",
    ),
    "uses_per_member": ("每人次数", "Uses of each member"),
    "buy": ("购买件数", "Units to buy"),
    "get": ("优惠件数", "Units got for less"),
    "get_skus": ("优惠商品编码（空为同类商品）", "SKUs got for less (empty: the same goods)"),
    "gift_quantity": ("赠品件数", "Units of the gift"),
    "gift_skus": ("赠品商品编码", "SKUs of the gift"),
    "most_times": ("每单最多次数（空为不限）", "Most times in a cart (empty: no end)"),
    "of": ("每几件一件", "Of every so many units"),
    "off_fen": ("减（分）", "Off (fen)"),
    "parts": ("组合商品", "Parts of the set"),
    "quantity": ("件数", "Units"),
    "sku": ("商品编码", "SKU"),
    "spend_fen": ("满（分）", "From (fen)"),
    "spend_steps": ("满减档位（由低到高）", "Steps, from the lowest on"),
    "volume_steps": ("件数档位（由少到多）", "Steps, from the lowest on"),
    "about_en": ("说明（英文）", "About, in English"),
    "next_when_full": (
        "满员后自动建下一个群",
        "Make the next group when all are full",
    ),
    "about_zh": ("说明（中文）", "About, in Chinese"),
    "again_after_days": ("再次发放间隔（天）", "Again after (days)"),
    "brands": ("限定品牌", "Only these brands"),
    "categories": ("限定品类", "Only these categories"),
    "comes_by_itself": ("自动发放，无需领取", "Comes by itself, without a claim"),
    "conditions": ("条件", "Conditions"),
    "coupon_slot": ("券批次", "Coupon batch"),
    "member_text_zh": ("给会员的话（中文）", "To members, in Chinese"),
    "member_text_en": ("给会员的话（英文）", "To members, in English"),
    "guest_text_zh": ("给未入会者的话（中文）", "To others, in Chinese"),
    "guest_text_en": ("给未入会者的话（英文）", "To others, in English"),
    "needs_coupon": ("只能用兑换券兑换", "Only for an exchange coupon"),
    "reward_slot": ("兑换的奖励（reward:代码）", "Reward it is exchanged for (reward:code)"),
    "days_to_fetch": ("领取期限（天）", "Days to fetch it"),
    "every_yuan": ("每消费（元）", "For every (yuan)"),
    "colour": ("颜色", "Colour"),
    "code": ("代码", "Code"),
    "douyin_grade": ("抖音等级", "Douyin grade"),
    "jd_grade": ("京东等级", "JD grade"),
    "tmall_grade": ("天猫等级", "Tmall grade"),
    "wechat_shop_grade": ("微信小店 VIP", "WeChat Shop VIP"),
    "threshold": ("门槛（消费按分）", "Threshold (money in fen)"),
    "measure": ("等级依据", "Tiers go by"),
    "window": ("统计窗口", "Window"),
    "window_days": ("近若干天：天数", "Days of a window of days"),
    "held_windows": (
        "自然周期：达成后再保留几个周期",
        "Calendar windows that a tier lasts after its own",
    ),
    "grace_days": ("宽限期（天）", "Days of grace"),
    "step_days": (
        "每降一级间隔（天，0 为直接降到现有水平）",
        "Days between two steps down (0: at once to what she reaches)",
    ),
    "growth_per_yuan": ("每消费一元的成长值", "Growth for each yuan"),
    "growth_per_order": ("每笔订单的成长值", "Growth for each order"),
    "growth_per_visit": ("每次到访的成长值", "Growth for each visit"),
    "fen": ("金额（分）", "Sum (fen)"),
    "frequency_from": ("频次得分不低于", "Frequency score from"),
    "lane": ("叠加通道", "Lane"),
    "min_fen": ("每单不低于（分）", "Orders of at least (fen)"),
    "money_from": ("金额得分不低于", "Money score from"),
    "months": ("月数", "Months"),
    "n": ("第几次", "How many"),
    "name_en": ("名称（英文）", "Name, in English"),
    "name_zh": ("名称（中文）", "Name, in Chinese"),
    "on_refund": ("达成所依的订单退款后", "When an order that it took is given back"),
    "on_shortfall": ("积分不足扣回时", "When spent points must come back"),
    "orders_from": ("订单数不低于", "Orders from"),
    "claims_from": ("开始领取（空为立即）", "Claimed from (empty: at once)"),
    "claims_until": ("结束领取（空为不限）", "Claimed before (empty: no end)"),
    "is_claimable": ("在领券中心领取", "Members claim it themselves"),
    "per_member": (
        "每人限得（空为不限；自行领取时为 1）",
        "Most for each member (empty: no end; 1 where they claim it)",
    ),
    "cash_fen": ("另付现金（分，0 为只用积分）", "Money besides (fen; 0: points only)"),
    "received_after_days": (
        "寄出后几天视为签收",
        "Days after which a shipped gift is received",
    ),
    "opens_at": (
        "对所有人开售的时间（北京时间）",
        "Opens for everybody at (Shanghai time)",
    ),
    "address_kept_days": (
        "收货地址保留天数（送达或取消后）",
        "Days that an address is kept after its end",
    ),
    "stock_id": ("微信支付代金券批次号", "Batch of cash coupons at WeChat Pay"),
    "uses": ("可使用次数", "Times it can be used"),
    "percent": ("优惠百分比（20 即 8 折）", "Percent off"),
    "picture": ("图片地址", "Address of the picture"),
    "points": ("积分", "Points"),
    "rank": ("最低等级（从 0 起）", "Lowest tier, from 0"),
    "reason_en": ("发放原因（英文）", "Reason, in English"),
    "reason_zh": ("发放原因（中文）", "Reason, in Chinese"),
    "recency_from": ("最近购买得分不低于", "Recency score from"),
    "own_store_completes_after_days": (
        "自营订单付款后几天视为完成",
        "Days after which a paid order of the own store is completed",
    ),
    "repeats": ("重复", "Repeats"),
    "return_window_days": ("退货期（天）", "Return window (days)"),
    "reward_coupon_slot": ("奖励券批次（可空）", "Coupon batch of the reward (may be empty)"),
    "reward_points": ("奖励积分", "Points of the reward"),
    "rounds": ("轮次", "Rounds"),
    "season": ("赛季", "Season"),
    "spans": ("赛季天数（不填为默认）", "Days of seasons (none: as usual)"),
    "segment_slot": ("人群", "Segment"),
    "asks_name": ("要称呼", "Asks for her name"),
    "asks_birthday": ("要生日", "Asks for her birthday"),
    "asks_phone": ("要手机号", "Asks for her phone number"),
    "since": ("起算日", "Counted from"),
    "skus": ("限定商品编码", "Only these SKUs"),
    "slot": ("人群", "Segment"),
    "stock": ("库存（空为不限）", "Stock (empty: no end)"),
    "target": ("目标", "Target"),
    "boost_percent": (
        "奖励积分加倍（百分比，200 即双倍，0 为不加倍）",
        "Boost of the reward, in percent (200: double points; 0: none)",
    ),
    "boost_days": ("加倍天数（自领取起）", "Days of the boost, from the claim on"),
    "more_steps": ("更多档位（由低到高）", "More steps, from the lowest on"),
    "team_slot": ("会员群", "VIP group"),
    "own_share": ("领取者自己至少贡献", "Own share of whoever claims, at least"),
    "tiers": ("等级（由低到高）", "Tiers, from the lowest on"),
    "valid_days": ("有效天数", "Good for (days)"),
    "window_months": ("近若干月：月数", "Months of a window of months"),
    "within_days": (
        "达成后多少天内得知才发放",
        "Given if we are told of it within (days)",
    ),
    "years": ("年数", "Years"),
    "except_categories": ("不计的品类", "Without these categories"),
    "except_skus": ("不计的商品编码", "Without these SKUs"),
    "ends_at": (
        "结束时间（北京时间，不含该时刻；空为不限）",
        "Ends before (Shanghai time; empty: no end)",
    ),
    "starts_at": (
        "开始时间（北京时间，含该时刻；空为不限）",
        "Starts at (Shanghai time; empty: always)",
    ),
    "limited_slots": (
        "只限制这些积分规则（如 earning:double；空为全部）",
        "Limits these earning rules only, such as earning:double (empty: all)",
    ),
    "most": ("积分上限", "Most points"),
    "only_tiers": (
        "限定等级代码（如 gold；以付款时为准）",
        "Only these tiers, by code such as gold, as of the payment",
    ),
    "per": ("上限周期", "Limited per"),
    "shops": (
        "限定店铺（平台如 tmall，或单店如 tmall:flagship）",
        "Only these shops: a platform such as tmall, or one such as tmall:flagship",
    ),
    "shop": (
        "店铺（如 tmall:flagship）",
        "Shop, such as tmall:flagship",
    ),
    "counts": ("计入的消费", "What counts"),
    "rungs": ("档位（由低到高）", "Rungs, from the lowest on"),
    "spend_yuan": ("累计消费满（元）", "Spent (yuan)"),
    "coupon_yuan": ("券面额（元）", "Coupon (yuan)"),
    "least_order_yuan": ("订单满多少元可用（0 为不限）", "On an order of (yuan; 0: any)"),
    "waits_days": (
        "达成后等待绑定的天数",
        "Days that it waits for her to bind herself",
    ),
    "times_percent": ("积分倍数（百分比，200 即双倍）", "Times, in percent (200 is double)"),
    **GIFT_FIELDS,
    **REFERRAL_FIELDS,
    **VISIT_FIELDS,
    **SURVEY_FIELDS,
    **CALENDAR_FIELDS,
    **CONTACT_TAG_FIELDS,
    **CONTACT_WAY_FIELDS,
    **EVENT_FIELDS,
    **BOARD_FIELDS,
}

CHOICES: dict[str, tuple[str, str]] = {
    "days": ("天", "Days"),
    "months": ("个月", "Months"),
    "once": ("仅一次", "Once"),
    "daily": ("每天", "Daily"),
    "weekly": ("每周", "Weekly"),
    "after_joining": ("入群后第几天", "Days after joining"),
    "monthly": ("每月", "Monthly"),
    "618": ("6.18", "6.18"),
    "double11": ("双十一", "Double 11"),
    "double12": ("双十二", "Double 12"),
    "520": ("520", "520"),
    "cny": ("春节", "Chinese New Year"),
    "dragonboat": ("端午", "Dragon Boat"),
    "qixi": ("七夕", "Qixi"),
    "midautumn": ("中秋", "Mid-Autumn"),
    "spend": ("消费金额", "Money spent"),
    "orders": ("订单数", "Orders"),
    "visits": ("到访天数", "Visits"),
    "anywhere": ("签到或到店", "A check-in, or in a shop"),
    "shops": ("仅到店", "In a shop of ours"),
    "growth": ("成长值", "Growth"),
    "rolling_months": ("近若干月", "The last months"),
    "rolling_days": ("近若干天", "The last days"),
    "calendar_year": ("自然年", "A calendar year"),
    "calendar_quarter": ("自然季度", "A calendar quarter"),
    "calendar_month": ("自然月", "A calendar month"),
    "season": ("活动期（起止时间内）", "A season, from its start to its end"),
    "all_shops": ("所有店铺", "All shops"),
    "this_shop": ("仅该店铺", "That shop only"),
    "ever": ("累计，不清零", "All of the time"),
    "joined": ("入会之日", "The day she joined"),
    "first_purchase": ("首次购买", "Her first purchase"),
    "take_back": ("收回未使用的奖励", "What is unused is taken back"),
    "keep": ("保留奖励", "She keeps it"),
    "goods": ("商品优惠（先于其他优惠）", "Goods (before all others)"),
    "offer": ("优惠", "Offer"),
    "coupon": ("优惠券", "Coupon"),
    "order": ("每笔订单", "Order"),
    "day": ("每人每天", "Member and day"),
    "week": ("每人每周（周一起）", "Member and week (from Monday)"),
    "month": ("每人每月", "Member and month"),
    "campaign": ("每人每次活动（起止时间内）", "Member and campaign (from its start to its end)"),
    "debt": ("记为欠分", "Owed as a debt"),
    "clamp": ("核销差额", "Written off"),
    "deduct": ("从退款中扣除", "Taken from the refund"),
    **BOARD_CHOICES,
    **SURVEY_CHOICES,
}

# The kinds whose rules have no name of their own.
TITLES: dict[str, tuple[str, str]] = {
    "earning/cap": ("积分上限", "Most points"),
    "earning/per_yuan": ("消费得积分", "Points for money spent"),
    "expiry/calendar_year": ("积分年底过期", "Points expire at the end of a year"),
    "expiry/inactivity": ("久未变动的积分过期", "Points expire when nothing moves them"),
    "expiry/rolling": ("积分按月过期", "Points expire after months"),
    "policies/campaign": ("营销活动", "Campaign"),
    "policies/contact_tag": ("客户标签", "Tag in WeCom"),
    "policies/margin": ("毛利底线", "Margin floor"),
    "policies/gifts": ("赠送规则", "Gifts to friends"),
    "policies/points": ("积分政策", "Points policy"),
    "policies/privacy": ("个人信息保存期限", "How long personal data is kept"),
    "policies/seasons": ("赛季日期", "Seasons"),
    "policies/tiers": ("会员等级", "Tiers"),
}


def title(rule: Struct, language: Language) -> str:
    """Return a rule's name; else its kind's, with the reason that it gives to members."""
    name: str = getattr(rule, f"name_{language}", "")
    if name:
        return name
    kind = said(TITLES, _kind(rule), language)
    reason: str = getattr(rule, f"reason_{language}", "") or getattr(rule, "tag_name", "")
    between = "：" if language == "zh" else ": "
    return f"{kind}{between}{reason}" if reason else kind


def about(rule: Struct, language: Language) -> str:
    """Return what a rule does, by its kind: a paragraph a line, the first says it in a sentence."""
    if language == "zh":
        return KINDS[_kind(rule)]
    paragraphs = (inspect.getdoc(type(rule)) or "").replace("``", "").split("\n\n")
    return "\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _kind(rule: Struct) -> str:
    return "/".join(programme.kind_of(rule))
