"""What was decided, when, by which policy, from which facts."""

from django.db import models
from django.db.models.functions import Now

from dunwell.store.models import fields

RUN_STATES = ("started", "finished", "failed")


class PolicyVersion(models.Model):
    """One text of the policy file, kept for ever: letters and decisions quote it."""

    version = models.CharField(max_length=64, unique=True)
    text = fields.text(blank=False)
    effective_on = fields.day_or_none()
    recorded_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        """Return the digest's first characters."""
        return self.version[:12]


class Run(models.Model):
    """One run for one as-of date; its decisions are written with its end, in one transaction."""

    as_of = fields.day()
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, default="started")
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, null=True)
    data_fingerprint = fields.text()
    counts = models.JSONField(default=dict)
    failure = fields.text()
    run_by = fields.text()

    class Meta:
        """A finished run knows when it finished."""

        constraints = (
            fields.one_of("state", RUN_STATES, "run_state"),
            models.CheckConstraint(
                condition=~models.Q(state="finished") | models.Q(finished_at__isnull=False),
                name="run_finished_at",
            ),
        )
        indexes = (models.Index(fields=("as_of", "state"), name="run_as_of"),)

    def __str__(self) -> str:
        """Return the day it was for."""
        return f"run as of {self.as_of}"


class DecisionChunk(models.Model):
    """What one run decided for some accounts in each of their currencies, with every fact and reason to explain it.

    ``content`` is an Arrow file with the columns of ``assess.assessment.ACCOUNT_COLUMNS``, the reasons packed into
    ``reasons`` (``store.decision_chunks``, ``store.reasons``). The decisions of one account are found by
    ``first_account_id`` and ``account_ids``, which has every account between commas.
    """

    run = models.ForeignKey(Run, models.PROTECT, db_index=False)
    first_account_id = models.BigIntegerField()
    last_account_id = models.BigIntegerField()
    count = models.IntegerField()
    account_ids = fields.text(blank=False)
    content = models.BinaryField()  # last: what finds an account is read without it

    class Meta:
        """A run has an account in one chunk."""

        constraints = (
            models.UniqueConstraint("run", "first_account_id", name="decision_chunk_once"),
            models.CheckConstraint(condition=models.Q(count__gte=1), name="decision_chunk_filled"),
        )

    def __str__(self) -> str:
        """Return which accounts."""
        return f"decisions on accounts {self.first_account_id} to {self.last_account_id}"
