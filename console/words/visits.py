"""Words of visits to shops and live rooms, and of the rules that they follow."""

VISIT_FIELDS: dict[str, tuple[str, str]] = {
    "most_rooms_a_day": ("每人每天最多几场得分", "Rooms that earn of a member and day"),
    "hours_apart": ("员工码：隔几小时可再次打卡", "Staff's code: hours until it counts again"),
    "most_members_a_code": (
        "一个员工码最多几位会员使用（超过须扫下一个）",
        "Members whom one code of staff lets in (others scan the next)",
    ),
    "most_points_a_day": (
        "每人每天最多得几分（空为不限）",
        "Most points of a member and day (empty: no end)",
    ),
    "most_points_a_month": (
        "每人每月最多得几分（空为不限）",
        "Most points of a member and month (empty: no end)",
    ),
    "most_points_a_week": (
        "每人每周最多得几分（空为不限）",
        "Most points of a member and week (empty: no end)",
    ),
    "most_visits_a_day_of_shop": (
        "每店每天最多几次打卡得分（空为不限）",
        "Visits of a shop that earn in a day (empty: no end)",
    ),
    "poster_days_apart": ("海报：隔几天可再次打卡", "Poster: days until it counts again"),
    "poster_points": ("海报得积分", "Points by a poster"),
    "shop_codes": ("门店代码（空为所有门店）", "Codes of shops (empty: all of ours)"),
    "where": ("在哪里", "Where"),
}

LIVE_ROOMS: dict[str, tuple[str, str]] = {
    "live-rooms": ("直播签到", "Live rooms"),
    "live_about": (
        "开播前填写暗号和时间；会员在时间内对公众号发送“直播 暗号”，或在小程序输入，"
        "每场得一次积分（规则 live_visit）。",
        "Write down a word and the times before it begins. Members who send “live WORD” to the"
        " account while it is on, or type it in the mini-program, get points once a room (rule"
        " live_visit).",
    ),
    "live_name_zh": ("名称（中文）", "Name in Chinese"),
    "live_name_en": ("名称（英文）", "Name in English"),
    "live_word": ("暗号", "Word"),
    "live_word_about": (
        "2 到 20 个字或数字，不分大小写、空格",
        "2 to 20 letters and digits; case and spaces do not matter",
    ),
    "live_starts_at": ("开始（北京时间）", "Begins (Beijing time)"),
    "live_ends_at": ("结束（北京时间）", "Ends (Beijing time)"),
    "live_room_code": (
        "平台直播间 ID（可空，用于统计订单）",
        "The platform's id of the room (may be empty; counts its orders)",
    ),
    "live_open": ("开设签到", "Open the window"),
    "live_close": ("提前结束", "Close it now"),
    "live_members": ("签到人数", "Members"),
    "live_points": ("发放积分", "Points"),
    "live_orders": ("直播间订单", "Orders of the room"),
    "live_none": ("还没有直播", "No live room yet"),
    "live_no_rule": (
        "未发布规则 live_visit，签到不会得积分",
        "The rule live_visit is not published: no word counts",
    ),
    "live_over": ("已结束", "Over"),
    "live_on": ("进行中", "On"),
    "live_coming": ("未开始", "Coming"),
    "kind_live_visit": ("直播签到", "Live check-in"),
}

VISITS: dict[str, tuple[str, str]] = {
    "visits": ("到店打卡", "Shop visits"),
    "visits_about": (
        "选择您所在的门店，手机上会显示每 30 秒更换一次的到店码，会员用微信扫一扫即可打卡得积分。"
        "员工不在时可张贴海报码，积分较少。",
        "Choose the shop where you are: your phone shows its code, which turns every 30 seconds."
        " Members scan it with WeChat and get points. Where nobody stands, a poster does; it gives"
        " less.",
    ),
    "visits_none": ("还没有自有门店", "There is no shop of your own yet"),
    "visits_no_rule": (
        "未发布到店打卡规则（shop_visit:…），会员扫码不会计入",
        "No rule for visits is published (shop_visit:…): nothing that members scan counts",
    ),
    "visit_shop": ("门店", "Shop"),
    "visits_today": ("今日", "Today"),
    "visits_30_days": ("近 30 天", "Last 30 days"),
    "visit_members": ("人数", "Members"),
    "visits_by_poster": ("海报打卡", "By poster"),
    "visit_points": ("积分", "Points"),
    "visit_worn": ("扫满的码", "Codes scanned to the full"),
    "visit_worn_about": (
        "同一个员工码被规则允许的最多人数扫过：可能是排队，也可能是截图被转发，请留意",
        "As many members scanned one code as the rule lets in: a queue, or a picture that was"
        " passed on. Have a look",
    ),
    "visit_show": ("出示到店码", "Show the code"),
    "visit_poster": ("海报", "Poster"),
    "visit_scan": ("请用微信扫一扫", "Scan with WeChat"),
    "visit_turns": ("每 30 秒自动更换", "Turns by itself every 30 seconds"),
    "visit_link": ("码的内容", "What the code holds"),
    "visit_points_line": (
        "到店打卡，得 {n} 积分",
        "Scan when you are here: {n} points",
    ),
    "visit_back": ("所有门店", "All shops"),
    "poster_none": ("这家店还没有海报码", "This shop has no poster yet"),
    "poster_about": (
        "打印后张贴在店内。换新后旧海报立即失效：照片流出时请换新。",
        "Print it and put it up in the shop. A new one ends the old one at once: make one when a"
        " photograph of it goes around.",
    ),
    "poster_make": ("生成海报码", "Make a poster"),
    "poster_renew": ("换新", "Make a new one"),
    "poster_made": ("生成于", "Made"),
    "kind_shop_visit": ("到店打卡", "Shop visit"),
    "visit_way_staff": ("员工码", "Staff's code"),
    "visit_way_poster": ("海报", "Poster"),
}
