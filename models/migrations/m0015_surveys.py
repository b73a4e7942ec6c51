"""Surveys: what members answered."""

from tortoise.migrations import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

SURVEYS = """
CREATE TABLE survey_answer (
    uuid uuid NOT NULL,
    member_id bigint NOT NULL REFERENCES member,
    slot text NOT NULL,
    rule_version_id bigint NOT NULL REFERENCES rule_version,
    answers jsonb NOT NULL,
    points bigint NOT NULL CHECK (points >= 0),
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, slot)
);
CREATE INDEX survey_answer_slot ON survey_answer (slot, answered_at);
"""


class Migration(BaseMigration):
    """One answer a member and survey."""

    dependencies = [("models", "m0014_scores")]
    operations = [RunSQL(SURVEYS)]
