"""Public ledgers through the mapping files shipped in ``examples/mappings`` give the figures known for them."""

import json
import os
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dunwell.sources import Parsed, frame_of, read_mapping, read_table

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("DUNWELL_CORPUS", ROOT / "../shared/data"))
BUCKETS = {"not_due": (None, 0), "1-30": (1, 30), "31-60": (31, 60), "61-90": (61, 90), ">90": (91, None)}

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"the public corpus is not at {CORPUS}; set DUNWELL_CORPUS to its folder"
)


def parse(mapping: str, file: str) -> Parsed:
    found, problems = read_mapping(ROOT / "examples/mappings" / mapping)
    assert problems == ()
    return read_table(CORPUS / file, found)


def expected(folder: str) -> Any:
    return json.loads((CORPUS / folder / "expected.json").read_text())["results"]


def open_items(parsed: Parsed, as_of: date, currency: str) -> pl.DataFrame:
    """Return what is open on a day: account, amount in cents, days past due."""
    invoices, payments = frame_of(parsed, "invoices"), frame_of(parsed, "payments")
    assert invoices is not None
    issued = invoices.filter(pl.col("issued_on") <= as_of, pl.col("currency") == currency)
    paid = pl.DataFrame(schema={"invoice_number": pl.String, "paid": pl.Int64})
    if payments is not None:
        dated = payments.filter(pl.col("paid_on") <= as_of)
        paid = dated.group_by("invoice_number").agg(pl.col("amount_minor").sum().alias("paid"))
    joined = issued.join(paid, on="invoice_number", how="left")
    return joined.select(
        "account_number",
        (pl.col("amount_minor") - pl.col("paid").fill_null(0)).alias("open"),
        (pl.lit(as_of) - pl.col("due_on")).dt.total_days().alias("days"),
    ).filter(pl.col("open") > 0)


def figures(items: pl.DataFrame) -> dict[str, Any]:
    """Compute the figures of expected.json from open items."""
    late = items.filter(pl.col("days") > 0)
    found = {name: count_and_sum(within(items, *bounds)) for name, bounds in BUCKETS.items()}
    return {
        "open_invoices": items.height,
        "open_amount": amount(items),
        "customers_with_open": items["account_number"].n_unique(),
        **found,
        "overdue_total": count_and_sum(late),
        "customers_overdue": late["account_number"].n_unique(),
        "customers_over_30": items.filter(pl.col("days") > 30)["account_number"].n_unique(),
        "customers_over_60": items.filter(pl.col("days") > 60)["account_number"].n_unique(),
        "oldest_days_past_due": items["days"].max(),
    }


def within(items: pl.DataFrame, first: int | None, last: int | None) -> pl.DataFrame:
    days = pl.col("days")
    after = days >= first if first is not None else pl.lit(value=True)
    return items.filter(after, days <= last if last is not None else pl.lit(value=True))


def count_and_sum(items: pl.DataFrame) -> dict[str, Any]:
    return {"n": items.height, "amount": amount(items)}


def amount(items: pl.DataFrame) -> str:
    return str(Decimal(int(items["open"].sum())).scaleb(-2))


def agree(parsed: Parsed, wanted: Mapping[str, Any], currency: str) -> None:
    day = date.fromisoformat(wanted["as_of"])
    known = {key: value for key, value in wanted.items() if key not in ("as_of", "undated")}
    assert figures(open_items(parsed, day, currency)) == known


def nothing_rejected(parsed: Parsed) -> None:
    assert parsed.problems == ()
    assert parsed.rejects is None


def test_ibm_late_payments_agree_on_every_day() -> None:
    parsed = parse("ibm_late_payments.toml", "ar_ibm_late_payments/invoices_dev.csv")
    nothing_rejected(parsed)
    (result,) = expected("ar_ibm_late_payments")
    for wanted in result["as_of"]:
        agree(parsed, wanted, "USD")


def test_ibm_disputes_become_events_of_their_invoices() -> None:
    parsed = parse("ibm_late_payments.toml", "ar_ibm_late_payments/invoices_dev.csv")
    (result,) = expected("ar_ibm_late_payments")
    events = frame_of(parsed, "events")
    assert events is not None
    assert events["kind"].unique().to_list() == ["dispute"]
    assert events.height == result["hindsight"]["disputed"]
    assert parsed.tables[0].frame.height == result["customers"]


@pytest.mark.parametrize("number", [0, 1])
def test_highradius_open_items_agree_on_every_day_in_both_exports(number: int) -> None:
    result = expected("ar_highradius_open_items")[number]
    parsed = parse("highradius_open_items.toml", f"ar_highradius_open_items/{result['file']}.gz")
    nothing_rejected(parsed)
    assert parsed.tables[0].frame.height == result["customers"]
    for wanted in result["as_of"]["USD (converted by the publisher)"]:
        agree(parsed, wanted, "USD")


def test_highradius_invoices_due_before_their_issue_are_named() -> None:
    parsed = parse("highradius_open_items.toml", "ar_highradius_open_items/open_items_dev.csv.gz")
    told = "27 invoices due before the day of issue: accepted as the mapping says."
    assert told in [notice.message for notice in parsed.notices]


@pytest.mark.parametrize("currency", ["USD", "CAD"])
def test_services_ledger_agrees_with_due_dates_from_terms(currency: str) -> None:
    parsed = parse("us_services_ledger.toml", "ar_us_services_ledger/invoices.csv")
    nothing_rejected(parsed)
    agree(parsed, expected("ar_us_services_ledger")["snapshot"][currency], currency)
    invoices = frame_of(parsed, "invoices")
    assert invoices is not None
    assert invoices["due_on"].null_count() == 0
