"""Jobs are found in their folder; one that is written wrong stops the program."""

import re
from datetime import datetime
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

import jobs
from jobs import registry
from jobs.slots import Every
from web.context import Context


def named(name: str, module: str, *, told: str | None = "Does it.") -> Any:
    """Return a job function as it would stand in a file."""

    async def job(context: Context, at: datetime) -> int:
        return 0

    made = FunctionType(job.__code__, globals(), name)
    made.__module__, made.__doc__ = module, told
    return made


def test_the_jobs_are_those_of_the_folder_each_under_the_name_of_its_file() -> None:
    found = registry.load()
    assert {"settle_points", "expire_points", "verify_ledger", "forget_runs"} <= found.keys()
    for name, job in found.items():
        assert job.name == name == job.run.__name__
        assert job.run.__module__ == f"jobs.{name}"
        assert job.run.__doc__


def test_each_file_with_a_job_is_loaded_however_often() -> None:
    files = Path(jobs.__path__[0]).glob("*.py")
    written = {
        file.stem for file in files if re.search(r"^@(daily|every)\(", file.read_text(), re.M)
    }
    assert "lay_boards" in written
    for _ in range(2):
        assert registry.load().keys() == written


def test_points_lapse_at_every_hour_and_settle_every_few_minutes() -> None:
    found = registry.load()
    assert found["expire_points"].slots == Every(3600)
    assert found["settle_points"].slots == Every(300)


def test_a_second_job_of_the_same_name_stops_the_program() -> None:
    registry.load()
    with pytest.raises(ValueError, match="two jobs are called 'settle_points'"):
        registry.every(minutes=1)(named("settle_points", "elsewhere.settle_points"))


def test_a_job_without_a_docstring_stops_the_program() -> None:
    with pytest.raises(TypeError, match="does not say what it does"):
        registry.every(minutes=1)(named("silent", "jobs.silent", told=None))


def test_a_job_in_a_file_of_another_name_stops_the_program() -> None:
    with pytest.raises(ValueError, match="not in a file so named"):
        registry.every(minutes=1)(named("sweep", "jobs.other"))


def test_a_job_that_is_no_coroutine_stops_the_program() -> None:
    def blocking(context: Context, at: datetime) -> int:
        return 0

    register: Any = registry.every(minutes=1)
    with pytest.raises(TypeError, match="no `async def`"):
        register(blocking)


@pytest.mark.parametrize("gap", [{}, {"minutes": 7}, {"seconds": -30}, {"minutes": 90}])
def test_a_gap_that_does_not_divide_an_hour_stops_the_program(gap: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="do not divide an hour"):
        registry.every(**gap)


@pytest.mark.parametrize("at", ["25:00", "noon", "03:10+01:00"])
def test_a_time_that_is_none_of_the_shanghai_clock_stops_the_program(at: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        registry.daily(at=at)
