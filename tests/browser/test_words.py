"""The page's words and files, read without a browser."""

import re
from pathlib import Path
from typing import get_args

import pytest

from loyalty.challenges import Unit

PAGE = Path(__file__).parents[2] / "simulator" / "page"
MINI_PROGRAM = Path(__file__).parents[2] / "miniprogram"
KEY = re.compile(r"""^  ["']([\w.]+)["']:""", re.MULTILINE)
QUOTED = re.compile(r"""["']([a-z]+\.[a-z_]+)["']""")


def _keys(language: str) -> list[str]:
    return KEY.findall((PAGE / "js" / f"{language}.js").read_text(encoding="utf-8"))


def _slots(language: str) -> dict[str, set[str]]:
    text = (PAGE / "js" / f"{language}.js").read_text(encoding="utf-8")
    entries = re.split(KEY, text)[1:]
    return {
        key: set(re.findall(r"\{(\w+)\}", words))
        for key, words in zip(entries[::2], entries[1::2], strict=True)
    }


def _used() -> set[str]:
    scripts = [path for path in (PAGE / "js").glob("*.js") if path.stem not in ("zh", "en")]
    text = "".join(path.read_text(encoding="utf-8") for path in [*scripts, PAGE / "index.html"])
    areas = {key.split(".")[0] for key in _keys("zh")}
    return {found for found in QUOTED.findall(text) if found.split(".")[0] in areas}


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    assert len(_keys("zh")) > 100
    assert _keys("zh") == _keys("en")
    assert len(set(_keys("zh"))) == len(_keys("zh"))


def test_both_languages_fill_in_the_same_places() -> None:
    chinese, english = _slots("zh"), _slots("en")
    assert {key for key in chinese if chinese[key] != english[key]} == set()


def test_every_key_that_is_used_exists_and_every_key_is_used() -> None:
    assert _used() == set(_keys("zh"))


def test_the_page_has_no_inline_script_or_style_and_asks_no_other_host() -> None:
    html = (PAGE / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"<style|\sstyle=|\son\w+=", html)
    for path in [PAGE / "index.html", *PAGE.glob("css/*.css")]:
        assert "//" not in path.read_text(encoding="utf-8").replace("://www.w3.org/", "")
    for path in PAGE.glob("js/*.js"):
        imported = re.findall(r"""from ["']([^"']+)["']""", path.read_text(encoding="utf-8"))
        assert all(name.startswith("./") for name in imported)


def test_scripts_never_turn_text_into_html_or_code() -> None:
    for path in PAGE.glob("js/*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text
        )


def _day_words() -> list[dict[str, set[str]]]:
    """The keys of the demo day in Chinese and in English, each with the places it fills in."""
    found: list[dict[str, set[str]]] = [{}, {}]
    for name in ("words", "shop_words"):
        text = (PAGE / "day" / f"{name}.js").read_text(encoding="utf-8")
        _, *halves = re.split(r"const (?:zh|en) = \{\n", text)
        for words, half in zip(found, halves, strict=True):
            entries = re.split(r"^  (\w+):", half.partition("\n};")[0], flags=re.MULTILINE)[1:]
            pairs = zip(entries[::2], entries[1::2], strict=True)
            words |= {key: set(re.findall(r"\{(\w+)\}", said)) for key, said in pairs}
    return found


def test_the_day_says_the_same_in_both_languages_and_every_word_is_said() -> None:
    chinese, english = _day_words()
    assert len(chinese) > 80
    assert chinese == english
    files = [path for path in (PAGE / "day").glob("*.js") if not path.stem.endswith("words")]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    text += (PAGE / "day" / "index.html").read_text(encoding="utf-8")
    said = set(re.findall(r"""["']([a-z_]+)["']""", text))
    built = [*re.findall(r"say\(`([a-z]+_)\$", text), "way_"]
    kinds = {key.removeprefix("way_") for key in chinese if key.startswith("way_")}
    told = {"hers", "anothers", "nobodys"}  # the server's words
    rest = set(chinese) - said - kinds - told
    assert {key for key in rest if not key.startswith(tuple(built))} == set()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("block", ["units", "goals"])
def test_the_mini_program_has_words_for_whatever_goals_are_counted_in(
    language: str, block: str
) -> None:
    text = (MINI_PROGRAM / "i18n" / language / "play.js").read_text(encoding="utf-8")
    found = re.search(rf"^    {block}: \{{\n(.*?)^    \}},", text, re.DOTALL | re.MULTILINE)
    assert found
    assert set(re.findall(r"^      (\w+):", found[1], re.MULTILINE)) == set(get_args(Unit))
