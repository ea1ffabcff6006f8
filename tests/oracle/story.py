"""One customer told in ages: every day is counted from the due date of the oldest invoice.

``Story(age=31).asked().assessed()`` reads "31 days past due, asked three times, nobody answered".
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from dunwell.law import load_law
from dunwell.policy.model import InterestTerms, Policy, PolicySet, default_policy

from .records import (
    AccountResult,
    Creditor,
    InvoiceResult,
    OracleAccount,
    OracleEntry,
    OracleEvent,
    OracleInvoice,
    OracleLedger,
    OracleOrder,
)
from .reference import assess_ledger

DUE_ON = date(2026, 3, 2)
"""A Monday; the first invoice of every story falls due on it."""


@dataclass(frozen=True)
class Story:
    """A customer of the default policy with one invoice of EUR 100.00, ``age`` days past due."""

    age: int
    policy: Policy = field(default_factory=default_policy)
    account: OracleAccount = field(default_factory=lambda: OracleAccount(1))
    invoices: tuple[OracleInvoice, ...] = (OracleInvoice(1, 1, "EUR", date(2026, 2, 2), DUE_ON, 10_000),)
    entries: tuple[OracleEntry, ...] = ()
    events: tuple[OracleEvent, ...] = ()
    orders: tuple[OracleOrder, ...] = ()
    creditor: Creditor | None = None

    def under(self, **changes: Any) -> "Story":
        """With other terms in the policy."""
        return replace(self, policy=replace(self.policy, **changes))

    def holding(self, **changes: Any) -> "Story":
        """With another hold rule."""
        return self.under(hold=replace(self.policy.hold, **changes))

    def stepping(self, step_id: str, **changes: Any) -> "Story":
        """With other terms on one step of the ladder."""
        steps = [replace(step, **changes) if step.id == step_id else step for step in self.policy.steps]
        return self.under(steps=tuple(steps))

    def of(self, **changes: Any) -> "Story":
        """With another customer."""
        return replace(self, account=replace(self.account, **changes))

    def by_law(self, jurisdiction: str, **interest: Any) -> "Story":
        """The creditor sits here; statutory interest, and the fixed compensation of the law."""
        terms = InterestTerms("statutory", **interest)
        return replace(self.under(interest=terms, compensation=True), creditor=Creditor(load_law(), jurisdiction))

    def owing(self, amount: int, due: int = 0, currency: str = "EUR", issued: int = -28) -> "Story":
        """With another invoice, due and issued so many days after the first one's due date."""
        number = len(self.invoices) + 1
        invoice = OracleInvoice(number, 1, currency, day(issued), day(due), amount)
        return replace(self, invoices=(*self.invoices, invoice))

    def paid(self, age: int, amount: int = 10_000, invoice: int | None = 1, **other: Any) -> "Story":
        entry = OracleEntry(1, invoice, other.pop("currency", "EUR"), day(age), amount, **other)
        return replace(self, entries=(*self.entries, entry))

    def saw(self, kind: str, age: int, until: int | None = None, **other: Any) -> "Story":
        """With an event on the day the first invoice was ``age`` days past due."""
        until_on = None if until is None else day(until)
        return replace(self, events=(*self.events, OracleEvent(1, day(age), kind, until_on=until_on, **other)))

    def asked(self, *steps: str) -> "Story":
        """With letters of these steps (default: all before the hold), each on its day, payable in seven."""
        told = self
        for step in self.policy.steps:
            if step.id in (steps or ("reminder", "second_request", "third_request")):
                told = told.saw("request", step.day, until=step.day + 7, step=step.id)
        return told

    @property
    def ledger(self) -> OracleLedger:
        return OracleLedger((self.account,), self.invoices, self.entries, self.events, self.orders)

    def results(self) -> tuple[list[AccountResult], list[InvoiceResult]]:
        policies = PolicySet({self.policy.name: self.policy}, self.policy.name)
        return assess_ledger(self.ledger, policies, day(self.age), self.creditor)

    def assessed(self, currency: str = "EUR") -> AccountResult:
        return next(row for row in self.results()[0] if row.currency == currency)


def day(age: int) -> date:
    return DUE_ON + timedelta(days=age)


def one_debt(amount: int, due_on: date, as_of: date, currency: str = "EUR") -> Story:
    """One invoice of this amount, looked at on this day."""
    invoice = OracleInvoice(1, 1, currency, None, due_on, amount)
    return replace(Story((as_of - day(0)).days), invoices=(invoice,)).of(currency=currency)


def charged(story: Story) -> tuple[int, int]:
    """Interest and compensation of the account in its own currency."""
    row = story.assessed(story.account.currency)
    return row.interest_minor, row.compensation_minor
