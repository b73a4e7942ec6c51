"""Words of platform accounts, in both languages."""

KINDS: dict[str, tuple[str, str]] = {
    "official_account": ("公众号", "Official account"),
    "miniprogram": ("小程序", "Mini-program"),
    "wecom": ("企业微信", "WeCom"),
    "wechat_pay": ("微信支付", "WeChat Pay"),
    "own_store": ("自营店铺", "Own store"),
    "douyin": ("抖店", "Douyin"),
    "jd": ("京东", "JD"),
    "tmall": ("天猫", "Tmall"),
    "wechat_shop": ("微信小店", "WeChat Shop"),
    "shopify": ("Shopify", "Shopify"),
    "tmall_pass": ("天猫会员通", "Member pass of Tmall"),
    "wechat_pass": ("微信小店会员", "Member pass of WeChat Shop"),
    "douyin_pass": ("抖音会员通", "Member pass of Douyin"),
    "files": ("导入文件", "Imported files"),
}
CONNECTIONS: dict[str, tuple[str, str]] = {
    "connections": ("平台连接", "Connections"),
    "section_house": ("账号与连接", "Accounts"),
    "connections_about": (
        "已接入的平台账号。“检查”按真实业务调用一次平台，不改变任何内容。"
        "接入与更换用命令 jifen connect。",
        "Accounts with platforms. A check calls the platform once as our work does and changes"
        " nothing; they are connected and replaced by the command jifen connect.",
    ),
    "connection_kind": ("平台", "Platform"),
    "connection_name": ("名称", "Name"),
    "connection_scope": ("编号", "Id"),
    "connection_since": ("接入于", "Since"),
    "connection_heard": ("平台最近一次来信", "Last heard of"),
    "connection_check": ("检查", "Check"),
    "connection_calls_us": ("由对方调用，无需检查", "It calls us; nothing to check"),
    "connection_works": ("平台应答正常", "The platform answers"),
    "connection_fails": ("平台拒绝或没有应答：", "The platform refused, or did not answer:"),
    "help_desks": ("微信客服", "Help desks (微信客服)"),
    "desk_code": ("客服二维码", "QR code of the desk"),
    "desk_read_at": ("最近读取", "Last read"),
    "desk_waiting": ("等待人工", "Wait for a person"),
    "desk_with_person": ("人工接待中", "With a person"),
}
