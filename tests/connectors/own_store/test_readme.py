"""The README's examples, run as they stand there."""

import asyncio
import re
import shutil
import sys
from pathlib import Path

import msgspec
import pytest

from connectors.own_store import signature
from models import Purchase
from tests.connectors.own_store.test_calls import GOLDEN
from tests.connectors.own_store.till import CODE, SECRET, Till, reasons, states

README = Path(signature.__file__).with_name("README.md").read_text()


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found
    return found[1]


def filled(till: Till, language: str) -> str:
    return (
        block(language)
        .replace("https://YOUR-ADDRESS/ingest/huaihai-road", f"{till.origin}/ingest/{CODE}")
        .replace("'...'", f"'{SECRET}'")
        .replace('"..."', f'"{SECRET}"')
    )


async def said(*command: str) -> str:
    program = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await program.communicate()
    return out.decode()


async def test_the_python_of_the_readme_is_answered_202(till: Till) -> None:
    told = await said(sys.executable, "-c", filled(till, "python"))
    assert told.strip() == '202 {"new":0,"known":0}'


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="not here")
async def test_the_shell_of_the_readme_is_answered_202(till: Till) -> None:
    assert await said("sh", "-c", filled(till, "sh")) == '{"new":0,"known":0}'


async def test_the_example_of_the_readme_is_recorded(till: Till) -> None:
    example = msgspec.json.decode(block("json"))
    await till.tell(example["orders"], example["refunds"])
    assert (await states(), await reasons()) == ({"worked": 2}, [])
    assert (await Purchase.get()).refunded_fen == 4_500


def test_the_readme_tells_the_golden_signature() -> None:
    assert GOLDEN in README
