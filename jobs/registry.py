"""Jobs by name: each is the one function of the file that has its name.

A job may run twice, at once in two processes, and from half-way: it moves what is due and finds
the rest moved. ``at`` is its slot, the same however late and however often it runs.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from importlib import import_module
from inspect import iscoroutinefunction
from pkgutil import iter_modules
from types import FunctionType
from typing import Any

from jobs.slots import Daily, Every, Slots
from web.context import Context

Run = Callable[[Context, datetime], Coroutine[Any, Any, int]]

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Job:
    """One job: ``run`` does what is due at a slot and returns the number of things done."""

    name: str
    slots: Slots
    run: Run


_jobs: dict[str, Job] = {}


def daily(*, at: str) -> Callable[[Run], Run]:
    """Run once a day at a Shanghai time such as ``"03:10"``."""
    clock_time = time.fromisoformat(at)
    if clock_time.tzinfo is not None:
        raise ValueError("a daily job runs by the Shanghai clock")
    return _registered(Daily(clock_time))


def every(*, minutes: int = 0, seconds: int = 0) -> Callable[[Run], Run]:
    """Run every so many minutes and seconds, which must divide an hour evenly."""
    gap_seconds = minutes * 60 + seconds
    if gap_seconds <= 0 or HOUR % gap_seconds:
        raise ValueError(f"{gap_seconds} seconds do not divide an hour")
    return _registered(Every(gap_seconds))


def _registered(slots: Slots) -> Callable[[Run], Run]:
    def register(run: Run) -> Run:
        job = _checked(run, slots)
        if job.name in _jobs:
            raise ValueError(f"two jobs are called {job.name!r}")
        _jobs[job.name] = job
        return run

    return register


def _checked(run: Run, slots: Slots) -> Job:
    if not isinstance(run, FunctionType) or not iscoroutinefunction(run):
        raise TypeError(f"{run!r} is no `async def`")
    if not run.__doc__:
        raise TypeError(f"job {run.__name__!r} does not say what it does")
    if run.__module__.rpartition(".")[2] != run.__name__:
        raise ValueError(f"job {run.__name__!r} stands in {run.__module__}, not in a file so named")
    return Job(run.__name__, slots, run)


def load() -> Mapping[str, Job]:
    """Import every file of ``jobs``, so that each job adds itself, and return the jobs by name."""
    package = import_module("jobs")
    for module in iter_modules(package.__path__, "jobs."):
        import_module(module.name)
    return dict(_jobs)
