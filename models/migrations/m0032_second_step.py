"""A second step of signing in, where there is no scan by WeCom."""

from tortoise.migrations import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

SECOND_STEP = """
ALTER TABLE staff_member
    ADD totp_sealed bytea,
    ADD totp_since timestamptz,
    ADD totp_step bigint,
    ADD CHECK (totp_since IS NULL OR totp_sealed IS NOT NULL);
ALTER TABLE staff_session ADD needs_code boolean NOT NULL DEFAULT false;
"""


class Migration(BaseMigration):
    """A secret is proposed, and counts once a code of it was told; each code counts once."""

    dependencies = [("models", "m0031_contact_tags")]
    operations = [RunSQL(SECOND_STEP)]
