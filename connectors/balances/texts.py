"""What a person reads of a file of members and points: why it is refused, and what it did."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.balances.taking import FileTaken
from connectors.files import tables
from connectors.files.words import Words, told

REFUSALS: dict[str, Words] = {
    "no_name_column": (
        "找不到说明会员的列（会员号、手机号、unionid、openid）；有：{found}",
        "no column names members (member number, mobile, unionid, openid); there are: {found}",
    ),
}

SAID: dict[str, Words] = {
    "done": (
        "{rows} 行：转入 {brought} 笔共 {points} 积分，以前已转入 {known} 笔，拒绝 {refused} 行",
        "{rows} rows: {brought} balances with {points} points brought in, {known} known before,"
        " {refused} rows refused",
    ),
    "no_points": (
        "文件没有积分列：只转入会员，不转入积分",
        "the file has no column of points: members only",
    ),
}


def refusal(code: str, figures: Mapping[str, Any], language: str) -> str:
    """Return why a file is refused."""
    if code in REFUSALS:
        return told(REFUSALS[code], figures, language)
    return tables.refusal(code, figures, language)


def sentences(taken: FileTaken, language: str) -> Iterator[str]:
    """Yield what a file did, or would do, without the rows that it refuses."""
    if taken.unknown:
        yield tables.said("unknown", language, columns=taken.unknown)
    if not taken.has_points:
        yield tables.counted(SAID["no_points"], {}, language)
    counts = {
        "rows": taken.row_count,
        "brought": taken.brought,
        "points": taken.points,
        "known": taken.known,
        "refused": len(taken.refused),
    }
    shown = {name: f"{count:,}" for name, count in counts.items()}
    yield tables.counted(SAID["done"], shown, language)
