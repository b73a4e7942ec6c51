"""How codes that the house keeps read to staff: jobs, identities, ways in, and causes.

Tests compare them with the jobs there are, and with the codes that the rooms below write.
"""

from collections.abc import Mapping

from web.languages import Language

JOBS: dict[str, tuple[str, str]] = {
    "age_standings": ("每日重算等级", "Derive tiers again, daily"),
    "close_store_orders": ("关闭超时的自营订单", "Close store orders that were not paid in time"),
    "close_unpaid_redemptions": (
        "关闭未付款的兑换",
        "Give back redemptions that were not paid in time",
    ),
    "complete_store_orders": ("自营订单自动完成", "Complete store orders whose time has passed"),
    "erase_addresses": ("删除到期的收货地址", "Delete addresses whose days are over"),
    "expire_coupons": ("优惠券到期", "Let coupons expire"),
    "expire_points": ("积分到期", "Let points expire"),
    "expire_redemptions": ("兑换到期未领取", "End redemptions that nobody fetched"),
    "fall_back": (
        "订阅消息未达时改发客服消息",
        "Customer messages where subscribe messages failed",
    ),
    "forget_code_tries": ("清理券码尝试次数", "Forget old tries of coupon codes"),
    "forget_member_codes": ("清理会员码使用记录", "Forget which orders member codes named"),
    "forget_runs": ("清理运行记录", "Forget old runs"),
    "follow_events": ("活动候补与改期通知", "Move up lines of events, and tell of changes"),
    "freeze_boards": ("有奖榜单定榜", "Freeze the lists of boards with prizes"),
    "give_prizes": ("发放榜单奖品", "Give the prizes of boards"),
    "keep_ranks": ("记下当日名次", "Keep the ranks of the day"),
    "lay_boards": ("检查排行榜", "Look after the leaderboards"),
    "learn_followers": ("识别公众号关注者", "Learn who follows the official account"),
    "make_coupon_codes": ("生成券码", "Make coupon codes"),
    "reach_anniversaries": ("周年、生日与资料里程碑", "Let anniversaries and birthdays come"),
    "recheck_teams": ("复查团队任务", "Look at what teams reached again"),
    "read_pay_coupons": ("查询代金券是否已使用", "Read what became of cash coupons"),
    "receive_shipments": ("寄出的礼品自动签收", "Count shipped gifts as received"),
    "read_help_desks": ("读取微信客服", "Read help desks that did not ring"),
    "reconcile_contacts": ("核对企业微信好友", "Reconcile contacts with the platform"),
    "reconcile_communities": ("核对客户群名单", "Reconcile the groups with the platform"),
    "read_products": ("读取各店铺的商品", "Read what the shops sell"),
    "look_over_communities": ("检查群成员资格与重复入群", "Look over who is in the groups"),
    "tell_owners": ("通知群主待处理成员", "Tell owners what to look at"),
    "plan_calendars": ("按群日历生成群发", "Plan what the group calendars say"),
    "forget_deeds": ("清理审计日志", "Forget old deeds of staff"),
    "tag_contacts": ("更新企业微信标签", "Tag contacts in WeCom"),
    "serve_contact_ways": ("更新员工活码", "Serve the contact ways"),
    "remind_staff": ("提醒员工发送群发", "Remind staff of what they were asked to send"),
    "refresh_communities": ("更新客户群与进群方式", "Refresh groups and their join ways"),
    "qualify_referrals": (
        "邀请的好友过退货期后计入",
        "Count invited friends past the return window",
    ),
    "return_gifts": ("退回无人领取的礼物", "Return gifts that nobody claimed"),
    "run_campaigns": ("执行营销活动", "Run the campaigns"),
    "serve_ladders": ("创建并发放天猫店铺券", "Make and give coupons of Tmall shops"),
    "settle_points": ("待到账积分到账", "Make pending points available"),
    "sweep_shops": ("读取各店铺的变动", "Read what changed in the shops"),
    "sweep_shops_deeply": ("复查各店铺近一周", "Read the shops' last week again"),
    "sweep_sessions": ("清理过期的登录", "Forget sessions that have ended"),
    "ask_passes": ("查询平台会员", "Ask platforms who joined"),
    "tell_passes": ("告知平台会员变动", "Tell platforms of members who changed"),
    "audit_prices": ("审计优惠价格", "Audit the prices"),
    "verify_ledger": ("核对积分账", "Verify the points ledger"),
}

IDENTITIES: dict[str, tuple[str, str]] = {
    "unionid": ("微信（各应用通用）", "WeChat, across apps"),
    "openid": ("公众号或小程序", "Official account or mini-program"),
    "wecom_contact": ("企业微信外部联系人", "WeCom contact"),
    "buyer_name": ("店铺买家名", "Buyer name at a shop"),
    "tmall_ouid": ("天猫店铺会员", "Tmall shop customer"),
    "tmall_omid": ("天猫商家会员", "Tmall merchant customer"),
    "taobao_open_uid": ("淘宝买家", "Taobao buyer"),
    "jd_open_id": ("京东买家", "JD buyer"),
    "jd_xid": ("京东买家（xid）", "JD buyer (xid)"),
    "douyin_open_id": ("抖店买家", "Douyin Shop buyer"),
    "mobile": ("手机号", "Phone number"),
    "email": ("邮箱（已验证）", "Verified e-mail address"),
    "wechat_order_session": ("微信小店的一次下单", "A checkout at WeChat Shop"),
    "hashed_mobile": ("平台加密的手机号", "Phone number, hashed by a platform"),
    "customer_key": ("导入的顾客编号", "Customer number of an import"),
}

THROUGH: dict[str, tuple[str, str]] = {
    "link": ("关联到已知顾客", "Linked to a customer we knew"),
    "member_pass": ("平台会员通", "A platform's member pass"),
    "merge": ("与会员合并", "Merged with a member"),
    "miniprogram": ("小程序", "Mini-program"),
    "official_account": ("公众号", "Official account"),
    "opening": ("原会员计划", "The earlier programme"),
    "purchase": ("订单", "An order"),
    "wecom": ("企业微信客户群", "A WeCom group"),
}

CONNECTIONS: dict[str, tuple[str, str]] = {
    "official_account": ("公众号", "Official account"),
    "miniprogram": ("小程序", "Mini-program"),
    "wecom": ("企业微信", "WeCom"),
    "wechat_pay": ("微信支付", "WeChat Pay"),
    "own_store": ("自有店铺或收银", "Store or till of our own"),
    "douyin": ("抖店", "Douyin Shop"),
    "tmall_pass": ("天猫会员通", "Tmall member pass"),
    "douyin_pass": ("抖店会员通", "Douyin Shop member pass"),
    "wechat_pass": ("微信小店会员（小程序）", "WeChat Shop membership by mini-program"),
    "wechat_shop": ("微信小店", "WeChat Shop"),
    "jd": ("京东店铺", "JD shop"),
    "shopify": ("Shopify 店铺", "Shopify store"),
    "tmall": ("天猫或淘宝店铺", "Shop on Tmall or Taobao"),
}

EVENTS: dict[str, tuple[str, str]] = {
    "order": ("订单", "Order"),
    "refund": ("退款", "Refund"),
    "message": ("消息", "Message"),
    "point_change": ("积分变动", "Change of points"),
    "privacy": ("个人信息请求", "Privacy request"),
    "attribution": ("订单归因", "What brought an order about"),
}

# What moved points by itself.
CAUSES: dict[str, tuple[str, str]] = {
    "deletion": ("账号注销", "Account deleted"),
    "merge": ("两位顾客合并", "two customers were merged"),
    "member_pass": ("在天猫使用或返还", "spent or given back at Tmall"),
    "merge_undone": ("合并已撤销", "a merge was undone"),
    "opening": ("从原会员计划转入", "brought from the earlier programme"),
    "settle_points": ("到账时间已到", "their time had come"),
    "expire_points": ("有效期已过", "not used in time"),
}

# What was said that no campaign says, by what its key begins with.
DELIVERIES: dict[str, tuple[str, str]] = {
    "board": ("排行榜奖品", "A prize of a board"),
    "gift": ("她送出的礼物", "A gift that she sent"),
    "reply": ("回复她的消息", "Answer to her message"),
}


def said(words: Mapping[str, tuple[str, str]], code: str, language: Language) -> str:
    """Return what staff read for a code; one without words reads as itself."""
    return words[code][0 if language == "zh" else 1] if code in words else code
