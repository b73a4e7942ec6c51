"""The words of the audit of prices, in Chinese and English."""

AUDIT: dict[str, tuple[str, str]] = {
    "price-audit": ("优惠审计", "Price audit"),
    "audit_about": (
        "每笔自营订单都保留了决定其价格的事实、购物车、规则版本和优惠券。"
        "审计据此重新计价：同样的事实、购物车和规则，价格必须相同；同样的购物车和条件，任何会员价格相同。",
        "Each order of the own store keeps what decided its price: facts, cart, versions of rules,"
        " coupon. The audit prices it again: same facts, cart and rules, same price; and for the"
        " same cart and the same answers of all conditions whoever she is pays the same.",
    ),
    "audit_now": ("立即审计最近 {n} 笔", "Audit the newest {n} now"),
    "audited_at": ("审计时间", "Audited"),
    "audited_orders": ("重新计价的订单", "Orders priced again"),
    "differing": ("不一致", "Differences"),
    "audit_none": (
        "还没有审计过，每晚 03:20 自动进行",
        "Not audited yet; it is each night at 03:20",
    ),
    "audit_agrees": ("全部一致", "All of them agree"),
    "audits_before": ("历次审计", "Audits"),
}

RULES: dict[str, tuple[str, str]] = {
    "kept_changed": ("保留的内容被改动", "What was kept was changed"),
    "priced_differently": ("重新计价不同（分）", "Another price comes of it (fen)"),
    "rule_missing": ("规则版本缺失", "A rule's version is missing"),
    "unlike_another": ("与相同条件的订单价格不同", "Another price than an order alike"),
}
