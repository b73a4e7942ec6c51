"""One step of setting up: whether it is needed, how it shows, how its programs are run."""

import json
import os
import shlex
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

HINT = (
    "Slow, or blocked? Name a mirror near you: PIP_INDEX_URL for Python packages,\n"
    "NPM_CONFIG_REGISTRY for front-end files, PLAYWRIGHT_DOWNLOAD_HOST for a browser;\n"
    "then run the same command again. What was fetched is kept."
)
HINT_AFTER_SECONDS = 40
LINES_SHOWN = 15
LINE_WIDTH = 78
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})


class SetUpFailed(Exception):
    """A step cannot be done; the message says what helps."""


class ProgramFailed(SetUpFailed):
    """A program that a step ran has failed; the network may be why."""


@dataclass(frozen=True)
class Step:
    """A step, done when its stamp holds `digest` and what it made `is_there`."""

    name: str
    digest: str
    is_there: Callable[[], bool]
    run: Callable[["Display"], None]
    covers: tuple[tuple[str, str], ...] = ()  # name and digest of steps that this one includes


class Stamps:
    """What was set up from which files, kept in the virtual environment and gone with it."""

    def __init__(self, environment: Path) -> None:
        self._path = environment / "set-up.json"

    def has(self, name: str, digest: str) -> bool:
        return self._read().get(name) == digest

    def put(self, name: str, digest: str) -> None:
        stamps = self._read() | {name: digest}
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(stamps, indent=1))
        fresh.replace(self._path)

    def _read(self) -> dict[str, str]:
        try:
            stamps: dict[str, str] = json.loads(self._path.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return stamps


class Display:
    """One line a step: what it does now on a terminal, and what it took at its end."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._number = 0
        self._name = ""
        self._is_terminal = sys.stdout.isatty()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self._number += 1
        self._name = f"[{self._number}/{self._total}] {name}"
        print(f"{self._name} ...", end="", flush=True)
        began_at = time.monotonic()
        reminder = threading.Timer(HINT_AFTER_SECONDS, self._remind)
        reminder.daemon = True
        reminder.start()
        try:
            yield
        finally:
            reminder.cancel()
        self.now("")
        print(f" {time.monotonic() - began_at:.0f} s", flush=True)

    def now(self, doing: str) -> None:
        """Show on a terminal what the step does at the moment."""
        if self._is_terminal:
            print(f"\r\x1b[K{f'{self._name} ... {doing}'[:LINE_WIDTH]}", end="", flush=True)

    def _remind(self) -> None:
        print(f"\n{HINT}\n{self._name} ...", end="", flush=True)


def digest_of(*parts: Path | str) -> str:
    """A digest of files' contents and of texts."""
    whole = sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode()
        whole.update(sha256(content).digest())
    return whole.hexdigest()


def run(
    command: list[str | Path],
    *,
    cwd: Path,
    heard: Callable[[str], None] = lambda line: None,
    settings: Mapping[str, str] = NO_SETTINGS,
) -> None:
    """Run a program with our environment and `settings`; hand each line it prints to `heard`.

    Raises:
        ProgramFailed: it failed; the message ends with its last lines.
    """
    last: deque[str] = deque(maxlen=LINES_SHOWN)
    shown = f"{shlex.join(map(str, command[:6]))} ..."
    try:
        program = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as missing:
        raise ProgramFailed(f"{shown} cannot be run: {missing}") from missing
    with program:
        try:
            for line in program.stdout or ():
                last.append(line.rstrip())
                heard(line.strip())
        except BaseException:
            program.terminate()
            raise
    if program.returncode != 0:
        raise ProgramFailed("\n".join([f"{shown} failed ({program.returncode}):", *last]))
