"""The page's words and files, read without a browser."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "simulator" / "page"
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
