"""Cards: what a member shared, by which a friend came."""

from tortoise.migrations import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

CARDS = """
ALTER TABLE referral DROP CONSTRAINT referral_way_check;
ALTER TABLE referral ADD CONSTRAINT referral_way_check
    CHECK (way IN ('link', 'code', 'chat', 'qr', 'card'));
ALTER TABLE referral ADD COLUMN shared text NOT NULL DEFAULT ''
    CHECK (shared = '' OR way = 'card');
"""


class Migration(BaseMigration):
    """What was on the card."""

    dependencies = [("models", "m0017_profiles")]
    operations = [RunSQL(CARDS)]
