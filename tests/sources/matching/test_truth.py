"""Matching against data with known truth: which invoice each payment settled is in the data, the texts are ours.

The texts are written as payers write them, one way after the other, so that every way meets every kind of invoice.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import polars as pl

from bench.matching import lettered, play
from bench.statements import generated
from dunwell.sources.contract import BANK_ENTRY
from dunwell.sources.matching import MATCH_ACCOUNTS, OPEN_INVOICES, Matches, match

WAYS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("as written", lambda number: f"Invoice {number}"),
    ("lower case, signs between", lambda number: f"payment inv-{number[3:]} thank you"),
    ("joined", lambda number: f"TRANSFER{number}EUR"),
    ("two signs swapped", lambda number: f"{number[:-2]}{number[-1]}{number[-2]}"),
    ("one digit wrong", lambda number: f"{number[:-1]}{(int(number[-1]) + 1) % 10}"),
    ("last digits", lambda number: f"no {number[3:].lstrip('0')}"),
    ("nothing", lambda _: ""),
)


def money_minor(column: str) -> pl.Expr:
    return (pl.col(column).cast(pl.Decimal(18, 2), strict=False) * 100).cast(pl.Int64).alias("amount_minor")


def tables(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    read = {name: pl.read_csv(folder / f"{name}.csv", infer_schema=False) for name in ("invoices", "payments")}
    invoices = read["invoices"].with_columns(money_minor("Invoice_Amount")).filter(pl.col("amount_minor") > 0)
    accounts = pl.read_csv(folder / "customer_master.csv", infer_schema=False).unique("Customer_ID")
    payments = (
        read["payments"]
        .with_columns(money_minor("Amount_Paid"), pl.col("Payment_Date").str.to_date(strict=False).alias("on"))
        .filter(pl.col("amount_minor") > 0, pl.col("on").is_not_null())
        .join(invoices.select("Invoice_ID", "Customer_ID"), on="Invoice_ID", maintain_order="left")
        .join(accounts.select("Customer_ID", "Customer_Name"), on="Customer_ID", how="left", maintain_order="left")
    )
    return invoices, payments, accounts


def matched(folder: Path, *, with_names: bool) -> tuple[Matches, dict[str, tuple[str, str]]]:
    invoices, payments, accounts = tables(folder)
    rows, truth = [], {}
    for index, row in enumerate(payments.iter_rows(named=True)):
        way, write = WAYS[index % len(WAYS)]
        truth[row["Payment_ID"]] = (row["Invoice_ID"], way)
        rows.append({
            "entry_reference": row["Payment_ID"], "booked_on": row["on"], "currency": "USD", "direction": "in",
            "amount_minor": row["amount_minor"], "is_reversal": False, "remittance": write(row["Invoice_ID"]),
            "payer_name": row["Customer_Name"] if with_names else None,
        })  # fmt: skip
    open_invoices = invoices.select(
        pl.col("Invoice_ID").alias("invoice_number"), pl.col("Customer_ID").alias("account_number"),
        pl.lit("USD").alias("currency"), "amount_minor", pl.col("amount_minor").alias("open_minor"),
        pl.lit(None, pl.Date).alias("due_on"), pl.lit(None, pl.String).alias("payment_reference"),
    ).cast(OPEN_INVOICES)  # fmt: skip
    known = accounts.select(pl.col("Customer_ID").alias("account_number"), pl.col("Customer_Name").alias("name"))
    found = match(pl.DataFrame(rows, schema=BANK_ENTRY), open_invoices, known.cast(MATCH_ACCOUNTS))
    return found, truth


def counted(found: Matches, truth: dict[str, tuple[str, str]]) -> Counter[tuple[str, bool]]:
    """Count the sure proposals by way of writing, and whether they are right."""
    sure = [each for each in found.proposals if each.sureness == "sure"]
    return Counter(
        (
            truth[each.entry_reference][1],
            [part.invoice_number for part in each.parts] == [truth[each.entry_reference][0]],
        )
        for each in sure
    )


def test_no_sure_match_is_wrong_with_and_without_names(corpus: Callable[[str], Path]) -> None:
    for with_names in (False, True):
        counts = counted(*matched(corpus("ar_relational_credit_limits"), with_names=with_names))
        assert {way: count for (way, is_right), count in counts.items() if not is_right} == {}


def test_numbers_written_rightly_are_mostly_matched(corpus: Callable[[str], Path]) -> None:
    found, truth = matched(corpus("ar_relational_credit_limits"), with_names=True)
    counts = counted(found, truth)
    for way in ("as written", "lower case, signs between", "joined"):
        payments = sum(written == way for _, written in truth.values())
        assert counts[way, True] >= payments * 0.75, way


def test_the_best_proposal_is_mostly_right_where_nothing_is_sure(corpus: Callable[[str], Path]) -> None:
    found, truth = matched(corpus("ar_relational_credit_limits"), with_names=True)
    best: dict[str, list[str | None]] = {}
    for each in found.proposals:
        best.setdefault(each.entry_reference, [part.invoice_number for part in each.parts])
    right = sum(best.get(entry) == [number] for entry, (number, _) in truth.items())
    assert right >= len(truth) * 0.6


def test_no_sure_match_of_generated_statements_is_wrong_and_half_of_them_are_sure() -> None:
    scores = play(generated(seed=1))
    assert {way: score.wrong for way, score in scores.items() if score.wrong} == {}
    assert sum(score.sure for score in scores.values()) >= 0.45 * sum(score.entries for score in scores.values())
    assert scores["as written"].sure >= 0.8 * scores["as written"].entries


def test_no_sure_match_of_lettered_payments_is_wrong(corpus: Callable[[str], Path]) -> None:
    score = play(lettered(corpus("fec_fr_customer_ledger")))["lettered payments"]
    assert (score.entries, score.wrong) == (47, 0)
    assert score.best_right >= 0.9 * (score.entries - score.sure)
