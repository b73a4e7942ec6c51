"""The brand's rules as versions that are only added; entries cite the version that made them."""

from tortoise import fields
from tortoise.models import Model


class RuleVersion(Model):
    """One version of the rule in a slot: ``kind`` names its struct, ``body`` holds its fields.

    In force for moments in the half-open window [starts_at, ends_at).
    """

    id = fields.BigIntField(primary_key=True)
    slot = fields.TextField()
    version = fields.IntField()
    registry = fields.TextField()
    kind = fields.TextField()
    body: fields.Field[object] = fields.JSONField()
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    created_by = fields.TextField()

    class Meta:
        table = "rule_version"
        unique_together = (("slot", "version"),)


class RuleEnd(Model):
    """Somebody ended a slot: no version of it up to this one holds from ``ended_at`` on."""

    slot = fields.CharField(max_length=100, primary_key=True)
    version = fields.IntField()
    ended_at = fields.DatetimeField()
    ended_by = fields.TextField()

    class Meta:
        table = "rule_end"
        unique_together = (("slot", "version"),)
