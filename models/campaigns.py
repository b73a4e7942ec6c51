"""Who gets what: snapshots of segments, and how many subscribe messages a shopper accepted."""

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class Snapshot(Model):
    """Whom a segment held on a day; taken once, whole or not at all.

    ``cut_points`` are the bounds that its figures were scored by.
    """

    id = fields.BigIntField(primary_key=True)
    slot = fields.TextField()
    on_day = fields.DateField()
    rule_version_id = fields.BigIntField()
    members = fields.IntField()
    cut_points: fields.Field[object] = fields.JSONField()
    taken_at = fields.DatetimeField()

    class Meta:
        table = "snapshot"
        unique_together = (("slot", "on_day"),)


class SnapshotMember(Model):
    """A member in a snapshot, with the cell she was scored into ("5-4-3")."""

    snapshot_id = fields.BigIntField(primary_key=True)
    member_id = fields.BigIntField()
    cell = fields.TextField()

    class Meta:
        table = "snapshot_member"
        unique_together = (("snapshot_id", "member_id"),)


class Subscription(Model):
    """How many messages of a template one openid still accepts: one tap on "allow", one message."""

    openid = fields.CharField(max_length=64, primary_key=True)
    app_id = fields.TextField()
    template_id = fields.TextField()
    accepted = fields.IntField()

    class Meta:
        table = "subscription"
        unique_together = (("app_id", "openid", "template_id"),)


class Acceptance(Model):
    """One tap on "allow", under the name that her phone gave it: kept while it may be retried."""

    uuid = fields.UUIDField(primary_key=True)
    app_id = fields.TextField()
    openid = fields.TextField()
    template_ids = ArrayField("text")
    accepted_at = fields.DatetimeField()

    class Meta:
        table = "acceptance"
