"""Lists of customers, invoices and payments: of programs, of people, and of nobody's."""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from bench.corpus.verdicts import (
    RefusedError,
    Verdict,
    WrongError,
    data_files,
    expected,
    frame,
    judged,
    opened,
    read,
    read_file,
    read_mapped,
    refused,
    same,
    total,
)
from dunwell.sources.contract import Reading
from dunwell.sources.references import INVOICE_FACTS
from dunwell.sources.rows import Options
from dunwell.sources.tabular import reader

_BUCKETS: Mapping[str, tuple[int | None, int | None]] = {
    "not_due": (None, 0), "1-30": (1, 30), "31-60": (31, 60), "61-90": (61, 90), ">90": (91, None),
}  # fmt: skip
_MAPPINGS = {
    "ar_ibm_late_payments": "ibm_late_payments.toml",
    "ar_highradius_open_items": "highradius_open_items.toml",
    "ar_us_services_ledger": "us_services_ledger.toml",
}


def ledgers(folder: Path) -> Iterator[Verdict]:
    """Ledgers for which we ship a mapping: open items by bucket, on every day that is known."""
    currency = "USD"
    results = expected(folder)
    found = results.get("results", results)
    for path in data_files(folder):
        own = _own(found, path.name.removesuffix(".gz"))
        yield judged(path.name, partial(_ledger, path, own, currency))


def _own(results: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = results if isinstance(results, dict) else next(r for r in results if r["file"] == name)
    return found


def _ledger(path: Path, known: Mapping[str, Any], currency: str) -> None:
    reading = read_mapped(path, _MAPPINGS[path.parent.name], Options())
    same("problems", (), reading.problems)
    days = known.get("as_of", [])
    if isinstance(days, dict):
        (days,) = days.values()
    wanted = [(day, currency) for day in days] + [(day, code) for code, day in known.get("snapshot", {}).items()]
    if not wanted:
        raise WrongError("nothing is known about it")
    for day, code in wanted:
        compare_day(frame(reading, "invoices"), frame(reading, "payments"), day, code)


def compare_day(invoices: pl.DataFrame, payments: pl.DataFrame, day: Mapping[str, Any], currency: str) -> None:
    """Compare what is open on a day: count, sum and age, by bucket and by customer."""
    on = date.fromisoformat(day["as_of"])
    items = _open_items(invoices, payments, on, currency)
    late = items.filter(pl.col("days") > 0)
    found = {
        "open_invoices": items.height,
        "open_amount": _sum(items),
        "customers_with_open": items["account_number"].n_unique(),
        **{name: {"n": own.height, "amount": _sum(own)} for name, own in _by_bucket(items)},
        "overdue_total": {"n": late.height, "amount": _sum(late)},
        "customers_overdue": late["account_number"].n_unique(),
        "customers_over_30": items.filter(pl.col("days") > 30)["account_number"].n_unique(),
        "customers_over_60": items.filter(pl.col("days") > 60)["account_number"].n_unique(),
        "oldest_days_past_due": items["days"].max(),
    }
    undated = items.filter(pl.col("days").is_null())
    found |= {"undated": {"n": undated.height, "amount": _sum(undated)}} if undated.height else {}
    for name, value in day.items():
        if name in found:
            same(f"{name} on {on}", value, found[name])


def _by_bucket(items: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    days = pl.col("days")
    for name, (first, last) in _BUCKETS.items():
        own = items if first is None else items.filter(days >= first)
        yield name, own.filter(days.is_not_null()) if last is None else own.filter(days <= last)


def _open_items(invoices: pl.DataFrame, payments: pl.DataFrame, on: date, currency: str) -> pl.DataFrame:
    dated = payments.filter(pl.col("paid_on") <= on)
    paid = dated.group_by("invoice_number").agg(pl.col("amount_minor").sum().alias("paid"))
    issued = invoices.filter(pl.col("issued_on") <= on, pl.col("currency") == currency)
    return (
        issued.join(paid, on="invoice_number", how="left")
        .select(
            "account_number",
            (pl.col("amount_minor") - pl.col("paid").fill_null(0)).alias("open"),
            (pl.lit(on) - pl.col("due_on")).dt.total_days().alias("days"),
        )
        .filter(pl.col("open") > 0)
    )


def _sum(items: pl.DataFrame) -> str:
    return str(Decimal(int(items["open"].sum())).scaleb(-2))


def messy(folder: Path) -> Iterator[Verdict]:
    """Dates of five forms in one column: the terms of the customers decide, what they leave open is refused by row."""
    known = expected(folder)["results"]
    options = Options(currency="AUD", country="AU")
    (file,) = opened(folder / "DimCustomer_raw.csv")
    customers = reader.understand(file, options)
    if not isinstance(customers, reader.Understood):
        raise WrongError(str(customers))
    informed = Options(currency="AUD", country="AU", terms=reader.terms_of(customers))

    def customers_right() -> None:
        same("customers", known["customer_rows"] - known["customer_ids_repeated"], _height(customers, options))

    def invoices_right() -> None:
        reading = read(folder / "FactInvoice_raw.csv", informed)
        taken = frame(reading, "invoices")
        dates = [str(taken["issued_on"].min()), str(taken["issued_on"].max())]
        same("dates of issue", known["issue_dates"], dates)
        same("columns in doubt", {"paid on"}, {problem.column for problem in reading.problems})
        compare_day(taken, frame(reading, "payments"), known["snapshot"], "AUD")

    yield judged("DimCustomer_raw.csv", customers_right)
    yield judged("FactInvoice_raw.csv", invoices_right)


def _height(understood: reader.Understood, options: Options) -> int:
    return frame(reader.reading_of(understood, options), "customers").height


def related(folder: Path) -> Iterator[Verdict]:
    """Customers, invoices and payments in files that refer to each other, with errors planted in them."""
    known = expected(folder)["results"]
    options = Options(currency="USD", country="US", statuses_say_paid=False)
    invoices = read(folder / "invoices.csv", options)
    taken = frame(invoices, "invoices")
    payments = read(folder / "payments.csv", Options(currency="USD", invoices=taken.select(INVOICE_FACTS.names())))

    def customers_right() -> None:
        customers = read(folder / "customer_master.csv", options)
        same("customers", known["customer_rows"] - known["exact_duplicate_customer_rows"], _customers(customers))

    def invoices_right() -> None:
        left_out = known["missing_amount"] + known["negative_amount"]
        same("invoices", known["invoices"] - left_out, taken.height)
        same("without a due date", known["missing_due_date"], taken["due_on"].null_count())

    def payments_right() -> None:
        for day in known["as_of"]:
            compare_day(taken, frame(payments, "payments"), day, "USD")

    yield judged("customer_master.csv", customers_right)
    yield judged("invoices.csv", invoices_right)
    yield judged("payments.csv", payments_right)
    yield judged("credit_limits.csv", lambda: refused(read(folder / "credit_limits.csv", options)))


def _customers(reading: Reading) -> int:
    return frame(reading, "customers").height


def derived(folder: Path) -> Iterator[Verdict]:
    """One ledger in several national spellings: the same rows, sums and dates."""
    known = expected(folder)["every table and spreadsheet of this folder (not the two ledger files)"]

    def check(path: Path) -> None:
        reading = read(path, Options(currency="EUR", country="DE"))
        invoices, payments = frame(reading, "invoices"), frame(reading, "payments")
        same("problems", (), reading.problems)
        same("rows", known["data_rows"], invoices.height)
        same("sum", Decimal(known["sum_total"]), total([invoices]))
        same("sum open", Decimal(known["sum_open"]), total([invoices]) - total([payments]))
        same("first day", known["first_invoice_date"], str(invoices["issued_on"].min()))
        same("last due", known["last_due_date"], str(invoices["due_on"].max()))

    for path in data_files(folder):
        yield judged(path.name, partial(check, path))


def torture(folder: Path) -> Iterator[Verdict]:
    """Oddly made files that are no ledger: none is taken for one; the list of debtors goes in."""
    for path in data_files(folder):
        wanted = 4 if path.name == "datev_EXTF_Stammdaten-Deb-Kred.csv" else 0
        yield judged(path.name, partial(_none_but, path, wanted))


def _none_but(path: Path, customers: int) -> None:
    files = opened(path)
    if not files:
        raise RefusedError("The workbook has no sheet with anything in it.")
    reading = read_file(files[0], _EURO)
    if not customers:
        refused(reading)
    same("customers", customers, _customers(reading))


def without_truth(folder: Path) -> Iterator[Verdict]:
    """Folders that tell no truth: what a plain reading of the same columns gives, or a refusal with its reason."""
    facts = [pl.DataFrame(schema=INVOICE_FACTS)]
    for path in data_files(folder):
        for file in opened(path):
            known = pl.concat(facts).unique()
            reading = read_file(file, replace(_EURO, invoices=known, statuses_say_paid=path.suffix != ".xlsx"))
            facts.append(frame(reading, "invoices").select(INVOICE_FACTS.names()))
            yield judged(file.name, partial(_as_plain, path, reading))


def _as_plain(path: Path, reading: Reading) -> None:
    if path.name not in _PLAIN and reading.source not in _BY_HAND:
        refused(reading)
    same("problems", (), tuple(problem for problem in reading.problems if "quickbooks" not in path.name))
    invoices = frame(reading, "invoices")
    if path.name in _PLAIN:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            wanted = _PLAIN[path.name](list(csv.DictReader(stream)))
        found = {"customers": _customers(reading), "invoices": invoices.height, "sum": total([invoices])}
        same("plain reading", wanted, {name: found[name] for name in wanted})
        return
    held = {table.kind: table.frame.height for table in reading.tables if table.frame.height}
    same("tables", _BY_HAND[reading.source], held)


_EURO = Options(currency="EUR", country="DE")
_Rows = list[dict[str, str]]


def _unique(rows: _Rows, column: str) -> _Rows:
    return list({row[column]: row for row in rows}.values())


def _listed(rows: _Rows) -> dict[str, object]:
    return {"customers": len(rows)}


def _sums(rows: _Rows, column: str, invoices: int = 0) -> dict[str, object]:
    amounts = [Decimal(row[column].replace(",", "")) for row in rows]
    return {"invoices": invoices or len(rows), "sum": sum(amounts, Decimal(0))}


_PLAIN: Mapping[str, Callable[[_Rows], dict[str, object]]] = {
    "freshbooks_clients.csv": _listed,
    "invoicely_clients.csv": _listed,
    "quickbooks_customer_data.csv": _listed,
    "wave_clients.csv": _listed,
    "sap_like_customers.csv": _listed,
    "freshbooks_invoices.csv": lambda rows: _sums(rows, "Line Total", len(_unique(rows, "Invoice #"))),
    "invoicely_invoices.csv": lambda rows: _sums(rows, "Total"),
    "bom_Sample_invoices.csv": lambda rows: _sums(_unique(rows, "InvoiceID"), "InvoiceAmount"),
    "multi_currency_accounts_receivable.csv": lambda rows: _sums(rows, "amount"),
    "sap_like_open_items.csv": lambda rows: _sums(
        [row for row in rows if row["TYPE"] == "AR" and Decimal(row["GROSS_AMOUNT"]) > 0], "GROSS_AMOUNT"
    ),
    "xero_like_invoices_sample.csv": lambda rows: _sums(rows, "amount"),
}
"""What a file holds, by its rows: how many customers, or how many invoices and their sum."""

_BY_HAND: Mapping[str, Mapping[str, int]] = {
    "akaunting_customers.xlsx[customers]": {"customers": 1},
    "akaunting_invoices.xlsx[invoices]": {"customers": 1, "invoices": 1},
    "akaunting_invoices.xlsx[invoice_transactions]": {"payments": 1},
    "quickbooks_invoice_data.csv": {"invoices": 2, "payments": 1},
    "quickbooks_credit_memo_data.csv": {},
    "quickbooks_payment_data.csv": {},
    "xero_like_sample_AR_aging_report.xlsx[Agorapulse – Invoices]": {"customers": 10, "invoices": 10},
}
"""Counted by eye. Memos and payments of QuickBooks are used up in the balances."""
