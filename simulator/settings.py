"""What a run of the simulator is told: its accounts, its shops, its consumers."""

import re
from pathlib import Path
from typing import Literal

import msgspec

from simulator.assumed import Assumed

Language = Literal["zh_CN", "zh_TW", "en"]
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
_LOOPBACK = re.compile(r"http://127\.0\.0\.1:[0-9]{1,5}")

Mode = Literal["plain", "compatible", "secure"]


class OfficialAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The official account, with the credentials its server holds and the address it listens at."""

    app_id: str
    app_secret: str
    original_id: str
    name: str
    token: str
    callback_url: str
    encoding_aes_key: str = ""
    mode: Mode = "secure"

    def __post_init__(self) -> None:
        if self.mode != "plain" and not _AES_KEY.fullmatch(self.encoding_aes_key):
            raise ValueError("encoding_aes_key must be 43 letters and digits")
        if not self.callback_url.startswith(("http://", "https://")):
            raise ValueError("callback_url must be an http or https address")


class MiniProgram(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The mini-program that is bound to the same Open Platform subject.

    ``folder`` holds its source, which the phone runs; empty: it cannot be opened. ``server`` is
    the one address that its requests may reach, and must be this machine.
    """

    app_id: str
    app_secret: str
    name: str = ""
    folder: str = ""
    server: str = ""

    def __post_init__(self) -> None:
        if self.server and not _LOOPBACK.fullmatch(self.server):
            raise ValueError("server must be http://127.0.0.1 with a port, and no path")


class Shop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop whose printed QR code carries `scene`."""

    scene: str
    name_zh: str
    name_en: str


class ConsumerSeed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A consumer who is there from the start."""

    nickname: str
    language: Language = "zh_CN"


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message template; `content` holds lines such as `积分：{{keyword1.DATA}}`."""

    template_id: str
    title: str
    content: str


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a run is told. `ip_whitelist` None means that any address may call."""

    official_account: OfficialAccount
    miniprogram: MiniProgram
    port: int = 8090
    host: str = "127.0.0.1"
    state_file: str | None = None
    shops: tuple[Shop, ...] = ()
    consumers: tuple[ConsumerSeed, ...] = ()
    templates: tuple[Template, ...] = ()
    ip_whitelist: tuple[str, ...] | None = None
    assumed: Assumed = Assumed()

    def __post_init__(self) -> None:
        if self.official_account.app_id == self.miniprogram.app_id:
            raise ValueError("the official account and the mini-program need app ids of their own")
        if len({seed.nickname for seed in self.consumers}) != len(self.consumers):
            raise ValueError("consumers need nicknames of their own")


def read(path: Path) -> Settings:
    """The settings in a JSON file. Raises: OSError, msgspec.DecodeError naming the field."""
    return msgspec.json.decode(path.read_bytes(), type=Settings)
