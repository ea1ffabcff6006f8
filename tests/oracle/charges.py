"""Late fees and compensation, and who they are claimed for (decisions/0002 and 0003; product §2.3)."""

from fractions import Fraction

from dunwell.policy.model import Fee, FeeBand

from .balances import balance_on, days_past_due, is_overdue_on, is_past_due
from .claims import claimed_through, first_interest_day
from .decision import Decision
from .history import ONE_DAY
from .records import OracleInvoice, Pair
from .statute import fixed_sum, round_half_up, rule_of


def band_of(bands: tuple[FeeBand, ...], amount: int) -> Fraction:
    for band in bands:
        if band.up_to_minor is None or amount <= band.up_to_minor:
            return Fraction(amount * band.percent_hundredths, 10_000) + band.amount_minor
    return Fraction(0)


def accumulated(bands: tuple[FeeBand, ...], amount: int) -> Fraction:
    """Each slice of the amount at the terms of its own band."""
    total, below = Fraction(0), 0
    for band in bands:
        top = amount if band.up_to_minor is None else min(amount, band.up_to_minor)
        if top > below:
            total += Fraction((top - below) * band.percent_hundredths, 10_000) + band.amount_minor
            below = top
    return total


def fee_of(fee: Fee, amount: int, currency: str) -> int:
    """The fee on an original amount, rounded once; a currency that is not listed has no fee."""
    if fee.kind == "flat":
        if currency not in fee.amount_minor:
            return 0
        exact = Fraction(fee.amount_minor[currency])
    elif fee.kind == "percent":
        exact = Fraction(amount * fee.percent_hundredths, 10_000)
    else:
        if currency not in fee.bands:
            return 0
        exact = (accumulated if fee.accumulate else band_of)(fee.bands[currency], amount)
    charged = max(round_half_up(exact), fee.min_minor.get(currency, 0))
    return min(charged, fee.max_minor.get(currency, charged))


def step_fees(pair: Pair, invoice: OracleInvoice, decision: Decision) -> int:
    """Each step's fee once, if a letter of that step went out while the invoice was open and past due."""
    total = 0
    for step in pair.policy.steps:
        if step.fee is None:
            continue
        sent = [event.on for event in pair.events_of("request") if event.step == step.id]
        if decision.action in {"letter", "hold"} and decision.step is step:
            sent.append(pair.as_of)
        if any(is_overdue_on(pair, invoice, day) for day in sent):
            total += fee_of(step.fee, invoice.amount_minor, pair.currency)
    return total


def single_fee(pair: Pair, invoice: OracleInvoice) -> int:
    """The one-off fee, by the days past due today or, of a settled invoice, on the day it was settled."""
    rule, through = pair.policy.late_fee, claimed_through(pair, invoice)
    if rule is None or through is None or not is_past_due(pair, invoice, through):
        return 0
    age = days_past_due(invoice, through)
    if age is None or age < rule.from_days_past_due:
        return 0
    return fee_of(rule.fee, invoice.amount_minor, pair.currency)


def late_fee(pair: Pair, invoice: OracleInvoice, decision: Decision) -> int:
    """Claimed on chaseable invoices, and on those settled late whose charges are pursued."""
    if claimed_through(pair, invoice) is None:
        return 0
    return single_fee(pair, invoice) + step_fees(pair, invoice, decision)


def compensation(pair: Pair, invoice: OracleInvoice) -> int:
    """The law's fixed sum for what was open on the first day of interest, in the currency of the invoice only.

    Where the law wants a prescribed notice first (a Dutch consumer), none is claimed: no ledger records one.
    """
    rule, through = rule_of(pair), claimed_through(pair, invoice)
    if not pair.policy.compensation or rule is None or through is None or pair.creditor is None:
        return 0
    if rule.compensation_needs_notice or (pair.policy.interest.refuse_unverified and not rule.verified):
        return 0
    first = first_interest_day(pair, invoice, rule)
    if first is None or first > through:
        return 0
    owed = balance_on(pair, invoice, first - ONE_DAY)
    charged = fixed_sum(pair.creditor.law.tiers.get(rule.scheme, ()), owed, pair.currency)
    return charged[0] if charged is not None and charged[1] == pair.currency else 0
