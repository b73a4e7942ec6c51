"""Runs of ``jifen products`` against a real database."""

import argparse
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.products import command


@dataclass(frozen=True)
class Said:
    """How a call ended, and what it printed."""

    status: int
    lines: list[str]
    error: str


Products = Callable[..., Awaitable[Said]]


@pytest.fixture
def jifen_products(database: None, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Products:
    """Give a function that calls the command as a person would, with a file or its text."""

    async def call(file: str | Path, *arguments: str | Path, language: str = "en") -> Said:
        if isinstance(file, str):
            (tmp_path / "products.csv").write_text(file, encoding="utf-8")
            file = tmp_path / "products.csv"
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        words = [*map(str, (file, *arguments)), "--language", language]
        status = await command.run(parser.parse_args(words))
        out, error = capsys.readouterr()
        return Said(status, out.splitlines(), error)

    return call
