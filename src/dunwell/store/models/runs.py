"""What was decided, when, by which policy, from which facts."""

from django.db import models
from django.db.models.functions import Now

from dunwell.store.models import fields
from dunwell.store.models.accounts import Account

RUN_STATES = ("started", "finished", "failed")
ACTIONS = ("none", "letter", "hold", "release", "match_cash", "refer", "review")
HOLDS = ("none", "proposed", "approved", "notified", "in_force")


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


class Decision(models.Model):
    """What one run decided for one account and currency, with every fact and reason needed to explain it.

    Columns are those of ``assess.assessment.ACCOUNT_COLUMNS``; the reasons are the bits of ``reasons``
    (``store.reasons``). The decisions of one account are found run by run through the unique constraint; an index
    of their own would cost every run more than it saves the few who ask.
    """

    run = models.ForeignKey(Run, models.PROTECT, db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, db_index=False)
    currency = fields.currency()
    policy = fields.text()
    open_minor = fields.minor()
    overdue_minor = fields.minor()
    chaseable_minor = fields.minor()
    oldest_days_past_due = models.BigIntegerField(null=True)
    current_minor = fields.minor()
    days_1_30_minor = fields.minor()
    days_31_60_minor = fields.minor()
    days_61_90_minor = fields.minor()
    days_over_90_minor = fields.minor()
    unapplied_minor = fields.minor()
    exposure_minor = fields.minor()
    credit_limit_minor = fields.minor_or_none()
    late_fee_minor = fields.minor()
    interest_minor = fields.minor()
    compensation_minor = fields.minor()
    total_due_minor = fields.minor()
    requests_sent = models.BigIntegerField()
    unanswered_requests = models.BigIntegerField()
    episode_start_on = fields.day_or_none()
    last_request_on = fields.day_or_none()
    last_response_on = fields.day_or_none()
    paused_until_on = fields.day_or_none()
    last_letter_on = fields.day_or_none()
    last_pay_by_on = fields.day_or_none()
    warned_on = fields.day_or_none()
    warning_pay_by_on = fields.day_or_none()
    promised_until_on = fields.day_or_none()
    excluded_until_on = fields.day_or_none()
    released_on = fields.day_or_none()
    held_on = fields.day_or_none()
    cure_by_on = fields.day_or_none()
    held_open_minor = fields.minor_or_none()
    reasons = models.BigIntegerField()
    hold = models.CharField(max_length=8, default="none")
    action = models.CharField(max_length=10)
    step = fields.text()
    step_day = models.BigIntegerField(null=True)
    letter_kind = fields.text()
    pay_by_on = fields.day_or_none()
    next_look_on = fields.day_or_none()

    class Meta:
        """One decision per run, account and currency."""

        constraints = (
            models.UniqueConstraint("run", "account", "currency", name="decision_once"),
            fields.one_of("hold", HOLDS, "decision_hold"),
            fields.one_of("action", ACTIONS, "decision_action"),
        )

    def __str__(self) -> str:
        """Return the action."""
        return self.action
