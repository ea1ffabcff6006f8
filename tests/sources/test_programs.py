"""Lists under the real headers of programs (``programs.toml``) are understood without a mapping."""

import tomllib
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dunwell.sources import Options
from dunwell.sources.contract import Reading, SourceFile
from dunwell.sources.rows import Kind, schema
from dunwell.sources.tabular import reader

PROGRAMS = tomllib.loads((Path(__file__).parent / "programs.toml").read_text(encoding="utf-8"))["program"]
OPTIONS = Options(currency="EUR", country="DE")


def frame(reading: Reading, kind: Kind) -> pl.DataFrame:
    return next((table.frame for table in reading.tables if table.kind == kind), pl.DataFrame(schema=schema(kind)))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: str(program["name"]))
def test_the_list_of_a_program_is_understood(program: dict[str, Any]) -> None:
    reading = reader.read(SourceFile("list.csv", program["text"].lstrip("\n").encode()), OPTIONS)
    assert [str(problem) for problem in reading.problems] == []
    names = dict(frame(reading, "customers").select("account_number", "name").iter_rows())
    payments = frame(reading, "payments")
    is_applied = pl.col("invoice_number").is_not_null()
    paid = (
        payments.filter(pl.col("kind") == "payment", is_applied)
        .group_by("invoice_number")
        .agg(pl.col("amount_minor").sum())
    )
    settled = dict(paid.iter_rows())
    found = [
        [
            row["invoice_number"],
            names.get(row["account_number"], row["account_number"]),
            str(row["due_on"] or ""),
            row["amount_minor"],
            row["amount_minor"] - settled.get(row["invoice_number"], 0),
        ]
        for row in frame(reading, "invoices").to_dicts()
    ]
    assert found == program["invoices"]
    unapplied = payments.filter(pl.col("kind") == "payment", ~is_applied).select("payment_reference", "amount_minor")
    assert [list(row) for row in unapplied.iter_rows()] == program.get("unapplied", [])
    notes = payments.filter(pl.col("kind") == "credit_note").select("payment_reference", "amount_minor")
    assert [list(row) for row in notes.iter_rows()] == program.get("credits", [])
