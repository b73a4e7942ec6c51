"""`jifen rules`, `publish` and `end`: read the programme, let a written rule hold, or no more."""

import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from jifen import clients
from loyalty import brand, connections, publishing
from loyalty.connections import ShopSettings
from loyalty.errors import LoyaltyError
from loyalty.policies.ladder import Ladder
from loyalty.sealing import Sealer
from web.context import now
from web.decoding import wrong_field
from web.texts import text

LIMIT_BYTES = 64 * 1024


async def show(slot: str | None) -> int:
    """Print every slot with its kind, or one slot's rule as it can be edited and published."""
    rules = await publishing.in_force(now() + await brand.offset())
    if slot is None:
        for rule in rules:
            name = getattr(rule.body, "name_en", "")
            kind = publishing.told(rule)["kind"]
            print(f"{rule.slot:<24} {kind:<18} since {rule.starts_at:%Y-%m-%d}  {name}".rstrip())
        return 0
    found = [rule for rule in rules if rule.slot == slot]
    if not found:
        print(f"jifen: nothing is published in {slot!r}: see `jifen rules`", file=sys.stderr)
        return 1
    print(msgspec.json.format(msgspec.json.encode(publishing.told(found[0]))).decode())
    return 0


async def publish(slot: str, file: Path, *, sealer_of: Callable[[], Sealer]) -> int:
    """Publish the rule in a file of JSON, or say which of its fields is wrong.

    Raises:
        BadSettings: no usable master key, which only a ladder needs: its shop is sealed with it.
    """
    try:
        rule = publishing.read(slot, _written(file))
        at = now() + await brand.offset()
        shops = await _shops(sealer_of()) if isinstance(rule, Ladder) else None
        version_id = await publishing.publish(slot, rule, by="jifen publish", at=at, shops=shops)
    except msgspec.ValidationError as error:
        wrong = wrong_field(str(error))
        figures = {**wrong.figures, "field": wrong.field}
        print(f"jifen: {file}: {text(wrong.code, 'en', figures)}", file=sys.stderr)
        return 1
    except (msgspec.DecodeError, ValueError) as error:
        print(f"jifen: {file}: {error}", file=sys.stderr)
        return 1
    except LoyaltyError as refused:
        print(f"jifen: {text(refused.code, 'en', refused.figures)}", file=sys.stderr)
        return 1
    print(f"{slot}: in force from now on" if version_id else f"{slot}: that is in force already")
    return 0


async def end(slot: str) -> int:
    """Let the rule of a slot hold no more, or say why it must."""
    try:
        await publishing.end(slot, by="jifen end", at=now() + await brand.offset())
    except LoyaltyError as refused:
        print(f"jifen: {text(refused.code, 'en', refused.figures)}", file=sys.stderr)
        return 1
    print(f"{slot}: over from now on")
    return 0


async def _shops(seal: Sealer) -> list[ShopSettings]:
    return [
        one.settings for kind in clients.SHOPS for one in await connections.load(kind, sealer=seal)
    ]


def _written(file: Path) -> dict[str, object]:
    content = file.read_bytes()
    if len(content) > LIMIT_BYTES:
        raise ValueError("it is too large for a rule")
    return msgspec.json.decode(content, type=dict[str, object])
