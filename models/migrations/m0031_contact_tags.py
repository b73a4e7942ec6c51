"""Tags of contacts: the corp's, and who has which by whom."""

from tortoise.migrations import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

CONTACT_TAGS = """
CREATE TABLE contact_tag (
    corp_id text NOT NULL,
    tag_id text NOT NULL,
    name text NOT NULL,
    group_name text NOT NULL,
    slot text,
    PRIMARY KEY (corp_id, tag_id),
    UNIQUE (corp_id, slot)
);
CREATE TABLE tagging (
    corp_id text NOT NULL,
    external_user_id text NOT NULL,
    user_id text NOT NULL,
    tag_id text NOT NULL,
    PRIMARY KEY (corp_id, external_user_id, user_id, tag_id)
);
CREATE INDEX tagging_tag ON tagging (corp_id, tag_id);
CREATE TABLE tagging_budget (
    corp_id text PRIMARY KEY,
    leased_until timestamptz NOT NULL,
    minute timestamptz NOT NULL,
    in_minute integer NOT NULL,
    hour timestamptz NOT NULL,
    in_hour integer NOT NULL,
    done_at timestamptz
);
"""


class Migration(BaseMigration):
    """Who is tagged is kept as the platform has it, so that only what differs is told to it."""

    dependencies = [("models", "m0030_member_search")]
    operations = [RunSQL(CONTACT_TAGS)]
