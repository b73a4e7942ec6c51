"""Who is logged in from the mini-program."""

from tortoise import fields
from tortoise.models import Model


class ShopperSession(Model):
    """One login of one customer: an opaque token, stored only as its SHA-256."""

    token_hash = fields.BinaryField(primary_key=True)
    customer_id = fields.BigIntField()
    app_id = fields.TextField()
    openid = fields.TextField()
    sealed_session_key = fields.BinaryField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "shopper_session"
