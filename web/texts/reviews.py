"""What people read of product reviews."""

REVIEW_TEXTS: dict[str, tuple[str, str]] = {
    "no_such_review": ("没有这条评价", "There is no such review"),
    "no_such_purchase": ("没有这笔订单", "There is no such purchase"),
    "not_in_purchase": ("这笔订单里没有这件商品", "This product is not part of that purchase"),
    "purchase_not_completed": (
        "订单完成后即可评价",
        "It can be reviewed once the purchase is completed",
    ),
    "goods_refunded": ("已退款的商品不能评价", "What was refunded cannot be reviewed"),
    "already_reviewed": (
        "这件商品您已评价过，可以修改原来的评价",
        "You have reviewed this already: change the review that you wrote",
    ),
    "review_changed_today": (
        "评价每天最多修改一次，请明天再来",
        "A review can be changed once a day: please come again tomorrow",
    ),
    "review_taken_back": (
        "这条评价已撤回，请重新评价",
        "This review was taken back: please write a new one",
    ),
}
