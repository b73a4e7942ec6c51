"""Runs of ``jifen balances`` and ``jifen export`` against a real database."""

import argparse
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.balances import command
from jifen import exporting
from loyalty.sealing import Sealer, new_master_key
from tests.loyalty.purchases.conftest import brand

__all__ = ["brand"]


@dataclass(frozen=True)
class Said:
    """How a call ended, and what it printed."""

    status: int
    out: str
    error: str


Balances = Callable[..., Awaitable[Said]]
Export = Callable[..., Awaitable[Said]]


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(new_master_key())


@pytest.fixture
def jifen_balances(
    brand: None, capsys: pytest.CaptureFixture[str], tmp_path: Path, sealer: Sealer
) -> Balances:
    """Give a function that calls the command as a person would, with a file or its text."""

    async def call(
        file: str | Path, *arguments: str, source: str = "old", language: str = "en"
    ) -> Said:
        if isinstance(file, str):
            (tmp_path / "balances.csv").write_text(file, encoding="utf-8")
            file = tmp_path / "balances.csv"
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        words = [str(file), "--source", source, *arguments, "--language", language]
        status = await command.run(parser.parse_args(words), sealer=sealer)
        return Said(status, *capsys.readouterr())

    return call


@pytest.fixture
def jifen_export(brand: None, capsys: pytest.CaptureFixture[str], sealer: Sealer) -> Export:
    """Give a function that calls the command as a person would."""

    async def call(*arguments: str | Path) -> Said:
        parser = argparse.ArgumentParser()
        exporting.add_arguments(parser)
        given = parser.parse_args([*map(str, arguments)])
        status = await exporting.run(given, sealer=sealer)
        return Said(status, *capsys.readouterr())

    return call
