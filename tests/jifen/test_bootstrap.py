"""Setting up a machine, on a small project that needs no network, and what the locks promise."""

import ast
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import browser, environment, frontend
from tools.set_up import PURPOSES, main, set_up
from tools.steps import Display, ProgramFailed, SetUpFailed, run

PROJECT = Path(__file__).parents[2]
LOCKS = ["requirements/run.lock", "requirements/test.lock", "tools/node.lock"]
PYPROJECT = """
[project]
name = "jifen"
version = "9.9.9"
[project.scripts]
jifen = "small:main"
"""
PACKAGE = {
    "name": "small",
    "version": "1.0.0",
    "dependencies": {"widget": "file:widget"},
    "jifen": {
        "vendor": {
            "web/vendor": {"widget": ["widget.js"]},
            "simulator/vendor": {"widget": ["deep/part.js"]},
        }
    },
}
PACKAGE_LOCK = {
    "name": "small",
    "version": "1.0.0",
    "lockfileVersion": 3,
    "requires": True,
    "packages": {
        "": {"name": "small", "version": "1.0.0", "dependencies": {"widget": "file:widget"}},
        "node_modules/widget": {"resolved": "widget", "link": True},
        "widget": {"version": "1.0.0"},
    },
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project without dependencies, in a folder with a space in its name, set up to run."""
    if not shutil.which("npm"):
        pytest.skip("without npm on the PATH this would fetch Node")
    project = tmp_path_factory.mktemp("of mine") / "积分 $HOME"
    (project / "requirements").mkdir(parents=True)
    (project / "web").mkdir()
    for lock in ("run.lock", "test.lock"):
        (project / "requirements" / lock).write_text("")
    (project / "widget").mkdir()
    (project / "widget" / "package.json").write_text('{"name": "widget", "version": "1.0.0"}')
    (project / "widget" / "widget.js").write_text("served")
    (project / "widget" / "deep").mkdir()
    (project / "widget" / "deep" / "part.js").write_text("part")
    (project / "tools").mkdir()
    shutil.copy(PROJECT / "tools" / "environment.py", project / "tools")
    (project / "pyproject.toml").write_text(PYPROJECT)
    (project / "package.json").write_text(json.dumps(PACKAGE))
    (project / "package-lock.json").write_text(json.dumps(PACKAGE_LOCK))
    (project / "small.py").write_text("def main():\n    print(__file__)\n    return 3\n")
    set_up("run", project)
    yield project
    shutil.rmtree(project)


def called(project: Path) -> "subprocess.CompletedProcess[str]":
    command = [project / ".venv" / "bin" / "jifen"]
    return subprocess.run(command, capture_output=True, text=True, cwd="/")


def test_the_command_runs_from_anywhere_and_its_exit_code_is_kept(small: Path) -> None:
    done = called(small)
    assert done.stdout.strip() == str(small / "small.py")
    assert done.returncode == 3
    asked = "from importlib.metadata import version; print(version('jifen'))"
    python = environment.python_of(small)
    told = subprocess.run([python, "-c", asked], capture_output=True, text=True)
    assert told.stdout.strip() == "9.9.9"


def written(small: Path) -> dict[Path, int]:
    """Return when each file of the project was last written."""
    return {one: one.lstat().st_mtime_ns for one in small.rglob("*")}


def test_a_second_run_does_nothing_and_says_nothing(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = written(small)
    set_up("run", small)
    assert written(small) == before
    assert capsys.readouterr().out == ""


def test_only_what_has_changed_is_done_again(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (small / "requirements" / "run.lock").write_text("# newer\n")
    set_up("run", small)
    assert re.fullmatch(r"\[1/1\] wheels \.\.\. \d+ s\n", capsys.readouterr().out)


def test_what_was_deleted_is_laid_again(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small / ".venv" / "bin" / "jifen").unlink()
    (small / "web" / "vendor" / "widget" / "widget.js").unlink()
    (small / "simulator" / "vendor" / "widget" / "deep" / "part.js").unlink()
    set_up("run", small)
    said = capsys.readouterr().out
    assert "[1/2] the command jifen" in said
    assert "[2/2] front-end files" in said
    assert (small / "web" / "vendor" / "widget" / "widget.js").read_text() == "served"
    assert (small / "simulator" / "vendor" / "widget" / "deep" / "part.js").read_text() == "part"
    assert called(small).returncode == 3


def test_test_tools_include_what_the_program_runs_on(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (small / "requirements" / "test.lock").write_text("# newest\n")
    (small / "requirements" / "run.lock").write_text("# newest\n")
    set_up("lint", small)
    assert "wheels with test tools" in capsys.readouterr().out
    set_up("run", small)
    assert capsys.readouterr().out == ""


def test_an_environment_from_a_half_done_or_another_place_is_made_anew(
    small: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(small, moved, symlinks=True)
    shutil.rmtree(environment.site_of(moved) / "pip")
    set_up("lint", moved)
    assert called(moved).stdout.strip() == str(moved / "small.py")
    assert called(small).stdout.strip() == str(small / "small.py")


def test_a_served_file_that_no_package_has_is_refused_by_name(small: Path) -> None:
    before = (small / "package.json").read_text()
    asked = {"vendor": {"web/vendor": {"widget": ["absent.js"]}}}
    (small / "package.json").write_text(json.dumps(PACKAGE | {"jifen": asked}))
    try:
        with pytest.raises(SetUpFailed, match=r"widget/absent\.js"):
            frontend.fetch(small, Display(1))
    finally:
        (small / "package.json").write_text(before)


def test_a_failing_program_is_quoted_and_a_missing_one_named(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed, match=r"failed \(4\):\nthe disk is full"):
        run(["/bin/sh", "-c", "echo the disk is full >&2; exit 4"], cwd=tmp_path)
    with pytest.raises(ProgramFailed, match="/nowhere/pip"):
        run(["/nowhere/pip"], cwd=tmp_path)


def test_an_unknown_purpose_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fly"]) == 2
    told = capsys.readouterr().err
    assert all(purpose in told for purpose in PURPOSES)


def test_an_old_python_can_read_the_file_that_refuses_it() -> None:
    read = ast.parse((PROJECT / "tools" / "bootstrap.py").read_text(), feature_version=(3, 4))
    refused_at = next(i for i, node in enumerate(read.body) if isinstance(node, ast.If))
    imported = [node for node in read.body[:refused_at] if isinstance(node, ast.ImportFrom)]
    assert imported == []
    assert not any(isinstance(node, ast.JoinedStr) for node in ast.walk(read))


def test_a_browser_that_does_not_start_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    assert browser.find() is None
    whole = tmp_path / "chromium-1" / "chrome-linux" / "chrome"
    whole.parent.mkdir(parents=True)
    for path, code in ((tmp_path / "chromium", 1), (whole, 0)):
        path.write_text(f"#!/bin/sh\nexit {code}\n")
        path.chmod(0o755)
    assert browser.find() == str(whole)


def test_without_a_browser_ci_fails_and_others_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    browser.fetch(tmp_path, Display(1))
    assert "browser tests are skipped" in capsys.readouterr().out
    monkeypatch.setenv("CI", "true")
    with pytest.raises(SetUpFailed, match="CI must have one"):
        browser.fetch(tmp_path, Display(1))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_and_no_addresses(lock: str) -> None:
    text = (PROJECT / lock).read_text()
    assert "://" not in text
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_test_lock_holds_each_version_of_the_run_lock() -> None:
    run_lock, test_lock = (
        dict(re.findall(r"^([\w.-]+)==(\S+)", (PROJECT / lock).read_text(), re.MULTILINE))
        for lock in LOCKS[:2]
    )
    assert run_lock.items() <= test_lock.items()


def test_the_front_end_lock_has_digests_and_no_addresses() -> None:
    packages = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    fetched = [package for path, package in packages.items() if path]
    assert fetched
    assert all(package["integrity"].startswith("sha512-") for package in fetched)
    assert not any("resolved" in package for package in fetched)


@pytest.mark.skipif(not shutil.which("make"), reason="make is not here")
def test_make_explains_each_target() -> None:
    environment_without_make = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    said = subprocess.run(
        ["make", "--no-print-directory"],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=environment_without_make,
    ).stdout
    targets = re.search(r"^\.PHONY: (.*)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    assert targets
    for target in targets[1].split():
        assert re.search(rf"^  make {target} +\S", said, re.MULTILINE), target
