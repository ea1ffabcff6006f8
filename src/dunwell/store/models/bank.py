"""What the bank booked: every entry that may be a customer's money, what is proposed for it, and what became of it."""

from django.db import models
from django.db.models.functions import Now

from dunwell.store.models import fields
from dunwell.store.models.accounts import Account
from dunwell.store.models.imports import ImportBatch

BANK_ENTRY_STATES = ("unmatched", "proposed", "applied", "set_aside")
BANK_ENTRY_WAITING = ("unmatched", "proposed")
"""States in which a person is still to say whose money it is."""


class BankEntry(models.Model):
    """One entry of a bank statement, known by ``entry_reference`` whichever statement brings it.

    Stored is what may be a customer's money: what came in, and what was taken back. It counts as paid only through the
    payments of the ledger that bear its reference; they exist in the state ``applied`` and in no other. ``account`` is
    the customer it was applied to, where it is one: from it is learned who pays from which bank account.
    ``is_by_hand``: a person has decided about it, so it is never applied by itself again. ``direction`` is in or out.
    ``batch_of`` is the bank's reference of the booking that it is one payment of.
    """

    entry_reference = fields.key()
    bank_account = fields.text()
    booked_on = fields.day()
    valued_on = fields.day_or_none()
    currency = fields.currency()
    amount_minor = fields.minor()
    direction = models.CharField(max_length=3)
    is_reversal = models.BooleanField(default=False)
    is_batch = models.BooleanField(default=False)
    payer_name = fields.text()
    payer_account = fields.text()
    structured_reference = fields.text()
    remittance = fields.text()
    end_to_end_id = fields.text()
    bank_reference = fields.text()
    batch_of = fields.text()
    extra = models.JSONField(null=True)
    state = models.CharField(max_length=9, default="unmatched")
    account = models.ForeignKey(Account, models.PROTECT, null=True)
    is_by_hand = models.BooleanField(default=False)
    first_batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        """One row per reference; those that wait, and those of a batch, are found at once."""

        constraints = (
            models.UniqueConstraint("entry_reference", name="bankentry_once"),
            fields.key_is_filled("entry_reference", "bankentry_reference_filled"),
            fields.one_of("state", BANK_ENTRY_STATES, "bankentry_state"),
            fields.one_of("direction", ("in", "out"), "bankentry_direction"),
            fields.amount_is_positive("bankentry_amount"),
            fields.currency_is_three_letters("bankentry_currency"),
        )
        indexes = (
            models.Index(
                fields=("booked_on",),
                condition=models.Q(state__in=list(BANK_ENTRY_WAITING)),
                name="bankentry_waiting",
            ),
            models.Index(fields=("batch_of",), condition=~models.Q(batch_of=""), name="bankentry_items"),
            models.Index(fields=("bank_reference",), condition=models.Q(is_batch=True), name="bankentry_batches"),
        )

    def __str__(self) -> str:
        """Return number and state."""
        return f"bank entry {self.pk} ({self.state})"


class BankProposal(models.Model):
    """One way of applying an entry that waits, for one customer; ``rank`` 1 is the best.

    ``parts`` are pairs of invoice number (null: on the account, unapplied) and amount. Found anew with every import;
    what was proposed before is not kept.
    """

    bankentry = models.ForeignKey(BankEntry, models.PROTECT, related_name="proposals", db_index=False)
    rank = models.IntegerField()
    account = models.ForeignKey(Account, models.PROTECT)
    sureness = models.CharField(max_length=8)
    score = models.IntegerField()
    parts = models.JSONField()
    reasons = models.JSONField()

    class Meta:
        """One proposal of a rank per entry; found by its customer, whose letters it holds back."""

        constraints = (
            models.UniqueConstraint("bankentry", "rank", name="bankproposal_once"),
            fields.one_of("sureness", ("sure", "likely", "possible"), "bankproposal_sureness"),
            models.CheckConstraint(condition=models.Q(score__gte=0, score__lte=100), name="bankproposal_score"),
        )

    def __str__(self) -> str:
        """Return rank and score."""
        return f"{self.rank}: {self.score} of 100"


class BankMove(models.Model):
    """One step in the life of a bank entry: who, when, why. Rows are added, never changed.

    ``parts`` is canonical JSON of what was applied or taken out again: triples of account number, invoice number (null:
    on the account) and amount in minor units.
    """

    bankentry = models.ForeignKey(BankEntry, models.PROTECT, related_name="moves")
    event = models.CharField(max_length=12)
    from_state = models.CharField(max_length=9, default="")
    to_state = models.CharField(max_length=9)
    at = models.DateTimeField(db_default=Now())
    on = fields.day()
    by = fields.text()
    reason = fields.text()
    parts = fields.text()

    class Meta:
        """States are those of bank entries; the first comes from nothing."""

        constraints = (
            fields.one_of("to_state", BANK_ENTRY_STATES, "bankmove_to"),
            fields.one_of("from_state", ("", *BANK_ENTRY_STATES), "bankmove_from"),
        )
        indexes = (
            models.Index(
                fields=("id",),
                condition=~models.Q(by="run"),
                name="bankmove_by_hand",  # the last of them tells whether an assessment still holds
            ),
        )

    def __str__(self) -> str:
        """Return both states."""
        return f"{self.from_state or 'new'} → {self.to_state}"
