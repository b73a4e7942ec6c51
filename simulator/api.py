"""What an endpoint of the platform is given, and how it says where it stands."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

import msgspec

from simulator.errors import Refused

if TYPE_CHECKING:
    from simulator.world import China

AccountKind = Literal["official_account", "miniprogram", "wechat_shop"]
T = TypeVar("T")

_ESCAPE = re.compile(rb"(?<!\\)((?:\\\\)*)\\u(?=[0-9a-fA-F]{4})")

BOTH: tuple[AccountKind, ...] = ("official_account", "miniprogram")
MINIPROGRAM: tuple[AccountKind, ...] = ("miniprogram",)
WECHAT_SHOP: tuple[AccountKind, ...] = ("wechat_shop",)
OK: Mapping[str, object] = {"errcode": 0, "errmsg": "ok"}


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer that is not JSON."""

    content: bytes
    content_type: str
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


Answer: TypeAlias = Mapping[str, object] | Raw


@dataclass(slots=True, kw_only=True)
class Call:
    """One call of a server. `app_id` is empty where the endpoint needs no token."""

    china: "China"
    method: str
    path: str
    url: str
    query: Mapping[str, str]
    content_type: str
    body: bytes
    remote: str
    app_id: str = ""
    consumer_id: str | None = None

    @property
    def account(self) -> AccountKind:
        """Which kind of account the token speaks for."""
        if self.app_id == self.china.settings.official_account.app_id:
            return "official_account"
        is_miniprogram = self.app_id == self.china.settings.miniprogram.app_id
        return "miniprogram" if is_miniprogram else "wechat_shop"

    def json(self, kind: type[T]) -> T:
        """The body, decoded. Raises: Refused 44002, 40033, 47001."""
        body = self.body
        if not body.strip():
            raise Refused(44002)
        assumed = self.china.settings.assumed
        if self.path in assumed.escapes_refused and _ESCAPE.search(body):
            raise Refused(40033)
        if self.path in assumed.escapes_shown_literally:
            body = _ESCAPE.sub(rb"\1\\\\u", body)
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise Refused(47001) from error


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path of the platform. `plain_text`: all of it, or its errors, are `text/plain`."""

    method: Literal["GET", "POST", "ANY"]
    path: str
    answer: Callable[[Call], Awaitable[Answer]]
    needs_token: bool = True
    accounts: tuple[AccountKind, ...] = ("official_account",)
    plain_text: Literal["never", "always", "errors"] = "never"
