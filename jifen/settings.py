"""The program's settings: one frozen struct, read once from the environment."""

import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from loyalty.sealing import Sealer
from models import db

# Stands in the documentation, so everybody knows it.
EXAMPLE_MASTER_KEY = "ZXhhbXBsZS1leGFtcGxlLWV4YW1wbGUtZXhhbXBsZS0"


_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?/?", re.ASCII | re.IGNORECASE)


class BadSettings(Exception):
    """A setting is missing or wrong; the text names it and says what it should be."""


class Settings(Struct, frozen=True):
    """What a process of jifen is told. Empty addresses mean the embedded servers in ``data``.

    ``framed_by`` are origins that may show the console in a frame: the demo's page.
    ``trusted_proxies`` is how many proxies of ours stand before us and add to X-Forwarded-For;
    ``public_url`` is where browsers and platforms find us, such as https://crm.example.com.
    """

    database_url: str
    redis_url: str
    master_key: str
    data: Path
    host: str
    port: int
    pool_size: int
    trusted_proxies: int = 0
    public_url: str = ""
    is_demo: bool = False
    framed_by: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Settings(data={str(self.data)!r}, host={self.host!r}, port={self.port})"


def read(environment: Mapping[str, str]) -> Settings:
    """Read the settings.

    Raises:
        BadSettings: DATABASE_URL without REDIS_URL or the reverse, an address or a number that is
            none.
    """
    database_url = environment.get("DATABASE_URL", "")
    redis_url = environment.get("REDIS_URL", "")
    if bool(database_url) != bool(redis_url):
        missing = "REDIS_URL" if database_url else "DATABASE_URL"
        raise BadSettings(f"{missing} is not set: set both addresses, or none for our own servers")
    if database_url:
        _check_addresses(database_url, redis_url)
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        master_key=environment.get("JIFEN_MASTER_KEY", ""),
        data=Path(environment.get("JIFEN_DATA", ".jifen")),
        host=environment.get("JIFEN_HOST", "127.0.0.1"),
        port=_number(environment, "JIFEN_PORT", default=8080, most=65535),
        pool_size=_number(environment, "JIFEN_POOL_SIZE", default=8, most=100),
        trusted_proxies=_number(environment, "JIFEN_TRUSTED_PROXIES", default=0, least=0, most=9),
        public_url=_public_url(environment.get("JIFEN_PUBLIC_URL", "")),
        is_demo=environment.get("JIFEN_DEMO", "") == "1",
    )


def _check_addresses(database_url: str, redis_url: str) -> None:
    try:
        db.credentials(database_url)
    except ValueError as error:
        raise BadSettings(str(error)) from None
    if not redis_url.startswith(("redis://", "rediss://", "unix://")):
        raise BadSettings("REDIS_URL must look like redis://user:password@host:6379/0")


def _public_url(told: str) -> str:
    if told and not _ORIGIN.fullmatch(told):
        raise BadSettings("JIFEN_PUBLIC_URL must look like https://crm.example.com")
    return told.rstrip("/").lower()


def _number(
    environment: Mapping[str, str], name: str, *, default: int, most: int, least: int = 1
) -> int:
    text = environment.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise BadSettings(f"{name} must be a number from {least} to {most}, not {text!r}")
    return int(text)


def sealer(settings: Settings) -> Sealer:
    """Return what opens the stored secrets.

    Raises:
        BadSettings: no master key, one that is none, or the documentation's outside the demo.
    """
    if not settings.master_key:
        raise BadSettings("JIFEN_MASTER_KEY is not set: `jifen new-key` makes one; keep it safe")
    try:
        found = Sealer(settings.master_key)
    except ValueError as error:
        raise BadSettings(f"JIFEN_MASTER_KEY: {error}") from None
    if not settings.is_demo and _is_known(settings.master_key):
        raise BadSettings(
            "JIFEN_MASTER_KEY is the example of the documentation, which everybody knows: "
            "`jifen new-key` makes one of your own"
        )
    return found


def _is_known(master_key: str) -> bool:
    return master_key.rstrip("=") == EXAMPLE_MASTER_KEY or len(set(master_key.rstrip("="))) < 8
