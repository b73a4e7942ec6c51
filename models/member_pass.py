"""The member pass (会员通): who joined our programme on a platform, and whom its hashes mean."""

from tortoise import fields
from tortoise.models import Model


class PassBinding(Model):
    """A customer's membership shown on a platform, under the platform's name for her.

    ``connection_id`` is the pass's; ``value`` what the platform calls her (at Tmall her ouid). One
    stands for a name, and for a customer, until ``ended_at``; ``confirmed_at`` is the newest moment
    at which the platform told that it stands. ``told_points`` and ``told_tier``
    are what the platform was last told of her, at ``told_at``. ``end_to_tell``: it ended by our
    side, and the platform has yet to hear of it.
    """

    id = fields.BigIntField(primary_key=True)
    connection_id = fields.BigIntField()
    value = fields.TextField()
    customer_id = fields.BigIntField()
    bound_at = fields.DatetimeField()
    confirmed_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    end_to_tell = fields.BooleanField(default=False)
    told_points = fields.BigIntField(null=True)
    told_tier = fields.TextField(null=True)
    told_at = fields.DatetimeField(null=True)

    class Meta:
        table = "pass_binding"


class PassLeaving(Model):
    """When somebody last left on a platform, as it told, though nobody be bound under her name.

    What the platform tells later of before that moment binds her no more.
    The table's key is (connection_id, value); Tortoise wants one column and is told the first.
    """

    connection_id = fields.BigIntField(primary_key=True)
    value = fields.TextField()
    left_at = fields.DatetimeField()

    class Meta:
        table = "pass_leaving"
        unique_together = (("connection_id", "value"),)


class MixedPhone(Model):
    """What a platform makes of a phone number that it does not tell: to find whose it is.

    ``digest`` is a keyed digest of the platform's hash. ``identity_id`` is the number, or the hash
    itself, of somebody who registered there without telling us her number.
    The table's key is (connection_id, digest); Tortoise wants one column and is told the first.
    """

    connection_id = fields.BigIntField(primary_key=True)
    digest = fields.TextField()
    identity_id = fields.BigIntField()

    class Meta:
        table = "mixed_phone"
        unique_together = (("connection_id", "digest"),)
