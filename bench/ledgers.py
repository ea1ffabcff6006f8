"""Generated ledgers for the benchmarks: same seed, same rows, whatever the machine.

Four invoices per account on average; 1.3 entries per invoice; about 20 % of the invoices part-paid, 60 % settled
(a third of them late), 20 % untouched; two currencies; one account in four has been written to, one in twenty has
answered, promised, disputed or is excluded.
"""

from datetime import date, timedelta

import polars as pl

from dunwell.ledger.frames import ACCOUNTS, ENTRIES, EVENTS, INVOICES, ORDERS, Ledger, conform, empty

AS_OF = date(2026, 11, 22)
INVOICES_PER_ACCOUNT = 4


def _draw(key: str, seed: int, limit: int) -> pl.Expr:
    """A repeatable pseudo-random integer below ``limit`` for every row, from its key."""
    return (pl.col(key).hash(seed) % limit).cast(pl.Int64)


def make_ledger(invoice_count: int) -> Ledger:
    """Make a ledger of ``invoice_count`` invoices."""
    account_count = max(1, invoice_count // INVOICES_PER_ACCOUNT)
    accounts = _accounts(account_count)
    invoices = _invoices(invoice_count, account_count)
    return Ledger(accounts, invoices, _entries(invoices), _events(account_count), empty(ORDERS))


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


def _invoices(count: int, account_count: int) -> pl.DataFrame:
    frame = pl.select(pl.int_range(1, count + 1).alias("invoice_id")).with_columns(
        (1 + _draw("invoice_id", 2, account_count)).alias("account_id"),
        (1_000 + _draw("invoice_id", 3, 500_000)).alias("amount_minor"),
        pl.when(_draw("invoice_id", 4, 10) == 0).then(pl.lit("USD")).otherwise(pl.lit("EUR")).alias("currency"),
        (pl.lit(AS_OF) - pl.duration(days=_draw("invoice_id", 5, 400) - 30)).cast(pl.Date).alias("due_on"),
    )
    return conform(frame.with_columns((pl.col("due_on") - pl.duration(days=30)).alias("issued_on")), INVOICES)


def _entries(invoices: pl.DataFrame) -> pl.DataFrame:
    fate = invoices.with_columns(_draw("invoice_id", 6, 100).alias("fate"))
    half = pl.col("amount_minor") // 2
    paid_on = (pl.col("due_on") + pl.duration(days=_draw("invoice_id", 7, 40) - 20)).cast(pl.Date)
    later_on = (paid_on + pl.duration(days=1 + _draw("invoice_id", 8, 20))).cast(pl.Date)
    whole = fate.filter(pl.col("fate") < 10).with_columns(paid_on.alias("paid_on"))
    first = fate.filter(pl.col("fate").is_between(10, 79)).with_columns(
        half.alias("amount_minor"), paid_on.alias("paid_on")
    )
    second = fate.filter(pl.col("fate").is_between(30, 79)).with_columns(
        (pl.col("amount_minor") - half).alias("amount_minor"), later_on.alias("paid_on")
    )
    frame = pl.concat([whole, first, second]).with_columns(pl.lit("payment").alias("kind"))
    return conform(frame.filter(pl.col("paid_on") <= AS_OF), ENTRIES)


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
