"""Whole ledgers and policies from a source of choices, dense around the days on which the rules turn.

One generator serves two callers: a seeded ``random.Random`` makes thousands of accounts at once, Hypothesis
makes a few and shrinks them. So the simplest option stands first in every list of options.
"""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from dunwell.law import load_law
from dunwell.policy.model import PolicySet

from .generate_policies import policy_set
from .records import (
    Creditor,
    OracleAccount,
    OracleEntry,
    OracleEvent,
    OracleInvoice,
    OracleLedger,
    OracleOrder,
    World,
)
from .reference import policy_of

Option = TypeVar("Option")
Pick = Callable[[Sequence[Any]], Any]

AS_OF = (
    date(2025, 6, 2),
    date(2024, 2, 29),
    date(2024, 3, 1),
    date(2024, 3, 30),
    date(2025, 1, 1),
    date(2025, 12, 24),
    date(2026, 4, 3),
    date(2025, 8, 17),
    date(2026, 7, 1),
    date(2026, 11, 22),
    date(2027, 1, 15),
    date(2024, 7, 2),
    date(2025, 7, 31),
    date(2026, 1, 2),
)
JURISDICTIONS = ("DE", "AT", "CH", "FR", "ES", "GB", "IE", "NL", "BE", "RO", "PL", "VN", "US", "XX")
"""Every way in which a law counts, and a place that the tables do not know."""
COUNTRIES = ("DE", "US", "FR", "VN", "KW", "RO", "GB")
CURRENCIES = ("EUR", "EUR", "EUR", "USD", "VND", "KWD", "GBP", "GBP", "RON", "PLN")
AGES = (31, 0, 1, 3, 4, 6, 12, 21, 29, 30, 32, 35, 36, 37, 45, 60, 61, 90, 91, 200, -1, -30)
BACK = (0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 20, 21, 30, 31, 32, 45, 60, -1, -7)
AMOUNTS = (10_000, 100, 5_000, 4_999, 5_001, 1, 25_000, 123_457, 987_654_321, 10**15)
DEBTS = (*AMOUNTS, 99_999, 100_000, 100_001, 250_001, 500_000, 999_999, 1_000_000, 1_000_001, 5_000_000, 90_000_000)
"""Both sides of every step of the fixed compensations."""
TURNS = ((6, 30), (7, 1), (12, 31), (1, 1), (2, 28), (3, 1), (1, 31), (6, 29), (12, 30), (2, 29))
"""Days on which a rate, a year or a month turns."""
YEARS_AGO = (0, 1, 1, 2, 3, 5, 8, 12, 13, 21, 30)
EVENT_KINDS = (
    *("request", "request", "call", "response", "response", "promise", "promise", "dispute", "dispute"),
    *("dispute", "plan", "exclusion", "exclusion", "hold", "release"),
)
CHANNELS = (None, "email", "post", "phone")


def from_random(rng: random.Random) -> Pick:
    return rng.choice


def one_in(pick: Pick, count: int) -> bool:
    """Rarely true; false when shrunk."""
    return bool(pick(range(count)) == count - 1)


def many(pick: Pick, most: int, make: Callable[[], Option]) -> list[Option]:
    return [make() for _ in range(pick(range(most + 1)))]


def days(count: int) -> timedelta:
    return timedelta(days=count)


def an_account(pick: Pick, account_id: int, policies: PolicySet) -> OracleAccount:
    return OracleAccount(
        account_id=account_id,
        country=pick(COUNTRIES),
        party_type=pick(("business", "consumer", "public")),
        segment=pick((None, "key", "small")),
        currency=pick(CURRENCIES),
        credit_limit_minor=pick((None, 0, 100_000)),
        policy=pick((None, None, *policies.policies)),
        contract_allows_hold=pick((None, None, True, False)),
    )


def a_turn(pick: Pick, as_of: date) -> date:
    """A day on which a rate, a year or a month turns, up to thirty years ago."""
    year = as_of.year - pick(YEARS_AGO)
    month, day = pick(TURNS)
    return date(year, month, 1) + days(day - 1)


def a_due_day(pick: Pick, as_of: date) -> date:
    return a_turn(pick, as_of) if one_in(pick, 5) else as_of - days(pick(AGES))


def an_invoice(pick: Pick, account: OracleAccount, number: int, as_of: date) -> OracleInvoice:
    currency = pick(CURRENCIES) if one_in(pick, 5) else account.currency
    due_on = None if one_in(pick, 20) else a_due_day(pick, as_of)
    issued_on = (due_on or as_of) - days(pick((30, 14, 0, 60)))
    if one_in(pick, 12):
        issued_on = pick((None, as_of, as_of + days(1), (due_on or as_of) + days(10)))
    return OracleInvoice(number, account.account_id, currency, issued_on, due_on, pick(DEBTS))


def a_day(pick: Pick, as_of: date, invoices: Sequence[OracleInvoice]) -> date:
    """A day near the as-of date, near the day an invoice falls due, or on which a rate turns."""
    dues = [invoice.due_on for invoice in invoices if invoice.due_on is not None]
    if dues and one_in(pick, 3):
        return pick(dues) + days(pick((0, 1, 2, 3, 4, 5, 6, 7, -1, -10)))  # type: ignore[no-any-return]
    return a_turn(pick, as_of) if one_in(pick, 8) else as_of - days(pick(BACK))


def settlements(pick: Pick, invoice: OracleInvoice, as_of: date) -> list[OracleEntry]:
    """How one invoice was paid: not, in part, in full, too much, in two parts, bounced or refunded since."""

    def entry(amount_minor: int, kind: str) -> OracleEntry:
        day = a_day(pick, as_of, [invoice])
        return OracleEntry(invoice.account_id, invoice.invoice_id, invoice.currency, day, max(1, amount_minor), kind)

    amount = invoice.amount_minor
    less = pick(("payment", "payment", "credit_note", "write_off"))
    back = pick(("reversal", "refund"))
    story = pick(
        ("open", "open", "open", "part", "full", "full", "residue", "over", "halves", "bounced", "again", "back")
    )
    if story == "residue":
        return [entry(amount - pick((1, 100, 101, 5_000)), "payment")]
    if story == "part":
        return [entry(amount // pick((3, 2, 10)), less)]
    if story == "full":
        return [entry(amount, less)]
    if story == "over":
        return [entry(amount + pick((1, 100, 10_000)), "payment")]
    if story == "halves":
        return [entry(amount // 2, "payment"), entry(amount - amount // 2, less)]
    if story == "bounced":
        return [entry(amount, "payment"), entry(amount, back)]
    if story == "again":
        return [entry(amount, "payment"), entry(amount, back), entry(amount, less)]
    if story == "back":
        return [entry(amount // 2, back)]
    return []


def money_on_account(pick: Pick, account: OracleAccount, as_of: date) -> OracleEntry:
    kind = pick(("payment", "credit_note", "refund", "reversal", "write_off"))
    currency = account.currency if not one_in(pick, 6) else pick(CURRENCIES)
    return OracleEntry(account.account_id, None, currency, as_of - days(pick(BACK)), pick(AMOUNTS), kind)


def any_event(pick: Pick, account: OracleAccount, invoices: list[OracleInvoice], as_of: date) -> OracleEvent:
    """Any kind, with and without invoice, currency, amount, last day and step."""
    kind = pick(EVENT_KINDS)
    on = a_day(pick, as_of, invoices)
    invoice = pick(invoices) if invoices and one_in(pick, 3) else None
    until_on = pick((None, as_of + days(pick((0, -1, 1, 5, -6))), on + days(pick((7, 0, 1)))))
    return OracleEvent(
        account.account_id,
        on,
        kind,
        channel=pick(CHANNELS),
        currency=invoice.currency if invoice else pick((None, None, account.currency, pick(CURRENCIES))),
        invoice_id=invoice.invoice_id if invoice else None,
        amount_minor=pick((None, 100, 5_000, 10_000)) if kind == "dispute" else None,
        until_on=until_on,
        step=pick((None, "reminder", "third_request", "hold", "no_such_step")) if kind in {"request", "call"} else None,
    )


def letters_sent(
    pick: Pick, account: OracleAccount, invoices: list[OracleInvoice], policies: PolicySet, as_of: date
) -> list[OracleEvent]:
    """The ladder climbed some way, each letter on or soon after its day: what makes accounts ripe."""
    dues = [invoice.due_on for invoice in invoices if invoice.due_on is not None]
    if not dues:
        return []
    steps = policy_of(account, policies).steps
    due_on, sent = min(dues), []
    for step in steps[: pick(range(len(steps) + 1))]:
        if step.letter is None or one_in(pick, 8):
            continue
        on = due_on + days(step.day + pick((0, 0, 0, 1, 3)))
        until_on = pick((None, None, on + days(5), as_of - days(pick((1, 0, 2, 3, 4, 5, 6)))))
        kind = "call" if one_in(pick, 10) else "request"
        currency = pick((None, account.currency))
        channel = pick((None, "post", "email", "pigeon"))
        sent.append(OracleEvent(account.account_id, on, kind, channel, currency, until_on=until_on, step=step.id))
        if step.letter == "hold" and not one_in(pick, 4):
            until_on = pick((None, on + days(10)))
            sent.append(OracleEvent(account.account_id, on, "hold", currency=currency, until_on=until_on))
    return sent


def an_account_ledger(pick: Pick, account_id: int, policies: PolicySet, as_of: date) -> OracleLedger:
    account = an_account(pick, account_id, policies)
    invoices = [an_invoice(pick, account, account_id * 10 + number, as_of) for number in range(pick((1, 2, 3, 4, 0)))]
    entries = [entry for invoice in invoices for entry in settlements(pick, invoice, as_of)]
    if one_in(pick, 4):
        entries += many(pick, 2, lambda: money_on_account(pick, account, as_of))
    events = letters_sent(pick, account, invoices, policies, as_of) if pick((False, True, True)) else []
    events += many(pick, pick((0, 1, 2, 4)), lambda: any_event(pick, account, invoices, as_of))
    orders = []
    if one_in(pick, 6):
        orders = [OracleOrder(account_id, pick((account.currency, *CURRENCIES)), pick(AMOUNTS))]
    return OracleLedger((account,), tuple(invoices), tuple(entries), tuple(events), tuple(orders))


def joined(parts: Sequence[OracleLedger]) -> OracleLedger:
    return OracleLedger(
        tuple(row for part in parts for row in part.accounts),
        tuple(row for part in parts for row in part.invoices),
        tuple(row for part in parts for row in part.entries),
        tuple(row for part in parts for row in part.events),
        tuple(row for part in parts for row in part.orders),
    )


def a_ledger(pick: Pick, accounts: int, policies: PolicySet, as_of: date) -> OracleLedger:
    """A ledger of independent accounts."""
    return joined([an_account_ledger(pick, number, policies, as_of) for number in range(1, accounts + 1)])


def a_creditor(jurisdiction: str) -> Creditor:
    return Creditor(load_law(), jurisdiction)


def a_world(pick: Pick, accounts: int, policy_count: int) -> World:
    """A ledger, the policies its customers fall under, the as-of date, and where the creditor sits."""
    as_of, creditor = pick(AS_OF), a_creditor(pick(JURISDICTIONS))
    policies = policy_set(pick, policy_count)
    return World(a_ledger(pick, accounts, policies, as_of), policies, as_of, creditor)
