"""What people read of boards that end."""

BOARD_TEXTS: dict[str, tuple[str, str]] = {
    "no_such_final": ("没有这份榜单", "There is no such final list"),
    "no_such_place": ("榜单上没有这个名次", "There is no such place on the list"),
    "final_is_approved": (
        "榜单已通过，不能再修改",
        "The list is approved: it can be changed no more",
    ),
    "final_changed": (
        "榜单刚被其他人修改，请再看一遍后通过",
        "Somebody else has just changed the list: look at it again and approve it then",
    ),
}
