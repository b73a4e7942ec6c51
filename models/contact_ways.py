"""Contact ways of WeCom: QR codes by which consumers add one of the staff."""

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class ContactWay(Model):
    """One code, of a rule ("contact_way:jingan"), as the platform was told last.

    ``users`` are the staff behind it; ``told`` is what else was told, to see what differs;
    ``qr_image``, of content type ``qr_kind``, is the picture at ``qr_code``.
    """

    id = fields.BigIntField(primary_key=True)
    corp_id = fields.TextField()
    slot = fields.TextField()
    config_id = fields.TextField()
    qr_code = fields.TextField()
    qr_image = fields.BinaryField(null=True)
    qr_kind = fields.TextField(null=True)
    users = ArrayField("text")
    told = fields.TextField()
    made_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()

    class Meta:
        table = "contact_way"
        unique_together = (("corp_id", "slot"), ("corp_id", "config_id"))
