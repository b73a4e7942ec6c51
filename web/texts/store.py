"""What people read of products, carts, quotes and orders of the brand's own store."""

STORE_TEXTS: dict[str, tuple[str, str]] = {
    # the own store
    "no_such_product": ("没有商品 {sku}", "There is no product {sku}"),
    "product_not_on_sale": ("商品 {sku} 已下架", "{sku} is not for sale at the moment"),
    "opens_later": (
        "商品 {sku} 将于 {opens_at} 开售，可用积分兑换优先购买",
        "{sku} opens {opens_at} Shanghai time; points buy the right to be earlier",
    ),
    "new_product_lacks": (
        "新商品要有中文名称和售价",
        "A new product needs a Chinese name and a price",
    ),
    "cart_too_large": ("购物车金额不能超过 {most_fen} 元", "A cart may cost ¥{most_fen} at most"),
    "for_everyone": ("全场优惠", "For everyone"),
    "no_goods_for_discount": (
        "购物车里没有适用商品",
        "It is for other goods than those in the cart",
    ),
    "quantity_short": ("还差 {short} 件", "{short} more needed"),
    "bundle_incomplete": ("还差 {short} 件{sku}", "{short} more of {sku} needed"),
    "gift_not_in_cart": (
        "把{sku}加入购物车即可享受",
        "Put {sku} into the cart to have it",
    ),
    "better_discount_applies": ("已享受更优惠的价格", "A better discount applies already"),
    "nothing_left_to_discount": ("已没有可优惠的金额", "There is nothing left to take off"),
    "goes_below_floor": ("已是最低售价，不能再减", "The price goes no lower"),
    "cut_at_floor": (
        "已到最低售价，少减 {cut_fen} 元",
        "The price goes no lower: ¥{cut_fen} less off",
    ),
    "budget_used_up": ("名额已用完", "It is used up"),
    "budget_used_up_for_now": (
        "名额已用完，{again_on} 起再有",
        "It is used up; there is more from {again_on}",
    ),
    "budget_used_by_her": ("您已享受过 {times} 次", "You have used it {times} times"),
    "budget_used_by_her_for_now": (
        "您已享受过 {times} 次，{again_on} 起可再用",
        "You have used it {times} times; again from {again_on}",
    ),
    "budget_short": (
        "剩余名额不足以优惠这个购物车",
        "Too little of it is left for this cart",
    ),
    "quote_forged": ("报价无效，请重新结算", "This quote is not valid, please check out again"),
    "quote_expired": ("报价已过期，请重新结算", "This quote has ended, please check out again"),
    "no_such_order": ("没有这笔订单", "There is no such order"),
    "shop_away": ("这家店的平台没有回答，请稍后再问", "The shop's platform does not answer now"),
    "no_such_shop": ("没有接入这家店", "This shop is not connected"),
    "order_not_paid": ("订单未付款", "The order is not paid"),
    "payment_differs": ("支付与订单不符", "The payment does not fit the order"),
    "payments_not_connected": ("尚未接入微信支付", "WeChat Pay is not connected"),
    "refund_too_large": ("最多可退 {left_fen} 元", "¥{left_fen} can be given back at most"),
    "amount_not_readable": (
        "金额“{told}”无法识别，请填写如 12.50",
        "“{told}” is no amount: write it as 12.50",
    ),
    "nothing_to_refund": ("没有可退的金额", "There is nothing to give back"),
    # what shops on platforms sell
    "products_being_read": ("商品正在读取中", "The products are being read already"),
    "nothing_told": (
        "平台没有给出任何商品，已知的商品未作改动",
        "The platform told no product at all: what we know stays as it is",
    ),
    "sku_not_usable": (
        "商品编码“{sku}”为空或超过 100 个字符",
        "The SKU “{sku}” is empty, or has more than 100 characters",
    ),
    "item_not_told": ("平台没有给出详情：{why}", "The platform does not tell of it: {why}"),
    "name_missing": ("没有名称", "It has no name"),
    "ware_unknown": ("平台没有给出商品 {ware}", "The platform does not tell the ware {ware}"),
}
