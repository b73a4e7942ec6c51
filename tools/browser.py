"""A browser for the tests: one on the PATH, else Debian's, else Playwright's own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools import environment
from tools.steps import Display, SetUpFailed, run

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
DEBIAN = ("chromium", "fonts-noto-cjk")
BUILDS = ("chromium*/chrome-*/chrome", "chromium*/chrome-mac*/*.app/Contents/MacOS/*")
SKIPPED = "No browser: the browser tests are skipped."


def find() -> str | None:
    """The program of a Chromium that runs here; None when there is none."""
    on_path = filter(None, map(shutil.which, NAMES))
    downloaded = (str(path) for build in BUILDS for path in sorted(_downloads().glob(build)))
    return next((found for found in (*on_path, *downloaded) if _runs(found)), None)


def is_there() -> bool:
    """A quick look, without starting it."""
    return any(map(shutil.which, NAMES)) or any(any(_downloads().glob(build)) for build in BUILDS)


def is_required() -> bool:
    """In CI a missing browser is a failure; elsewhere its tests are skipped."""
    return os.environ.get("CI") == "true"


def fetch(project: Path, display: Display) -> None:
    """Install a browser where we may; without one the browser tests are skipped, in CI they fail.

    Raises:
        SetUpFailed: there is none to be had, and CI is set.
    """
    reasons = []
    for way in (_from_debian, _from_playwright):
        if find():
            return
        try:
            way(project, display)
        except SetUpFailed as failed:
            reasons.append(str(failed))
    if find():
        return
    if is_required():
        raise SetUpFailed("There is no browser, and CI must have one.\n" + "\n".join(reasons))
    display.now("")
    print(f" {SKIPPED} {reasons[-1].splitlines()[-1] if reasons else ''}")


def _from_debian(project: Path, display: Display) -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetUpFailed("apt-get needs root on Debian or Ubuntu")
    display.now("Debian's chromium")
    quietly = {"DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-qq"], cwd=project, settings=quietly)
    run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *DEBIAN],
        cwd=project,
        settings=quietly,
    )


def _from_playwright(project: Path, display: Display) -> None:
    display.now("Playwright's chromium")
    python = environment.python_of(project)
    run([python, "-I", "-m", "playwright", "install", "chromium"], cwd=project)


def _downloads() -> Path:
    chosen = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    if chosen:
        return Path(chosen)
    cache = "Library/Caches" if sys.platform == "darwin" else ".cache"
    return Path.home() / cache / "ms-playwright"


def _runs(program: str) -> bool:
    """Ubuntu's `chromium` may be a stand-in that only asks to install another package."""
    try:
        asked = subprocess.run([program, "--version"], capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return False
    return asked.returncode == 0
