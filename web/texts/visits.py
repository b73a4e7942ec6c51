"""What people read of visits to shops: why one is refused, and why one earns less."""

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
        "到店已记录，打卡积分暂不适用于您的会员状况",
        "Your visit is kept; its points are not for your membership as it stands",
    ),
    "shop_visits_full": (
        "到店已记录，本店今日的打卡积分已发完",
        "Your visit is kept; this shop's points for today are all given",
    ),
    "visit_points_full": (
        "到店已记录，您的打卡积分已达上限",
        "Your visit is kept; you have reached the most points for visits",
    ),
}
