"""Exchange coupons: redemptions that cost a coupon instead of points."""

from tortoise.migrations import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

EXCHANGES = """
ALTER TABLE redemption ADD COLUMN with_coupon_id bigint REFERENCES coupon
    CHECK (with_coupon_id IS NULL OR points = 0 AND cash_fen = 0);
CREATE UNIQUE INDEX redemption_with_coupon ON redemption (with_coupon_id)
    WHERE with_coupon_id IS NOT NULL AND state NOT IN ('cancelled', 'expired', 'returned');
ALTER TABLE coupon DROP CONSTRAINT coupon_check1;
ALTER TABLE coupon ADD CHECK (state <> 'locked' OR locked_by IS NOT NULL);
ALTER TABLE coupon ADD CHECK (locked_by IS NULL OR state IN ('locked', 'used'));
"""


class Migration(BaseMigration):
    """Which coupon a redemption was made with; a coupon may be used without an order."""

    dependencies = [("models", "m0018_cards")]
    operations = [RunSQL(EXCHANGES)]
