"""Setting up, step by step. What is done already is not done again; Ctrl-C loses one step."""

import fcntl
import sys
from pathlib import Path

from tools import browser, environment, frontend
from tools.steps import HINT, Display, ProgramFailed, SetUpFailed, Stamps, Step, digest_of

PROJECT = Path(__file__).resolve().parents[1]
INTERRUPTED = 130


def main(words: list[str]) -> int:
    """Set up for `run` (the default), `lint` or `test`; silent when nothing is to be done."""
    purpose = words[0] if words else "run"
    if purpose not in PURPOSES or len(words) > 1:
        print(f"usage: bootstrap.py {' | '.join(PURPOSES)}", file=sys.stderr)
        return 2
    try:
        with open(__file__) as turn:
            _wait_for_turn(turn.fileno())
            set_up(purpose)
    except SetUpFailed as failed:
        hint = f"\n\n{HINT}" if isinstance(failed, ProgramFailed) else ""
        print(f"\n\n{failed}{hint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The next run goes on from here.", file=sys.stderr)
        return INTERRUPTED
    return 0


def set_up(purpose: str, project: Path = PROJECT) -> None:
    """Do the steps that the purpose needs and that are not done.

    Raises:
        SetUpFailed: one cannot be done.
    """
    stamps = Stamps(environment.folder_of(project))
    steps = [_steps(project)[name] for name in PURPOSES[purpose]]
    needed = [step for step in steps if not _is_done(step, stamps)]
    if needed and needed[0].name == "virtual environment":
        needed = steps
    display = Display(len(needed))
    for step in needed:
        with display.step(step.name):
            step.run(display)
        for name, digest in ((step.name, step.digest), *step.covers):
            stamps.put(name, digest)


PURPOSES = {
    "run": ("environment", "wheels", "command", "frontend"),
    "lint": ("environment", "test wheels", "command"),
    "test": ("environment", "test wheels", "command", "frontend", "browser"),
}


def _steps(project: Path) -> dict[str, Step]:
    python = environment.python_of(project)
    locks = project / "requirements"
    run_lock, test_lock = locks / "run.lock", locks / "test.lock"
    return {
        "environment": Step(
            "virtual environment",
            digest_of(str(project)),
            python.exists,
            lambda display: environment.make(project),
        ),
        "wheels": Step(
            "wheels",
            digest_of(run_lock),
            lambda: True,
            lambda display: environment.install(run_lock, project, display),
        ),
        "test wheels": Step(
            "wheels with test tools",
            digest_of(test_lock),
            lambda: True,
            lambda display: environment.install(test_lock, project, display),
            covers=(("wheels", digest_of(run_lock)),),
        ),
        "command": Step(
            "the command jifen",
            digest_of(project / "pyproject.toml", project / "tools" / "environment.py"),
            (environment.folder_of(project) / "bin" / "jifen").exists,
            lambda display: environment.lay_command(project),
        ),
        "frontend": Step(
            "front-end files",
            digest_of(project / "package.json", project / "package-lock.json"),
            lambda: frontend.is_laid(project),
            lambda display: frontend.fetch(project, display),
        ),
        "browser": Step(
            "a browser for the tests",
            digest_of(test_lock),
            lambda: browser.is_there() or not browser.is_required(),
            lambda display: browser.fetch(project, display),
        ),
    }


def _is_done(step: Step, stamps: Stamps) -> bool:
    return stamps.has(step.name, step.digest) and step.is_there()


def _wait_for_turn(descriptor: int) -> None:
    """Two set-ups at once would spoil each other's environment."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Waiting for another set-up of this folder ...", flush=True)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
