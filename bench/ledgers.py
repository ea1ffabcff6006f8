"""Generated ledgers for the benchmarks: same seed, same rows, whatever the machine and the version of Polars.

Four invoices per account on average; 1.3 entries per invoice; about 20 % of the invoices part-paid, 60 % settled
(most of them in two parts, two thirds of them late), 20 % untouched; two currencies; customers in eight countries; one
account in four has been written to, one in twenty has answered, promised, disputed or is excluded.

With ``years`` the due dates lie in so many years instead of the last 370 days, what is older than a year is nearly all
paid, and every quarter has its letters, answers, calls and holds: the history of a business that has used us so long.
"""

from datetime import date, timedelta
from pathlib import Path

import polars as pl

from dunwell.ledger.frames import ACCOUNTS, ENTRIES, EVENTS, INVOICES, ORDERS, Ledger, conform, empty

AS_OF = date(2026, 11, 22)
INVOICES_PER_ACCOUNT = 4
DAYS = 400
"""In so many days lie the due dates of a ledger without a history."""
AHEAD_DAYS = 30
"""So many of them lie ahead of the day."""
QUARTERS = 4
QUARTER_DAYS = 91

FRAMES = ("accounts", "invoices", "entries", "events", "orders")
"""The frames of a ledger, in the order of its fields."""

_GOLDEN = 0x9E3779B97F4A7C15
_MIXERS = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))


def _draw(key: str, seed: int, limit: int) -> pl.Expr:
    """A repeatable pseudo-random integer below ``limit`` for every row, from its key (the mixer of splitmix64)."""
    mixed = pl.col(key).cast(pl.UInt64) * _uint(2 * seed + 1) * _uint(_GOLDEN)
    for shift, factor in _MIXERS:
        mixed = (mixed ^ (mixed // _uint(1 << shift))) * _uint(factor)
    return ((mixed ^ (mixed // _uint(1 << 31))) % _uint(limit)).cast(pl.Int64)


def _uint(value: int) -> pl.Expr:
    return pl.lit(value, dtype=pl.UInt64)


def make_ledger(invoice_count: int, years: int = 0) -> Ledger:
    """Make a ledger of ``invoice_count`` invoices; ``years``: with a history of so many years."""
    account_count = max(1, invoice_count // INVOICES_PER_ACCOUNT)
    accounts = _accounts(account_count)
    invoices = _invoices(invoice_count, account_count, 365 * years + AHEAD_DAYS if years else DAYS)
    events = [_events(account_count), *(_quarter(account_count, number) for number in range(1, QUARTERS * years))]
    return Ledger(accounts, invoices, _entries(invoices), pl.concat(events), empty(ORDERS))


def write_ledger(invoice_count: int, folder: Path, years: int = 0) -> None:
    """Make a ledger and keep it in a folder, for processes that are to measure nothing but their own work."""
    ledger = make_ledger(invoice_count, years)
    for name in FRAMES:
        getattr(ledger, name).write_parquet(folder / f"{name}.parquet")


def read_ledger(folder: Path) -> Ledger:
    """Read the ledger that :func:`write_ledger` kept, wholly into memory."""
    accounts, invoices, entries, events, orders = (
        pl.read_parquet(folder / f"{name}.parquet").rechunk() for name in FRAMES
    )
    return Ledger(accounts, invoices, entries, events, orders)


def _accounts(count: int) -> pl.DataFrame:
    countries = pl.Series(["DE", "FR", "ES", "GB", "US", "RO", "VN", "AT"])
    frame = pl.select(pl.int_range(1, count + 1).alias("account_id")).with_columns(
        pl.col("account_id").cast(pl.String).alias("account_number"),
        pl.lit(countries).implode().list.get(_draw("account_id", 1, 8)).alias("country"),
        pl.lit("business").alias("party_type"),
        pl.lit("EUR").alias("currency"),
        pl.lit(1_000_000).alias("credit_limit_minor"),
    )
    return conform(frame, ACCOUNTS)


def _invoices(count: int, account_count: int, days: int) -> pl.DataFrame:
    frame = pl.select(pl.int_range(1, count + 1).alias("invoice_id")).with_columns(
        (1 + _draw("invoice_id", 2, account_count)).alias("account_id"),
        (1_000 + _draw("invoice_id", 3, 500_000)).alias("amount_minor"),
        pl.when(_draw("invoice_id", 4, 10) == 0).then(pl.lit("USD")).otherwise(pl.lit("EUR")).alias("currency"),
        (pl.lit(AS_OF) - pl.duration(days=_draw("invoice_id", 5, days) - AHEAD_DAYS)).cast(pl.Date).alias("due_on"),
    )
    return conform(frame.with_columns((pl.col("due_on") - pl.duration(days=30)).alias("issued_on")), INVOICES)


def _entries(invoices: pl.DataFrame) -> pl.DataFrame:
    """Payments: 10 % of the invoices paid at once, 20 % paid in half, 50 % paid in two parts.

    Of those that were due more than a year ago, 8 % are paid at once and 90 % in two parts.
    """
    is_old = pl.col("due_on") < AS_OF - timedelta(days=DAYS - AHEAD_DAYS)
    drawn = _draw("invoice_id", 6, 100)
    old = pl.when(drawn < 90).then(30).when(drawn < 98).then(0).otherwise(99)
    fate = invoices.with_columns(pl.when(is_old).then(old).otherwise(drawn).alias("fate"))
    half = pl.col("amount_minor") // 2
    paid_on = _not_later((pl.col("due_on") + pl.duration(days=_draw("invoice_id", 7, 40) - 20)).cast(pl.Date))
    later_on = _not_later((paid_on + pl.duration(days=1 + _draw("invoice_id", 8, 20))).cast(pl.Date))
    whole = fate.filter(pl.col("fate") < 10).with_columns(paid_on.alias("paid_on"))
    first = fate.filter(pl.col("fate").is_between(10, 79)).with_columns(
        half.alias("amount_minor"), paid_on.alias("paid_on")
    )
    second = fate.filter(pl.col("fate").is_between(30, 79)).with_columns(
        (pl.col("amount_minor") - half).alias("amount_minor"), later_on.alias("paid_on")
    )
    frame = pl.concat([whole, first, second]).with_columns(pl.lit("payment").alias("kind"))
    return conform(frame, ENTRIES)


def _not_later(paid_on: pl.Expr) -> pl.Expr:
    """The day a payment was made: the one drawn, or where that lies ahead, a day of the last 40."""
    ahead = (paid_on - pl.lit(AS_OF)).dt.total_days()
    earlier = (pl.lit(AS_OF) - pl.duration(days=ahead % 40)).cast(pl.Date)
    return pl.when(paid_on > AS_OF).then(pl.max_horizontal(earlier, "issued_on")).otherwise(paid_on)


def _events(account_count: int) -> pl.DataFrame:
    accounts = pl.select(pl.int_range(1, account_count + 1).alias("account_id"))
    rows = []
    for step, days in (("reminder", 28), ("second_request", 19), ("third_request", 9)):
        asked = accounts.filter(_draw("account_id", 9, 4) == 0)
        rows.append(
            asked.with_columns(
                pl.lit(AS_OF - timedelta(days=days)).alias("on"),
                pl.lit("request").alias("kind"),
                pl.lit(step).alias("step"),
            )
        )
    for seed, kind in enumerate(("response", "promise", "dispute", "exclusion")):
        answered = accounts.filter(_draw("account_id", 20 + seed, 80) == 0)
        rows.append(
            answered.with_columns(
                pl.lit(AS_OF - timedelta(days=5)).alias("on"),
                pl.lit(kind).alias("kind"),
                pl.lit(AS_OF + timedelta(days=5)).alias("until_on"),
            )
        )
    return conform(pl.concat(rows, how="diagonal"), EVENTS)


def _quarter(account_count: int, number: int) -> pl.DataFrame:
    """What happened in the quarter ``number`` quarters ago: one account in eight was written to three times, then
    answered; one in eighty was held for a while; one in forty was called."""
    accounts = pl.select(pl.int_range(1, account_count + 1).alias("account_id"))
    began_on = AS_OF - timedelta(days=QUARTER_DAYS * number)
    told = (
        ("request", 0, 8, "reminder"), ("request", 9, 8, "second_request"), ("request", 19, 8, "third_request"),
        ("response", 40, 8, None), ("hold", 30, 80, None), ("release", 38, 80, None), ("call", 25, 40, None),
    )  # fmt: skip
    rows = [
        accounts.filter(_draw("account_id", 100 + number, share) == 0).with_columns(
            pl.lit(began_on + timedelta(days=after)).alias("on"),
            pl.lit(kind).alias("kind"),
            pl.lit(step, pl.String).alias("step"),
        )
        for kind, after, share, step in told
    ]
    return conform(pl.concat(rows), EVENTS)
