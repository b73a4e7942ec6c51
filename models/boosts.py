"""Personal boosts: for some days one member's orders earn more."""

from tortoise import fields
from tortoise.models import Model


class Boost(Model):
    """What a member paid from ``starts_at`` on and before ``ends_at`` earns so many times.

    ``key`` names its cause, once a boost; ``cause`` is the slot of the rule that gave it, in the
    version ``rule_version_id``. ``ended_at`` is when it was taken back, for orders paid later.
    """

    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    member_id = fields.BigIntField()
    times_percent = fields.IntField()
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    cause = fields.TextField()
    rule_version_id = fields.BigIntField()
    given_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "boost"
