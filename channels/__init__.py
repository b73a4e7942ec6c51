"""Ways to reach a customer: one file a channel, found because it is in this folder.

A channel is a file with ``async def send(context, address, message)``. It returns when the
platform has taken the message, and raises what else can become of it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from inspect import iscoroutinefunction
from pkgutil import iter_modules

from msgspec import Struct

from loyalty.deliveries import Message
from models import db
from web.context import Context
from wechat.errors import CallFailed, TryAgain
from wechat.weixin import WeixinTransport

TOKEN_SECONDS = 15.0
SETTINGS_WRONG_SECONDS = 60.0


class Address(Struct, frozen=True):
    """Whom a message goes to: ``value`` (openid) as our account ``scope`` (app id) knows her.

    ``delivery_id`` is the claimed delivery that it is sent for.
    """

    scope: str
    value: str
    delivery_id: int


class NotSent(Exception):
    """The message has not gone out; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Undeliverable(NotSent):
    """Not out, and trying again cannot help."""


class Postponed(NotSent):
    """Not out, and worth another try, not before ``after_seconds`` where the platform says so."""

    def __init__(self, code: str, *, after_seconds: float = 0) -> None:
        super().__init__(code)
        self.after_seconds = after_seconds


class OutcomeLost(Exception):
    """It was handed over and not answered: it may be out, so it is never simply sent again."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def hold_token(client: WeixinTransport) -> None:
    """Have a token before a message goes out: what fails here has certainly sent nothing.

    Raises:
        Postponed: there is none.
    """
    try:
        async with asyncio.timeout(TOKEN_SECONDS):
            await client.token()
    except TimeoutError as late:
        raise Postponed("no_token") from late
    except db.Unreachable as away:
        raise Postponed("database_away") from away
    except CallFailed as failed:
        is_busy = isinstance(failed, TryAgain)
        pause = pause_seconds(failed) if is_busy else SETTINGS_WRONG_SECONDS
        raise Postponed(f"no_token:{code_of(failed)}", after_seconds=pause) from failed


def pause_seconds(failed: CallFailed) -> float:
    """Return for how long the platform wants to be left alone; 0 where it does not say."""
    return failed.after_seconds if isinstance(failed, TryAgain) else 0


def code_of(failed: CallFailed) -> str:
    """Return the platform's code for what failed, or ours."""
    return failed.code if failed.errcode is None else str(failed.errcode)


Send = Callable[[Context, Address, Message], Awaitable[None]]


def load() -> Mapping[str, Send]:
    """Return the channels of this folder by the names of their files.

    Raises:
        TypeError: a file has no documented ``async def send``.
    """
    found: dict[str, Send] = {}
    for module in iter_modules(__path__, f"{__name__}."):
        send = getattr(import_module(module.name), "send", None)
        if not iscoroutinefunction(send) or not send.__doc__:
            raise TypeError(f"{module.name} has no documented `async def send`")
        found[module.name.rpartition(".")[2]] = send
    return found
