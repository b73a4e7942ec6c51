"""What people read of what staff set: the brand, its rules, the demo's day."""

SETTING_TEXTS: dict[str, tuple[str, str]] = {
    "brand_without_name": (
        "还没有品牌：请同时给出中文名和英文名",
        "There is no brand yet: give both its names",
    ),
    "no_such_slot": (
        "没有规则位 {slot}：应为 tiers、points、expiry，或 reward:tote 这样的名字",
        "There is no slot {slot}: it is tiers, points, expiry, or a name such as reward:tote",
    ),
    "no_such_kind": ("没有种类 {kind}，可选：{kinds}", "There is no kind {kind} here: {kinds}"),
    "no_such_tier": ("没有等级 {tier}，可选：{tiers}", "There is no tier {tier} here: {tiers}"),
    "slot_is_empty": ("{slot} 还没有发布", "Nothing is published in {slot}"),
    "clock_is_moving": ("时间正在推进，请稍候", "The clock is being moved already"),
    "clock_moved": ("时间已被另一个进程推进", "Another process has moved the clock"),
    "clock_step": (
        "一次最少推进 1 小时，最多 {days} 天",
        "Move the clock by an hour at least and {days} days at most",
    ),
    "clock_too_far": ("最多推进到 {days} 天之后", "The clock can be at most {days} days ahead"),
}
