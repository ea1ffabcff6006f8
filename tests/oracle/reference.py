"""The assessment in plain Python: slow, naive and meant to be read beside product §1, §2 and decisions/0002, 0003.

Written from those texts and not from the engine, so that the two can disagree. No Polars, no float: integers,
fractions and dates. One call assesses one account; nothing is shared between accounts.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar

from dunwell.policy.model import Policy, PolicySet

from . import balances, charges, claims
from .decision import (
    Conditions,
    Decision,
    conditions,
    cure_by_on,
    decide,
    held_on,
    held_open,
    is_cure_missed,
    is_cured,
    is_deadline_passed,
    is_gap_passed,
    is_paused,
    is_step_due,
    last_on,
    pay_by_on,
)
from .history import History, history
from .interest import interest_from_on, interests
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
    Pair,
)

RESPONSES = frozenset({"response", "promise", "dispute"})


def policy_of(account: OracleAccount, policies: PolicySet) -> Policy:
    """The customer's own policy, else the first rule that matches, else the default."""
    if account.policy is not None:
        return policies.policies[account.policy]
    for rule in policies.rules:
        if (
            rule.country in {None, account.country}
            and rule.party_type in {None, account.party_type}
            and rule.segment in {None, account.segment}
        ):
            return policies.policies[rule.policy]
    return policies.policies[policies.default]


def event_concerns(event: OracleEvent, currency: str, currency_of: dict[int, str]) -> bool:
    """An event with an invoice concerns that invoice's currency; one without a currency concerns them all."""
    if event.invoice_id is not None:
        return currency_of[event.invoice_id] == currency
    return event.currency in {None, currency}


def pairs_of(
    account: OracleAccount, rows: OracleLedger, policies: PolicySet, as_of: date, creditor: Creditor | None
) -> list[Pair]:
    """The account's own currency, and every currency in which something is on its books by the as-of date."""
    invoices = [row for row in rows.invoices if balances.was_issued(row, as_of)]
    entries = [row for row in rows.entries if row.paid_on <= as_of]
    events = [row for row in rows.events if row.on <= as_of]
    currency_of = {row.invoice_id: row.currency for row in rows.invoices}
    currencies = sorted(
        {account.currency}
        | {row.currency for row in invoices}
        | {row.currency for row in entries}
        | {row.currency for row in rows.orders}
    )
    pairs = []
    for currency in currencies:
        mine = tuple(row for row in invoices if row.currency == currency)
        moved = tuple(row for row in entries if row.currency == currency)
        answers = [row.on for row in events if row.kind in RESPONSES]
        answers += [row.paid_on for row in moved if row.kind == "payment"]
        applied: dict[int, tuple[OracleEntry, ...]] = {
            invoice.invoice_id: tuple(row for row in moved if row.invoice_id == invoice.invoice_id) for invoice in mine
        }
        pairs.append(
            Pair(
                account=account,
                currency=currency,
                policy=policy_of(account, policies),
                as_of=as_of,
                invoices=mine,
                entries=moved,
                events=tuple(row for row in events if event_concerns(row, currency, currency_of)),
                answers_on=tuple(answers),
                orders=tuple(row for row in rows.orders if row.currency == currency),
                applied=applied,
                creditor=creditor,
            )
        )
    return pairs


def invoice_result(pair: Pair, invoice: OracleInvoice, decision: Decision, interest: int) -> InvoiceResult:
    days = balances.days_past_due(invoice, pair.as_of)
    fee = charges.late_fee(pair, invoice, decision)
    compensation = charges.compensation(pair, invoice)
    chaseable = balances.chaseable(pair, invoice)
    return InvoiceResult(
        invoice_id=invoice.invoice_id,
        account_id=invoice.account_id,
        currency=invoice.currency,
        due_on=invoice.due_on,
        days_past_due=days,
        bucket=balances.bucket(days),
        amount_minor=invoice.amount_minor,
        open_minor=balances.open_now(pair, invoice),
        disputed_minor=balances.disputed(pair, invoice),
        chaseable_minor=chaseable,
        late_fee_minor=fee,
        interest_minor=interest,
        compensation_minor=compensation,
        total_minor=chaseable + fee + interest + compensation,
        interest_from_on=interest_from_on(pair, invoice),
    )


def in_bucket(invoices: list[InvoiceResult], name: str) -> int:
    return sum(row.open_minor for row in invoices if row.bucket == name)


def hold_state(pair: Pair, decision: Decision) -> str:
    if held_on(pair) is not None:
        return "in_force"
    return "proposed" if decision.action == "hold" else "none"


def balance_facts(pair: Pair, invoices: list[InvoiceResult]) -> dict[str, Any]:
    is_own = pair.currency == pair.account.currency
    return {
        "account_id": pair.account.account_id,
        "currency": pair.currency,
        "policy": pair.policy.name,
        "open_minor": sum(row.open_minor for row in invoices),
        "overdue_minor": sum(
            balances.open_now(pair, invoice) for invoice in pair.invoices if balances.is_overdue(pair, invoice)
        ),
        "oldest_days_past_due": balances.oldest_days_past_due(pair),
        "current_minor": in_bucket(invoices, "current"),
        "days_1_30_minor": in_bucket(invoices, "1_30"),
        "days_31_60_minor": in_bucket(invoices, "31_60"),
        "days_61_90_minor": in_bucket(invoices, "61_90"),
        "days_over_90_minor": in_bucket(invoices, "over_90"),
        "exposure_minor": balances.exposure(pair),
        "credit_limit_minor": pair.account.credit_limit_minor if is_own else None,
    }


def demand_facts(pair: Pair, invoices: list[InvoiceResult]) -> dict[str, Any]:
    """What is demanded: unapplied credit comes off the total, which is never below zero."""
    chaseable = sum(row.chaseable_minor for row in invoices)
    fees = sum(row.late_fee_minor for row in invoices)
    interest = sum(row.interest_minor for row in invoices)
    compensation = sum(row.compensation_minor for row in invoices)
    credit = balances.unapplied(pair)
    return {
        "chaseable_minor": chaseable,
        "unapplied_minor": credit,
        "late_fee_minor": fees,
        "interest_minor": interest,
        "compensation_minor": compensation,
        "total_due_minor": max(0, chaseable + fees + interest + compensation - credit),
        "meets_minimum": chaseable >= pair.policy.minimum_minor.get(pair.currency, 0),
    }


def excluded_until_on(pair: Pair) -> date | None:
    """The last day of the account's exclusions; none when one of them, or the policy, names no end."""
    ends = [event.until_on for event in balances.account_exclusions(pair)]
    if not pair.policy.chase or None in ends:
        return None
    return max((end for end in ends if end is not None), default=None)


def history_facts(pair: Pair, past: History) -> dict[str, Any]:
    return {
        "requests_sent": len(past.requests),
        "unanswered_requests": past.unanswered,
        "episode_start_on": past.start_on,
        "last_request_on": past.last_request_on,
        "last_response_on": past.last_response_on,
        "last_letter_on": past.last_letter_on,
        "last_pay_by_on": past.last_pay_by_on,
        "warned_on": past.warned_on,
        "warning_pay_by_on": past.warning_pay_by_on,
        "paused_until_on": past.paused_until_on if is_paused(pair, past) else None,
        "promised_until_on": max(
            (event.until_on for event in balances.active_promises(pair) if event.until_on), default=None
        ),
        "excluded_until_on": excluded_until_on(pair),
        "released_on": last_on(pair, "release"),
        "held_on": last_on(pair, "hold"),
        "is_deadline_passed": is_deadline_passed(pair, past),
        "is_paused": is_paused(pair, past),
    }


def condition_facts(met: Conditions) -> dict[str, Any]:
    return {"is_unprotected": met.is_unprotected, **asdict(met)}


def decision_facts(pair: Pair, past: History, decision: Decision) -> dict[str, Any]:
    held = held_on(pair)
    return {
        "is_held": held is not None,
        "held_open_minor": None if held is None else held_open(pair, held),
        "cure_by_on": cure_by_on(pair),
        "is_cured": is_cured(pair),
        "is_cure_missed": is_cure_missed(pair),
        "is_step_due": is_step_due(pair, decision.step) if decision.step else None,
        "is_gap_passed": is_gap_passed(pair, past, decision.step) if decision.step else None,
        "hold": hold_state(pair, decision),
        "action": decision.action,
        "step": decision.step.id if decision.step else None,
        "step_day": decision.step.day if decision.step else None,
        "letter_kind": decision.letter_kind,
        "pay_by_on": pay_by_on(pair, decision),
    }


def assess_pair(pair: Pair) -> tuple[AccountResult, list[InvoiceResult]]:
    past = history(pair)
    met = conditions(pair, past)
    decision = decide(pair, past, met)
    borne = interests(pair)
    invoices = [
        invoice_result(pair, invoice, decision, (borne or {}).get(invoice.invoice_id, 0))
        for invoice in pair.invoices
        if balances.open_now(pair, invoice) > 0 or claims.is_pursued(pair, invoice)
    ]
    result = AccountResult(
        **balance_facts(pair, invoices),
        **demand_facts(pair, invoices),
        **history_facts(pair, past),
        **condition_facts(met),
        **decision_facts(pair, past, decision),
        is_rate_missing=borne is None,
    )
    return result, invoices


def assess_account(
    account: OracleAccount, rows: OracleLedger, policies: PolicySet, as_of: date, creditor: Creditor | None = None
) -> tuple[list[AccountResult], list[InvoiceResult]]:
    """Assess one account; ``rows`` holds nothing but its rows."""
    accounts, invoices = [], []
    for pair in pairs_of(account, rows, policies, as_of, creditor):
        result, opened = assess_pair(pair)
        accounts.append(result)
        invoices += opened
    return accounts, invoices


Row = TypeVar("Row", OracleInvoice, OracleEntry, OracleEvent, OracleOrder)


def grouped(rows: Iterable[Row]) -> dict[int, tuple[Row, ...]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.account_id].append(row)
    return {account_id: tuple(group) for account_id, group in groups.items()}


def by_account(ledger: OracleLedger) -> list[tuple[OracleAccount, OracleLedger]]:
    """Each account with its own rows."""
    invoices, entries = grouped(ledger.invoices), grouped(ledger.entries)
    events, orders = grouped(ledger.events), grouped(ledger.orders)
    return [
        (
            account,
            OracleLedger(
                (account,),
                invoices.get(account.account_id, ()),
                entries.get(account.account_id, ()),
                events.get(account.account_id, ()),
                orders.get(account.account_id, ()),
            ),
        )
        for account in ledger.accounts
    ]


def assess_ledger(
    ledger: OracleLedger, policies: PolicySet, as_of: date, creditor: Creditor | None = None
) -> tuple[list[AccountResult], list[InvoiceResult]]:
    """Assess every account of a ledger, one after the other."""
    accounts, invoices = [], []
    for account, rows in by_account(ledger):
        results, opened = assess_account(account, rows, policies, as_of, creditor)
        accounts += results
        invoices += opened
    return accounts, invoices
