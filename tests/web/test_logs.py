"""One line of JSON a happening, and never who it was."""

import asyncio
import logging
from collections.abc import Callable

from tests.web.conftest import Json
from web.logs import REQUEST_ID, log

Lines = Callable[[], list[Json]]


def fail() -> None:
    try:
        raise KeyError("o6zAJsOpenid")
    except KeyError as error:
        raise RuntimeError("13800138000") from error


def test_a_line_has_its_event_level_moment_and_ids(lines: Lines) -> None:
    log.info("points_earned", member_id=7)
    (line,) = lines()
    assert (line["event"], line["level"], line["member_id"]) == ("points_earned", "info", 7)
    assert line["timestamp"].endswith("Z")


def test_a_failure_is_told_by_classes_and_places_and_not_by_what_it_quotes(lines: Lines) -> None:
    try:
        fail()
    except RuntimeError:
        log.exception("import_failed")
    (line,) = lines()
    assert line["error"] == "builtins.RuntimeError"
    assert line["causes"] == ["builtins.KeyError"]
    assert any(frame.endswith(" fail") for frame in line["frames"])
    assert "o6zAJsOpenid" not in str(line)
    assert "13800138000" not in str(line)


def test_libraries_log_their_fixed_words_only(lines: Lines) -> None:
    try:
        fail()
    except RuntimeError:
        logging.getLogger("aiohttp.server").exception("Error handling %s", "o6zAJsOpenid")
    (line,) = lines()
    assert (line["library"], line["told"]) == ("aiohttp.server", "Error handling %s")
    assert line["level"] == "error"
    assert "o6zAJsOpenid" not in str(line)


async def test_requests_at_once_keep_their_own_ids(lines: Lines) -> None:
    async def work(request_id: str) -> None:
        REQUEST_ID.set(request_id)
        await asyncio.sleep(0)
        log.info("worked", of=request_id)

    await asyncio.gather(*(asyncio.create_task(work(str(n))) for n in range(5)))
    assert all(line["request_id"] == line["of"] for line in lines())


def test_a_figure_that_is_no_json_is_written_as_text(lines: Lines) -> None:
    log.info("odd", figure={1, 2}, other=object())
    assert lines()[0]["event"] == "odd"
