"""What customers say and what is agreed with them: promises, disputes, exclusions, calls, notes, and every move.

A case that suspends chasing does so from ``opened_on`` to ``until_on``, both included, or without an ``until_on`` until
it is closed. When it is closed, ``closed_on`` says on which day and ``held_through_on`` until which day it held: so an
earlier day can still be seen as it was, with the case open.
"""

from django.db import models
from django.db.models.functions import Now

from dunwell.store.models import fields
from dunwell.store.models.accounts import Account
from dunwell.store.models.ledger import Invoice
from dunwell.store.models.letters import Letter

PROMISE_STATES = ("made", "kept", "broken", "withdrawn")
DISPUTE_STATES = ("opened", "answered", "upheld", "credited", "rejected", "withdrawn")
EXCLUSION_STATES = ("in_force", "ended", "expired")
CASE_KINDS = (
    "promise", "dispute", "exclusion", "order", "plan", "offer", "referral", "application",
)  # fmt: skip
CALL_OUTCOMES = (
    "asked", "promised", "disputed", "answered", "called_us", "no_answer", "message_left", "wrong_number",
)  # fmt: skip
CALL_REQUESTS = ("asked", "promised", "disputed", "answered")
"""Outcomes of a call in which we reached somebody and asked for payment: a request that was really made."""
CALL_ANSWERS = ("promised", "disputed", "answered", "called_us")
"""Outcomes in which the customer answered: a response."""


class CaseTransition(models.Model):
    """One step in the life of a case: who, when, why, from what evidence. Rows are added, never changed."""

    kind = models.CharField(max_length=11)
    case_id = models.BigIntegerField()
    account = models.ForeignKey(Account, models.PROTECT, db_index=False)
    event = models.CharField(max_length=12)
    from_state = models.CharField(max_length=11, default="")
    to_state = models.CharField(max_length=11)
    at = models.DateTimeField(db_default=Now())
    on = fields.day()
    by = fields.text()
    reason = fields.text()
    evidence = fields.text()

    class Meta:
        """Found by its case and by its account's days."""

        constraints = (fields.one_of("kind", CASE_KINDS, "case_transition_kind"),)
        indexes = (
            models.Index(fields=("kind", "case_id"), name="case_transition_case"),
            models.Index(fields=("account", "on"), name="case_transition_account"),
            models.Index(
                fields=("id",),
                condition=~models.Q(by="run"),
                name="case_moved_by_hand",  # the last of them tells whether an assessment still holds
            ),
        )

    def __str__(self) -> str:
        """Return both states."""
        return f"{self.from_state or 'new'} → {self.to_state}"


class CaseLetter(models.Model):
    """Which case a letter off the ladder belongs to: its facts come from there.

    A credit check without an order is no case; its figures are kept in ``details``, and ``case_id`` is the account.
    """

    letter = models.OneToOneField(Letter, models.PROTECT, related_name="case")
    kind = models.CharField(max_length=11)
    case_id = models.BigIntegerField()
    details = models.JSONField(null=True)

    class Meta:
        """Found by its case."""

        constraints = (fields.one_of("kind", (*CASE_KINDS, "check"), "case_letter_kind"),)
        indexes = (models.Index(fields=("kind", "case_id"), name="case_letter_case"),)

    def __str__(self) -> str:
        """Return the case."""
        return f"{self.kind} {self.case_id}"


class Promise(models.Model):
    """A day and an amount that the customer promised to pay, on one invoice or on the account."""

    account = models.ForeignKey(Account, models.PROTECT)
    currency = fields.currency()
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True)
    amount_minor = fields.minor()
    state = models.CharField(max_length=9, default="made")
    opened_on = fields.day()
    until_on = fields.day()
    closed_on = fields.day_or_none()
    held_through_on = fields.day_or_none()
    note = fields.text()

    class Meta:
        """The promised day is not before the promise."""

        constraints = (
            *fields.of_a_case("promise", PROMISE_STATES),
            fields.amount_is_positive("promise_amount"),
            fields.not_before("until_on", "opened_on", "promise_until"),
        )
        indexes = (fields.by_state("promise"),)

    def __str__(self) -> str:
        """Return its state."""
        return self.state


class Dispute(models.Model):
    """What the customer says is wrong: a whole invoice, a part of it, or (without an invoice) the account.

    ``amount_minor`` null: the whole. An upheld dispute keeps suspending until its credit note has arrived.
    """

    account = models.ForeignKey(Account, models.PROTECT)
    currency = fields.currency(blank=True)
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True)
    amount_minor = fields.minor_or_none()
    state = models.CharField(max_length=9, default="opened")
    opened_on = fields.day()
    closed_on = fields.day_or_none()
    held_through_on = fields.day_or_none()
    note = fields.text()

    class Meta:
        """A part is a part of an invoice."""

        constraints = (
            *fields.of_a_case("dispute", DISPUTE_STATES, blank_currency=True),
            models.CheckConstraint(
                condition=models.Q(amount_minor__isnull=True) | models.Q(amount_minor__gt=0, invoice__isnull=False),
                name="dispute_part",
            ),
        )
        indexes = (fields.by_state("dispute"),)

    def __str__(self) -> str:
        """Return its state."""
        return self.state


class Exclusion(models.Model):
    """An account, or one invoice, that is left alone: until a day, or until somebody ends it."""

    account = models.ForeignKey(Account, models.PROTECT)
    currency = fields.currency(blank=True)
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True)
    state = models.CharField(max_length=9, default="in_force")
    opened_on = fields.day()
    until_on = fields.day_or_none()
    closed_on = fields.day_or_none()
    held_through_on = fields.day_or_none()
    note = fields.text()

    class Meta:
        """Its last day is not before its first."""

        constraints = (
            *fields.of_a_case("exclusion", EXCLUSION_STATES, blank_currency=True),
            models.CheckConstraint(
                condition=models.Q(until_on__isnull=True) | models.Q(until_on__gte=models.F("opened_on")),
                name="exclusion_until",
            ),
        )
        indexes = (fields.by_state("exclusion"),)

    def __str__(self) -> str:
        """Return its state."""
        return self.state


class Call(models.Model):
    """A telephone call and what came of it. Rows are added, never changed."""

    account = models.ForeignKey(Account, models.PROTECT)
    on = fields.day()
    currency = fields.currency(blank=True)
    outcome = models.CharField(max_length=12)
    spoke_with = fields.text()
    note = fields.text()
    by = fields.text()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        """Outcomes are those of the list."""

        constraints = (
            fields.one_of("outcome", CALL_OUTCOMES, "call_outcome"),
            fields.currency_is_three_letters("call_currency", blank=True),
        )

    def __str__(self) -> str:
        """Return its outcome."""
        return self.outcome


class Note(models.Model):
    """Something worth remembering of an account. Rows are added, never changed."""

    account = models.ForeignKey(Account, models.PROTECT)
    on = fields.day()
    text = fields.text(blank=False)
    by = fields.text()
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        """Return its text."""
        return self.text
