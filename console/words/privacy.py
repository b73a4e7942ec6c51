"""Words of a member's consents and privacy requests, in both languages."""

PRIVACY: dict[str, tuple[str, str]] = {
    "privacy": ("授权与隐私", "Consents and privacy"),
    "privacy_about": (
        "由会员本人决定，员工只能查看。",
        "She decides; staff can only read it.",
    ),
    "consent_what": ("用途", "Purpose"),
    "consent_stands": ("现在", "Now"),
    "consent_since": ("决定时间", "Decided"),
    "consent_wording": ("文案版本", "Version of the words"),
    "consent_where": ("在哪里", "Where"),
    "consent_given": ("同意", "Yes"),
    "consent_refused": ("拒绝", "No"),
    "consent_never": ("未作选择（默认同意）", "Not chosen (yes by default)"),
    "consent_history": ("全部选择记录", "Every decision"),
    "purpose_offers": ("优惠消息", "Messages about offers"),
    "purpose_personal_offers": ("个性化优惠", "Personal offers"),
    "privacy_requests": ("隐私请求", "Privacy requests"),
    "request_revoked": ("在微信中收回授权", "Took back an authorization in WeChat"),
    "request_closed": ("注销了微信账号", "Closed her WeChat account"),
    "request_passed_on": ("平台转来的请求", "Passed on by a platform"),
    "request_worked": ("已处理", "done"),
    "request_received": ("待处理", "waits"),
    "request_claimed": ("处理中", "under way"),
    "request_parked": ("待员工处理", "waits for staff"),
    "request_dropped": ("员工已处理", "dealt with by staff"),
}
