"""How a visit reads in chat: where, what it gave, and since how many weeks she comes."""

from loyalty.shop_visits import Visited
from loyalty.wording import Worded
from web.languages import Language
from web.texts import text


def told(one: Visited, weeks: int) -> Worded:
    """Return what she is told of a visit; ``weeks`` are those in a row, with this one."""
    return Worded("".join(_sentences(one, weeks, "zh")), " ".join(_sentences(one, weeks, "en")))


def _sentences(one: Visited, weeks: int, language: Language) -> list[str]:
    is_chinese = language == "zh"
    points = one.points + one.goal_points
    found = [f"{one.shop.name}打卡成功" if is_chinese else f"Checked in at {one.shop.name}"]
    if points:
        found[0] += f"，获得 {points:,} 积分" if is_chinese else f": {points:,} points for you"
    found[0] += "。" if is_chinese else "."
    if one.reason:
        found.append(text(one.reason, language, {}) + ("。" if is_chinese else "."))
    if weeks > 1:
        found.append(
            f"已连续 {weeks} 周到店。" if is_chinese else f"You came {weeks} weeks in a row."
        )
    return found
