"""The figures: sums that agree with the ledger, for any day, to look at and to export."""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from io import StringIO

import polars as pl
from django.test import Client

from dunwell.assess.balances import signed_minor
from dunwell.runs import figures
from dunwell.runs.standing import standing
from dunwell.runs.versions import ledger_on
from dunwell.store.outcomes import Sums, sums
from dunwell.store.workspace import Workspace

ON = date(2026, 11, 20)


def test_buckets_add_up_to_what_is_open(shop: Workspace, client_as: Callable[[str], Client]) -> None:
    client_as("viewer")
    now = standing(shop)
    assert now is not None
    open_minor = dict(now.accounts.group_by("currency").agg(pl.col("open_minor").sum()).iter_rows())
    aged = figures.aged_by_currency(now.accounts)
    assert {one.currency: one.total_minor for one in aged} == {k: v for k, v in open_minor.items() if v}


def test_a_bucket_lists_its_customers_most_money_first(client_as: Callable[[str], Client]) -> None:
    page = client_as("viewer").get("/figures/EUR/31_60").content.decode()
    assert page.index("Warenhaus Seeblick-Arkaden") < page.index("Domaine des Trois Ormeaux")


def test_days_sales_outstanding_and_effectiveness_by_hand() -> None:
    """Open at the start 600, billed 400 in the month, 500 collected: 500 is left, of which 100 is not yet due."""
    moved = Sums(billed={"EUR": 60_000 + 40_000}, billed_lately={"EUR": 40_000}, collected={"EUR": 50_000})
    accounts = pl.DataFrame({"currency": ["EUR"], "open_minor": [50_000], "current_minor": [10_000]})
    (found,) = figures.speed_by_currency(accounts, moved)
    assert found.outstanding_days == Fraction(50_000 * 90, 100_000) == 45
    assert found.effectiveness == Fraction(60_000 + 40_000 - 50_000, 60_000 + 40_000 - 10_000)


def test_what_was_billed_and_paid_is_what_the_ledger_says(shop: Workspace) -> None:
    ledger = ledger_on(ON)
    since, lately = ON - timedelta(days=90), ON - timedelta(days=30)
    paid = ledger.entries.filter(pl.col("paid_on") > lately).with_columns(signed_minor().alias("amount_minor"))
    billed = ledger.invoices.filter(pl.col("issued_on") <= ON)
    expected = [
        dict(rows.group_by("currency").agg(pl.col("amount_minor").sum()).iter_rows())
        for rows in (billed.filter(pl.col("issued_on") > since), billed.filter(pl.col("issued_on") > lately), paid)
    ]
    found = sums(since, lately, ON)
    assert [found.billed, {k: v for k, v in found.billed_lately.items() if v}, found.collected] == expected
    assert all(expected)


def test_an_earlier_day_is_shown_as_it_was(client_as: Callable[[str], Client]) -> None:
    client = client_as("viewer")
    earlier = client.get("/figures?as_of=2026-09-01").context_data["figures"]  # type: ignore[index]
    latest = client.get("/figures").context_data["figures"]  # type: ignore[index]
    assert (earlier.as_of, latest.as_of) == (date(2026, 9, 1), ON)
    assert [one.buckets_minor for one in earlier.aged] != [one.buckets_minor for one in latest.aged]


def test_the_export_says_the_same(client_as: Callable[[str], Client]) -> None:
    client = client_as("viewer")
    rows = list(csv.reader(StringIO(client.get("/figures/export.csv").content.decode())))
    page = client.get("/figures").content.decode().replace("\u00a0", " ")
    euro = next(row for row in rows if row[:1] == ["EUR"])
    assert f"EUR {float(euro[6]):,.2f}" in page
