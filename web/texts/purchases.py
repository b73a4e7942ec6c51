"""What people read of purchases, and of orders that shops tell."""

PURCHASE_TEXTS: dict[str, tuple[str, str]] = {
    # messages and imports
    "text_not_writable": ("文字含有无法保存的字符", "The text holds characters we cannot keep"),
    "lapses_before_it_starts": ("消息在开始前就已失效", "The message would lapse before it starts"),
    "import_moved_on": ("另一个进程正在导入同一文件", "Another process imports the same file"),
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
}
