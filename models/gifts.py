"""What a member gives to a friend: points or a coupon, by a link that is claimed once."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class GiftKind(StrEnum):
    """What a gift holds."""

    POINTS = "points"
    COUPON = "coupon"


class GiftState(StrEnum):
    """Ready: hers to send. Sent: whoever has the link may claim it. Then exactly one end.

    Returned: nobody claimed it in time; or, of one that was ready, its coupon is over.
    """

    READY = "ready"
    SENT = "sent"
    CLAIMED = "claimed"
    TAKEN_BACK = "taken_back"
    RETURNED = "returned"


class Gift(Model):
    """A gift 礼券 of a member; ``uuid`` is the name that her phone gave it.

    Sent at most once, by a link of which only a digest is kept. ``redemption_id`` is set where she
    redeemed it for a friend: once it comes back, another one is ready with the same coupon.
    """

    id = fields.BigIntField(primary_key=True)
    uuid = fields.UUIDField(unique=True)
    member_id = fields.BigIntField()
    kind = fields.CharEnumField(GiftKind)
    points = fields.BigIntField(null=True)
    coupon_id = fields.BigIntField(null=True)
    redemption_id = fields.BigIntField(null=True)
    state = fields.CharEnumField(GiftState)
    link_digest = fields.BinaryField(null=True)
    card_version_id = fields.BigIntField(null=True)
    words = fields.TextField()
    giver_name = fields.TextField()
    made_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)
    lapses_at = fields.DatetimeField()
    claimed_by = fields.BigIntField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "gift"
