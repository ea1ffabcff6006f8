"""The tables, one small file per subject.

Amounts are integer minor units of the row's currency (a decimal column would be a float on SQLite); dates are
business dates of the creditor; instants are UTC and given by the database. What the product calls unique or
impossible is a constraint here, so that a second try, a second process or a mistake in the code cannot break it.
"""

from dunwell.store.setup import ensure_django

ensure_django()

from dunwell.store.models.accounts import Account  # noqa: E402 (models need Django set up)
from dunwell.store.models.agreements import (  # noqa: E402
    APPLICATION_STATES,
    OFFER_KINDS,
    OFFER_STATES,
    PLAN_LIVE,
    PLAN_STATES,
    REFERRAL_LIVE,
    REFERRAL_STATES,
    Application,
    Instalment,
    Offer,
    Plan,
    Referral,
)
from dunwell.store.models.audit import AuditEntry  # noqa: E402
from dunwell.store.models.bank import (  # noqa: E402
    BANK_ENTRY_STATES,
    BANK_ENTRY_WAITING,
    BankEntry,
    BankMove,
    BankProposal,
)
from dunwell.store.models.cases import (  # noqa: E402
    CALL_ANSWERS,
    CALL_OUTCOMES,
    CALL_REQUESTS,
    CASE_KINDS,
    DISPUTE_STATES,
    EXCLUSION_STATES,
    PROMISE_STATES,
    Call,
    CaseLetter,
    CaseTransition,
    Dispute,
    Exclusion,
    Note,
    Promise,
)
from dunwell.store.models.holds import HOLD_LIVE, HOLD_STATES, Hold, HoldTransition  # noqa: E402
from dunwell.store.models.imports import ImportBatch  # noqa: E402
from dunwell.store.models.ledger import ORDER_STATES, Entry, Event, Invoice, LedgerColumns, Order  # noqa: E402
from dunwell.store.models.letters import LETTER_SENT, LETTER_STATES, Letter, LetterTransition  # noqa: E402
from dunwell.store.models.people import ROLES, Person, SignIn  # noqa: E402
from dunwell.store.models.runs import DecisionChunk, PolicyVersion, Run  # noqa: E402

__all__ = [
    "APPLICATION_STATES",
    "BANK_ENTRY_STATES",
    "BANK_ENTRY_WAITING",
    "CALL_ANSWERS",
    "CALL_OUTCOMES",
    "CALL_REQUESTS",
    "CASE_KINDS",
    "DISPUTE_STATES",
    "EXCLUSION_STATES",
    "HOLD_LIVE",
    "HOLD_STATES",
    "LETTER_SENT",
    "LETTER_STATES",
    "OFFER_KINDS",
    "OFFER_STATES",
    "ORDER_STATES",
    "PLAN_LIVE",
    "PLAN_STATES",
    "PROMISE_STATES",
    "REFERRAL_LIVE",
    "REFERRAL_STATES",
    "ROLES",
    "Account",
    "Application",
    "AuditEntry",
    "BankEntry",
    "BankMove",
    "BankProposal",
    "Call",
    "CaseLetter",
    "CaseTransition",
    "DecisionChunk",
    "Dispute",
    "Entry",
    "Event",
    "Exclusion",
    "Hold",
    "HoldTransition",
    "ImportBatch",
    "Instalment",
    "Invoice",
    "LedgerColumns",
    "Letter",
    "LetterTransition",
    "Note",
    "Offer",
    "Order",
    "Person",
    "Plan",
    "PolicyVersion",
    "Promise",
    "Referral",
    "Run",
    "SignIn",
]
