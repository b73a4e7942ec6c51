"""How conditions are called on the form of a rule, in Chinese and English."""

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
    "first_order": ("首单", "First order"),
    "in_cart": ("购物车含某些商品", "Certain goods in the cart"),
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
