"""What people read where one field is wrong, in both languages."""

# What the decoder finds wrong with one field: (pattern, zh, en), by its own words.
WRONGS: tuple[tuple[str, str, str], ...] = (
    (r"Object missing required field `(?P<name>.*)`", "缺少该字段", "it is missing"),
    (r"Object contains unknown field `(?P<name>.*)`", "没有这个字段", "there is no such field"),
    (
        r"Expected `(?P<type>.*)`, got `(?P<got>.*)`",
        "应为 {type}，收到 {got}",
        "it must be {type}, not {got}",
    ),
    (
        r"Expected `(?P<type>.*)` (?P<bound>[<>]=? \S+|of length [<>=]+ \d+)",
        "应为 {type} {bound}",
        "it must be {type} {bound}",
    ),
    (r"Expected `str` matching regex .*", "格式不符", "its form does not fit"),
    (r"Invalid enum value .*", "不是可选的值", "not one of the possible values"),
    (r"(?:Integer value|Number) out of range", "数值超出范围", "the number is out of range"),
    (r"Invalid RFC3339 encoded datetime|Timestamp is out of range", "时间格式不符", "not a moment"),
    (
        r"Invalid RFC3339 encoded date",
        "应为 2026-11-22 这样的日期",
        "it must be a day like 2026-11-22",
    ),
    (r"Invalid UUID", "不是 UUID", "not a UUID"),
    (r"Repeated", "重复出现", "it is there more than once"),
    (
        r"Tiers not ascending from 0",
        "门槛应从 0 起逐级升高",
        "their thresholds must begin at 0 and rise from each to the next",
    ),
    (
        r"Grades not ascending",
        "平台等级不能随会员等级升高而降低",
        "a higher tier must not have a lower grade on a platform",
    ),
    (
        r"Rungs not ascending",
        "各档的消费金额应逐档升高",
        "each rung must take more than the one before",
    ),
    (
        r"Coupons not ascending",
        "券面额不能逐档降低",
        "a higher rung must not give a smaller coupon",
    ),
    (
        r"Order no more than its coupon",
        "最低订单金额应高于券面额（0 为不限）",
        "the least order must be more than the coupon (0: any order)",
    ),
    (
        r"Steps not ascending",
        "各档的目标应逐档升高",
        "each step must take more than the one before",
    ),
    (
        r"Boost of nothing",
        "应大于 100（200 即双倍），或填 0 不加倍",
        "it must be above 100 (200 is double), or 0 for none",
    ),
    (
        r"Step gives nothing",
        "每一档都要有积分、券或加倍",
        "each step must give points, a coupon or a boost",
    ),
    (
        r"More days than the round has",
        "一轮没有这么多天（每月按 28 天算）",
        "a round has not so many days (28 in a month)",
    ),
    (
        r"Fewer categories than the target",
        "品类数少于目标",
        "there must be as many categories as the target",
    ),
    (
        r"Missing for a season",
        "按活动期计算时需要填写",
        "a season needs its start and its end",
    ),
    (
        r"Growth of nothing",
        "成长值至少要由一项产生",
        "growth must come from something: yuan, orders or visits",
    ),
    (
        r"Less than the least",
        "不能小于下限",
        "it must not be less than the least",
    ),
    (r"Not a number", "不是数字", "not a number"),
    (r"Asks for nothing", "至少要填一项", "it must ask for something"),
    (r"No such year", "年份应在 2000 到 2199 之间", "the year must lie between 2000 and 2199"),
    (
        r"Ends after the event",
        "不能晚于活动结束",
        "it must not be after the event's end",
    ),
    (r"No such placeholder", "只能用 {points} 和 {tier}", "only {points} and {tier} can be named"),
    (r"Not for carts", "兑换券不用于购物车", "an exchange coupon is not for carts"),
    (r"Ends before it starts", "应晚于开始时间", "it must be after the start"),
    (
        r"Campaign without its time",
        "按活动封顶需要开始和结束时间",
        "a cap per campaign needs its start and its end",
    ),
    (r"NUL", "含有空字符", "it holds a NUL character"),
    (r".*", "取值不正确", "not a possible value"),
)
