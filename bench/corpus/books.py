"""Electronic invoices and the files of accounting programs."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from bench.corpus.verdicts import Verdict, data_files, expected, frame, judged, read, refused, rows, same, total
from dunwell import money
from dunwell.sources.contract import Reading
from dunwell.sources.rows import Options

_CREDIT_NOTES = ("381", "TD04")
_REOPENS = ("refund", "reversal")


def electronic(folder: Path) -> Iterator[Verdict]:
    """Electronic invoices: number, dates, currency, buyer and amounts of each."""
    known = expected(folder)["files"]
    for path in data_files(folder):
        yield judged(path.name, partial(_electronic, path, _records(known[path.name])))


def _records(record: Any) -> list[dict[str, Any]]:
    if isinstance(record, dict) and "attachments" in record:
        record = [record[name] for name in record["attachments"]]
    return record if isinstance(record, list) else [record]


def _electronic(path: Path, records: list[dict[str, Any]]) -> None:
    reading = read(path, Options())
    found = {one["number"]: one for one in _invoices(reading)}
    named = {one["number"]: one for one in records if one.get("number")}
    if not found:
        refused(reading)
    said = " ".join(problem.message for problem in reading.problems)
    for number, record in named.items():
        if number in found:
            _compare(found[number], record)
        else:
            same(f"invoice {number} is in, or a problem names it", True, f"invoice {number} " in said)
    same("no invoice of another number", set(), set(found) - set(named))


def _invoices(reading: Reading) -> Iterator[dict[str, Any]]:
    names = {row["account_number"]: row["name"] for row in rows(reading, "customers")}
    items: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(reading, "invoices"):
        items[row["invoice_number"]].append(row)
    paid = {row["invoice_number"]: row["amount_minor"] for row in rows(reading, "payments") if row["kind"] == "payment"}
    for number, parts in items.items():
        gross, before = sum(row["amount_minor"] for row in parts), paid.get(number, 0)
        due = [str(row["due_on"]) for row in parts if row["due_on"]]
        yield _found(number, parts[0], gross - before, names) | {"due": due}
    for row in rows(reading, "payments"):
        if row["kind"] == "credit_note":
            issued = {"issued_on": row["paid_on"], **row}
            yield _found(row["payment_reference"], issued, -row["amount_minor"], names)


def _found(number: str, row: Mapping[str, Any], minor: int, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": number,
        "issued_on": str(row["issued_on"]),
        "currency": row["currency"],
        "buyer": names[row["account_number"]],
        "payable": money.to_decimal(minor, row["currency"]),
    }


def _compare(found: Mapping[str, Any], record: Mapping[str, Any]) -> None:
    same("issued on", record["issue_date"], found["issued_on"])
    same("currency", record["currency"], found["currency"])
    buyer = " ".join(record["buyer"].split())
    same("buyer", buyer, found["buyer"][: len(buyer)])
    if "due" in found:
        instalments = [one["due_date"] for one in record.get("instalments", [])]
        same("due on", instalments or [day for day in [record.get("due_date")] if day], found["due"])
    payable = _payable(record)
    if payable is not None:
        same("payable", payable, found["payable"])


def _payable(record: Mapping[str, Any]) -> Decimal | None:
    """The amount to be paid, of a credit note negative; ``None`` where the independent reading found none."""
    if record.get("payable"):
        amount = Decimal(record["payable"])
    elif record.get("instalments"):
        amount = sum((Decimal(one["amount"]) for one in record["instalments"]), Decimal(0))
    else:
        return None
    return -amount if record.get("type") in _CREDIT_NOTES else amount


def fec(folder: Path) -> Iterator[Verdict]:
    """The French ledger: what each customer owes on each day that is known; lettered invoices are paid."""
    known = expected(folder)["results"]

    def check(path: Path) -> None:
        reading = read(path, Options())
        same("problems", (), reading.problems)
        same("customers", known["customers"], frame(reading, "customers").height)
        for on, at in known["balance_at"].items():
            wanted = {account: Decimal(amount) for account, amount in at["by_customer"].items()}
            same(f"balances on {on}", wanted, _balances(reading, date.fromisoformat(on)))
        invoices, payments = frame(reading, "invoices"), frame(reading, "payments")
        paid = payments.group_by("invoice_number").agg(pl.col("amount_minor").sum().alias("paid"))
        joined = invoices.join(paid, on="invoice_number", how="left")
        unpaid = joined.filter(pl.col("paid").fill_null(0) != pl.col("amount_minor")).height
        unapplied = payments.filter(pl.col("invoice_number").is_null()).height
        same("lines that are not lettered", known["unlettered"]["lines"], unpaid + unapplied)

    for path in data_files(folder):
        yield judged(path.name, partial(check, path))


def _balances(reading: Reading, on: date) -> dict[str, Decimal]:
    owed: dict[str, int] = defaultdict(int)
    for row in frame(reading, "invoices").filter(pl.col("issued_on") <= on).to_dicts():
        owed[row["account_number"]] += row["amount_minor"]
    for row in frame(reading, "payments").filter(pl.col("paid_on") <= on).to_dicts():
        owed[row["account_number"]] += row["amount_minor"] * (1 if row["kind"] in _REOPENS else -1)
    return {account: Decimal(minor).scaleb(-2) for account, minor in owed.items() if minor}


_NORWAY = {"1001": Decimal(265500), "1003": Decimal(-140000), "1004": Decimal(10000)}
"""The closing balances that the master file of the Norwegian example states."""


def saft(folder: Path) -> Iterator[Verdict]:
    """SAF-T: customers, invoices and sums; where only journals are, the closing balances that the file states."""
    known = expected(folder)["files"]
    for path in data_files(folder):
        yield judged(path.name, partial(_saft, path, known[path.name]))


def _saft(path: Path, known: Mapping[str, Any]) -> None:
    reading = read(path, Options())
    same("problems", (), reading.problems)
    invoices, payments = frame(reading, "invoices"), frame(reading, "payments")
    same("customers", known["customers"], frame(reading, "customers").height)
    if known["journal_transactions"]:
        same("closing balances", _NORWAY, _balances(reading, date(2017, 12, 31)))
        return
    notes = payments.filter(pl.col("kind") == "credit_note")
    out = sum("cancelled" in notice.message and int(notice.message.split()[0]) for notice in reading.notices)
    receipts = payments.filter(~pl.col("payment_reference").str.starts_with("paid-"), pl.col("kind") == "payment")
    documents = invoices.height + notes.height + receipts["payment_reference"].n_unique() + out
    same("invoices and receipts", known["sales_invoices"] + known["payments"], documents)
    if not notes.height and not out:
        same("sum", Decimal(known["invoices_gross_sum"]), total([invoices]))
