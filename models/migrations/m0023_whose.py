"""Whose a coupon was before: what was redeemed for it, and who gave it away."""

from tortoise.migrations import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

WHOSE = """
CREATE INDEX redemption_coupon ON redemption (coupon_id) WHERE coupon_id IS NOT NULL;
CREATE INDEX gift_claimed_coupon ON gift (coupon_id) WHERE state = 'claimed';
"""


class Migration(BaseMigration):
    """Find by a coupon the redemption that made it, and the friends who passed it on."""

    dependencies = [("models", "m0022_welcomes")]
    operations = [RunSQL(WHOSE)]
