"""Rules that were ended: no version of the slot up to this one holds any more."""

from tortoise.migrations import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

ENDS = """
CREATE TABLE rule_end (
    slot text NOT NULL,
    version integer NOT NULL,
    ended_at timestamptz NOT NULL,
    ended_by text NOT NULL,
    PRIMARY KEY (slot, version),
    FOREIGN KEY (slot, version) REFERENCES rule_version (slot, version)
);
"""


class Migration(BaseMigration):
    """When which slots were ended, and by whom."""

    dependencies = [("models", "m0019_exchanges")]
    operations = [RunSQL(ENDS)]
