"""The tables, one small file per subject.

Amounts are integer minor units of the row's currency (a decimal column would be a float on SQLite); dates are
business dates of the creditor; instants are UTC and given by the database. What the product calls unique or
impossible is a constraint here, so that a second try, a second process or a mistake in the code cannot break it.
"""

from dunwell.store.setup import ensure_django

ensure_django()

from dunwell.store.models.accounts import Account  # noqa: E402 (models need Django set up)
from dunwell.store.models.holds import HOLD_LIVE, HOLD_STATES, Hold, HoldTransition  # noqa: E402
from dunwell.store.models.imports import ImportBatch  # noqa: E402
from dunwell.store.models.ledger import Entry, Event, Invoice, Order  # noqa: E402
from dunwell.store.models.letters import LETTER_SENT, LETTER_STATES, Letter, LetterTransition  # noqa: E402
from dunwell.store.models.runs import Decision, PolicyVersion, Run  # noqa: E402

__all__ = [
    "HOLD_LIVE",
    "HOLD_STATES",
    "LETTER_SENT",
    "LETTER_STATES",
    "Account",
    "Decision",
    "Entry",
    "Event",
    "Hold",
    "HoldTransition",
    "ImportBatch",
    "Invoice",
    "Letter",
    "LetterTransition",
    "Order",
    "PolicyVersion",
    "Run",
]
