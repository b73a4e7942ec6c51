"""The words of the preview of a challenge."""

CHALLENGES: dict[str, tuple[str, str]] = {
    "preview_challenge": ("试算达成人数与成本", "Count who would reach it, and the cost"),
    "challenge_title": ("试算：谁会达成，花费多少", "Who would reach it, and what it would give"),
    "challenge_about": (
        "按会员在上一轮和本轮至今的实际行为计算，不发布、不写入；条件以当前为准，"
        "接近指已完成目标的七成以上。",
        "Counted on what members did in the round before, and so far in this one; nothing is"
        " published or written. Conditions are as of now; near is past 70 percent of a target.",
    ),
    "challenge_whole": ("整轮", "the whole round"),
    "challenge_so_far": ("至今", "so far"),
    "challenge_cost": ("共 {points} 积分、{coupons} 张券", "{points} points and {coupons} coupons"),
    "challenge_target": ("目标", "Target"),
    "challenge_reached": ("达成人数", "Reached by"),
    "challenge_near": ("接近人数", "Near"),
    "challenge_coupons": ("券", "Coupons"),
}
