"""Words of the page of product reviews, in both languages."""

REVIEWS: dict[str, tuple[str, str]] = {
    "reviews": ("商品评价", "Reviews"),
    "reviews_about": (
        "会员对已完成订单中的商品的评价，文字已通过微信内容安全检查。"
        "隐藏后只有本人和员工能看到，处理人、时间和原因都会留档。",
        "What members say of products that they bought; WeChat looked at each text. A hidden"
        " review is seen by its member and by staff only; who hid it, when and why is kept.",
    ),
    "reviews_all": ("全部星级", "All stars"),
    "reviews_show": ("查看", "Show"),
    "reviews_more": ("更早的评价", "Earlier reviews"),
    "review_product": ("商品", "Product"),
    "review_stars": ("星级", "Stars"),
    "review_text": ("内容", "Text"),
    "review_member": ("会员", "Member"),
    "review_written_at": ("评价时间", "Written"),
    "review_changed_at": ("修改于", "changed"),
    "review_deeds": ("处理记录", "What staff did"),
    "review_why": ("原因", "Reason"),
    "review_hide": ("隐藏", "Hide"),
    "review_show_again": ("恢复显示", "Show again"),
    "review_hidden": ("已隐藏", "Hidden"),
    "review_shown": ("恢复显示", "Shown again"),
}
