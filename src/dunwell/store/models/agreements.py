"""What is offered to a customer and where it ends: payment plans, other offers, credit applications, referrals.

``closed_on`` and ``held_through_on`` mean what they mean in ``store.models.cases``.
"""

from django.db import models

from dunwell.store.models import fields
from dunwell.store.models.accounts import Account
from dunwell.store.models.cases import Promise
from dunwell.store.models.holds import Hold

PLAN_STATES = (
    "offered", "accepted", "active", "completed", "defaulted", "declined", "lapsed", "cancelled",
)  # fmt: skip
PLAN_LIVE = ("offered", "accepted", "active")
"""States of which an account may have one at a time per currency."""
OFFER_KINDS = ("longer_line", "discount")
OFFER_STATES = ("offered", "accepted", "declined", "lapsed")
APPLICATION_STATES = ("received", "granted", "refused")
REFERRAL_STATES = ("proposed", "approved", "handed_over", "recovered", "closed", "withdrawn")
REFERRAL_LIVE = ("proposed", "approved", "handed_over")


class Plan(models.Model):
    """A payment plan (product §4): offered on ``opened_on``, in force from ``agreed_on`` until it is closed.

    ``total_minor`` is the sum of its instalments, ``covered_minor`` what was owed, less unapplied credit, on the
    invoices it covers when it was offered: those issued on or before that day. ``suspended_hold`` is the hold that its
    acceptance released.
    """

    account = models.ForeignKey(Account, models.PROTECT)
    currency = fields.currency()
    state = models.CharField(max_length=9, default="offered")
    opened_on = fields.day()
    expires_on = fields.day()
    total_minor = fields.minor()
    covered_minor = fields.minor()
    interest_hundredths = models.IntegerField(default=0)
    grace_days = models.IntegerField()
    agreed_on = fields.day_or_none()
    agreed_by = fields.text()
    agreed_how = fields.text()
    closed_on = fields.day_or_none()
    held_through_on = fields.day_or_none()
    suspended_hold = models.ForeignKey(Hold, models.PROTECT, null=True, related_name="+")

    class Meta:
        """At most one live plan per account and currency; an agreed one knows its day."""

        constraints = (
            fields.one_live("plan", PLAN_LIVE),
            *fields.of_a_case("plan", PLAN_STATES),
            models.CheckConstraint(condition=models.Q(total_minor__gt=0), name="plan_total"),
            fields.known_in(("accepted", "active", "completed", "defaulted"), "agreed_on", "plan_agreed_on"),
        )
        indexes = (fields.by_state("plan"),)

    def __str__(self) -> str:
        """Return its state."""
        return self.state


class Instalment(models.Model):
    """One instalment of a plan; ``amount_minor`` is principal plus interest, ``rest_minor`` the principal left then."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="instalments", db_index=False)
    number = models.IntegerField()
    due_on = fields.day()
    principal_minor = fields.minor()
    interest_minor = fields.minor()
    amount_minor = fields.minor()
    rest_minor = fields.minor()
    paid_on = fields.day_or_none()

    class Meta:
        """Numbered within the plan."""

        constraints = (
            models.UniqueConstraint("plan", "number", name="instalment_once"),
            fields.amount_is_positive("instalment_amount"),
        )

    def __str__(self) -> str:
        """Return number and day."""
        return f"{self.number} on {self.due_on}"


class Offer(models.Model):
    """A longer credit line or an early-payment discount; accepted, it is a promise to pay by ``pay_by_on``."""

    account = models.ForeignKey(Account, models.PROTECT)
    currency = fields.currency()
    kind = models.CharField(max_length=11)
    state = models.CharField(max_length=9, default="offered")
    opened_on = fields.day()
    expires_on = fields.day()
    pay_by_on = fields.day()
    pay_minor = fields.minor()
    discount_minor = fields.minor()
    discount_hundredths = models.IntegerField(default=0)
    closed_on = fields.day_or_none()
    promise = models.ForeignKey(Promise, models.PROTECT, null=True, related_name="+")

    class Meta:
        """One open offer of a kind per account and currency."""

        constraints = (
            models.UniqueConstraint(
                fields=("account", "currency", "kind"), condition=models.Q(state="offered"), name="offer_one_open"
            ),
            fields.one_of("kind", OFFER_KINDS, "offer_kind"),
            *fields.of_a_case("offer", OFFER_STATES),
            models.CheckConstraint(condition=models.Q(pay_minor__gt=0), name="offer_pay"),
        )
        indexes = (fields.by_state("offer"),)

    def __str__(self) -> str:
        """Return its state."""
        return self.state


class Application(models.Model):
    """A customer's application for credit and what was decided: ``granted_minor`` becomes the credit limit."""

    account = models.ForeignKey(Account, models.PROTECT)
    currency = fields.currency()
    state = models.CharField(max_length=8, default="received")
    opened_on = fields.day()
    requested_minor = fields.minor()
    granted_minor = fields.minor_or_none()
    closed_on = fields.day_or_none()
    document = fields.text()
    note = fields.text()

    class Meta:
        """One open application per account."""

        constraints = (
            models.UniqueConstraint(
                fields=("account",), condition=models.Q(state="received"), name="application_one_open"
            ),
            *fields.of_a_case("application", APPLICATION_STATES),
            models.CheckConstraint(condition=models.Q(requested_minor__gt=0), name="application_amount"),
        )

    def __str__(self) -> str:
        """Return its state."""
        return self.state


class Referral(models.Model):
    """A debt handed to somebody else: an attorney, a court, an agency. From ``handed_over_on`` we chase no more."""

    account = models.ForeignKey(Account, models.PROTECT)
    currency = fields.currency()
    option = fields.text(blank=False)
    state = models.CharField(max_length=11, default="proposed")
    opened_on = fields.day()
    amount_minor = fields.minor()
    proposed_by = fields.text()
    handed_over_on = fields.day_or_none()
    recovered_minor = fields.minor_or_none()
    closed_on = fields.day_or_none()
    held_through_on = fields.day_or_none()
    note = fields.text()

    class Meta:
        """At most one live referral per account and currency; one handed over knows its day."""

        constraints = (
            fields.one_live("referral", REFERRAL_LIVE),
            *fields.of_a_case("referral", REFERRAL_STATES),
            fields.known_in(("handed_over", "recovered"), "handed_over_on", "referral_handed_over_on"),
        )

    def __str__(self) -> str:
        """Return its state."""
        return self.state
