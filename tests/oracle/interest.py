"""Interest the slow way: every day on that day's balance at that day's rate (product §2.3, decisions/0003)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dunwell.law import Rule

from .balances import SIGNS, balance_on
from .claims import claimed_through, first_interest_day
from .history import ONE_DAY
from .records import OracleInvoice, Pair
from .statute import (
    MILLION,
    PPM_OF_A_HUNDREDTH,
    Rate,
    days_counted,
    days_of_year,
    entered,
    looked_up,
    round_half_up,
    rule_of,
)


@dataclass(frozen=True, slots=True)
class Terms:
    """By which rates an invoice bears interest, from its first day."""

    pair: Pair
    rule: Rule | None
    first: date

    @property
    def is_contract(self) -> bool:
        return self.pair.policy.interest.kind == "contract"

    @property
    def day_count(self) -> str:
        if self.is_contract or self.rule is None:
            return self.pair.policy.interest.day_count
        return self.rule.day_count

    def is_new_year(self, day: date) -> bool:
        """An anniversary of the first day on which the law lets interest join the debt; of 29 February, 1 March."""
        if self.is_contract or self.rule is None or self.rule.compounding != "yearly" or day <= self.first:
            return False
        if (self.first.month, self.first.day) == (2, 29) and (day.month, day.day) == (3, 1):
            return (day - ONE_DAY).day == 28
        return (day.month, day.day) == (self.first.month, self.first.day)

    def rate(self, day: date) -> Rate | None:
        """The rate of a day; none where there is none, or none that the policy accepts."""
        policy = self.pair.policy.interest
        if policy.kind == "contract":
            return Rate((policy.contract_rate_hundredths or 0) * PPM_OF_A_HUNDREDTH, verified=True)
        rate = self.statutory(day)
        return None if rate is None or (policy.refuse_unverified and not rate.verified) else rate

    def statutory(self, day: date) -> Rate | None:
        rule, creditor = self.rule, self.pair.creditor
        if rule is None or creditor is None:
            return None
        if rule.needs_entered_rate:
            return entered(rule, self.pair.policy.interest.contract_rate_hundredths)
        if rule.reset == "flat":
            return None if rule.flat_ppm is None else Rate(rule.flat_ppm, rule.verified)
        return looked_up(creditor, rule, self.first if rule.reset == "fixed_at_start" else day)


def days_with_balance(pair: Pair, invoice: OracleInvoice, first: date, last: date) -> Iterator[tuple[date, int]]:
    """Each day and what was open on it before its own entries."""
    balance = balance_on(pair, invoice, first - ONE_DAY)
    moves: dict[date, int] = {}
    for entry in pair.applied.get(invoice.invoice_id, ()):
        moves[entry.paid_on] = moves.get(entry.paid_on, 0) + SIGNS[entry.kind] * entry.amount_minor
    day = first
    while day <= last:
        yield day, max(0, balance)
        balance += moves.get(day, 0)
        day += ONE_DAY


def exact_interest(terms: Terms, days: Iterator[tuple[date, int]]) -> Fraction | None:
    """The sum over the days, unrounded; ``None`` when a day that bears interest has no rate."""
    day_count = terms.day_count
    whole = MILLION * days_of_year(day_count)
    earned: int | Fraction = 0
    joined: int | Fraction = 0
    for day, balance in days:
        if terms.is_new_year(day):
            joined = Fraction(earned) / whole
        if balance == 0:
            continue
        rate = terms.rate(day)
        if rate is None:
            return None
        earned += (balance + joined) * rate.ppm * days_counted(day, day_count)
    return Fraction(earned) / whole


def interest_of(pair: Pair, invoice: OracleInvoice) -> Fraction | None:
    """What the invoice has borne; ``None`` when a rate is missing."""
    kind = pair.policy.interest.kind
    rule = rule_of(pair) if kind == "statutory" else None
    first, last = first_interest_day(pair, invoice, rule), claimed_through(pair, invoice)
    if kind == "none" or first is None or last is None:
        return Fraction(0)
    return exact_interest(Terms(pair, rule, first), days_with_balance(pair, invoice, first, last))


def interests(pair: Pair) -> dict[int, int] | None:
    """The interest of every invoice of the pair, each rounded once; ``None`` when one missing rate stops them all."""
    exact = {invoice.invoice_id: interest_of(pair, invoice) for invoice in pair.invoices}
    if any(amount is None for amount in exact.values()):
        return None
    return {invoice_id: round_half_up(amount) for invoice_id, amount in exact.items() if amount is not None}


def interest_from_on(pair: Pair, invoice: OracleInvoice) -> date | None:
    """The first day of the interest that is claimed on an invoice; none where the policy claims none."""
    kind = pair.policy.interest.kind
    if kind == "none" or claimed_through(pair, invoice) is None:
        return None
    return first_interest_day(pair, invoice, None if kind == "contract" else rule_of(pair))
