"""Late fees and interest, computed the slow way (decisions/0002, "Money demanded"; product §2.3)."""

from datetime import timedelta
from fractions import Fraction

from dunwell.policy.model import Fee, FeeBand

from .balances import chaseable, days_past_due, is_overdue, is_past_due, open_on, was_issued
from .decision import Decision
from .records import OracleInvoice, Pair


def round_half_up(value: Fraction) -> int:
    """Round a value that is not negative."""
    return int(value + Fraction(1, 2))


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
        if any(
            was_issued(invoice, day) and open_on(pair, invoice, day) > 0 and is_past_due(pair, invoice, day)
            for day in sent
        ):
            total += fee_of(step.fee, invoice.amount_minor, pair.currency)
    return total


def single_fee(pair: Pair, invoice: OracleInvoice) -> int:
    rule = pair.policy.late_fee
    age = days_past_due(invoice, pair.as_of)
    if rule is None or age is None or not is_overdue(pair, invoice) or age < rule.from_days_past_due:
        return 0
    return fee_of(rule.fee, invoice.amount_minor, pair.currency)


def late_fee(pair: Pair, invoice: OracleInvoice, decision: Decision) -> int:
    """Claimed on chaseable invoices only."""
    if chaseable(pair, invoice) == 0:
        return 0
    return single_fee(pair, invoice) + step_fees(pair, invoice, decision)


def interest(pair: Pair, invoice: OracleInvoice) -> int:
    """Simple interest act/365, day by day on that day's balance; the day of a payment still bears interest.

    The statutory rate is not known here yet: an oracle that guessed a rate would be no oracle.
    """
    terms = pair.policy.interest
    if terms.kind == "none" or chaseable(pair, invoice) == 0 or invoice.due_on is None:
        return 0
    if terms.kind != "contract" or terms.day_count != "act/365":
        raise NotImplementedError(f"the oracle knows no {terms.kind} interest by {terms.day_count}")
    day = invoice.due_on + timedelta(days=1)
    balance_days = 0
    while day <= pair.as_of:
        balance_days += open_on(pair, invoice, day - timedelta(days=1))
        day += timedelta(days=1)
    exact = Fraction(balance_days * (terms.contract_rate_hundredths or 0), 10_000 * 365)
    return round_half_up(exact)


def compensation(pair: Pair, invoice: OracleInvoice) -> int:
    """The fixed compensation of the law is not known here yet; a policy that claims it is refused."""
    if pair.policy.compensation:
        raise NotImplementedError("the oracle knows no compensation")
    return 0
