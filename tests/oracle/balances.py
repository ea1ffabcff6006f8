"""What is owed, and what stands in the way of asking for it (decisions/0002; tolerance and chase: 0003)."""

from datetime import date

from .records import OracleEvent, OracleInvoice, Pair

SIGNS = {"payment": -1, "credit_note": -1, "write_off": -1, "refund": +1, "reversal": +1}


def balance_on(pair: Pair, invoice: OracleInvoice, day: date) -> int:
    """The invoice's balance at the end of ``day``; below zero when it is overpaid."""
    moved = sum(
        SIGNS[entry.kind] * entry.amount_minor
        for entry in pair.applied.get(invoice.invoice_id, ())
        if entry.paid_on <= day
    )
    return invoice.amount_minor + moved


def open_on(pair: Pair, invoice: OracleInvoice, day: date) -> int:
    return max(0, balance_on(pair, invoice, day))


def open_now(pair: Pair, invoice: OracleInvoice) -> int:
    return open_on(pair, invoice, pair.as_of)


def is_settled_on(pair: Pair, invoice: OracleInvoice, day: date) -> bool:
    """Nothing is open, or no more than the tolerance of the currency: rounding residue, bank charges."""
    return balance_on(pair, invoice, day) <= pair.policy.tolerance_minor.get(pair.currency, 0)


def unapplied(pair: Pair) -> int:
    """Overpaid invoices, and money on the account, as is a payment of an invoice not yet issued."""
    excess = sum(max(0, -balance_on(pair, invoice, pair.as_of)) for invoice in pair.invoices)
    on_account = sum(
        -SIGNS[entry.kind] * entry.amount_minor
        for entry in pair.entries
        if entry.invoice_id is None or entry.invoice_id not in pair.applied
    )
    return max(0, excess + on_account)


def exposure(pair: Pair) -> int:
    opened = sum(open_now(pair, invoice) for invoice in pair.invoices)
    ordered = sum(order.amount_minor for order in pair.orders)
    return max(0, opened + ordered - unapplied(pair))


def days_past_due(invoice: OracleInvoice, day: date) -> int | None:
    return None if invoice.due_on is None else (day - invoice.due_on).days


def is_past_due(pair: Pair, invoice: OracleInvoice, day: date) -> bool:
    """On the last grace day an invoice is not yet past due; an undated one never is."""
    days = days_past_due(invoice, day)
    return days is not None and days > pair.policy.grace_days


def is_overdue_on(pair: Pair, invoice: OracleInvoice, day: date) -> bool:
    """Issued, past due, and after that day's entries not settled."""
    return was_issued(invoice, day) and is_past_due(pair, invoice, day) and not is_settled_on(pair, invoice, day)


def is_overdue(pair: Pair, invoice: OracleInvoice) -> bool:
    """Open and past due on the as-of date."""
    return is_overdue_on(pair, invoice, pair.as_of)


def bucket(days: int | None) -> str:
    if days is None or days <= 0:
        return "current"
    if days <= 30:
        return "1_30"
    if days <= 60:
        return "31_60"
    if days <= 90:
        return "61_90"
    return "over_90"


def was_issued(invoice: OracleInvoice, day: date) -> bool:
    """An invoice without an issue date counts always."""
    return invoice.issued_on is None or invoice.issued_on <= day


def lies_on(event: OracleEvent, invoice: OracleInvoice) -> bool:
    """With an invoice, that invoice; without, every invoice issued on or before the event."""
    if event.invoice_id is not None:
        return event.invoice_id == invoice.invoice_id
    return was_issued(invoice, event.on)


def disputed(pair: Pair, invoice: OracleInvoice) -> int:
    """The disputed part of what is open: all of it, or the amounts named for this very invoice."""
    part = 0
    for event in pair.active("dispute"):
        if not lies_on(event, invoice):
            continue
        if event.invoice_id is None or event.amount_minor is None:
            return open_now(pair, invoice)
        part += event.amount_minor
    return min(part, open_now(pair, invoice))


def active_promises(pair: Pair) -> list[OracleEvent]:
    """A promise without a day is only a response."""
    return [event for event in pair.active("promise") if event.until_on is not None]


def account_exclusions(pair: Pair) -> list[OracleEvent]:
    return [event for event in pair.active("exclusion") if event.invoice_id is None]


def is_account_excluded(pair: Pair) -> bool:
    """Excluded as a whole, or on a policy that chases nobody."""
    return not pair.policy.chase or bool(account_exclusions(pair))


def is_promised(pair: Pair, invoice: OracleInvoice) -> bool:
    return any(lies_on(event, invoice) for event in active_promises(pair))


def is_in_plan(pair: Pair, invoice: OracleInvoice) -> bool:
    return any(
        event.invoice_id == invoice.invoice_id or (event.invoice_id is None and was_issued(invoice, event.on))
        for event in pair.active("plan")
    )


def is_excluded(pair: Pair, invoice: OracleInvoice) -> bool:
    if is_account_excluded(pair):
        return True
    return any(event.invoice_id == invoice.invoice_id for event in pair.active("exclusion"))


def chaseable(pair: Pair, invoice: OracleInvoice) -> int:
    if not is_overdue(pair, invoice):
        return 0
    if is_promised(pair, invoice) or is_in_plan(pair, invoice) or is_excluded(pair, invoice):
        return 0
    return open_now(pair, invoice) - disputed(pair, invoice)


def chaseable_invoices(pair: Pair) -> list[OracleInvoice]:
    return [invoice for invoice in pair.invoices if chaseable(pair, invoice) > 0]


def oldest_days_past_due(pair: Pair) -> int | None:
    ages = [days_past_due(invoice, pair.as_of) for invoice in chaseable_invoices(pair)]
    return max((age for age in ages if age is not None), default=None)


def is_fully_disputed(pair: Pair) -> bool:
    """Something is past due, and a dispute lies on every amount of it."""
    overdue = [invoice for invoice in pair.invoices if is_overdue(pair, invoice)]
    return bool(overdue) and all(disputed(pair, invoice) == open_now(pair, invoice) for invoice in overdue)
