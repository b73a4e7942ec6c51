"""Events: who signed up, who waits, and who came."""

from tortoise.migrations import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

EVENTS = """
CREATE TABLE event_signup (
    member_id bigint NOT NULL REFERENCES member,
    slot text NOT NULL,
    signed_up_at timestamptz NOT NULL,
    placed_at timestamptz,
    left_at timestamptz,
    told_starts_at timestamptz NOT NULL,
    came_at timestamptz,
    way text CHECK (way IN ('code', 'staff')),
    turn bigint,
    let_in_by bigint REFERENCES staff_member,
    points bigint NOT NULL DEFAULT 0 CHECK (points >= 0),
    rule_version_id bigint REFERENCES rule_version,
    PRIMARY KEY (member_id, slot),
    CHECK ((came_at IS NULL) = (way IS NULL) AND (came_at IS NULL) = (rule_version_id IS NULL)),
    CHECK (came_at IS NULL OR placed_at IS NOT NULL AND left_at IS NULL),
    CHECK ((way = 'staff') = (let_in_by IS NOT NULL) AND (way = 'code') = (turn IS NOT NULL))
);
CREATE INDEX event_signup_slot ON event_signup (slot, signed_up_at, member_id);
CREATE INDEX event_signup_turn ON event_signup (slot, turn) WHERE turn IS NOT NULL;
CREATE INDEX event_signup_waiting ON event_signup (slot, signed_up_at, member_id)
    WHERE left_at IS NULL AND placed_at IS NULL;
CREATE INDEX event_signup_placed ON event_signup (slot)
    WHERE left_at IS NULL AND placed_at IS NOT NULL;
"""


class Migration(BaseMigration):
    """One line a member and event."""

    dependencies = [("models", "m0015_surveys")]
    operations = [RunSQL(EVENTS)]
