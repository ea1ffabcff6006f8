"""Which file brought what, and through which day the bank is known."""

from django.db import models
from django.db.models.functions import Now

from dunwell.store.models import fields

IMPORT_KINDS = ("customers", "invoices", "payments", "events")


class ImportBatch(models.Model):
    """One table of one imported file.

    Rows of the ledger name the batch that first brought them and the one that last changed them. Payments also say
    through which day bank data is complete (product §2.4): stated by the user, or derived as the latest payment in
    the file, which is the most that can be known without being told.
    """

    source = fields.text(blank=False)
    sha256 = models.CharField(max_length=64, default="")
    kind = models.CharField(max_length=10)
    imported_at = models.DateTimeField(db_default=Now())
    imported_by = fields.text()
    rows_inserted = models.BigIntegerField(default=0)
    rows_updated = models.BigIntegerField(default=0)
    rows_removed = models.BigIntegerField(default=0)
    rows_unchanged = models.BigIntegerField(default=0)
    rows_rejected = models.BigIntegerField(default=0)
    bank_complete_through = fields.day_or_none()
    is_bank_date_derived = models.BooleanField(default=False)

    class Meta:
        """Kinds are the canonical tables."""

        constraints = (fields.one_of("kind", IMPORT_KINDS, "import_kind"),)
        indexes = (models.Index(fields=("bank_complete_through",), name="import_bank_date"),)

    def __str__(self) -> str:
        """Return the file and what was read from it."""
        return f"{self.source} ({self.kind})"
