"""The audit trail: what was done, by whom, chained entry by entry so that nothing can be changed unseen."""

from django.db import models

from dunwell.store.models import fields


class AuditEntry(models.Model):
    """One thing that was done. Rows are added, never changed; triggers on the table refuse anything else.

    ``number`` counts without gaps. ``at`` is the instant in UTC as text, ``on`` the business date, where there is one.
    ``what`` names the kind of case or act and ``subject_id`` which one; ``account_id`` is the customer concerned. No
    foreign keys: the trail outlives what it tells of. ``summary`` is canonical JSON, kept as text byte for byte, with
    digests of rows and never the texts about a person. ``sha256`` covers every other column.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.CharField(max_length=27)
    on = fields.day_or_none()
    by = fields.text()
    what = models.CharField(max_length=20)
    subject_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)
    summary = fields.text()
    previous_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)

    class Meta:
        """Found by account."""

        indexes = (
            models.Index(fields=("account_id", "number"), name="audit_by_account"),
            models.Index(fields=("what", "number"), name="audit_by_what"),
        )

    def __str__(self) -> str:
        """Return its number and what was done."""
        return f"{self.number} {self.what}"
