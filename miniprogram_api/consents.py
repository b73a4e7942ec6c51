"""What I let the brand do: messages about offers by channel, and offers made from what I did."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from loyalty import consents as verbs
from loyalty.consents import Decided
from models import Purpose
from web.context import Context
from web.session import Shopper
from web.typed import Moment

SOURCE = "miniprogram"
Wording = Annotated[
    str,
    Meta(
        pattern="^[0-9a-z.-]{1,40}$",
        max_length=40,
        description="The version of the words that I read",
        examples=["2026-11-22"],
    ),
]
Channel = Literal["miniprogram", "official_account", ""]


class Consent(Struct, frozen=True):
    """One thing that I let the brand do, or not.

    ``channel`` is "" where the purpose has none. Where I never decided, ``decided_at`` is null, and
    what I allowed or follow in WeChat stands.
    """

    purpose: Purpose
    channel: str
    is_given: bool
    wording: str
    decided_at: Moment | None


class Consents(Struct, frozen=True):
    """All that I am asked for, as it stands."""

    consents: list[Consent]


class Choice(Struct, frozen=True, forbid_unknown_fields=True):
    """What I decide for one purpose and channel."""

    purpose: Purpose
    is_given: bool
    channel: Channel = ""


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What I decide; what is left out stays."""

    wording: Wording
    choices: Annotated[list[Choice], Meta(min_length=1, max_length=10)]


async def read(shopper: Shopper) -> Consents:
    """Read what I let the brand do."""
    return Consents([_told(one) for one in await verbs.of(shopper.customer_id)])


async def choose(shopper: Shopper, body: Choices, context: Context) -> Consents:
    """Decide what the brand may do; each change is kept with its wording and moment.

    A message that waits already is not sent either. The same again changes nothing.

    Raises:
        Refused: ``purpose_without_channel``.
    """
    await verbs.decide(
        shopper.customer_id,
        {(one.purpose, one.channel): one.is_given for one in body.choices},
        wording=body.wording,
        source=SOURCE,
        at=context.clock(),
    )
    return await read(shopper)


def _told(one: Decided) -> Consent:
    return Consent(one.purpose, one.channel, one.is_given, one.wording, one.decided_at)
