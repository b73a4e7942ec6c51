"""What people read where a condition does not hold for them, and of what they tell us."""

CONDITION_TEXTS: dict[str, tuple[str, str]] = {
    "orders_short": (
        "{window}还差 {short} 单",
        "{short} more orders {window} are needed",
    ),
    "orders_beyond": (
        "{window}已有 {most} 单以上，或有待付款订单",
        "For at most {most} earlier orders {window}, those awaiting payment included",
    ),
    "not_first_order": (
        "仅限首单；您已有订单，或有待付款订单",
        "For a first order only, and you have one already, or one that awaits payment",
    ),
    "spent_short": ("{window}消费还差 {short_fen} 元", "¥{short_fen} more {window} is needed"),
    "never_ordered": ("仅限下过单的会员", "For members who ordered before"),
    "not_lapsed": ("仅限 {days} 天未下单的会员", "For members who last ordered {days} days ago"),
    "goods_not_bought": ("仅限买过{goods}的会员", "For members who bought {goods}"),
    "goods_bought": ("仅限近期没买过{goods}的会员", "For members who have not bought {goods}"),
    "birthday_unknown": (
        "请先在“我的资料”中填写生日",
        "Enter your birthday in your profile first",
    ),
    "not_birthday": (
        "生日前 {before} 天至后 {after} 天可享",
        "From {before} days before your birthday to {after} days after it",
    ),
    "cart_lacks": ("还差{goods} {short} 件", "{short} more of {goods} needed"),
    "cart_lacks_worth": ("{goods}还差 {short_fen} 元", "¥{short_fen} more of {goods} needed"),
    "other_store": ("仅限指定门店", "In certain stores only"),
    "not_at_this_time": ("仅限{when}", "Only {when}"),
    "joined_before": ("仅限入会 {days} 天内的会员", "Within {days} days of joining"),
    "cart_not_left": (
        "仅限在购物车保留 {hours} 小时以上的商品",
        "For what has been in the cart for {hours} hours",
    ),
    "hesitated_before": ("{again_at} 起可再次享受", "Yours again from {again_at} on"),
    "threshold_reached": ("已满 {threshold_fen} 元", "The cart has reached ¥{threshold_fen}"),
    # her profile and her cart
    "no_such_day": ("没有 {birthday} 这一天", "There is no day {birthday}"),
    "birthday_changed_lately": (
        "生日一年只能修改一次，{again_at} 起可再修改",
        "A birthday changes once a year: again from {again_at} on",
    ),
    "name_not_usable": ("称呼含有无法使用的字符", "The name holds characters that cannot be used"),
}
