"""What the clock asked for: one row a job and tick."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class JobRunState(StrEnum):
    """A run is planned by the scheduler, claimed by a worker, and ends done or failed."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"


class JobRun(Model):
    """One run of one job for one tick; the pair is unique, so two schedulers make one run."""

    id = fields.BigIntField(primary_key=True)
    job = fields.TextField()
    tick = fields.DatetimeField()
    state = fields.CharEnumField(JobRunState)
    attempts = fields.IntField()
    leased_until = fields.DatetimeField(null=True)
    outcome = fields.BigIntField(null=True)
    error = fields.TextField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "job_run"
        unique_together = (("job", "tick"),)
