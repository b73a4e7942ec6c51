"""Scores: no foreign key, as wherever one verb writes; an index of ranks that looks up nobody."""

from tortoise.migrations import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

SCORES = """
ALTER TABLE score DROP CONSTRAINT score_member_id_fkey;
DROP INDEX score_rank;
CREATE INDEX score_rank ON score ((board || '/' || season), score DESC);
"""


class Migration(BaseMigration):
    """Whoever scores a member has locked her row.

    A member is looked up by the primary key alone. The index of ranks would answer for it, too, by
    reading a whole board, as long as PostgreSQL has seen few scores.
    """

    dependencies = [("models", "m0013_deletions")]
    operations = [RunSQL(SCORES)]
