"""Interest on the balance actually open on each day (product §2.3, decision 3), exact in integers.

Between two entries the balance does not change, so the interest of a span is the balance times the difference of two
running sums of rates; the day of a payment still bears interest on the balance before it. One sum per invoice,
rounded half-up once.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from dunwell.assess.balances import PAIR
from dunwell.assess.basis import Basis, RateBook, RateWindow, basis_columns
from dunwell.assess.compounding import compounded
from dunwell.assess.days import days_between, plus_days
from dunwell.assess.legal import LegalSetting
from dunwell.assess.running import attached, is_followed_in, looked_up, running_sum, sorted_by, sums_by_group
from dunwell.ledger.frames import PARTY_TYPE

RESULT = {"invoice_id": pl.Int64, "interest_minor": pl.Int64, "is_rate_missing": pl.Boolean}


def bearing(invoices: pl.DataFrame, found: list[Basis], first_letters: pl.DataFrame) -> pl.DataFrame:
    """Add each invoice's basis and ``anchor_on``, the day before its first day of interest.

    Null where interest waits for a letter that was never sent. ``first_letters`` has ``received_on`` per invoice.
    """
    default_on = pl.max_horizontal("due_on", "received_on")
    waits = pl.when(pl.col("received_on").is_not_null()).then(default_on)
    party = pl.col("party_type").to_physical().cast(pl.Int64)
    basis = looked_up(basis_columns(found), pl.col("policy_index") * len(PARTY_TYPE.categories) + party)
    return (
        attached(invoices.filter(pl.col("party_type").is_not_null()), first_letters, "invoice_id")
        .with_columns(basis)
        .with_columns(
            pl.when("needs_default").then(waits).otherwise("due_on").alias("anchor_on"),
            pl.when("compensation_needs_default").then(waits).otherwise("due_on").alias("claim_anchor_on"),
        )
    )


@dataclass(frozen=True, slots=True)
class Context:
    """The law, the day, and the rates."""

    legal: LegalSetting | None
    as_of: date
    rates: RateBook


def interest_by_invoice(
    invoices: pl.DataFrame, entries: pl.DataFrame, found: list[Basis], context: Context
) -> pl.DataFrame:
    """Interest per invoice, and whether a day of it has no rate. ``invoices`` come from :func:`bearing`."""
    claimed = invoices.filter(pl.col("anchor_on").is_not_null()).with_columns(
        pl.min_horizontal("anchor_on", "ended_on").alias("start_on")
    )
    if claimed.is_empty():
        return pl.DataFrame(schema=RESULT)
    rates = _rates(claimed, context)
    plain = _linear(claimed.filter("is_only_reduced"), entries, rates)
    walked = _by_spans(claimed.filter(~pl.col("is_only_reduced")), entries, rates)
    simple = pl.concat([plain, walked]).with_columns(_rounded().alias("interest_minor"))
    both = compounded(claimed, simple, entries, found, context.legal, context.as_of)
    return both.select(list(RESULT))


@dataclass(frozen=True, slots=True)
class _Rates:
    """The running sums of rates, and the type of ``amount`` to multiply them in: int64 where it fits, else Int128."""

    window: RateWindow
    amount: type[pl.DataType]

    def at(self, day: str, *names: str) -> list[pl.Expr]:
        """Columns of the table on a day, by the invoice's ``rates``, with the day's name after theirs."""
        row = self.window.row(pl.col(day))
        return [pl.lit(self.window.table[name]).gather(row).alias(f"{name}_{day}") for name in names]

    def index_at(self, day: pl.Expr) -> pl.Expr:
        """The running sum of rates on a day."""
        return pl.lit(self.window.table["rate_index"]).gather(self.window.row(day)).cast(self.amount)

    def at_start(self) -> list[pl.Expr]:
        """Where the first day's rate holds for the whole debt: that rate as ``factor``, and whether it is known."""
        if self.window.starts.is_empty():
            return [pl.lit(1, dtype=pl.Int64).alias("factor"), pl.lit(value=True).alias("is_start_known")]
        row = pl.when("is_fixed_at_start").then(self.window.start_row(plus_days(pl.col("anchor_on"), 1)))
        factor, is_known = (pl.lit(self.window.starts[name]).gather(row) for name in ("factor", "is_start_known"))
        return [factor.fill_null(1).alias("factor"), is_known.fill_null(value=True).alias("is_start_known")]


def _rates(claimed: pl.DataFrame, context: Context) -> _Rates:
    """Lay out the rates of the window that the claims need."""
    first_on, last_on = claimed["start_on"].min(), claimed["anchor_on"].max()
    assert isinstance(first_on, date)
    assert isinstance(last_on, date)
    window = context.rates.window(first_on, max(context.as_of, last_on))
    factor = max(1, *(window.starts["factor"].to_list() or [1]))
    weights = window.table["rate_index"].abs().max()
    amounts = claimed["amount_minor"].max()
    assert isinstance(weights, int)
    assert isinstance(amounts, int)
    fits = claimed["is_only_reduced"].all() and amounts * weights * factor * _ROOM < 2**63
    return _Rates(window, pl.Int64 if fits else pl.Int128)


_ROOM = 8
"""Sums and roundings of a debt that only falls stay below this many times its amount times its rates."""


def _linear(claimed: pl.DataFrame, entries: pl.DataFrame, rates: _Rates) -> pl.DataFrame:
    """Interest of debts that entries only ever reduced: what the whole would bear, less what each entry no longer does.

    Such a balance never falls below zero before ``ended_on``, so the sum needs no spans. Gives the exact ``numerator``.
    """
    known = claimed.with_columns(*rates.at("start_on", "ok_days"), *rates.at("ended_on", "ok_days"))
    known = known.with_columns(rates.at_start())
    span = rates.index_at(pl.col("ended_on")) - rates.index_at(pl.col("start_on"))
    left = rates.index_at(pl.col("ended_on")) - rates.index_at(pl.max_horizontal("paid_on", "start_on"))
    changes = (
        _entries_of(known.select("invoice_id", "stretch", "start_on", "ended_on"), entries)
        .filter(pl.col("paid_on") < pl.col("ended_on"))
        .with_columns((pl.col("settled_minor").cast(rates.amount) * left).alias("relief"))
        .select("invoice_id", "relief")
        .collect()
    )
    relieved = sums_by_group(sorted_by(changes, "invoice_id"), "invoice_id", {"relief": pl.col("relief")})
    whole = pl.col("amount_minor").cast(rates.amount) * span
    known_days = pl.col("ok_days_ended_on") - pl.col("ok_days_start_on")
    is_known = (known_days == days_between(pl.col("start_on"), pl.col("ended_on"))) & pl.col("is_start_known")
    is_bearing = pl.col("ended_on") > pl.col("start_on")
    return attached(known, relieved, "invoice_id").select(
        PAIR,
        "invoice_id",
        "scale",
        ((whole - pl.col("relief").fill_null(0)) * pl.col("factor").cast(rates.amount)).alias("numerator"),
        (is_bearing & ~is_known).alias("is_rate_missing"),
    )


def _entries_of(terms: pl.DataFrame, entries: pl.DataFrame) -> pl.LazyFrame:
    """The entries of some invoices with the columns of ``terms``; both sorted by invoice."""
    return entries.lazy().select("invoice_id", "paid_on", "settled_minor").join(terms.lazy(), on="invoice_id")


def _by_spans(claimed: pl.DataFrame, entries: pl.DataFrame, rates: _Rates) -> pl.DataFrame:
    """Interest of debts that were re-opened or may have been overpaid, span by span; as :func:`_linear` gives it."""
    columns = [PAIR, "invoice_id", "stretch", "anchor_on", "scale", "is_fixed_at_start"]
    is_bearing = (pl.col("balance_minor") > 0) & (pl.col("to_on") > pl.col("from_on"))
    known_days = pl.col("ok_days_to_on") - pl.col("ok_days_from_on")
    is_known = (known_days == days_between(pl.col("from_on"), pl.col("to_on"))) & pl.col("is_start_known")
    weight = rates.index_at(pl.col("to_on")) - rates.index_at(pl.col("from_on"))
    borne = pl.col("balance_minor").cast(rates.amount) * weight * pl.col("factor").cast(rates.amount)
    spans = claimed.select(columns).join(balance_spans(claimed, entries), on="invoice_id")
    return (
        spans.with_columns(*rates.at("to_on", "ok_days"), *rates.at("from_on", "ok_days"))
        .with_columns(rates.at_start())
        .group_by(PAIR, "invoice_id", "scale")
        .agg(borne.sum().alias("numerator"), (is_bearing & ~is_known).any().alias("is_rate_missing"))
    )


def _rounded() -> pl.Expr:
    """The interest, rounded half-up once."""
    scale = pl.col("scale")
    return ((2 * pl.col("numerator") + scale) // (2 * scale)).cast(pl.Int64)


def claims_at_start(invoices: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """What was open on the first day of default: ``invoice_id``, ``claim_minor``; nothing where default never began.

    ``invoices`` come from :func:`bearing`.
    """
    begun = invoices.filter(pl.col("claim_anchor_on") < pl.col("ended_on"))
    before = (
        _entries_of(begun.select("invoice_id", "claim_anchor_on"), entries)
        .filter(pl.col("paid_on") <= pl.col("claim_anchor_on"))
        .select("invoice_id", "settled_minor")
        .collect()
    )
    sums = {"settled_minor": pl.col("settled_minor")}
    settled = sums_by_group(sorted_by(before, "invoice_id"), "invoice_id", sums)
    claim = pl.col("amount_minor") - pl.col("settled_minor").fill_null(0)
    return attached(begun.select("invoice_id", "amount_minor"), settled, "invoice_id").select(
        "invoice_id", claim.alias("claim_minor")
    )


def balance_spans(invoices: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Spans of unchanged balance of each invoice after its anchor: from_on (excluded) to to_on (included).

    Entries on or before the anchor reduce the balance from the start; a balance below zero bears nothing. The last span
    ends on ``ended_on``: the as-of date or, for an invoice settled late, the day it was settled. An anchor on or after
    that day gives no span that bears anything.
    """
    terms = invoices.select("invoice_id", "start_on", "ended_on", pl.col("amount_minor").alias("owed_minor"))
    changes = (
        _entries_of(terms, entries)
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
