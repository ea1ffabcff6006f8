"""Interest on the balance actually open on each day (product §2.3, decision 3), exact in integers.

Between two entries the balance does not change, so the interest of a span is the balance times the difference of two
running sums of rates; the day of a payment still bears interest on the balance before it. One sum per invoice,
rounded half-up once.
"""

from dataclasses import dataclass

import polars as pl

from dunwell.assess.basis import RateWindow
from dunwell.assess.days import days_between, plus_days
from dunwell.assess.made_once import made_once
from dunwell.assess.running import attached, is_followed_in, looked_up, running_sum
from dunwell.ledger.frames import PARTY_TYPE


def bearing(invoices: pl.DataFrame, table: pl.DataFrame, first_letters: pl.DataFrame) -> pl.DataFrame:
    """Add each invoice's basis and three days: ``anchor_on``, ``claim_anchor_on``, ``start_on``.

    The anchors are the day before the first day of interest, and of what compensation looks at: null where the law
    waits for a letter that was never sent. ``start_on`` is the anchor where interest is claimed, at the latest the last
    day that is looked at. ``table`` are the ``basis_columns``; ``first_letters`` has ``received_on`` per invoice.
    """
    numbered = invoices.with_columns(_basis())
    based = numbered.with_columns(_looked_up_basis(numbered["basis"], table))
    return based.with_columns(_anchors(based, first_letters)).with_columns(_start_on())


@made_once
def _basis() -> pl.Expr:
    """The number of an invoice's basis."""
    party = pl.col("party_type").to_physical().cast(pl.Int64)
    return (pl.col("policy_index") * len(PARTY_TYPE.categories) + party).alias("basis")


@made_once
def _start_on() -> pl.Expr:
    """The anchor where interest is claimed, at the latest the last day that is looked at."""
    is_bearing = pl.col("claims_interest") & pl.col("anchor_on").is_not_null()
    return pl.when(is_bearing).then(pl.min_horizontal("anchor_on", "ended_on")).alias("start_on")


def _looked_up_basis(numbers: pl.Series, table: pl.DataFrame) -> list[pl.Expr]:
    """The columns of the bases; where all customers have the same one, each is one value."""
    only = numbers.min() if numbers.null_count() == 0 and numbers.min() == numbers.max() else None
    if only is None:
        return looked_up(table, pl.col("basis"))
    return looked_up(table[[table["number"].index_of(only)]], pl.lit(0))


def _anchors(based: pl.DataFrame, first_letters: pl.DataFrame) -> list[pl.Expr | pl.Series]:
    """The due date, or where the law wants a letter first, the later of it and the day the first one was received."""
    if first_letters.is_empty():
        return _due_days()
    received_on = attached(based.select("invoice_id"), first_letters, "invoice_id")["received_on"]
    default_on = pl.max_horizontal("due_on", pl.lit(received_on))
    waits = pl.when(pl.lit(received_on).is_not_null()).then(default_on)
    return [pl.when(needs).then(waits).otherwise("due_on").alias(name) for needs, name in _ANCHORS]


@made_once
def _due_days() -> list[pl.Expr | pl.Series]:
    """Where no letter counts: the due date, or nothing where the law wants one."""
    return [pl.when(~pl.col(needs)).then("due_on").alias(name) for needs, name in _ANCHORS]


_ANCHORS = (("needs_default", "anchor_on"), ("compensation_needs_default", "claim_anchor_on"))


@dataclass(frozen=True, slots=True)
class Rates:
    """The running sums of rates, and the type of ``amount`` to multiply them in: int64 where it fits, else Int128."""

    window: RateWindow
    amount: type[pl.DataType]

    @classmethod
    def of(cls, window: RateWindow, owing: pl.DataFrame) -> "Rates":
        """Choose the type for the amounts at hand; a debt that was re-opened may have been larger than its amount."""
        amounts = owing["amount_minor"].max()
        assert isinstance(amounts, int)
        fits = owing["is_only_reduced"].all() and amounts * window.weight_max * _ROOM < 2**63
        return cls(window, pl.Int64 if fits else pl.Int128)

    def ok_days_at(self, day: pl.Expr) -> pl.Expr:
        """How many days of the window through this one have a rate."""
        return pl.lit(self.window.table["ok_days"]).gather(self.window.row(day))

    def index_at(self, day: pl.Expr) -> pl.Expr:
        """The running sum of rates on a day."""
        return pl.lit(self.window.table["rate_index"]).gather(self.window.row(day)).cast(self.amount)

    def at_start(self) -> list[pl.Expr]:
        """Where the first day's rate holds for the whole debt: that rate as ``factor``, and whether it is known."""
        if self.window.starts.is_empty():
            return [pl.lit(1, dtype=pl.Int64).alias("factor"), pl.lit(value=True).alias("is_start_known")]
        is_looked_up = pl.col("is_fixed_at_start") & pl.col("start_on").is_not_null()
        row = pl.when(is_looked_up).then(self.window.start_row(plus_days(pl.col("anchor_on"), 1)))
        factor, is_known = (pl.lit(self.window.starts[name]).gather(row) for name in ("factor", "is_start_known"))
        return [factor.fill_null(1).alias("factor"), is_known.fill_null(value=True).alias("is_start_known")]

    def is_known(self, from_on: pl.Expr, to_on: pl.Expr) -> pl.Expr:
        """Whether every day after the first through the second has a rate."""
        if self.window.is_complete:
            return pl.col("is_start_known")
        known_days = self.ok_days_at(to_on) - self.ok_days_at(from_on)
        return (known_days == days_between(from_on, to_on)) & pl.col("is_start_known")


_ROOM = 8
"""Sums and roundings of a debt that only falls stay below this many times its amount times its rates."""


def relief(rates: Rates) -> pl.Expr:
    """What an entry on ``paid_on`` takes off the interest that the whole amount would bear to the end."""
    counts = (pl.col("paid_on") < pl.col("ended_on")) & pl.col("start_on").is_not_null()
    begin = pl.when(counts).then(pl.max_horizontal("paid_on", "start_on"))
    left = rates.index_at(pl.when(counts).then("ended_on")) - rates.index_at(begin)
    return (pl.col("settled_minor").cast(rates.amount) * left).fill_null(0).alias("relief")


def interest_columns(owing: pl.DataFrame, entries: pl.DataFrame, rates: Rates) -> pl.DataFrame:
    """Interest per invoice, in the order of ``owing``: ``interest_minor`` and ``is_rate_missing``; null: none claimed.

    ``owing`` comes from :func:`bearing` with the sum of ``relief`` of the invoice's entries. A debt that entries only
    ever reduced bears what the whole would, less what each entry no longer does: its balance never falls below zero
    before ``ended_on``, so the sum needs no spans. The others are walked span by span.
    """
    start_on = pl.col("start_on")
    end_on = pl.when(start_on.is_not_null()).then("ended_on")
    span = rates.index_at(end_on) - rates.index_at(start_on)
    whole = pl.col("amount_minor").cast(rates.amount) * span
    plain = owing.with_columns(rates.at_start()).select(
        "invoice_id",
        _rounded((whole - pl.col("relief").fill_null(0)) * pl.col("factor")).alias("interest_minor"),
        ((end_on > start_on) & ~rates.is_known(start_on, end_on)).alias("is_rate_missing"),
    )
    restored = owing.filter(~pl.col("is_only_reduced"), pl.col("start_on").is_not_null())
    return plain if restored.is_empty() else plain.update(_by_spans(restored, entries, rates), on="invoice_id")


def _by_spans(claimed: pl.DataFrame, entries: pl.DataFrame, rates: Rates) -> pl.DataFrame:
    """Interest of debts that were re-opened or may have been overpaid, span by span."""
    columns = ["invoice_id", "stretch", "anchor_on", "start_on", "scale", "is_fixed_at_start"]
    from_on, to_on = pl.col("from_on"), pl.col("to_on")
    is_bearing = (pl.col("balance_minor") > 0) & (to_on > from_on)
    weight = rates.index_at(to_on) - rates.index_at(from_on)
    borne = pl.col("balance_minor").cast(rates.amount) * weight * pl.col("factor")
    spans = claimed.select(columns).join(balance_spans(claimed, entries), on="invoice_id")
    return (
        spans.with_columns(rates.at_start())
        .with_columns(borne.alias("borne"), (is_bearing & ~rates.is_known(from_on, to_on)).alias("is_rate_missing"))
        .group_by("invoice_id", "scale")
        .agg(pl.col("borne").sum(), pl.col("is_rate_missing").any())
        .select("invoice_id", _rounded(pl.col("borne")).alias("interest_minor"), "is_rate_missing")
    )


def _rounded(numerator: pl.Expr) -> pl.Expr:
    """The interest, rounded half-up once."""
    scale = pl.col("scale")
    return ((2 * numerator + scale) // (2 * scale)).cast(pl.Int64)


def entries_of(terms: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """The entries of some invoices with the columns of ``terms``; both sorted by invoice."""
    return entries.select("invoice_id", "paid_on", "settled_minor").join(terms, on="invoice_id")


def balance_spans(invoices: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Spans of unchanged balance of each invoice after its anchor: from_on (excluded) to to_on (included).

    Entries on or before the anchor reduce the balance from the start; a balance below zero bears nothing. The last span
    ends on ``ended_on``: the as-of date or, for an invoice settled late, the day it was settled. An anchor on or after
    that day gives no span that bears anything.
    """
    terms = invoices.select("invoice_id", "start_on", "ended_on", pl.col("amount_minor").alias("owed_minor"))
    changes = (
        entries_of(terms, entries)
        .filter(pl.col("paid_on") <= pl.col("ended_on"))
        .select(
            "invoice_id",
            "owed_minor",
            "ended_on",
            pl.max_horizontal("paid_on", "start_on").alias("from_on"),
            "settled_minor",
        )
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
