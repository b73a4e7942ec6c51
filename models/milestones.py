"""What members reached, and what they were given for it."""

from tortoise import fields
from tortoise.models import Model


class MilestoneReached(Model):
    """A milestone that a member reached, once a name ("1", "2026"), and what she has of it.

    ``times`` counts how often it was given: again after it was undone. ``points`` are those of it
    that are with her, ``last_points`` those that the last time gave; ``coupon_id`` is the coupon
    that was not taken back. The table's key is (member_id, slot, name).
    """

    member_id = fields.BigIntField(primary_key=True)
    slot = fields.TextField()
    name = fields.TextField()
    rule_version_id = fields.BigIntField()
    times = fields.IntField()
    points = fields.BigIntField()
    last_points = fields.BigIntField()
    coupon_id = fields.BigIntField(null=True)
    reached_at = fields.DatetimeField()
    given_at = fields.DatetimeField()
    undone_at = fields.DatetimeField(null=True)

    class Meta:
        table = "milestone_reached"
        unique_together = (("member_id", "slot", "name"),)
