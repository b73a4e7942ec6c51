"""The virtual environment: made, filled from a lock file, and given the command `jifen`."""

import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

from tools.steps import Display, SetUpFailed, run

# Runs in the environment's own Python: is it whole, is it itself, is it new enough?
WHOLE = "import pip, sys; print(sys.prefix if sys.version_info >= (3, 11) else '')"

# The path may hold spaces and be longer than a first line can be: so the shell finds Python.
COMMAND = """\
#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from {module} import {function}

sys.exit({function}())
"""


def folder_of(project: Path) -> Path:
    return project / ".venv"


def python_of(project: Path) -> Path:
    return folder_of(project) / "bin" / "python"


def site_of(project: Path) -> Path:
    """The environment's folder of packages."""
    found = sorted(folder_of(project).glob("lib/python3.*/site-packages"))
    if not found:
        raise SetUpFailed(f"{folder_of(project)} is broken; remove it and run this again.")
    return found[-1]


def make(project: Path) -> None:
    """Make the environment; one that was made by hand and works is kept.

    Raises:
        SetUpFailed: this Python lacks what that needs; the message names the package.
    """
    if _is_whole(project):
        return
    folder = folder_of(project)
    fresh: list[str | Path] = [sys.executable, "-m", "venv", "--clear"]
    if _has("venv") and _has("ensurepip"):
        try:
            run([*fresh, folder], cwd=project)
        except SetUpFailed:
            if not _has("pip"):
                raise
        else:
            return
    if not (_has("venv") and _has("pip")):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetUpFailed(
            f"{sys.executable} can make no virtual environment. On Debian and Ubuntu install "
            f"python{version}-venv (apt-get install python{version}-venv); elsewhere a complete "
            f"Python, or pip for this one. Then run this again."
        )
    run([*fresh, "--without-pip", folder], cwd=project)
    pip: list[str | Path] = [sys.executable, "-m", "pip", "install", "--target"]
    run([*pip, site_of(project), "pip"], cwd=project, settings={"PIP_USER": "0"})


def install(lock: Path, project: Path, display: Display) -> None:
    """Install what a lock file names, each file checked against its hash.

    Raises:
        SetUpFailed: a package cannot be had, or is not the one that was locked.
    """
    wanted = len(re.findall(r"^[\w.-]+==", lock.read_text(), re.MULTILINE))
    begun: set[str] = set()

    def heard(line: str) -> None:
        collecting = re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line)
        if collecting:
            begun.add(collecting[1])
            display.now(f"{len(begun)} of {wanted}, {collecting[1]}")
        elif line.startswith("Installing"):
            display.now(f"{wanted} fetched, unpacking")

    options = ["--require-hashes", "--no-deps", "--disable-pip-version-check", "--no-input"]
    run(
        [python_of(project), "-I", "-m", "pip", "install", *options, "-r", lock],
        cwd=project,
        heard=heard,
        settings={"PIP_USER": "0", "PIP_PROGRESS_BAR": "off"},
    )


def lay_command(project: Path) -> None:
    """Put the project's folder on the environment's path, and its commands into `bin`.

    As an editable installation does, but without a build tool, and so that a new package of
    ours is found without installing again.
    """
    described = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = described["name"], described["version"]
    site = site_of(project)
    (site / f"{name}.pth").write_text(f"{project}\n", encoding="utf-8")
    laid = [f"{name}.pth"]
    for command, entry in described["scripts"].items():
        _lay_script(folder_of(project) / "bin" / command, entry, project)
        laid.append(f"../../../bin/{command}")
    record = site / f"{name}-{version}.dist-info"
    for older in site.glob(f"{name}-*.dist-info/*"):
        older.unlink()
    record.mkdir(exist_ok=True)
    texts = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "INSTALLER": "bootstrap\n",
    }
    for file, text in texts.items():
        (record / file).write_text(text)
    laid += [f"{record.name}/{file}" for file in (*texts, "RECORD")]
    (record / "RECORD").write_text("".join(f"{path},,\n" for path in laid))


def _lay_script(path: Path, entry: str, project: Path) -> None:
    module, function = entry.split(":")
    python = re.sub(r'([\\"$`])', r"\\\1", str(python_of(project)))
    path.write_text(
        COMMAND.format(python=python, module=module, function=function), encoding="utf-8"
    )
    path.chmod(0o755)


def _has(module: str) -> bool:
    """Whether this Python has the module; Debian cuts some out of the standard library."""
    found = find_spec(module)
    return found is not None and found.origin is not None


def _is_whole(project: Path) -> bool:
    """Whether the environment works, is new enough, and was made in this place."""
    try:
        asked = subprocess.run(
            [python_of(project), "-I", "-c", WHOLE], capture_output=True, text=True, timeout=60
        )
        activate = (folder_of(project) / "bin" / "activate").read_text(encoding="utf-8")
    except (OSError, subprocess.SubprocessError):
        return False
    is_itself = asked.returncode == 0 and Path(asked.stdout.strip()) == folder_of(project)
    return is_itself and str(folder_of(project)) in activate
