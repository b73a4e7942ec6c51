"""Words of group calendars, in both languages."""

CALENDAR_FIELDS: dict[str, tuple[str, str]] = {
    "entries": ("内容", "What is said"),
    "when": ("何时", "When"),
    "at": ("时间（单次，北京时间）", "Moment (once, Beijing time)"),
    "weekday": ("星期（每周，1 为周一）", "Weekday (weekly; 1 is Monday)"),
    "clock": ("几点（每周、入群后，如 10:00）", "Time (weekly, after joining; as 10:00)"),
}
CALENDAR: dict[str, tuple[str, str]] = {
    "calendar": ("群日历", "Group calendar"),
    "calendar_about": (
        "到时自动生成群发，由群主或员工在手机上确认发出。",
        "Each becomes a mass send when it is due, which staff confirm on their phones.",
    ),
    "calendar_new": ("新建群日历", "A new calendar"),
    "calendar_change": ("修改", "Change"),
    "calendar_none": ("未来三周没有安排", "Nothing is planned for the next three weeks"),
    "calendar_into": ("客户群：“{name}”", "Into the groups of “{name}”"),
    "calendar_after": (
        "“{name}”入群第 {n} 天的成员",
        "Who joined “{name}” {n} days before",
    ),
    "calendar_coming": ("待发送", "To come"),
    "calendar_skip": ("跳过这次", "Skip this one"),
    "weekday_1": ("周一", "Monday"),
    "weekday_2": ("周二", "Tuesday"),
    "weekday_3": ("周三", "Wednesday"),
    "weekday_4": ("周四", "Thursday"),
    "weekday_5": ("周五", "Friday"),
    "weekday_6": ("周六", "Saturday"),
    "weekday_7": ("周日", "Sunday"),
}
