"""Child processes that are started again when they die, and never outlive their parent."""

import ctypes
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

import structlog

log = structlog.get_logger(__name__)

PR_SET_PDEATHSIG = 1
_ENDING = (signal.SIGTERM,)
STOP_SECONDS = 15.0
PAUSE_SECONDS = 0.1
LOOK_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 10.0


class Child:
    """One member: what it runs, its process, and how often it died lately."""

    def __init__(self, name: str, run: Callable[[], None]) -> None:
        self.name = name
        self.run = run
        self.process: BaseProcess | None = None
        self.deaths = 0
        self.started_at = 0.0
        self.start_again_at = 0.0


class Family:
    """Starts its members as processes and keeps them alive until it is told to stop.

    A member that dies is started again, at once the first time and then more and more slowly;
    one that has lived a minute is forgiven.
    """

    def __init__(self) -> None:
        method = "fork" if sys.platform == "linux" else "spawn"
        self._method: Any = multiprocessing.get_context(method)
        self._children: list[Child] = []
        self.is_stopping = False

    def add(self, name: str, run: Callable[[], None]) -> None:
        """Start a member. ``run`` ends on SIGTERM; what it returns does not matter."""
        child = Child(name, run)
        self._children.append(child)
        self._start(child)

    def pids(self) -> dict[str, int]:
        """Return the members' process ids by name."""
        return {
            child.name: child.process.pid
            for child in self._children
            if child.process is not None and child.process.pid is not None
        }

    def ask_to_stop(self) -> None:
        """Make ``watch`` return; safe in a signal handler."""
        self.is_stopping = True

    def watch(self, also: Callable[[], None]) -> None:
        """Start again what dies, and call ``also`` at each look, until asked to stop."""
        while not self.is_stopping:
            self.look()
            also()
            time.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Start again what has died, where its time has come."""
        for child in self._children:
            self._look_after(child)

    def stop(self) -> None:
        """Ask all members to end in order, then make them."""
        living = [child.process for child in self._children if child.process is not None]
        for process in living:
            if process.is_alive():
                process.terminate()
        ends_at = time.monotonic() + STOP_SECONDS
        for process in living:
            process.join(max(0.0, ends_at - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None:
            if child.process.is_alive():
                return
            log.warning("process_died", name=child.name, code=child.process.exitcode)
            child.process = None
            child.deaths = child.deaths + 1 if now - child.started_at < 60 else 1
            child.start_again_at = now + min(
                LONGEST_WAIT_SECONDS, (2 ** (child.deaths - 1) - 1) / 4
            )
        if now >= child.start_again_at:
            self._start(child)

    def _start(self, child: Child) -> None:
        child.process = self._method.Process(
            target=_become, args=(os.getpid(), child.run), name=f"jifen {child.name}"
        )
        # A signal to end that came before the child has its own handlers would be lost on it.
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        try:
            child.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        child.started_at = time.monotonic()


def _become(parent: int, run: Callable[[], None]) -> None:
    """Be a member: end when the parent does, let the parent alone decide on Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit(0)
    run()
