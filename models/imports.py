"""Files that were imported, how far, and the rows of them that could not be used."""

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class ImportedFile(Model):
    """One reading of one file, or of files joined; ``digest`` is of their content and mapping.

    ``orders_read`` is how many orders are recorded, counted as skipped, or parked, all in one
    transaction with this number. Its buyers are shared out over ``lanes``, which are recorded side
    by side: a lane is done with its orders among so many first ones of the file. ``counts`` holds
    the sums that the summary tells; ``shift_days`` is how far the dates moved, the same for every
    later reading.
    """

    id = fields.BigIntField(primary_key=True)
    digest = fields.BinaryField()
    name = fields.TextField()
    family = fields.TextField()
    shop = fields.TextField()
    shift_days = fields.IntField()
    lanes: fields.Field[object] = ArrayField("bigint")
    orders_read = fields.BigIntField()
    rows_read = fields.BigIntField()
    counts: fields.Field[object] = fields.JSONField()
    started_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "imported_file"
        unique_together = (("digest",),)


class ParkedRow(Model):
    """One row of an order that could not be recorded, whole, with the reason.

    ``row_number`` is the row as Excel counts; ``cells`` is [[column, text], ...] as it was read.
    Resolved once a later file brought the order again.
    """

    id = fields.BigIntField(primary_key=True)
    imported_file_id = fields.BigIntField()
    place = fields.IntField()
    file = fields.TextField()
    row_number = fields.BigIntField()
    column_name = fields.TextField()
    code = fields.TextField()
    figures: fields.Field[object] = fields.JSONField()
    order_number = fields.TextField()
    cells: fields.Field[object] = fields.JSONField()
    parked_at = fields.DatetimeField()
    resolved_at = fields.DatetimeField(null=True)

    class Meta:
        table = "parked_row"
        unique_together = (("imported_file_id", "place", "row_number"),)
