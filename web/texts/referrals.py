"""What people read of invitations: why one is refused, and why a friend does not count."""

REFERRAL_TEXTS: dict[str, tuple[str, str]] = {
    "no_such_article": ("没有这篇文章，或已下架", "There is no such article, or it is over"),
    "no_invitations_now": (
        "目前没有邀请活动",
        "There is nothing to invite friends to at the moment",
    ),
    "no_such_referral_code": (
        "没有这个邀请码，请检查后再试",
        "There is no such invitation code: please check it",
    ),
    "invites_herself": (
        "这是您自己的邀请码，发给朋友即可",
        "This is your own invitation code: send it to a friend",
    ),
    "invited_already": (
        "您已接受另一位朋友的邀请",
        "You came by the invitation of another friend already",
    ),
    "same_customer_invited": ("与您是同一位顾客", "This is you under another name"),
    "invited_before": (
        "对方先接受了另一份邀请",
        "Another invitation came first",
    ),
    "invited_in_a_circle": (
        "互相邀请不计入",
        "People who invite one another in a circle do not count",
    ),
    "already_a_customer": ("对方已是我们的顾客", "Already a customer"),
    "too_many_today": ("超过每天可邀请的人数", "More friends than count in a day"),
    "too_many_this_month": ("超过每月可邀请的人数", "More friends than count in a month"),
    "no_official_account": (
        "暂无可扫的邀请二维码",
        "There is no QR code to scan: the brand has no official account",
    ),
    "no_such_invitation": ("没有这次邀请", "There is no such invitation"),
    "barred_by_staff": ("经人工审核不计入", "Not counted after a review"),
    "bought_nothing_in_time": ("未在期限内下单", "Did not order in time"),
    "order_too_small": ("订单金额未达到要求", "The order was too small"),
    "order_refunded": ("订单已退款", "The order was refunded"),
}
