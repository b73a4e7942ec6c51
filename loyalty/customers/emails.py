"""E-mail addresses that somebody vouches for: sealed where they are kept, found by a keyed digest.

An address finds its customer where nothing else names her. It ties no two customers together: an
address is shared, handed on and typed wrong, so staff are told who may be one, and decide.
"""

import hmac
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from loyalty.customers.linking import are_two_people
from loyalty.errors import Refused
from loyalty.orders import IdentityRef
from loyalty.roots import ids_of
from loyalty.sealing import Sealer
from models import IdentityKind, db

PURPOSE = "email"
MOST_ALIKE = 10
# No blanks, no control characters, one @, and a domain of at least two labels.
_PLAIN = r"@\s\x00-\x1f\x7f"
EMAIL_FORM = rf"^(?=.{{3,254}}\Z)[^{_PLAIN}]{{1,64}}@([^{_PLAIN}.]+\.)+[^{_PLAIN}.]+\Z"

_TOLD = """
WITH told AS (
    SELECT customer_id, before_merge_id, identity.id AS name_id, digest, sealed
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[])
         AS told (kind, scope, value, digest, sealed)
    JOIN identity USING (kind, scope, value)
)
"""
_ADD = f"""{_TOLD}
INSERT INTO identity (customer_id, before_merge_id, kind, scope, value, sealed_value, created_at)
SELECT DISTINCT ON (digest) customer_id, before_merge_id, 'email', '', digest, sealed, $6
FROM told ORDER BY digest, name_id
ON CONFLICT DO NOTHING
"""
_SUGGEST = f"""{_TOLD}
INSERT INTO likeness (customer_id, identity_id, told_at)
SELECT DISTINCT coalesce(told.before_merge_id, told.customer_id), identity.id, $6::timestamptz
FROM told JOIN identity ON identity.kind = 'email' AND scope = '' AND value = digest
WHERE identity.customer_id <> told.customer_id
ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""

_HERS = ids_of("$1::bigint")
# Each of the others stands here once, as whom she became, and nobody who is hers by now.
_ALIKE = f"""
WITH found AS (
    SELECT identity.customer_id, value, sealed_value, told_at
    FROM likeness JOIN identity ON identity.id = identity_id
    WHERE likeness.customer_id = ANY({_HERS}) AND refuted_at IS NULL
    UNION ALL
    SELECT likeness.customer_id, value, sealed_value, told_at
    FROM identity JOIN likeness ON identity_id = identity.id
    WHERE identity.customer_id = ANY({_HERS}) AND refuted_at IS NULL
)
SELECT DISTINCT ON (root.id) root.id, root.uuid, value, sealed_value, told_at
FROM found JOIN customer ON customer.id = found.customer_id
JOIN customer AS root ON root.id = coalesce(customer.merged_into_id, customer.id)
WHERE root.id <> $1
ORDER BY root.id, told_at
LIMIT $2
"""

_OTHERS = ids_of("$2::bigint")
_REFUTE = f"""
UPDATE likeness SET refuted_by = $3, refuted_at = $4
FROM identity WHERE identity.id = identity_id AND refuted_at IS NULL
     AND (likeness.customer_id = ANY({_HERS}) AND identity.customer_id = ANY({_OTHERS})
          OR likeness.customer_id = ANY({_OTHERS}) AND identity.customer_id = ANY({_HERS}))
"""


class SealedEmail(Struct, frozen=True):
    """An address as it is kept: found by ``digest``, opened by the master key."""

    digest: str
    sealed: bytes


class Alike(Struct, frozen=True):
    """Another customer who may be the same human: ``email`` is masked, and names one of the two."""

    customer_id: int
    uuid: UUID
    email: str
    told_at: datetime


def normalised(address: str) -> str:
    """Return an address as it is compared: in small letters, its domain as the DNS has it.

    Dots and what stands behind a plus are kept: what they mean is each provider's own affair.

    Raises:
        Refused: ``email_not_usable``: it is none.
    """
    if not re.search(EMAIL_FORM, address):
        raise Refused("email_not_usable")
    local, _, domain = address.lower().rpartition("@")
    with suppress(UnicodeError):  # a label that no DNS has names nobody else either
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}"


def seal_email(address: str, *, sealer: Sealer) -> SealedEmail:
    """Return an address as it may be kept.

    Raises:
        Refused: ``email_not_usable``.
    """
    told = normalised(address).encode()
    digest = hmac.digest(sealer.derived_key(PURPOSE), told, "sha256").hex()
    return SealedEmail(digest, sealer.seal(told, purpose=f"{PURPOSE}:{digest}"))


def shown_email(digest: str, sealed: bytes, *, sealer: Sealer) -> str:
    """Return an address as staff and exports show it: l***@example.com."""
    local, _, domain = sealer.unseal(sealed, purpose=f"{PURPOSE}:{digest}").decode().rpartition("@")
    return f"{local[0]}***@{domain}"


async def keep_emails(emails: Sequence[SealedEmail]) -> None:
    """Keep the addresses of identities that were added by their digests alone."""
    await db.fetch(
        "UPDATE identity SET sealed_value = told.sealed"
        " FROM unnest($1::text[], $2::bytea[]) AS told (digest, sealed)"
        " WHERE kind = 'email' AND scope = '' AND value = told.digest AND sealed_value IS NULL",
        [one.digest for one in emails],
        [one.sealed for one in emails],
    )


async def know_emails(told: Sequence[tuple[IdentityRef, SealedEmail]], *, at: datetime) -> None:
    """Let customers be known by addresses, too; an address of another suggests that they are one.

    Each address comes with a name by which its customer is known already. Joins the caller's
    transaction.
    """
    columns: list[list[Any]] = [
        [name.kind.value for name, _ in told],
        [name.scope for name, _ in told],
        [name.value for name, _ in told],
        [email.digest for _, email in told],
        [email.sealed for _, email in told],
    ]
    await db.fetch(_ADD, *columns, at)
    await db.fetch(_SUGGEST, *columns, at)


async def alike(customer_id: int, *, sealer: Sealer) -> list[Alike]:
    """Return who may be the same human as a customer who is no one else's, at most ten.

    Left out are two for whom platforms vouch that they are two, and those whom staff parted, or
    said to be two.
    """
    return [
        Alike(
            row["id"],
            row["uuid"],
            shown_email(row["value"], row["sealed_value"], sealer=sealer),
            row["told_at"],
        )
        for row in await db.fetch(_ALIKE, customer_id, MOST_ALIKE)
        if not await are_two_people(customer_id, row["id"])
    ]


async def refute(customer_id: int, other_id: int, *, by: str, at: datetime) -> None:
    """Let two not be suggested any more by the addresses that were told so far: staff say so."""
    await db.fetch(_REFUTE, customer_id, other_id, by, at)


def named_by(email: SealedEmail) -> IdentityRef:
    """Return the name by which an address finds its customer."""
    return IdentityRef(IdentityKind.EMAIL, "", email.digest)
