"""How the demo's rules are laid: where a slot is empty, so that what somebody published stays."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from loyalty import linting, programme
from loyalty.programme import BEGINNING
from models import RuleVersion


async def lay_rules(
    rules: Iterable[tuple[str, Struct]], *, at: datetime, starts_at: datetime = BEGINNING
) -> None:
    """Publish each rule whose slot never had one."""
    for slot, rule in rules:
        linting.check(rule)
        if not await RuleVersion.exists(slot=slot):
            await programme.publish(slot, rule, starts_at=starts_at, by="demo", at=at)
