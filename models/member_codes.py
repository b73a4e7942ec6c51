"""Which order a member code named the buyer of."""

from tortoise import fields
from tortoise.models import Model


class MemberCodeUse(Model):
    """A code, by its identity and minute (``turn``), and the one store's order it was told with."""

    identity_id = fields.BigIntField(primary_key=True)
    turn = fields.IntField()
    connection_id = fields.BigIntField()
    number = fields.TextField()
    used_at = fields.DatetimeField()

    class Meta:
        table = "member_code_use"
        unique_together = (("identity_id", "turn"),)
