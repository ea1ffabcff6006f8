"""Credit holds and the story of each of them."""

from django.db import models
from django.db.models.functions import Now

from dunwell.store.models import fields
from dunwell.store.models.accounts import Account
from dunwell.store.models.letters import Letter
from dunwell.store.models.runs import Run

HOLD_STATES = ("proposed", "approved", "notified", "in_force", "released", "withdrawn")
HOLD_LIVE = ("proposed", "approved", "notified", "in_force")
"""States of which an account may have one at a time per currency."""


class Hold(models.Model):
    """One hold on the credit of one account in one currency (product §2.1).

    ``demanded_minor`` is what its letter demands, ``cure_by_on`` the last day to pay it.
    """

    account = models.ForeignKey(Account, models.PROTECT)
    currency = fields.currency()
    state = models.CharField(max_length=9, default="proposed")
    proposed_on = fields.day()
    in_force_on = fields.day_or_none()
    cure_by_on = fields.day_or_none()
    demanded_minor = fields.minor()
    released_on = fields.day_or_none()
    letter = models.ForeignKey(Letter, models.PROTECT, null=True)
    run = models.ForeignKey(Run, models.PROTECT, null=True, db_index=False)  # the run that proposed it

    class Meta:
        """At most one live hold per account and currency; none in force without its letter and its first day."""

        constraints = (
            fields.one_live("hold", HOLD_LIVE),
            *fields.of_a_case("hold", HOLD_STATES),
            fields.known_in(("notified", "in_force", "released"), "letter", "hold_has_letter"),
            fields.known_in(("in_force", "released"), "in_force_on", "hold_in_force_on"),
            models.CheckConstraint(
                condition=models.Q(state="released", released_on__isnull=False)
                | models.Q(~models.Q(state="released"), released_on__isnull=True),
                name="hold_released_on",
            ),
        )
        indexes = (models.Index(fields=("state", "released_on", "id"), name="hold_in_state"),)

    def __str__(self) -> str:
        """Return its state."""
        return self.state


class HoldTransition(models.Model):
    """One step in the life of a hold: who, when, why. Rows are added, never changed."""

    hold = models.ForeignKey(Hold, models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=9, default="")
    to_state = models.CharField(max_length=9)
    at = models.DateTimeField(db_default=Now())
    on = fields.day()
    by = fields.text()
    reason = fields.text()

    class Meta:
        """States are those of holds; the first comes from nothing."""

        constraints = (*fields.of_a_move("hold", HOLD_STATES),)
        indexes = (
            models.Index(
                fields=("id",),
                condition=models.Q(to_state__in=["in_force", "released"]) & ~models.Q(by="run"),
                name="hold_moved_by_hand",  # the last of them tells whether an assessment still holds
            ),
        )

    def __str__(self) -> str:
        """Return both states."""
        return f"{self.from_state or 'new'} → {self.to_state}"
