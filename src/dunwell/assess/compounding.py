"""Debts whose interest bears interest after each full year (NL): few, old, and walked one by one by the law room."""

from datetime import date, timedelta

import polars as pl

from dunwell.assess.basis import Basis
from dunwell.assess.legal import LegalSetting
from dunwell.assess.running import attached
from dunwell.errors import RateMissingError
from dunwell.law import Claim, interest

_SIMPLE_DAYS_MAX = 365
"""Through its first year a compounding debt bears the same as a simple one."""


def compounded(
    claimed: pl.DataFrame,
    simple: pl.DataFrame,
    entries: pl.DataFrame,
    found: list[Basis],
    legal: LegalSetting,
    as_of: date,
) -> pl.DataFrame:
    """Replace the simple interest of old compounding debts by what the law room calculates."""
    old = claimed.filter("is_compounding", pl.col("anchor_on") < as_of - timedelta(days=_SIMPLE_DAYS_MAX))
    if old.is_empty():
        return simple
    known = set(simple.filter(~pl.col("is_rate_missing"))["invoice_id"])
    paid = _entries_by_invoice(old, entries)
    rules = {basis.number: basis for basis in found}
    rows = [
        (row["invoice_id"], *_interest(row, rules[row["basis"]], paid, legal))
        for row in old.iter_rows(named=True)
        if row["invoice_id"] in known
    ]
    schema = {"invoice_id": pl.Int64, "compound_minor": pl.Int64, "is_compound_missing": pl.Boolean}
    walked = pl.DataFrame(rows, schema=schema, orient="row")
    return attached(simple, walked, "invoice_id").select(
        pl.exclude("interest_minor", "is_rate_missing", "compound_minor", "is_compound_missing"),
        pl.coalesce("compound_minor", "interest_minor").alias("interest_minor"),
        pl.coalesce("is_compound_missing", "is_rate_missing").alias("is_rate_missing"),
    )


def _entries_by_invoice(old: pl.DataFrame, entries: pl.DataFrame) -> dict[int, list[tuple[date, int]]]:
    own = entries.join(old.select("invoice_id"), on="invoice_id", how="semi")
    paid: dict[int, list[tuple[date, int]]] = {}
    for invoice_id, paid_on, settled_minor in own.select("invoice_id", "paid_on", "settled_minor").iter_rows():
        paid.setdefault(invoice_id, []).append((paid_on, settled_minor))
    return paid


def _interest(
    row: dict[str, object],
    basis: Basis,
    paid: dict[int, list[tuple[date, int]]],
    legal: LegalSetting,
) -> tuple[int, bool]:
    assert basis.rule is not None
    claim = Claim(
        principal_minor=int(str(row["amount_minor"])),
        currency=str(row["currency"]),
        due_on=_date(row["due_on"]),
        payments=tuple(sorted(paid.get(int(str(row["invoice_id"])), []))),
        default_since=_date(row["anchor_on"]) if basis.needs_default else None,
    )
    try:
        return interest(legal.law, basis.rule, claim, _date(row["ended_on"])).interest_minor, False
    except RateMissingError:
        return 0, True


def _date(value: object) -> date:
    assert isinstance(value, date)
    return value
