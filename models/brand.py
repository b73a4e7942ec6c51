"""What the brand is called and looks like, and how far the demo's business time was moved."""

from tortoise import fields
from tortoise.models import Model


class Brand(Model):
    """The one brand of a deployment: name, logo, colours. ``offset_seconds`` moves business time.

    Only the demo moves it; the time of the wire (signatures, tokens, leases) is always real.
    """

    id = fields.IntField(primary_key=True)
    name_zh = fields.TextField()
    name_en = fields.TextField()
    logo = fields.TextField()
    colour = fields.TextField()
    offset_seconds = fields.BigIntField()

    class Meta:
        table = "brand"
