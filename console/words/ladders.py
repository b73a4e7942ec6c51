"""The words of the page of ladders, in Chinese and English."""

LADDERS: dict[str, tuple[str, str]] = {
    "ladders": ("天猫礼券", "Tmall coupons"),
    "ladders_about": (
        "累计消费达到一档即得店铺券。券由平台创建和保管：此处只记录我们请求了什么、平台如何答复。",
        "Who has spent so much gets a coupon of the shop. Its platform makes and keeps them: this"
        " is what it was asked for, and what it answered.",
    ),
    "no_ladders": (
        "还没有满额阶梯。用 jifen publish ladder:tmall 发布第一个，之后在规则页修改。",
        "There is no ladder yet. Publish the first with jifen publish ladder:tmall; it is then"
        " changed on the page of rules.",
    ),
    "ladder_shop_missing": ("店铺未接入，无法创建", "The shop is not connected: nothing is made"),
    "rung_spend": ("累计消费", "Spent"),
    "rung_coupon": ("店铺券", "Coupon"),
    "least_order": ("满 {yuan} 可用", "on orders of {yuan}"),
    "batches": ("平台上的券", "Coupons at the platform"),
    "given_until": ("发放至", "Given until"),
    "good_until": ("有效至", "Good until"),
    "number_there": ("平台编号", "Number there"),
    "held_coupons": ("会员的券", "Members' coupons"),
    "open_coupons": ("需要处理", "To be looked at"),
    "open_coupons_about": (
        "结果未知的不会自动再发：在商家中心查看该买家是否已收到，再选择。",
        "What is unknown is not sent again by itself: look in the shop's own console whether she"
        " has it, then choose.",
    ),
    "kind_shop_coupon": ("店铺券", "Shop coupon"),
    "batch_wanted": ("待创建", "To be made"),
    "batch_asked": ("结果未知，正在核对", "Not known, being looked up"),
    "batch_made": ("已创建", "Made"),
    "batch_refused": ("被平台拒绝", "Refused"),
    "coupon_waiting": ("待发放", "Waiting"),
    "coupon_asked": ("结果未知", "Not known"),
    "coupon_sent": ("已发放", "Given"),
    "coupon_refused": ("被平台拒绝", "Refused"),
    "coupon_withdrawn": ("因退款撤回", "Withdrawn after a refund"),
    "coupon_lapsed": ("逾期未绑定", "Lapsed, she did not bind herself"),
    "coupon_below": ("之后退款", "given back since"),
    "send_again": ("再发一次", "Send it"),
    "she_has_it": ("她已收到", "She has it"),
}
