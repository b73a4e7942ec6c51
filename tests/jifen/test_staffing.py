"""`jifen staff`, as an operator types it."""

import asyncio
import io
from collections.abc import Callable

import pytest

from jifen import cli, embedded
from loyalty import staff
from models import Role, StaffMember, db

Type = Callable[..., tuple[int, str, str]]
PASSWORD = "correct horse"
CHEN = ("staff", "add", "chen", "--name", "陈晨", "--role", "manager")


class Terminal(io.TextIOWrapper):
    """Somebody types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def type_in(
    database_url: str,
    servers: embedded.Addresses,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Type:
    """Run a command with a line on its standard input; return its status and what it printed."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", servers.redis_url)

    def run(
        *words: str,
        line: bytes = PASSWORD.encode() + b"\n",
        stdin: type[io.TextIOWrapper] = io.TextIOWrapper,
    ) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", stdin(io.BytesIO(line)))
        capsys.readouterr()
        status = cli.main(words)
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def known(database_url: str, account: str, password: str) -> StaffMember:
    async def check() -> StaffMember:
        async with db.opened(database_url, pool_size=1):
            return await staff.check(account, password)

    return asyncio.run(check())


def test_an_owner_is_added_listed_and_leaves(type_in: Type, database_url: str) -> None:
    assert type_in(*CHEN, "--wecom", "chen.chen")[0] == 0
    found = known(database_url, "chen", PASSWORD)
    assert (found.name, found.role, found.wecom_user_id) == ("陈晨", Role.MANAGER, "chen.chen")
    _, listed, _ = type_in("staff", "list")
    assert listed.split() == ["chen", "manager", "陈晨", "WeCom", "chen.chen"]
    assert type_in(*CHEN, line=b"battery staple\r\n")[0] == 0
    assert known(database_url, "chen", "battery staple").wecom_user_id == "chen.chen"
    assert type_in("staff", "leave", "chen")[0] == 0
    assert " left " in type_in("staff", "list")[1]
    status, _, wrong = type_in("staff", "leave", "nobody")
    assert (status, wrong) == (1, "jifen: nobody: No such staff member\n")


@pytest.mark.parametrize(
    ("words", "line", "wrong"),
    [
        (("staff", "add", "a b", "--name", "x", "--role", "owner"), b"", "The field account is"),
        (("staff", "add", "x" * 61, "--name", "x", "--role", "owner"), b"", "The field account is"),
        (("staff", "add", "x", "--name", "\udced", "--role", "owner"), b"", "The field name is"),
        (("staff", "add", "x", "--name", " ", "--role", "owner"), b"", "The field name is"),
        ((*CHEN, "--wecom", ""), b"", "The field wecom is"),
        (CHEN, b"", "The field password is missing"),
        (CHEN, b"\xff\xff\n", "The field password is wrong: it must be UTF-8"),
        (CHEN, b"a\x00b\n", "The field password is wrong"),
        (CHEN, b"short\n", "A password has 8 to 200 characters"),
        (CHEN, b"x" * 5000, "A password has 8 to 200 characters"),
        (("staff", "leave", "\udced"), b"", "The field account is"),
    ],
)
def test_what_cannot_be_is_refused_naming_the_field(
    type_in: Type, words: tuple[str, ...], line: bytes, wrong: str
) -> None:
    status, out, told = type_in(*words, line=line)
    assert (status, out) == (1, "")
    assert told.startswith(f"jifen: {wrong}")
    assert type_in("staff", "list")[1] == ""


def test_a_role_that_is_none_is_told_with_those_that_are(
    type_in: Type, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as asked_wrongly:
        type_in("staff", "add", "chen", "--name", "x", "--role", "boss")
    assert asked_wrongly.value.code == 2
    assert "--role" in (told := capsys.readouterr().err)
    assert "marketer" in told


def test_a_typed_password_is_asked_until_it_is_the_same_twice(
    type_in: Type, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter(["correct horse", "correct house", PASSWORD, PASSWORD])
    monkeypatch.setattr("jifen.staffing.getpass", lambda prompt: next(typed))
    assert type_in(*CHEN, stdin=Terminal)[0] == 0
    assert known(database_url, "chen", PASSWORD).account == "chen"
