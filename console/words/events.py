"""Words of the brand's events, and of the rules that hold them."""

EVENT_FIELDS: dict[str, tuple[str, str]] = {
    "about_zh": ("介绍（中文）", "What it is, in Chinese"),
    "about_en": ("介绍（英文）", "What it is, in English"),
    "closes_at": ("报名截止（空为活动开始）", "Signing up ends (empty: when it starts)"),
    "doors_minutes": ("提前几分钟开始签到", "Minutes before the start that doors open"),
    "has_waiting_list": ("满员后可候补", "Members may wait in line where it is full"),
    "place_zh": ("地点（中文，线上活动留空）", "Place in Chinese (empty: online)"),
    "place_en": ("地点（英文）", "Place in English"),
    "places": ("名额（空为不限）", "Places (empty: no end)"),
    "takes_walk_ins": (
        "未报名者有空位可入场",
        "Lets in who did not sign up, while places are left",
    ),
}
EVENTS: dict[str, tuple[str, str]] = {
    "event": ("活动", "Event"),
    "event-code": ("活动签到码", "Code of an event"),
    "events": ("活动", "Events"),
    "events_about": (
        "会员在小程序里报名，满员后候补；到场扫工作人员手机上的码，得规则所定的积分。报名不得积分。",
        "Members sign up in the mini-program, and wait where it is full. They scan the code on a"
        " staff member's phone there, and have the points of the rule. Signing up gives none.",
    ),
    "events_none": ("还没有活动：发布规则 event:名", "No event yet: publish a rule event:NAME"),
    "event_coming": ("将举行", "To come"),
    "event_over": ("已结束", "Over"),
    "event_cancelled": ("已取消", "Cancelled"),
    "event_placed": ("已报名", "With a place"),
    "event_waiting": ("候补", "Waiting"),
    "event_came": ("到场", "Came"),
    "event_walked_in": ("其中未报名", "of them without signing up"),
    "event_missed": ("未到场", "Did not come"),
    "event_download": ("下载名单（CSV）", "Download the list (CSV)"),
    "event_done": ("已签到：", "Let in:"),
    "event_show_code": ("显示签到码", "Show the code"),
    "event_member_code": (
        "或输入会员码上的数字",
        "Or type the digits of the code on her phone",
    ),
    "event_let_in": ("签到", "Let in"),
    "event_doors": ("签到开始：", "Doors open:"),
    "event_doors_closed": (
        "现在不在签到时间内，扫码不会签到",
        "Doors are closed: no scan counts now",
    ),
    "event_signed_up_at": ("报名时间", "Signed up"),
    "event_guest_placed": ("已报名", "Has a place"),
    "event_guest_waiting": ("候补", "Waits"),
    "event_guest_came": ("已到场", "Came"),
    "event_guest_left": ("已取消", "Cancelled"),
    "event_nobody": ("还没有人报名", "Nobody has signed up yet"),
    "event_back": ("返回活动", "Back to the event"),
    "event_scan": ("请会员用微信扫一扫签到", "Let members scan it with WeChat"),
    "kind_event": ("活动", "Event"),
}
