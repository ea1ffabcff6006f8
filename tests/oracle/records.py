"""The rows of a ledger and of an assessment as plain values.

The fields are named after the columns of ``dunwell.ledger.frames`` and ``dunwell.assess.assessment``, so that
a row of the one compares with a row of the other name by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dunwell.law import Law
from dunwell.policy.model import Policy, PolicySet


@dataclass(frozen=True, slots=True)
class OracleAccount:
    account_id: int
    country: str = "DE"
    party_type: str = "business"
    segment: str | None = None
    currency: str = "EUR"
    credit_limit_minor: int | None = None
    policy: str | None = None
    contract_allows_hold: bool | None = None

    @property
    def account_number(self) -> str:
        return f"C-{self.account_id}"


@dataclass(frozen=True, slots=True)
class OracleInvoice:
    invoice_id: int
    account_id: int
    currency: str
    issued_on: date | None
    due_on: date | None
    amount_minor: int


@dataclass(frozen=True, slots=True)
class OracleEntry:
    account_id: int
    invoice_id: int | None
    currency: str
    paid_on: date
    amount_minor: int
    kind: str = "payment"


@dataclass(frozen=True, slots=True)
class OracleEvent:
    account_id: int
    on: date
    kind: str
    channel: str | None = None
    currency: str | None = None
    invoice_id: int | None = None
    amount_minor: int | None = None
    until_on: date | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True)
class OracleOrder:
    account_id: int
    currency: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class OracleLedger:
    accounts: tuple[OracleAccount, ...]
    invoices: tuple[OracleInvoice, ...] = ()
    entries: tuple[OracleEntry, ...] = ()
    events: tuple[OracleEvent, ...] = ()
    orders: tuple[OracleOrder, ...] = ()

    def only(self, account_ids: frozenset[int]) -> "OracleLedger":
        """The part of the ledger that belongs to these accounts."""
        return OracleLedger(
            tuple(row for row in self.accounts if row.account_id in account_ids),
            tuple(row for row in self.invoices if row.account_id in account_ids),
            tuple(row for row in self.entries if row.account_id in account_ids),
            tuple(row for row in self.events if row.account_id in account_ids),
            tuple(row for row in self.orders if row.account_id in account_ids),
        )


@dataclass(frozen=True, slots=True)
class Creditor:
    """Where the creditor sits, and the tables of late-payment law that are in force."""

    law: Law
    jurisdiction: str
    looked_up: dict[tuple[str, date], Any] = field(default_factory=dict, compare=False, repr=False)
    """Rates by party type and day, read from the tables once and not once for every debt."""


@dataclass(frozen=True, slots=True)
class World:
    """All that an assessment reads: the ledger, the policies, the day, and the law of the creditor."""

    ledger: OracleLedger
    policies: PolicySet
    as_of: date
    creditor: Creditor | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """An account in one of its currencies on the as-of date: only the rows that count that day."""

    account: OracleAccount
    currency: str
    policy: Policy
    as_of: date
    invoices: tuple[OracleInvoice, ...]
    entries: tuple[OracleEntry, ...]
    events: tuple[OracleEvent, ...]
    answers_on: tuple[date, ...]
    """Every day on which the customer answered: events of the whole account, payments of the pair."""
    orders: tuple[OracleOrder, ...] = ()
    applied: Mapping[int, tuple[OracleEntry, ...]] = field(default_factory=dict)
    """The entries of each counted invoice."""
    creditor: Creditor | None = None

    def events_of(self, *kinds: str) -> list[OracleEvent]:
        return [event for event in self.events if event.kind in kinds]

    def active(self, kind: str) -> list[OracleEvent]:
        """The events of a kind that hold on the as-of date, both ends included."""
        return [
            event
            for event in self.events_of(kind)
            if event.on <= self.as_of and (event.until_on is None or self.as_of <= event.until_on)
        ]


@dataclass(frozen=True, slots=True)
class InvoiceResult:
    invoice_id: int
    account_id: int
    currency: str
    due_on: date | None
    days_past_due: int | None
    bucket: str
    amount_minor: int
    open_minor: int
    disputed_minor: int
    chaseable_minor: int
    late_fee_minor: int
    interest_minor: int
    compensation_minor: int
    total_minor: int
    interest_from_on: date | None


@dataclass(frozen=True, slots=True)
class AccountResult:
    account_id: int
    currency: str
    policy: str
    open_minor: int
    overdue_minor: int
    chaseable_minor: int
    oldest_days_past_due: int | None
    current_minor: int
    days_1_30_minor: int
    days_31_60_minor: int
    days_61_90_minor: int
    days_over_90_minor: int
    unapplied_minor: int
    exposure_minor: int
    credit_limit_minor: int | None
    late_fee_minor: int
    interest_minor: int
    compensation_minor: int
    total_due_minor: int
    requests_sent: int
    unanswered_requests: int
    episode_start_on: date | None
    last_request_on: date | None
    last_response_on: date | None
    last_letter_on: date | None
    last_pay_by_on: date | None
    warned_on: date | None
    warning_pay_by_on: date | None
    paused_until_on: date | None
    promised_until_on: date | None
    excluded_until_on: date | None
    released_on: date | None
    held_on: date | None
    cure_by_on: date | None
    held_open_minor: int | None
    is_over_hold_days: bool
    is_unanswered: bool
    is_warned: bool
    is_hold_allowed: bool
    is_unprotected: bool
    exceeds_credits: bool
    is_paused: bool
    has_promise: bool
    has_plan: bool
    is_fully_disputed: bool
    is_excluded: bool
    is_in_regrace: bool
    meets_hold_minimum: bool
    meets_minimum: bool
    is_held: bool
    is_cured: bool
    is_cure_missed: bool
    is_step_due: bool | None
    """Said of the next step; ``None`` where there is none, and then the reference claims nothing."""
    is_deadline_passed: bool
    is_gap_passed: bool | None
    is_rate_missing: bool
    hold: str
    action: str
    step: str | None
    step_day: int | None
    letter_kind: str | None
    pay_by_on: date | None
