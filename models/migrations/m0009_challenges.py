"""Steps of challenges: each is claimed once a round, and undone where an order is given back."""

from tortoise.migrations import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

# Of what was claimed before nobody wrote down what it gave: it stays what it is.
STEPS = """
ALTER TABLE challenge_claim
    ADD COLUMN step integer NOT NULL DEFAULT 1 CHECK (step > 0),
    ADD COLUMN starts_at timestamptz,
    ADD COLUMN ends_at timestamptz CHECK (ends_at > starts_at),
    ADD COLUMN times integer NOT NULL DEFAULT 1 CHECK (times > 0),
    ADD COLUMN points bigint NOT NULL DEFAULT 0 CHECK (points >= 0),
    ADD COLUMN last_points bigint NOT NULL DEFAULT 0 CHECK (last_points >= 0),
    ADD COLUMN coupon_id bigint UNIQUE REFERENCES coupon,
    ADD COLUMN undone_at timestamptz,
    DROP CONSTRAINT challenge_claim_pkey,
    ADD PRIMARY KEY (member_id, slot, round, step);
UPDATE challenge_claim SET starts_at = claimed_at;
ALTER TABLE challenge_claim
    ALTER COLUMN starts_at SET NOT NULL,
    ALTER COLUMN step DROP DEFAULT,
    ALTER COLUMN times DROP DEFAULT,
    ALTER COLUMN points DROP DEFAULT,
    ALTER COLUMN last_points DROP DEFAULT;
"""


class Migration(BaseMigration):
    """A claim is of a step, knows its round, and what of it is with her."""

    dependencies = [("models", "m0008_boosts")]
    operations = [RunSQL(STEPS)]
