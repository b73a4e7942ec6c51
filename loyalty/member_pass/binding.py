"""A shopper joins, binds and leaves on a platform; told twice, late or out of order, it is one.

Who is bound under a name is whom the platform told last, by its own moments. What it tells late,
of before she left, binds her no more; what she bought until then is hers all the same.
"""

from datetime import datetime

from loyalty import customers
from loyalty.again import in_transaction
from loyalty.customers.linking import are_two_people
from loyalty.errors import NotFound, Refused
from loyalty.member_pass.looking import Found, Shown, look
from loyalty.orders import IdentityRef
from models import IdentityKind, db

EVIDENCE = "member_pass"

# Of two at once for one name the second waits here.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($2, $1))"
_BOUND = """
INSERT INTO pass_binding (connection_id, value, customer_id, bound_at, confirmed_at)
VALUES ($1, $2, $3, $4, $4) ON CONFLICT DO NOTHING
"""
_CONFIRM = """
UPDATE pass_binding SET confirmed_at = greatest(confirmed_at, $3)
WHERE connection_id = $1 AND value = $2 AND ended_at IS NULL RETURNING id
"""
_WAS_BOUND = """
INSERT INTO pass_binding (connection_id, value, customer_id, bound_at, confirmed_at, ended_at)
SELECT $1, $2, $3, $4, $4, $5
WHERE NOT EXISTS (SELECT FROM pass_binding WHERE connection_id = $1 AND value = $2
                  AND customer_id = $3 AND bound_at = $4)
"""
_LEAVE = """
INSERT INTO pass_leaving AS known (connection_id, value, left_at) VALUES ($1, $2, $3)
ON CONFLICT (connection_id, value)
DO UPDATE SET left_at = greatest(known.left_at, excluded.left_at)
"""
_LEFT = "SELECT left_at FROM pass_leaving WHERE connection_id = $1 AND value = $2 AND left_at > $3"
_END = """
UPDATE pass_binding SET ended_at = $3
WHERE connection_id = $1 AND value = $2 AND ended_at IS NULL AND confirmed_at <= $3 RETURNING id
"""
_FORGET = "DELETE FROM identity WHERE kind = $1 AND scope = $2 AND value = $3"
_HAS_NUMBER = """
SELECT FROM identity AS number JOIN identity AS named USING (customer_id)
WHERE number.kind = 'mobile' AND (named.kind, named.scope, named.value) = ($1, $2, $3) LIMIT 1
"""
_MIX = """
INSERT INTO mixed_phone (connection_id, digest, identity_id)
SELECT $1, $2, id FROM identity WHERE kind = $3 AND scope = $4 AND value = $5
ON CONFLICT DO NOTHING
"""


async def bind(shown: Shown, *, at: datetime) -> int:
    """Let the number's customer be shown under the platform's name from now on; return her id.

    Raises:
        NotFound: ``no_such_member``: nobody has this number.
        Refused: ``bound_to_another``, ``two_people``.
    """
    return await in_transaction(lambda: _bind(shown, at=at))


async def register(shown: Shown, *, at: datetime) -> int:
    """Let somebody join on the platform, or bind her where we know her number; return her id.

    Without a number that we know she is met under the platform's name, and the hash of her number
    is kept: whoever gives that number later is she. A name of somebody with another number stays
    hers.

    Raises:
        Refused: ``bound_to_another``, ``two_people``, ``nobody_named``.
    """
    return await in_transaction(lambda: _register(shown, at=at))


async def unbind(shown: Shown, *, at: datetime) -> None:
    """Show nobody under the platform's name any more; its orders are nobody's from now on.

    What she bought and earned before stays hers. Asked again, nothing happens; nor where the
    platform told since that she is bound.

    Raises:
        Refused: ``nobody_named``.
    """
    name, told_at = _name(shown), shown.told_at or at

    async def end() -> None:
        await db.fetch(_LOCK, shown.connection_id, name.value)
        ended = await db.fetch(_END, shown.connection_id, name.value, told_at)
        await db.fetch(_LEAVE, shown.connection_id, name.value, told_at)
        if ended:
            await _forget(name)

    await in_transaction(end)


async def _bind(shown: Shown, *, at: datetime) -> int:
    name = _name(shown)
    await db.fetch(_LOCK, shown.connection_id, name.value)
    found = await look(shown)
    if found.by_phone is None:
        raise NotFound("no_such_member")
    return await _bound(shown, found, found.by_phone, at=at)


async def _register(shown: Shown, *, at: datetime) -> int:
    name = _name(shown)
    await db.fetch(_LOCK, shown.connection_id, name.value)
    found = await look(shown)
    if found.by_phone is not None:
        return await _bound(shown, found, found.by_phone, at=at)
    known = [name, *shown.others]
    hashed = _hashed(shown)
    if hashed is not None:
        known.append(hashed)
    if shown.phone:
        if await db.fetch(_HAS_NUMBER, name.kind.value, name.scope, name.value):
            raise Refused("two_people")
        known.append(IdentityRef(IdentityKind.MOBILE, "", shown.phone))
    customer_id = await customers.meet(tuple(known), at=at, through=EVIDENCE)
    if hashed is not None:
        named = (hashed.kind.value, hashed.scope, hashed.value)
        await db.fetch(_MIX, shown.connection_id, shown.mixed, *named)
    return await _bound(shown, await look(shown), customer_id, at=at)


async def _bound(shown: Shown, found: Found, customer_id: int, *, at: datetime) -> int:
    """Let all the platform's names lead to one customer, and bind her, unless she left since."""
    name, told_at = _name(shown), shown.told_at or at
    left = await db.fetch(_LEFT, shown.connection_id, name.value, told_at)
    if found.bound is not None and found.bound != customer_id:
        raise Refused("bound_to_another")
    if not left and found.bound_name is not None and found.bound_name != name.value:
        raise Refused("bound_to_another")
    own = await _made_one(shown, found, customer_id, at=at)
    if left:
        told = (shown.connection_id, name.value, own, told_at)
        await db.fetch(_WAS_BOUND, *told, left[0]["left_at"])
        if found.bound is None:
            await _forget(name)
        return customer_id
    await db.fetch(_BOUND, shown.connection_id, name.value, own, told_at)
    if not await db.fetch(_CONFIRM, shown.connection_id, name.value, told_at):
        raise Refused("bound_to_another")
    return customer_id


async def _made_one(shown: Shown, found: Found, customer_id: int, *, at: datetime) -> int:
    """Merge whoever else has one of the names into the customer; return whom she was before.

    Raises:
        Refused: ``two_people``.
    """
    names = (_name(shown), *shown.others)
    named = await customers.find(names)
    for other in sorted(set(named.values()) - {customer_id}):
        if await are_two_people(customer_id, other):
            raise Refused("two_people")
        await customers.merge(customer_id, other, evidence=EVIDENCE, by=EVIDENCE, at=at)
    own = customer_id if found.own is None else found.own
    new = [one for one in names if one not in named]
    await customers.add_names(customer_id, new, own_id=own, at=at)
    return own


async def _forget(name: IdentityRef) -> None:
    """Let a name that the pass gave us lead to nobody; an openid she has by signing in herself."""
    if name.kind is not IdentityKind.OPENID:
        await db.fetch(_FORGET, name.kind.value, name.scope, name.value)


def _hashed(shown: Shown) -> IdentityRef | None:
    """Return the hash of her number as a name of its own: it stays hers when she leaves."""
    if not shown.mixed:
        return None
    return IdentityRef(IdentityKind.HASHED_MOBILE, str(shown.connection_id), shown.mixed)


def _name(shown: Shown) -> IdentityRef:
    if shown.name is None:
        raise Refused("nobody_named")
    return shown.name
