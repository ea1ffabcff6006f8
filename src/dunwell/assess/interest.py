"""Interest on the balance actually open on each day (product §2.3), by running balances, exact in integers.

Between two entries the balance does not change, so the interest of a span is the balance times its days times the
rate; the day of a payment still bears interest on the balance before it. One sum per invoice, rounded half-up once.
"""

from datetime import date

import polars as pl

from dunwell.assess.fees import half_up
from dunwell.policy.model import PolicySet

_SCALE = 10_000 * 365
"""Rates are hundredths of a percent a year; a year has 365 days (act/365)."""


def contract_rates(policies: PolicySet) -> pl.DataFrame:
    """The contract rate of every policy that charges one, in hundredths of a percent a year."""
    rows = [
        (policy.name, policy.interest.contract_rate_hundredths)
        for policy in policies.policies.values()
        if policy.interest.kind == "contract" and policy.interest.contract_rate_hundredths
    ]
    return pl.DataFrame(rows, schema={"policy": pl.String, "rate_hundredths": pl.Int64}, orient="row")


def interest_by_invoice(
    chaseable: pl.DataFrame, entries: pl.LazyFrame, policies: PolicySet, as_of: date
) -> pl.DataFrame:
    """Interest per chaseable invoice from the day after its due date to the as-of date: ``interest_minor``."""
    bearing = chaseable.join(contract_rates(policies), on="policy")
    if bearing.is_empty():
        return pl.DataFrame(schema={"invoice_id": pl.Int64, "interest_minor": pl.Int64})
    spans = balance_spans(bearing, entries, as_of)
    days = (pl.col("to_on") - pl.col("from_on")).dt.total_days()
    numerator = pl.col("balance_minor").cast(pl.Int128) * days * pl.col("rate_hundredths")
    return (
        spans.join(bearing.select("invoice_id", "rate_hundredths"), on="invoice_id")
        .group_by("invoice_id")
        .agg(numerator.sum().alias("numerator"))
        .select("invoice_id", half_up(pl.col("numerator"), _SCALE).cast(pl.Int64).alias("interest_minor"))
    )


def balance_spans(invoices: pl.DataFrame, entries: pl.LazyFrame, as_of: date) -> pl.DataFrame:
    """Spans of unchanged balance of each invoice after its due date: from_on (excluded) to to_on (included).

    Entries on or before the due date reduce the balance from the start; a balance below zero bears nothing.
    """
    terms = invoices.select("invoice_id", "due_on", pl.col("amount_minor").alias("owed_minor"))
    changes = (
        entries.filter(pl.col("invoice_id").is_not_null())
        .select("invoice_id", "paid_on", "settled_minor")
        .join(terms.lazy(), on="invoice_id")
        .collect()
        .with_columns(pl.max_horizontal("paid_on", "due_on").alias("from_on"))
    )
    starts = terms.select(
        "invoice_id",
        "due_on",
        "owed_minor",
        pl.col("due_on").alias("from_on"),
        pl.lit(0, dtype=pl.Int64).alias("settled_minor"),
    )
    steps = pl.concat([starts, changes.select(starts.columns)])
    balance = pl.col("owed_minor") - pl.col("settled_minor").cum_sum().over("invoice_id")
    return (
        steps.group_by("invoice_id", "from_on")
        .agg(pl.col("owed_minor").first(), pl.col("settled_minor").sum())
        .sort("invoice_id", "from_on")
        .with_columns(
            balance.clip(lower_bound=0).alias("balance_minor"),
            pl.col("from_on").shift(-1).over("invoice_id").fill_null(as_of).alias("to_on"),
        )
        .select("invoice_id", "from_on", "to_on", "balance_minor")
    )
