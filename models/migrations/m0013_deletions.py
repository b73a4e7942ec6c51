"""Deletions: members who let their account be deleted, and the record that it was done."""

from tortoise.migrations import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

DELETIONS = """
ALTER TABLE member ADD deleted_at timestamptz;
ALTER TABLE entry DROP CONSTRAINT entry_kind_check;
ALTER TABLE entry ADD CONSTRAINT entry_kind_check CHECK (
    kind IN ('earn', 'settle', 'cancel', 'spend', 'restore', 'claw_back', 'expire', 'adjust',
             'move', 'forfeit')
);
CREATE TABLE deletion (
    uuid uuid PRIMARY KEY,
    member_id bigint NOT NULL UNIQUE REFERENCES member,
    way text NOT NULL CHECK (way IN ('miniprogram', 'phone', 'letter', 'in_person')),
    reason text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 200),
    staff_member_id bigint REFERENCES staff_member,
    points_forfeited bigint NOT NULL CHECK (points_forfeited >= 0),
    done_at timestamptz NOT NULL,
    CHECK ((way = 'miniprogram') = (staff_member_id IS NULL)),
    CHECK ((way = 'miniprogram') = (reason = ''))
);
"""


class Migration(BaseMigration):
    """Whose account was deleted, when, and by what way it was asked for."""

    dependencies = [("models", "m0012_boards")]
    operations = [RunSQL(DELETIONS)]
