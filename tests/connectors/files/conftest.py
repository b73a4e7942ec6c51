"""Runs of ``jifen import`` against a real database."""

import argparse
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from connectors.files import command
from models import db

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    """How a call ended and what it printed."""

    status: int
    text: str


Import = Callable[..., Awaitable[Said]]


@pytest.fixture
async def jifen_import(database_url: str) -> AsyncIterator[Import]:
    """Give a function that calls the command as a person would; between calls models are bound."""
    bound = AsyncExitStack()

    async def call(*arguments: str | Path, now: datetime = NOW, language: str = "en") -> Said:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        told = parser.parse_args([*map(str, arguments), "--language", language])
        page = io.StringIO()
        console = Console(file=page, width=500)
        await bound.aclose()
        try:
            status = await command.run(
                told, database_url=database_url, now=lambda: now, console=console
            )
        finally:
            await bound.enter_async_context(db.opened(database_url, pool_size=2))
        return Said(status, page.getvalue())

    await bound.enter_async_context(db.opened(database_url, pool_size=2))
    yield call
    await bound.aclose()
