"""`jifen staff`: who may sign in to the console."""

import sys
from getpass import getpass
from typing import Annotated

from msgspec import Meta, Struct

from jifen.refusing import refused
from loyalty import staff
from loyalty.errors import LoyaltyError
from models import Role, StaffMember
from web.context import now
from web.decoding import converted
from web.refusals import BadRequest
from web.texts import text

LONGEST_LINE_BYTES = 2000


class Told(Struct, frozen=True):
    """What is told of a staff member; an account is what she types, so it holds no spaces."""

    account: Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^\S+$")]
    name: Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S")]
    role: Role
    wecom: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^\S+$")] | None


async def add(account: str, name: str, role: str, wecom: str | None) -> int:
    """Add a staff member, or change her who has this account and sign her out."""
    told = {"account": account, "name": name, "role": role, "wecom": wecom}
    try:
        wanted: Told = converted(told, Told, name="")
        password = converted(_password(), str, name="password")
        await staff.add(
            wanted.account,
            name=wanted.name.strip(),
            role=wanted.role,
            password=password,
            at=now(),
            wecom_user_id=wanted.wecom,
        )
    except BadRequest as wrong:
        return refused(text(wrong.code, "en", {**wrong.figures, "field": wrong.field}))
    except UnicodeDecodeError:
        return refused("The field password is wrong: it must be UTF-8")
    except EOFError:
        return refused("The field password is missing")
    except LoyaltyError as refusal:
        return refused(text(refusal.code, "en", refusal.figures))
    print(f"{wanted.account.lower()}: signs in as {wanted.role}; sessions of before have ended")
    return 0


async def leave(account: str) -> int:
    """Sign out her who left; she cannot sign in any more, and what she did keeps her name."""
    try:
        await staff.leave(converted(account, str, name="account"), at=now())
    except BadRequest as wrong:
        return refused(text(wrong.code, "en", {**wrong.figures, "field": wrong.field}))
    except LoyaltyError as refusal:
        return refused(f"{account}: {text(refusal.code, 'en', refusal.figures)}")
    print(f"{account.lower()}: signed out, and signs in no more")
    return 0


async def show() -> int:
    """Print who may sign in, and who left."""
    for one in await StaffMember.all().order_by("account"):
        left = f"  left {one.left_at:%Y-%m-%d}" if one.left_at else ""
        wecom = f"  WeCom {one.wecom_user_id}" if one.wecom_user_id else ""
        print(f"{one.account:<24} {one.role.value:<9} {one.name}{wecom}{left}")
    return 0


def _password() -> str:
    """Ask for a password, twice and unseen; where nobody types, it is the first line that comes.

    Never an argument: those stand in the list of processes and in the shell's history.
    """
    if not sys.stdin.isatty():
        line = sys.stdin.buffer.readline(LONGEST_LINE_BYTES)
        if not line:
            raise EOFError
        return line.decode().rstrip("\r\n")
    while True:
        password = getpass("Password: ")
        if password == getpass("Once more: "):
            return password
        print("These are two different ones.", file=sys.stderr)
