"""Who buys on credit."""

from django.db import models

from dunwell.store.models import fields
from dunwell.store.models.imports import ImportBatch


class Account(models.Model):
    """A customer, known by its account number (product §1)."""

    account_number = fields.key()
    name = fields.text(blank=False)
    language = models.CharField(max_length=10, default="")
    country = models.CharField(max_length=2, default="")
    party_type = models.CharField(max_length=10, default="business")
    segment = fields.text()
    email = fields.text()
    street = fields.text()
    postcode = fields.text()
    city = fields.text()
    contact_name = fields.text()
    salutation = fields.text()
    phone = fields.text()
    currency = fields.currency(blank=True)
    credit_limit_minor = fields.minor_or_none()
    policy = fields.text()
    contract_allows_hold = models.BooleanField(null=True)
    contract_document = fields.text()
    extra = models.JSONField(null=True)
    first_batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, related_name="+", db_index=False)
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, related_name="+")

    class Meta:
        """Unique by account number."""

        constraints = (
            models.UniqueConstraint("account_number", name="account_once"),
            fields.key_is_filled("account_number", "account_number_filled"),
            fields.one_of("party_type", ("business", "consumer", "public"), "account_party_type"),
            fields.currency_is_three_letters("account_currency", blank=True),
        )

    def __str__(self) -> str:
        """Return number and name, as people say them."""
        return f"{self.account_number} {self.name}"
