"""Every code that can be told has its text, in both languages, with figures that are there."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import miniprogram_api
from loyalty.errors import LoyaltyError
from tests.cast import NOVEMBER_22
from web.openapi import codes_of
from web.refusals import RequestRefused
from web.texts import PARTS, TEXTS, figures_of, text
from web.typed import told_by

PROJECT = Path(__file__).parents[2]
ROOMS = ("loyalty", "web", "miniprogram_api", "connectors/own_store")
FAMILIES = {"LoyaltyError", "NotFound", "Refused", "Conflict", "RequestRefused"} | {
    family.__name__ for family in RequestRefused.__subclasses__()
}
NO_FIGURES = {"field", "after_seconds"}


def raisings() -> Iterator[tuple[str, str, set[str], bool]]:
    """Find each refusal made: place, code, figures, and whether it passes more figures on."""
    for room in ROOMS:
        for path in sorted((PROJECT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in FAMILIES:
                    code = node.args[0] if node.args else None
                    if isinstance(code, ast.Constant):
                        named = {word.arg for word in node.keywords if word.arg}
                        passes_on = any(word.arg is None for word in node.keywords)
                        place = f"{path.name}:{node.lineno}"
                        yield place, str(code.value), named - NO_FIGURES, passes_on


def codes() -> dict[str, list[tuple[str, set[str], bool]]]:
    found: dict[str, list[tuple[str, set[str], bool]]] = defaultdict(list)
    for place, code, figures, passes_on in raisings():
        found[code].append((place, figures, passes_on))
    return found


def of_classes() -> set[str]:
    families: set[type[LoyaltyError] | type[RequestRefused]] = {LoyaltyError, RequestRefused}
    families |= set(LoyaltyError.__subclasses__()) | set(RequestRefused.__subclasses__())
    return {family.code for family in families}


def test_every_refusal_that_is_raised_has_a_text() -> None:
    missing = {code: places for code, places in codes().items() if code not in TEXTS}
    assert not missing
    assert not of_classes() - set(TEXTS)


def test_refusals_were_found_at_all() -> None:
    assert {"not_enough_points", "session_unknown", "login_code_invalid"} <= {
        *codes(),
        *TEXTS,
    }
    assert len(codes()) > 20


def test_no_code_has_two_texts() -> None:
    assert sum(map(len, PARTS)) == len(TEXTS)


def test_a_text_shows_only_figures_that_every_raiser_gives() -> None:
    wrong = [
        (code, place, figures_of(code) - figures)
        for code, places in codes().items()
        for place, figures, passes_on in places
        if not passes_on and code != "bad_field" and figures_of(code) - figures
    ]
    assert not wrong


def test_both_languages_show_the_same_figures() -> None:
    for code, (zh, en) in TEXTS.items():
        shown = [{name for _, name, _, _ in Formatter().parse(one) if name} for one in (zh, en)]
        assert shown[0] == shown[1], code


def test_every_refusal_that_an_operation_tells_of_has_a_text() -> None:
    for operation, _ in miniprogram_api.api().contracts:
        for told in codes_of(told_by(operation.function)).values():
            assert set(told) <= set(TEXTS)


@pytest.mark.parametrize("figures", [{}, {"wanted": "{available.__class__}", "available": 3}])
def test_a_text_never_fails_and_never_reads_more_than_its_figures(
    figures: dict[str, object],
) -> None:
    told = text("not_enough_points", "en", figures)
    assert told.startswith("Not enough points")
    assert "class 'int'" not in told


def test_a_code_without_a_text_reads_as_a_refusal() -> None:
    assert text("never_heard_of", "en", {}) == "This cannot be done"


def test_fen_read_as_yuan_and_moments_by_the_shanghai_clock() -> None:
    assert text("min_spend_not_met", "zh", {"short_fen": 1850}) == "还差 18.50 元"
    told = text("already_handed_over", "zh", {"by": "陈晨", "handed_over_at": NOVEMBER_22})
    assert told == "已由 陈晨 于 2026-11-22 12:00 交付"
