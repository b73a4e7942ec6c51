"""Which platform accounts this deployment speaks for, and the tokens it holds from them."""

from tortoise import fields
from tortoise.models import Model


class Connection(Model):
    """Credentials and settings of one platform account, sealed with the master key.

    ``kind`` is the platform ("official_account", "miniprogram", "files"), ``scope`` its app id,
    corp id or shop; ``sealed_body`` decrypts to the JSON of the kind's own settings.
    """

    id = fields.BigIntField(primary_key=True)
    kind = fields.TextField()
    scope = fields.TextField()
    name = fields.TextField()
    sealed_body = fields.BinaryField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "connection"
        unique_together = (("kind", "scope"),)


class AccessToken(Model):
    """A platform's access token, sealed, with the lease of the one process that refreshes it."""

    key = fields.CharField(max_length=255, primary_key=True)
    sealed_value = fields.BinaryField(null=True)
    expires_at = fields.DatetimeField(null=True)
    leased_until = fields.DatetimeField(null=True)

    class Meta:
        table = "access_token"


class ShopSweep(Model):
    """Up to when all that changed in a shop has been read from its platform.

    ``connection_id`` is the shop's connection; ``error`` is why the last reading ended early.
    """

    connection_id = fields.BigIntField(primary_key=True)
    swept_until = fields.DatetimeField()
    swept_at = fields.DatetimeField()
    error = fields.TextField(null=True)

    class Meta:
        table = "shop_sweep"
