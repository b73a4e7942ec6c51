"""Phone numbers: sealed where they are kept, and found by a keyed digest."""

import hmac
import re
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from loyalty.again import in_transaction
from loyalty.customers.identifying import find
from loyalty.customers.linking import are_two_people
from loyalty.customers.merging import merge
from loyalty.errors import Refused
from loyalty.orders import IdentityRef
from loyalty.roots import hold
from loyalty.sealing import Sealer
from loyalty.standing.changes import changed
from models import IdentityKind, db

PURPOSE = "mobile"
_DIGITS = re.compile("[0-9]{4,15}", re.ASCII)

# Whose it is, hers or another's, in one statement: between two it may change hands.
_BIND = """
INSERT INTO identity AS known (customer_id, kind, scope, value, sealed_value, created_at)
VALUES ($1, 'mobile', '', $2, $3, $4)
ON CONFLICT (kind, scope, value) DO UPDATE SET value = excluded.value
RETURNING customer_id = $1 OR EXISTS (
    SELECT FROM customer WHERE id = known.customer_id AND merged_into_id = $1
) AS is_hers
"""


class PhoneNumber(Struct, frozen=True):
    """A number that a platform vouches for: digits without the country's, and the country's."""

    number: str
    country_code: str

    def __repr__(self) -> str:
        return "PhoneNumber(...)"

    @property
    def international(self) -> str:
        """Return it as +8613800138000.

        Raises:
            Refused: ``phone_not_usable``: these are no digits of a phone number.
        """
        code = self.country_code.lstrip("+")
        if not _DIGITS.fullmatch(code + self.number):
            raise Refused("phone_not_usable")
        return f"+{code}{self.number}"


class SealedPhone(Struct, frozen=True):
    """A number as it is kept: found by ``digest``, opened by the master key."""

    digest: str
    sealed: bytes


async def bind_phone(customer_id: int, phone: PhoneNumber, *, sealer: Sealer, at: datetime) -> None:
    """Let a customer be known by this number, and no longer by one she had before.

    Where it names another customer, the two are merged: the platform vouches for the number.

    Raises:
        Refused: ``phone_not_usable``; ``phone_of_another_customer``: and the two have different
            numbers, unionids or openids of one app, or staff parted them: they are two people.
    """
    kept = seal_phone(phone.international, sealer=sealer)
    await in_transaction(lambda: _bind(customer_id, kept, at=at))


async def _bind(customer_id: int, phone: SealedPhone, *, at: datetime) -> None:
    named = IdentityRef(IdentityKind.MOBILE, "", phone.digest)
    owner = (await find([named])).get(named, customer_id)
    if owner != customer_id:
        if await are_two_people(owner, customer_id):
            raise Refused("phone_of_another_customer")
        await merge(customer_id, owner, evidence=PURPOSE, by="miniprogram", at=at)
    await hold(customer_id)
    (row,) = await db.fetch(_BIND, customer_id, phone.digest, phone.sealed, at)
    if not row["is_hers"]:
        raise Refused("phone_of_another_customer")
    await db.fetch(
        "DELETE FROM identity WHERE customer_id = $1 AND kind = 'mobile' AND value <> $2",
        customer_id,
        phone.digest,
    )
    await changed([customer_id])  # who told all that is asked for has reached a milestone


def seal_phone(international: str, *, sealer: Sealer) -> SealedPhone:
    """Return a number such as +8613800138000 as it may be kept."""
    told = international.encode()
    digest = hmac.digest(sealer.derived_key(PURPOSE), told, "sha256").hex()
    return SealedPhone(digest, sealer.seal(told, purpose=f"{PURPOSE}:{digest}"))


async def keep_phones(phones: Sequence[SealedPhone]) -> None:
    """Keep the numbers of identities that were added by their digests alone."""
    await db.fetch(
        "UPDATE identity SET sealed_value = told.sealed"
        " FROM unnest($1::text[], $2::bytea[]) AS told (digest, sealed)"
        " WHERE kind = 'mobile' AND scope = '' AND value = told.digest AND sealed_value IS NULL",
        [phone.digest for phone in phones],
        [phone.sealed for phone in phones],
    )
