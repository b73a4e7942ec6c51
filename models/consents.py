"""What customers let us write to them about, and what they want of us: records that only grow."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class Purpose(StrEnum):
    """What for: messages about offers, offers made from what she did, and her name on boards."""

    OFFERS = "offers"
    PERSONAL_OFFERS = "personal_offers"
    BOARDS = "boards"


class Consent(Model):
    """One decision of one customer; of a purpose and channel the newest decides.

    ``channel`` is one of ``channels/``, "" where the purpose has none. ``wording`` is the version
    of the words that she read, ``source`` where she decided.
    """

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    purpose = fields.CharEnumField(Purpose)
    channel = fields.TextField()
    is_given = fields.BooleanField()
    wording = fields.TextField()
    source = fields.TextField()
    decided_at = fields.DatetimeField()

    class Meta:
        table = "consent"
