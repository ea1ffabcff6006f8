"""Letters and the story of each of them."""

from django.db import models
from django.db.models.functions import Now

from dunwell.store.models import fields
from dunwell.store.models.accounts import Account
from dunwell.store.models.runs import Run

LETTER_STATES = (
    "draft", "approved", "queued", "in_flight", "sent", "delivered", "bounced", "uncertain", "cancelled",
)  # fmt: skip
LETTER_SENT = ("sent", "delivered")
"""States in which a request counts as really sent. A bounce is a task and an uncertain outcome a question, so
neither may bring a customer nearer to a hold."""


class Letter(models.Model):
    """One letter to one account in one currency.

    ``step`` is the ladder step or, off the ladder, the kind of letter; ``episode_start_on`` the day from which the step
    could be taken (``runs/occasion.py``) or, for a release letter, the day its hold began. A cancelled letter gives its
    step back: the next attempt has the next ``attempt`` number. ``content`` is frozen at approval: what is sent is what
    was approved.
    """

    account = models.ForeignKey(Account, models.PROTECT, db_index=False)
    currency = fields.currency()
    kind = models.CharField(max_length=20)
    step = models.CharField(max_length=100)
    is_request = models.BooleanField(default=True)  # counts as a payment request once it is sent
    language = models.CharField(max_length=10)
    channel = models.CharField(max_length=20, default="email")
    state = models.CharField(max_length=10, default="draft")
    episode_start_on = fields.day()
    attempt = models.IntegerField(default=1)
    reference = fields.key()
    drafted_on = fields.day()
    pay_by_on = fields.day_or_none()
    total_due_minor = fields.minor()
    run = models.ForeignKey(Run, models.PROTECT, null=True, db_index=False)  # the run that drafted it
    drafted_by = fields.text()
    approved_at = models.DateTimeField(null=True)
    approved_by = fields.text()
    sent_on = fields.day_or_none()
    content = models.JSONField(null=True)

    class Meta:
        """A step is written once per episode and attempt, a reference names one letter, one attempt lives."""

        constraints = (
            models.UniqueConstraint("account", "currency", "episode_start_on", "step", "attempt", name="letter_once"),
            models.UniqueConstraint(
                fields=("account", "currency", "episode_start_on", "step"),
                condition=~models.Q(state="cancelled"),
                name="letter_one_live",
            ),
            models.UniqueConstraint("reference", name="letter_reference_once"),
            fields.key_is_filled("reference", "letter_reference_filled"),
            fields.key_is_filled("step", "letter_step_filled"),
            *fields.of_a_case("letter", LETTER_STATES),
            models.CheckConstraint(condition=models.Q(attempt__gte=1), name="letter_attempt"),
            fields.known_in(("sent", "delivered", "bounced"), "sent_on", "letter_sent_on"),
        )
        indexes = (  # which letters wait, and for whom, is told without reading them
            models.Index(fields=("state", "account", "currency", "id"), name="letter_in_state"),
        )

    def __str__(self) -> str:
        """Return its reference."""
        return self.reference


class LetterTransition(models.Model):
    """One step in the life of a letter: who, when, why. Rows are added, never changed."""

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=10, default="")
    to_state = models.CharField(max_length=10)
    at = models.DateTimeField(db_default=Now())
    on = fields.day()
    by = fields.text()
    reason = fields.text()

    class Meta:
        """States are those of letters; the first comes from nothing."""

        constraints = (*fields.of_a_move("letter", LETTER_STATES),)
        indexes = (
            models.Index(
                fields=("id",),
                condition=models.Q(to_state__in=["sent", "delivered", "bounced", "cancelled"]) & ~models.Q(by="run"),
                name="letter_moved_by_hand",  # the last of them tells whether an assessment still holds
            ),
        )

    def __str__(self) -> str:
        """Return both states."""
        return f"{self.from_state or 'new'} → {self.to_state}"
