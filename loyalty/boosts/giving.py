"""Give members boosts, a batch at once and each once a key, and end them."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from models import db


class Grant(Struct, frozen=True):
    """One boost to give. ``key`` names its cause, ``cause`` the slot of the rule that gives it.

    200 percent are double points, for what is paid from ``starts_at`` on and before ``ends_at``.
    """

    key: str
    member_id: int
    times_percent: int
    starts_at: datetime
    ends_at: datetime
    cause: str
    rule_version_id: int


_GIVE = """
INSERT INTO boost (key, member_id, times_percent, starts_at, ends_at, cause, rule_version_id,
                   given_at)
SELECT *, $8::timestamptz
FROM unnest($1::text[], $2::bigint[], $3::integer[], $4::timestamptz[], $5::timestamptz[],
            $6::text[], $7::bigint[]) AS wanted
ORDER BY 1
ON CONFLICT (key) DO NOTHING
"""

_END = """
UPDATE boost SET ends_at = greatest(starts_at, least(ends_at, $2)), ended_at = $2
WHERE id = ANY(ARRAY(
    SELECT id FROM boost WHERE key = ANY($1::text[]) AND ended_at IS NULL ORDER BY id FOR UPDATE))
"""


async def give(grants: Sequence[Grant], *, at: datetime) -> None:
    """Give boosts, in one statement; a key that was given before gives nothing more.

    It begins for orders paid from now on, not for what was earned already: `starts_at` is not
    before ``at``. Joins the caller's transaction.
    """
    if not grants:
        return
    assert all(at <= one.starts_at for one in grants), "orders paid before keep what they earned"
    columns = ([getattr(one, name) for one in grants] for name in Grant.__struct_fields__)
    await db.fetch(_GIVE, *columns, at)


async def end(keys: Sequence[str], *, at: datetime) -> None:
    """End boosts for what is paid from now on; what they gave to orders before stays.

    Ending what has ended changes nothing. Joins the caller's transaction.
    """
    if keys:
        await db.fetch(_END, list(keys), at)
