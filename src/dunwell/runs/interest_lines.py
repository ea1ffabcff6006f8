"""The interest of a letter's invoices line by line: days, rate, balance, amount, in the law room's own words.

The engine has already worked out each invoice's interest; here the same claim is walked through once more so that the
letter can show how it came about. The lines of an invoice add up to the engine's figure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from dunwell.assess.balances import signed_minor
from dunwell.assess.basis import PPM_PER_HUNDREDTH
from dunwell.law import PPM, Claim, Options, Rule, Segment, agreed, interest
from dunwell.ledger.frames import Ledger
from dunwell.letters.facts import InterestSegment
from dunwell.policy.model import Policy
from dunwell.runs.rules import Rules


@dataclass(frozen=True, slots=True)
class Bearing:
    """How an account's debts bear interest: the rule, and the day count where the contract says it."""

    rule: Rule
    options: Options


def bearing(rules: Rules, policy: Policy, party_type: str) -> Bearing | None:
    """Return how interest is borne; ``None`` where the policy claims none or the law knows no rule."""
    terms, found = policy.interest, rules.legal.rule(party_type)  # type: ignore[arg-type]
    if terms.kind == "none" or found is None:
        return None
    rate_ppm = (terms.contract_rate_hundredths or 0) * PPM_PER_HUNDREDTH
    if terms.kind == "contract":
        return Bearing(agreed(replace(found, starts="after_due"), rate_ppm), Options(day_count=terms.day_count))
    if found.needs_entered_rate:
        return Bearing(agreed(found, rate_ppm), Options())
    return Bearing(found, Options())


def interest_segments(
    rules: Rules, how: Bearing, invoices: Iterable[Mapping[str, Any]], ledger: Ledger, as_of: date
) -> tuple[InterestSegment, ...]:
    """Return the interest lines of invoices (rows of the assessment's invoice frame with their numbers)."""
    bearing_rows = [row for row in invoices if row["interest_minor"] > 0]
    entries = _entries(ledger, [row["invoice_id"] for row in bearing_rows])
    return tuple(
        _segment(row["invoice_number"], segment)
        for row in bearing_rows
        for segment in interest(rules.law, how.rule, _claim(row, entries, how.rule), as_of, how.options).segments
        if segment.amount_minor or segment.balance_minor
    )


def _entries(ledger: Ledger, invoice_ids: list[int]) -> dict[int, list[tuple[date, int]]]:
    own = ledger.entries.filter(pl.col("invoice_id").is_in(invoice_ids)).with_columns(
        signed_minor().alias("settled_minor")
    )
    found: dict[int, list[tuple[date, int]]] = {}
    for invoice_id, paid_on, settled_minor in own.select("invoice_id", "paid_on", "settled_minor").iter_rows():
        found.setdefault(invoice_id, []).append((paid_on, settled_minor))
    return found


def _claim(row: Mapping[str, Any], entries: Mapping[int, list[tuple[date, int]]], rule: Rule) -> Claim:
    first_on: date = row["interest_from_on"]
    return Claim(
        principal_minor=row["amount_minor"],
        currency=row["currency"],
        due_on=row["due_on"],
        payments=tuple(sorted(entries.get(row["invoice_id"], []))),
        default_since=first_on - timedelta(days=1) if rule.needs_default else None,
    )


def _segment(invoice_number: str, segment: Segment) -> InterestSegment:
    return InterestSegment(
        invoice_number=invoice_number,
        from_on=segment.from_on,
        to_on=segment.to_on,
        days=segment.days,
        rate_percent=Decimal(segment.rate_ppm) / (PPM // 100),
        balance_minor=segment.balance_minor,
        amount_minor=segment.amount_minor,
    )
