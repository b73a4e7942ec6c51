"""Words of the page that ships gifts, in both languages."""

SHIPPING: dict[str, tuple[str, str]] = {
    "shipping": ("邮寄", "Shipping"),
    "shipping_about": (
        "会员兑换的邮寄礼品。地址只给负责寄送的员工看，下载名单会留下记录。",
        "Gifts that members redeemed and that are sent. Addresses are for those who ship;"
        " downloads of the list are logged.",
    ),
    "shipping_file": ("上传单号（CSV）", "Upload tracking numbers (CSV)"),
    "shipping_file_hint": (
        "在下载的名单中填写 carrier 和 tracking_number 两列后上传；未填的行不处理。",
        "Fill in the columns carrier and tracking_number of the downloaded list; other rows wait.",
    ),
    "shipping_bring_in": ("上传", "Upload"),
    "shipping_download": ("下载待寄名单", "Download what is to be shipped"),
    "shipping_file_wrong": (
        "文件无法读取：需要 CSV，含 redemption、carrier、tracking_number 三列，最多 5,000 行",
        "This file cannot be read: a CSV is needed with the columns redemption, carrier and"
        " tracking_number, and 5,000 rows at most",
    ),
    "shipping_row_wrong": (
        "第 {row} 行没有有效的兑换、快递公司或单号",
        "Row {row} names no redemption, carrier or number that can be used",
    ),
    "shipping_done": ("已寄出 {n} 件", "{n} shipped"),
    "shipping_taken_back": ("已退件，积分与现金退回会员", "Taken back; points and money go back"),
    "to_be_shipped": ("待寄出", "To be shipped"),
    "shipped_lately": ("最近寄出", "Shipped lately"),
    "address": ("收货地址", "Address"),
    "tracking": ("快递", "Carrier and number"),
    "carrier": ("快递公司", "Carrier"),
    "tracking_number": ("快递单号", "Tracking number"),
    "ship": ("寄出", "Shipped"),
    "came_back": ("退件", "It came back"),
}
