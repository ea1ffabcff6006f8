"""Interest on the balance actually open on each day (product §2.3, decision 3), exact in integers.

Between two entries the balance does not change, so the interest of a span is the balance times the difference of two
running sums of rates; the day of a payment still bears interest on the balance before it. One sum per invoice,
rounded half-up once.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from dunwell.assess.balances import PAIR
from dunwell.assess.basis import Basis, basis_columns, index_table, start_table
from dunwell.assess.compounding import compounded
from dunwell.assess.legal import LegalSetting
from dunwell.assess.running import is_followed_in, running_sum

RESULT = {"invoice_id": pl.Int64, "interest_minor": pl.Int64, "is_rate_missing": pl.Boolean}


def bearing(invoices: pl.DataFrame, found: list[Basis], first_letters: pl.DataFrame) -> pl.DataFrame:
    """Add each invoice's basis and ``anchor_on``, the day before its first day of interest.

    Null where interest waits for a letter that was never sent. ``first_letters`` has ``received_on`` per invoice.
    """
    default_on = pl.max_horizontal("due_on", "received_on")
    waits = pl.when(pl.col("received_on").is_not_null()).then(default_on)
    return (
        invoices.with_columns(pl.col("party_type").cast(pl.String))
        .join(basis_columns(found), on=["policy", "party_type"])
        .join(first_letters, on="invoice_id", how="left")
        .with_columns(
            pl.when("needs_default").then(waits).otherwise("due_on").alias("anchor_on"),
            pl.when("compensation_needs_default").then(waits).otherwise("due_on").alias("claim_anchor_on"),
        )
    )


def interest_by_invoice(
    invoices: pl.DataFrame, spans: pl.DataFrame, entries: pl.LazyFrame, found: list[Basis], context: "Context"
) -> pl.DataFrame:
    """Interest per invoice, and whether a day of it has no rate.

    ``invoices`` come from :func:`bearing`, ``spans`` from :func:`balance_spans`.
    """
    claimed = invoices.filter("claims_interest", pl.col("anchor_on").is_not_null())
    if claimed.is_empty():
        return pl.DataFrame(schema=RESULT)
    simple = _simple(claimed, spans, found, context)
    both = compounded(claimed, simple, entries, found, context.legal, context.as_of)
    return both.select(list(RESULT))


@dataclass(frozen=True, slots=True)
class Context:
    """The law and the day."""

    legal: LegalSetting | None
    as_of: date


def _simple(claimed: pl.DataFrame, spans: pl.DataFrame, found: list[Basis], context: Context) -> pl.DataFrame:
    """Simple interest: ``PAIR, invoice_id, interest_minor, is_rate_missing``."""
    first_on = claimed["anchor_on"].min()
    assert isinstance(first_on, date)
    window_end = max(context.as_of, first_on)
    index = index_table(found, context.legal, first_on, window_end)
    starts = start_table(found, context.legal, first_on, window_end)
    columns = [PAIR, "invoice_id", "rates", "anchor_on", "scale", "is_fixed_at_start"]
    days = (pl.col("to_on") - pl.col("from_on")).dt.total_days()
    is_bearing = (pl.col("balance_minor") > 0) & (days > 0)
    known_days = pl.col("ok_days_to") - pl.col("ok_days")
    is_known = (known_days == days) & pl.col("is_start_known").fill_null(value=True)
    weight = (pl.col("rate_index_to") - pl.col("rate_index")).cast(pl.Int128) * pl.col("factor").fill_null(1)
    return (
        claimed.select(columns)
        .join(spans, on="invoice_id")
        .join(index, left_on=["rates", "from_on"], right_on=["rates", "on"])
        .join(index, left_on=["rates", "to_on"], right_on=["rates", "on"], suffix="_to")
        .with_columns((pl.col("anchor_on") + pl.duration(days=1)).alias("first_day_on"))
        .join(starts, on=["rates", "first_day_on"], how="left")
        .group_by(PAIR, "invoice_id", "scale")
        .agg(
            (pl.col("balance_minor").cast(pl.Int128) * weight).sum().alias("numerator"),
            (is_bearing & ~is_known).any().alias("is_rate_missing"),
        )
        .with_columns(_half_up(pl.col("numerator"), pl.col("scale")).cast(pl.Int64).alias("interest_minor"))
        .select(PAIR, "invoice_id", "interest_minor", "is_rate_missing")
    )


def _half_up(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    whole = denominator.cast(pl.Int128)
    return (2 * numerator + whole) // (2 * whole)


def balance_spans(invoices: pl.DataFrame, entries: pl.LazyFrame, anchor: str = "anchor_on") -> pl.DataFrame:
    """Spans of unchanged balance of each invoice after its anchor: from_on (excluded) to to_on (included).

    Entries on or before the anchor reduce the balance from the start; a balance below zero bears nothing. The last span
    ends on ``ended_on``: the as-of date or, for an invoice settled late, the day it was settled. An anchor on or after
    that day gives no span that bears anything.
    """
    terms = invoices.filter(pl.col(anchor).is_not_null()).select(
        "invoice_id",
        pl.min_horizontal(anchor, "ended_on").alias("start_on"),
        "ended_on",
        pl.col("amount_minor").alias("owed_minor"),
    )
    changes = (
        entries.join(terms.lazy(), on="invoice_id")
        .filter(pl.col("paid_on") <= pl.col("ended_on"))
        .select(
            "invoice_id",
            "owed_minor",
            "ended_on",
            pl.max_horizontal("paid_on", "start_on").alias("from_on"),
            "settled_minor",
        )
        .collect()
    )
    starts = terms.select(
        "invoice_id",
        "owed_minor",
        "ended_on",
        pl.col("start_on").alias("from_on"),
        pl.lit(0, dtype=pl.Int64).alias("settled_minor"),
    )
    balance = pl.col("owed_minor") - running_sum("settled_minor", "invoice_id")
    is_followed = is_followed_in("invoice_id")
    is_last_of_day = ~(is_followed & (pl.col("from_on") == pl.col("from_on").shift(-1)).fill_null(value=False))
    ends_on = pl.when(is_followed).then(pl.col("from_on").shift(-1)).otherwise("ended_on")
    return (
        pl.concat([starts, changes])
        .sort("invoice_id", "from_on")
        .with_columns(balance.clip(lower_bound=0).alias("balance_minor"))
        .filter(is_last_of_day)
        .with_columns(ends_on.alias("to_on"))
        .select("invoice_id", "from_on", "to_on", "balance_minor")
    )
