"""What is derived of a member from all that happened, and who waits for it to be derived again."""

from tortoise import fields
from tortoise.models import Model


class Standing(Model):
    """Tier and figures of a member, net of refunds, derived from her purchases; never edited.

    ``orders``, ``spent_fen`` and ``reached``, in the tiers' own measure, are of the tier window;
    ``first_paid_at`` and ``last_paid_at`` of all time. ``tier`` is a code of the tiers' rule. From
    ``review_on`` on she is in ``projected_tier``, unless she does more before ``keep_by_on``: by
    then ``still_counts`` is left of what she did. Time alone changes nothing before ``changes_on``.
    """

    member_id = fields.BigIntField(primary_key=True)
    tier = fields.TextField()
    tier_since = fields.DatetimeField()
    orders = fields.IntField()
    spent_fen = fields.BigIntField()
    reached = fields.BigIntField()
    review_on = fields.DateField(null=True)
    keep_by_on = fields.DateField(null=True)
    still_counts = fields.BigIntField()
    projected_tier = fields.TextField(null=True)
    changes_on = fields.DateField(null=True)
    first_paid_at = fields.DatetimeField(null=True)
    last_paid_at = fields.DatetimeField(null=True)
    derived_at = fields.DatetimeField()

    class Meta:
        table = "standing"


class BoughtDay(Model):
    """All that a member bought up to a day on which she did, net of refunds; never edited.

    What she bought in a window is a difference of two rows. The table's key is (member_id,
    on_day); Tortoise wants one column and is told the first.
    """

    member_id = fields.BigIntField(primary_key=True)
    on_day = fields.DateField()
    orders = fields.IntField()
    spent_fen = fields.BigIntField()

    class Meta:
        table = "bought_day"
        unique_together = (("member_id", "on_day"),)


class BoughtGoods(Model):
    """When a member last bought some goods: "sku:...", "category:..." or "brand:...".

    Derived, net of refunds; never edited. The table's key is (member_id, goods); Tortoise wants one
    column and is told the first.
    """

    member_id = fields.BigIntField(primary_key=True)
    goods = fields.TextField()
    last_on = fields.DateField()

    class Meta:
        table = "bought_goods"
        unique_together = (("member_id", "goods"),)


class HeldTier(Model):
    """A tier that a member held from a moment on: one row whenever it changed, none before.

    Rows are only added. The table's key is (member_id, since); Tortoise wants one column and is
    told the first.
    """

    member_id = fields.BigIntField(primary_key=True)
    since = fields.DatetimeField()
    tier = fields.TextField()

    class Meta:
        table = "held_tier"
        unique_together = (("member_id", "since"),)


class ChangedMember(Model):
    """A member of whom something changed since her standing and scores were derived.

    ``turn`` is another after every change, and never one of before: who derives removes the row
    only where it is still the turn that was read.
    """

    member_id = fields.BigIntField(primary_key=True)
    turn = fields.BigIntField()

    class Meta:
        table = "changed_member"
