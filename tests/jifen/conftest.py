"""Folders in which our own servers are laid."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jifen import embedded
from tests.jifen.own_servers import (
    eventually,
)


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder that every account can pass through, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="jifen-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data(base: Path) -> Iterator[Path]:
    folder = base / "data"
    yield folder
    eventually(lambda: embedded.attach(folder) is None)
    embedded.erase(folder)
