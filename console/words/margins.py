"""The words of the previews of margins, and of budgets."""

MARGINS: dict[str, tuple[str, str]] = {
    "preview_cut": ("按毛利底线试算", "Try it on the margin floor"),
    "cut_title": ("试算：会被毛利底线削减的商品", "Where the margin floor would cut it"),
    "cut_about": (
        "按当前在售商品、每种商品最先满足条件的件数试算；未发布、未写入。",
        "Worked out on what is for sale now, each at the first quantity that has the discount;"
        " nothing is published or written.",
    ),
    "cut_none": ("没有商品会被削减", "No product would be cut"),
    "cut_count": ("{n} 种商品会被削减", "{n} products would be cut"),
    "cut_first": ("仅试算前 {n} 种商品。", "Only the first {n} products were tried."),
    "cut_carts": (
        "最近 {count} 个真实购物车（按现价）：{having} 个可享受此优惠，其中 {cut} 个会被削减。",
        "Of the {count} newest real carts, at today's prices, {having} would have it; it would be"
        " cut in {cut}.",
    ),
    "cut_worst": ("削减最多的购物车", "The cart that is cut most"),
    "cut_sku": ("商品", "Product"),
    "cut_quantity": ("件数", "Units"),
    "cut_full": ("规则优惠", "The rule takes off"),
    "cut_left": ("实际可优惠", "What is left of it"),
    "margin_no_room": (
        "{n} 种商品的售价已不高于底线，不再有任何优惠",
        "{n} products have no room for any discount",
    ),
    "margin_without_cost": ("{n} 种商品没有成本", "{n} products have no cost"),
    "margin_rule": ("会被削减的规则", "Rule that would be cut"),
    "margin_count": ("商品数", "Products"),
    "budgets_title": ("预算使用情况", "How much of each budget is gone"),
    "budget_per": ("周期", "Period"),
    "budget_since": ("起于", "Since"),
    "budget_used": ("已用", "Used"),
    "budget_reserved": ("待付款占用", "Reserved by unpaid orders"),
    "budget_most": ("上限", "Most"),
    "budget_uses": ("{n} 次", "{n} uses"),
    "budget_each": ("每人 {n} 次", "{n} for each member"),
    "per_ever": ("累计", "In all"),
    "per_daily": ("每天", "Each day"),
    "per_weekly": ("每周", "Each week"),
    "per_monthly": ("每月", "Each month"),
}
