"""Which language is spoken to whom."""

import pytest

from web.languages import preferred


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en", "en"),
        ("en-US,en;q=0.9", "en"),
        ("fr", "zh"),
        ("fr,en;q=0.5", "en"),
        ("en;q=0.2,zh-TW;q=0.7", "zh"),
        ("EN-gb", "en"),
        ("*", "zh"),
        ("en;q=0", "zh"),
        ("en;q=nan", "zh"),
        ("en;q=9", "zh"),
        ("en;level=1", "zh"),
        (";;;,,,q=1", "zh"),
        ("en" * 10_000, "zh"),
    ],
)
def test_the_best_liked_language_of_ours_is_spoken_and_chinese_else(
    header: str, language: str
) -> None:
    assert preferred(header) == language
