"""Words of accounts of staff, in both languages."""

STAFF: dict[str, tuple[str, str]] = {
    "staff": ("员工账号", "Staff"),
    "staff_about": (
        "谁可以登录后台、是什么角色。改密码、改角色或离职都会立即退出其登录。",
        "Who may sign in, with which role. A new password, another role or leaving signs them out"
        " at once.",
    ),
    "staff_name": ("姓名", "Name"),
    "staff_role": ("角色", "Role"),
    "staff_wecom": ("企业微信账号", "WeCom user id"),
    "staff_password": ("密码（至少 8 位）", "Password, at least 8 characters"),
    "staff_new_password": ("新密码（不改则留空）", "New password (empty: as it is)"),
    "staff_since": ("开通于", "Since"),
    "staff_left": ("已离职", "Left"),
    "staff_change": ("修改", "Change"),
    "staff_save": ("保存", "Save"),
    "staff_leave": ("离职并停用", "Has left: sign out for good"),
    "staff_add": ("新增员工", "Add a staff member"),
    "staff_roles": ("角色可以做什么", "What each role may do"),
    "role_owner_may": (
        "一切，包括员工账号、平台连接和审计日志",
        "Everything, with staff, connections and the audit log",
    ),
    "role_manager_may": (
        "会员、社群、群发、核销、发货、订单；合并与注销会员",
        "Members, groups, mass sends, hand-over, shipping, orders; merges and deletions",
    ),
    "role_marketer_may": (
        "规则、优惠、优惠券、活动、群发与成绩单",
        "Rules, offers, coupons, events, mass sends and the scorecard",
    ),
    "role_guide_may": (
        "查会员、核销、到店码、活动签到",
        "Look members up, hand over, visits, events",
    ),
    "role_auditor_may": (
        "查看数据与审计日志，不能修改",
        "Read figures and the audit log, change nothing",
    ),
    "security": ("登录安全", "Signing in"),
    "security_about": (
        "用密码登录时，再输入手机验证器上的一次性验证码。用企业微信扫码登录的不需要。",
        "With a password, a code of an app on your phone is asked for, too. Not after a scan by"
        " WeCom.",
    ),
    "second_step": ("两步验证", "Second step"),
    "second_step_on": ("已开启", "On"),
    "second_step_since": ("已开启，自", "On, since"),
    "second_step_scan": (
        "用手机上的验证器（如 Microsoft Authenticator）扫描，再输入它显示的 6 位数字。",
        "Scan it with an authenticator on your phone, then type the six digits that it shows.",
    ),
    "second_step_picture": ("验证器扫描的二维码", "QR code for the authenticator"),
    "second_step_begin": ("开启", "Turn it on"),
    "second_step_end": ("关闭", "Turn it off"),
    "second_step_end_of": (
        "关闭其两步验证（手机丢失时）",
        "End the second step (a phone was lost)",
    ),
    "code_of_six": ("验证码（6 位）", "Code of six digits"),
    "sign_in_anew": ("重新登录", "Sign in anew"),
}
