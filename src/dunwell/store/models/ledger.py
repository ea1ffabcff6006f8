"""What is owed, what came in, what happened, and what is ordered."""

from django.db import models
from django.db.models.functions import Coalesce

from dunwell.store.models import fields
from dunwell.store.models.accounts import Account
from dunwell.store.models.imports import ImportBatch

ENTRY_KINDS = ("payment", "credit_note", "write_off", "refund", "reversal")
EVENT_KINDS = (
    "request", "call", "response", "promise", "dispute", "plan", "exclusion", "hold", "release",
)  # fmt: skip
ORDER_STATES = ("approved", "held", "released", "refused", "invoiced")


class Invoice(models.Model):
    """An invoice, known by its number within its account, or one instalment of it.

    Most invoices are their own first instalment and have no other. What names an invoice (an entry, an event, a case)
    refers to its first instalment; how money falls on the others is worked out when the ledger is read.
    """

    account = models.ForeignKey(Account, models.PROTECT, db_index=False)  # the unique constraint begins with it
    invoice_number = fields.key()
    instalment = models.IntegerField(default=1)
    order_number = fields.text()
    issued_on = fields.day_or_none()
    delivered_on = fields.day_or_none()
    due_on = fields.day_or_none()
    currency = fields.currency()
    amount_minor = fields.minor()
    description = fields.text()
    document = fields.text()
    extra = models.JSONField(null=True)
    first_batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, related_name="+", db_index=False)
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, related_name="+")

    class Meta:
        """One invoice number and instalment per account; the few undated and later ones are found at once."""

        constraints = (
            models.UniqueConstraint("account", "invoice_number", "instalment", name="invoice_once"),
            models.CheckConstraint(condition=models.Q(instalment__gte=1), name="invoice_instalment"),
            fields.key_is_filled("invoice_number", "invoice_number_filled"),
            fields.amount_is_positive("invoice_amount"),
            fields.currency_is_three_letters("invoice_currency"),
        )
        indexes = (
            models.Index(fields=("instalment",), condition=models.Q(instalment__gt=1), name="invoice_instalments"),
            models.Index(fields=("account",), condition=models.Q(due_on__isnull=True), name="invoice_undated"),
        )

    def __str__(self) -> str:
        """Return the invoice number."""
        return self.invoice_number


class Entry(models.Model):
    """A payment, credit note, write-off, refund or reversal, on an invoice or (without one) on the account.

    A payment reference names one payment of one account, which may be spread over several invoices; ``part`` counts
    its rows. So importing the rows of a reference again replaces what was known of it: an amount corrected, cash
    applied to an invoice later or split anew never counts twice.
    """

    account = models.ForeignKey(Account, models.PROTECT, db_index=False)
    payment_reference = fields.key()
    kind = models.CharField(max_length=12, default="payment")
    part = models.IntegerField(default=1)
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True)
    paid_on = fields.day()
    currency = fields.currency()
    amount_minor = fields.minor()
    extra = models.JSONField(null=True)
    first_batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, related_name="+", db_index=False)
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, related_name="+")

    class Meta:
        """One row per account, reference, kind and part."""

        constraints = (
            models.UniqueConstraint("account", "payment_reference", "kind", "part", name="entry_once"),
            fields.key_is_filled("payment_reference", "entry_reference_filled"),
            fields.one_of("kind", ENTRY_KINDS, "entry_kind"),
            fields.amount_is_positive("entry_amount"),
            fields.currency_is_three_letters("entry_currency"),
            models.CheckConstraint(condition=models.Q(part__gte=1), name="entry_part"),
        )

    def __str__(self) -> str:
        """Return reference and kind."""
        return f"{self.payment_reference} ({self.kind})"


class Event(models.Model):
    """Something that happened: a request before Dunwell, a call, an answer, a promise, a dispute.

    Known by account, day, kind, channel, invoice, currency and step; ``occurrence`` tells equal ones of a file
    apart. Amount, last day and note may be corrected by importing the row again.
    """

    account = models.ForeignKey(Account, models.PROTECT, db_index=False)
    on = fields.day()
    kind = models.CharField(max_length=10)
    channel = fields.text()
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True)
    currency = fields.currency(blank=True)
    step = fields.text()
    occurrence = models.IntegerField(default=1)
    amount_minor = fields.minor_or_none()
    until_on = fields.day_or_none()
    note = fields.text()
    extra = models.JSONField(null=True)
    first_batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, related_name="+", db_index=False)
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, related_name="+")

    class Meta:
        """One row per identifying fields; no invoice counts as a value (0), which plain nulls would not."""

        constraints = (
            models.UniqueConstraint(
                "account", "on", "kind", "channel", Coalesce("invoice", 0), "currency", "step", "occurrence",
                name="event_once",
            ),
            fields.one_of("kind", EVENT_KINDS, "event_kind"),
            fields.currency_is_three_letters("event_currency", blank=True),
            models.CheckConstraint(condition=models.Q(occurrence__gte=1), name="event_occurrence"),
        )  # fmt: skip

    def __str__(self) -> str:
        """Return day and kind."""
        return f"{self.on} {self.kind}"


class Order(models.Model):
    """An order on credit; approved or released and not yet invoiced it counts into the exposure.

    A held order waits for the hold on its account to end (``waits_for_hold``) or for a person. ``reasons`` are those of
    the credit check that decided it.
    """

    account = models.ForeignKey(Account, models.PROTECT, db_index=False)
    order_number = fields.key()
    ordered_on = fields.day()
    currency = fields.currency()
    amount_minor = fields.minor()
    state = models.CharField(max_length=10, default="approved")
    waits_for_hold = models.BooleanField(default=False)
    description = fields.text()
    reasons = models.JSONField(null=True)

    class Meta:
        """One order number per account."""

        constraints = (
            models.UniqueConstraint("account", "order_number", name="order_once"),
            fields.key_is_filled("order_number", "order_number_filled"),
            fields.one_of("state", ORDER_STATES, "order_state"),
            fields.amount_is_positive("order_amount"),
            fields.currency_is_three_letters("order_currency"),
        )
        indexes = (fields.by_state("order"),)

    def __str__(self) -> str:
        """Return the order number."""
        return self.order_number


class LedgerColumns(models.Model):
    """A part of a frame of the ledger as an Arrow file: a copy of rows, see ``store.ledger_columns``.

    ``through_entry`` is the last entry of the audit trail that the copy knows of, the same in all of its parts.
    """

    frame = models.CharField(max_length=8)
    part = models.IntegerField()
    through_entry = models.BigIntegerField()
    content = models.BinaryField()

    class Meta:
        """A part is there once."""

        constraints = (models.UniqueConstraint("frame", "part", name="ledger_columns_once"),)

    def __str__(self) -> str:
        """Return which part."""
        return f"{self.frame}, part {self.part}"
