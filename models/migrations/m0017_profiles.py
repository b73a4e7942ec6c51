"""Profiles: since when the name is known."""

from tortoise.migrations import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

PROFILES = """
ALTER TABLE profile ADD COLUMN called_told_at timestamptz;
UPDATE profile SET called_told_at = coalesce(birthday_told_at, now()) WHERE called <> '';
ALTER TABLE profile ADD CHECK ((called = '') = (called_told_at IS NULL));
"""


class Migration(BaseMigration):
    """A moment beside the name."""

    dependencies = [("models", "m0016_events")]
    operations = [RunSQL(PROFILES)]
