"""What holds for every file and every plug-in, whoever writes it."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot import router
from loyalty import programme
from loyalty.programme import REGISTRIES
from loyalty.registry import encode

ROOT = Path(__file__).parents[1]
ROOMS = (
    "jifen",
    "web",
    "models",
    "loyalty",
    "wechat",
    "channels",
    "connectors",
    "bot",
    "miniprogram_api",
    "console",
    "jobs",
    "simulator",
)
AROUND = ("benchmarks", "tests", "tools")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
GENERIC = {
    "activity",
    "admin",
    "common",
    "data",
    "helper",
    "helpers",
    "info",
    "manager",
    "misc",
    "service",
    "services",
    "transaction",
    "util",
    "utils",
    "voucher",
}

programme.load_kinds()
router.load()

KINDS = [(registry, kind) for registry in REGISTRIES.values() for kind in registry]


def written(rooms: Iterable[str]) -> list[Path]:
    return [file for room in rooms for file in sorted((ROOT / room).rglob("*.py"))]


FILES = written(ROOMS)


def named(file: Path) -> str:
    return str(file.relative_to(ROOT))


def classes(file: Path) -> Iterator[ast.ClassDef]:
    for node in ast.walk(ast.parse(file.read_text())):
        is_public = isinstance(node, ast.ClassDef) and not node.name.startswith("_")
        if is_public and node.name != "Meta":  # Tortoise's own word
            yield node


@pytest.mark.parametrize("file", [*FILES, *written(AROUND)], ids=named)
def test_a_file_is_one_noun_and_a_function_fits_a_screen(file: Path) -> None:
    text = file.read_text()
    assert text.count("\n") <= LONGEST_FILE
    is_a_mark = file.name == "__init__.py" and not text and named(file).startswith("tests/")
    assert is_a_mark or ast.get_docstring(ast.parse(text)), "say in the first line what the file is"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno <= LONGEST_FUNCTION, node.name


# The platform's own names (datacube, open data, action_info) stay in the rooms that speak with it.
OURS = [file for file in FILES if not named(file).startswith(("wechat/", "simulator/"))]


@pytest.mark.parametrize("file", OURS, ids=named)
def test_no_name_is_generic(file: Path) -> None:
    words = set(re.split(r"[_/.]", named(file).removesuffix(".py")))
    for node in classes(file):
        words |= {word.lower() for word in re.findall("[A-Z][a-z]+", node.name)}
    assert not words & GENERIC


def test_the_nouns_and_verbs_speak_the_glossarys_words() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text().lower()
    known = set(re.findall("[a-z]+", glossary))
    unknown = {
        f"{named(file)}: {node.name}"
        for file in FILES
        if named(file).startswith(("models/", "loyalty/"))
        for node in classes(file)
        for word in re.findall("[A-Z][a-z]+", node.name)
        if word.lower() not in known
    }
    assert not unknown, "use the glossary's word, or add yours with its meaning"


@pytest.mark.parametrize(("registry", "kind"), KINDS, ids=lambda one: getattr(one, "name", one))
def test_a_kind_explains_itself_and_lives_in_the_file_of_its_name(registry: Any, kind: str) -> None:
    struct = registry[kind]
    assert struct.__module__.rpartition(".")[2] == kind
    assert struct.__struct_config__.frozen
    assert struct.__struct_config__.forbid_unknown_fields
    assert struct.__doc__, "staff read the docstring"
    assert registry.decode(kind, msgspec.json.decode(encode(struct()))) == struct()


@pytest.mark.parametrize(("registry", "kind"), KINDS, ids=lambda one: getattr(one, "name", one))
def test_a_kind_names_the_field_that_is_wrong(registry: Any, kind: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="no_such_field"):
        registry.decode(kind, {"no_such_field": 1})


def test_an_intent_is_answered_in_one_file_only() -> None:
    with pytest.raises(ValueError, match="two intents answer '积分'"):
        router.intent("积分")(router.understood("帮助"))  # type: ignore[arg-type]


def test_nothing_committed_names_this_machine() -> None:
    told = re.compile(r"/(?:work|home|Users)/[a-z]|/tmp/[a-z]|(?:pypi|npmjs)[.]org")
    for file in (*FILES, *sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"):
        assert not told.search(file.read_text()), named(file)
