"""Words of why an order gave points or none, in both languages."""

PURCHASES: dict[str, tuple[str, str]] = {
    "purchases": ("查订单", "Find an order"),
    "why_not_about": (
        "为什么这笔订单有（没有）积分：按下单支付时生效的规则逐条说明。",
        "Why an order gave points, or none: by each rule that held when it was paid.",
    ),
    "why_not_number": ("订单号（任何平台）", "Number of the order, of any shop"),
    "why_not_look": ("查询", "Look it up"),
    "why_not_unknown": (
        "没有收到这个订单。若是平台订单，通常几分钟内到达；请核对订单号。",
        "No such order has come in. Those of platforms come within minutes: check the number.",
    ),
    "why_not_parked": ("有 {n} 条与它有关的消息被搁置。", "{n} messages about it are parked."),
    "why_not_paid": ("实付", "Paid"),
    "why_not_base": ("计分金额", "Counts for points"),
    "why_not_buyer": ("买家", "Buyer"),
    "why_not_booked": ("已得积分", "Points booked"),
    "why_not_settles": ("{when} 到账", "available from {when}"),
    "why_not_settled": ("已到账", "available"),
    "why_not_pending": (
        "订单完成并过退货期后到账",
        "available once it is completed and cannot come back",
    ),
    "why_not_differs": (
        "按规则应得 {n} 积分；差额来自个人加倍、跨订单上限，或订单变动后的尾差。",
        "The rules say {n}; a boost of hers, a cap over several orders, or parts that came back"
        " make the difference.",
    ),
    "why_not_order_was_split": (
        "该订单已被平台拆分，积分计入拆分后的订单。",
        "The platform split this order up: its parts earn.",
    ),
    "why_not_order_refunded": ("该订单已全额退款。", "All of it was given back."),
    "why_not_order_paid_otherwise": (
        "没有实付金额：全部由积分、礼品卡或平台补贴支付。",
        "No money was paid: points, gift cards or the platform paid all of it.",
    ),
    "why_not_buyer_unknown": (
        "不知道买家是谁：平台没有告知买家身份，积分无法记到会员名下。",
        "Nobody knows the buyer: the platform did not tell who she is.",
    ),
    "why_not_buyer_no_member": (
        "买家不是会员，或已注销账号。",
        "The buyer is no member, or deleted her account.",
    ),
    "why_not_no_earning_rule": (
        "支付当时没有生效的积分规则。",
        "No rule of earning held when it was paid.",
    ),
    "why_not_gives": ("给出积分", "Gives points"),
    "why_not_cuts": ("超出上限，扣减", "Cuts what is above it"),
    "why_not_other_shop": ("不适用于这家店铺", "Is for other shops"),
    "why_not_other_tier": ("支付当时的等级不符", "Is for other tiers than hers then"),
    "why_not_not_then": ("支付时间不在规则时段内", "Did not hold when it was paid"),
    "why_not_other_goods": ("没有适用的商品", "Is for other goods"),
    "why_not_nothing_paid": ("适用商品没有实付金额", "Nothing was paid for the goods that count"),
    "why_not_too_little": ("金额不足一个计分单位", "Too little for a first point"),
    "why_not_nothing_to_add": ("没有可加倍的积分", "There is nothing to multiply"),
    "why_not_leaves_all": ("未超出上限", "Is not reached"),
}
