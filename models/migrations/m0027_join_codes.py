"""The pictures of groups' QR codes, as WeCom draws them."""

from tortoise.migrations import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

IMAGES = """
ALTER TABLE community ADD COLUMN qr_image bytea, ADD COLUMN qr_kind text;
ALTER TABLE community ADD CHECK ((qr_image IS NULL) = (qr_kind IS NULL));
ALTER TABLE community ADD CHECK (qr_image IS NULL OR qr_code IS NOT NULL);
"""


class Migration(BaseMigration):
    """What a phone scans is the platform's own picture, not one of its address."""

    dependencies = [("models", "m0026_staff_deeds")]
    operations = [RunSQL(IMAGES)]
