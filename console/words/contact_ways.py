"""Words of contact ways, in both languages."""

CONTACT_WAY_FIELDS: dict[str, tuple[str, str]] = {
    "users": ("员工（企业微信账号，逗号分隔）", "Staff (user ids of WeCom, with commas)"),
    "duties": ("值班安排", "Duties"),
    "backup": ("备用员工", "Backup staff"),
    "most_a_day": ("每人每天最多新增（空为不限）", "New contacts of each a day (empty: no end)"),
    "skip_verify": ("无需验证直接通过", "Added without being asked"),
}
CONTACT_WAYS: dict[str, tuple[str, str]] = {
    "contact-ways": ("员工活码", "Contact ways"),
    "way_about": (
        "顾客扫码添加员工为好友，轮流分配；按值班安排切换员工，五分钟内生效，二维码不变。",
        "Consumers scan a code and add one of the staff, by turns. Who is behind it follows the"
        " duties within five minutes; the code stays.",
    ),
    "way_new": ("新建员工活码", "A new contact way"),
    "way_none": ("还没有员工活码", "No contact way yet"),
    "way_code": ("二维码", "QR code"),
    "way_no_code": ("几分钟内生成", "Made within minutes"),
    "way_users": ("当前员工", "Behind it now"),
    "way_added": ("累计添加", "Came by it"),
    "way_this_month": ("本月添加", "This month"),
    "way_known": ("其中会员", "Of them members"),
    "way_gone": ("已删除好友", "Contacts no more"),
    "way_welcome": ("欢迎语", "Welcome"),
}
