"""What people read of the brand's events: why one cannot sign up, or is not let in."""

EVENT_TEXTS: dict[str, tuple[str, str]] = {
    "no_such_brand_event": (
        "没有这场活动，或已取消",
        "There is no such event, or it was cancelled",
    ),
    "event_sign_up_not_yet": (
        "报名 {opens_at} 开始",
        "Signing up begins at {opens_at}",
    ),
    "event_sign_up_over": ("报名已截止", "Signing up is over"),
    "event_full": ("名额已满", "All places are taken"),
    "event_over": ("活动已结束，或您已签到", "The event is over, or you were let in"),
    "no_such_event_code": (
        "这不是活动现场的签到码，请扫工作人员手机上的码",
        "This is no code of an event: scan the one on a staff member's phone there",
    ),
    "event_code_over": (
        "签到码已更换，请扫现场最新的码",
        "The code has turned since: scan the one that is shown now",
    ),
    "event_code_worn": (
        "这个码已被多人使用，请等几秒扫下一个",
        "Many have scanned this code: wait a few seconds and scan the next",
    ),
    "event_not_yet": ("签到 {opens_at} 开始", "Doors open at {opens_at}"),
    "event_needs_place": (
        "本场活动仅限已报名的会员，请找工作人员",
        "Only members who signed up are let in: please ask the staff",
    ),
}
