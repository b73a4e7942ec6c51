"""How conditions are called on the form of a rule, and in Chinese what each does."""

CONDITIONS: dict[str, tuple[str, str]] = {
    "condition_add": ("添加条件", "Add a condition"),
    "condition_show": ("显示所选条件的字段", "Show the fields of what is chosen"),
    "condition_unseen": (
        "请检查新条件的各项后再发布",
        "Look through the fields of the new condition, then publish",
    ),
    "condition_none": ("（无）", "(none)"),
}

CONDITION_NAMES: dict[str, tuple[str, str]] = {
    "birthday": ("生日前后", "Around the birthday"),
    "bought": ("买过某些商品", "Bought certain goods"),
    "cart_left": ("购物车留置", "A cart left as it is"),
    "has_tag": ("企业微信标签", "A tag in WeCom"),
    "first_order": ("首单", "First order"),
    "in_cart": ("购物车含某些商品", "Certain goods in the cart"),
    "in_community": ("在会员群里", "In a VIP group"),
    "in_segment": ("属于人群", "In a segment"),
    "joined_within": ("新入会", "Joined lately"),
    "lapsed": ("久未下单", "Lapsed"),
    "min_spend": ("满额", "A least sum"),
    "near_threshold": ("接近满额", "A sum nearly reached"),
    "not_bought": ("没买过某些商品", "Bought none of certain goods"),
    "orders_within": ("窗口内订单数", "Orders in a window"),
    "own_store": ("指定自营店铺", "Certain own stores"),
    "spent_within": ("窗口内消费", "Money spent in a window"),
    "tier_at_least": ("等级不低于", "A tier or above"),
    "weekly_hours": ("会员日与时段", "Days and hours"),
}

CONDITION_KINDS: dict[str, str] = {
    "conditions/has_tag": (
        "仅限在企业微信里有这个标签的会员，任何员工打的都算；标签名不展示给顾客。"
    ),
    "conditions/birthday": (
        "生日前若干天至后若干天的会员；生日由会员自己填写。2 月 29 日在平年按 28 日算。"
    ),
    "conditions/bought": ("买过这些商品编码、品类或品牌之一的会员，已扣除退款；可限近若干天。"),
    "conditions/cart_left": (
        "仅限为会员保留、若干小时未改动且未购买的购物车。\n"
        "挽留优惠（购物车保留、接近满额）每位会员在所填天数内至多一单享受。"
    ),
    "conditions/first_order": (
        "在品牌任何店铺都没有订单的会员，已扣除退款；待付款的自营订单算一单。"
    ),
    "conditions/in_cart": (
        "购物车含这些商品编码、品类或品牌（不填为任何商品）至少若干件、优惠前至少若干分。"
    ),
    "conditions/joined_within": ("入会若干天内的会员；入会当天算第 0 天。"),
    "conditions/lapsed": (
        "最近一笔订单（已扣除退款）在若干天之前的会员；从未下单的不算，有待付款订单的不算。"
    ),
    "conditions/near_threshold": (
        "优惠前金额比其他优惠的门槛少、且差额不超过所填的购物车。\n"
        "挽留优惠（购物车保留、接近满额）每位会员在所填天数内至多一单享受。"
    ),
    "conditions/not_bought": (
        "从未（或近若干天内没有）买过这些商品编码、品类或品牌的会员，已扣除退款。"
    ),
    "conditions/orders_within": (
        "在窗口内、本单之前已有若干单的会员，已扣除退款。\n"
        "6 个月内 2 至 2 单即近 6 个月的第三单。待付款的订单计入上限，不计入下限。"
    ),
    "conditions/own_store": ("仅限所填代码的自营店铺；小程序为其 AppID。"),
    "conditions/spent_within": ("在窗口内消费（扣除退款和运费，不含本单）达到金额的会员。"),
    "conditions/weekly_hours": (
        "仅限所填的星期、每月几日和时段（北京时间，不含结束时刻），不填为不限：会员日。"
    ),
    "conditions/in_community": "仅限此刻在该会员群（任一群）里的会员，以企业微信最近一次名单为准。",
    "conditions/in_segment": "仅限该人群最新快照中、未关闭专属优惠的会员。",
    "conditions/min_spend": "仅限优惠前商品金额达到该数的购物车。",
    "conditions/tier_at_least": "仅限该等级及以上的会员。",
}
