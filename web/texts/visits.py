"""What people read of visits to shops and live rooms: why one is refused, or earns less."""

VISIT_TEXTS: dict[str, tuple[str, str]] = {
    "no_such_shop_code": (
        "这不是我们门店的码，或海报已更换，请扫店内最新的码",
        "This is no code of our shops, or its poster was replaced: scan the one in the shop",
    ),
    "shop_code_over": (
        "到店码已更换，请在店内扫最新的码",
        "The code has turned since: scan the one that is shown in the shop now",
    ),
    "shop_code_worn": (
        "这个码已被多人使用，请等几秒扫下一个",
        "Many have scanned this code: wait a few seconds and scan the next",
    ),
    "no_visits_now": ("目前没有到店打卡活动", "Visits to shops earn nothing at the moment"),
    "shop_not_open": (
        "海报码在营业时间 {from_time}–{until_time} 内有效",
        "The poster counts in opening hours, {from_time}–{until_time}",
    ),
    "visited_lately": (
        "您刚在这里打过卡，{again_at} 起可再次打卡",
        "You checked in here lately; it counts again from {again_at}",
    ),
    "visit_not_for_her": (
        "已记录，积分暂不适用于您的会员状况",
        "It is kept; its points are not for your membership as it stands",
    ),
    "shop_visits_full": (
        "到店已记录，本店今日的打卡积分已发完",
        "Your visit is kept; this shop's points for today are all given",
    ),
    "visit_points_full": (
        "已记录，您的打卡积分已达上限",
        "It is kept; you have reached the most points for visits",
    ),
    "no_such_live_word": ("暗号不对，请听主播再说一次", "That is not the word: listen once more"),
    "live_room_coming": (
        "直播 {starts_at} 开始，届时再来签到",
        "It begins at {starts_at}: say it then",
    ),
    "live_room_over": ("直播签到已于 {ends_at} 结束", "That room was over at {ends_at}"),
    "no_live_visits_now": ("目前没有直播签到活动", "Live rooms earn nothing at the moment"),
    "live_name_missing": ("请填写中英文名称", "Both names are needed"),
    "live_word_wrong": (
        "暗号应为 2 到 20 个字或数字",
        "The word has 2 to 20 letters and digits",
    ),
    "live_times_wrong": (
        "结束时间应晚于开始和现在，且不超过 24 小时",
        "The end comes after the beginning and after now, within 24 hours",
    ),
    "live_times_unreadable": ("时间格式不正确", "These times cannot be read"),
    "live_room_code_wrong": ("直播间 ID 不正确", "This is no id of a room"),
    "live_word_taken": (
        "暗号与“{name}”重复，两场至少相隔一小时",
        "“{name}” has this word; an hour must lie between two rooms with the same",
    ),
    "no_such_live_room": ("没有这场直播", "There is no such live room"),
}
