"""Members are found by the end of their number, and listed by tier."""

from tortoise.migrations import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

SEARCH = """
CREATE INDEX customer_tail ON customer (reverse(replace(uuid::text, '-', '')) text_pattern_ops);
CREATE INDEX standing_tier ON standing (tier, member_id);
"""


class Migration(BaseMigration):
    """What a list is searched and filtered by has an index."""

    dependencies = [("models", "m0029_help_desks")]
    operations = [RunSQL(SEARCH)]
