"""Statements of banks: entries, sums and accounts, format by format."""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from bench.corpus.verdicts import (
    RefusedError,
    Verdict,
    data_files,
    expected,
    judged,
    opened,
    read,
    read_file,
    refused,
    same,
    total,
)
from dunwell.sources.contract import BANK_ENTRY, Reading, SourceFile
from dunwell.sources.rows import Options

Check = Callable[[Path, Mapping[str, Any]], None]


def _each(folder: Path, check: Check) -> Iterator[Verdict]:
    files = expected(folder)["files"]
    for path in data_files(folder):
        if path.name in files:
            yield judged(path.name, partial(check, path, files[path.name]))


def _entries(path: Path) -> tuple[Reading, pl.DataFrame]:
    reading = read(path, Options(currency="EUR"))
    return reading, reading.entries if reading.entries is not None else BANK_ENTRY.to_frame()


def _moved(entries: pl.DataFrame) -> tuple[Decimal, Decimal]:
    return tuple(total([entries.filter(pl.col("direction") == way)]) for way in ("in", "out"))  # type: ignore[return-value]


def camt(folder: Path) -> Iterator[Verdict]:
    """ISO 20022: accounts and sums of each file; of archives the sums that their entries have as text."""
    yield from _each(folder, _camt)
    for path in sorted(folder.glob("*.zip")):
        for file in opened(path):
            yield judged(file.name, partial(_member, file))


def _member(file: SourceFile) -> None:
    entries = read_file(file, Options(currency="EUR")).entries
    sums = {"CRDT": Decimal(0), "DBIT": Decimal(0)}
    for amount, side in re.findall(r"<Ntry>.*?<Amt[^>]*>([^<]*)<.*?<CdtDbtInd>(\w+)<", file.data().decode(), re.DOTALL):
        sums[side] += Decimal(amount)
    same("money in and out", tuple(sums.values()), _moved(entries if entries is not None else BANK_ENTRY.to_frame()))


def _camt(path: Path, known: Mapping[str, Any]) -> None:
    reading, entries = _entries(path)
    statements = known["statements"]
    if not statements:
        refused(reading)
    sums = [sum((Decimal(one[way]["sum"]) for one in statements), Decimal(0)) for way in ("credit", "debit")]
    same("money in and out", tuple(sums), _moved(entries))
    same("accounts", {one["account"] for one in statements if one["entries"]}, set(entries["bank_account"]))
    same("booked entries", True, entries.height >= sum(one["entries"] for one in statements))


def mt940(folder: Path) -> Iterator[Verdict]:
    """SWIFT: lines and sums; a reversed credit is money that went out again."""
    return _each(folder, _mt940)


def _mt940(path: Path, known: Mapping[str, Any]) -> None:
    reading, entries = _entries(path)
    if not known["lines_61"]:
        refused(reading)
    credit, debit, back = (Decimal(known.get(n, {}).get("sum", "0")) for n in ("credit", "debit", "reversed_credit"))
    same("entries", known["lines_61"], entries.height)
    same("money in and out", (credit, debit + back), _moved(entries))


def ofx(folder: Path) -> Iterator[Verdict]:
    """OFX: transactions and sums; those without a date or with a broken amount are named and stay out."""
    return _each(folder, _ofx)


def _ofx(path: Path, known: Mapping[str, Any]) -> None:
    reading, entries = _entries(path)
    same("transactions, read and named", known["transactions"], entries.height + len(reading.problems))
    if reading.problems:
        raise RefusedError(reading.problems[0].message)
    same("money in and out", (Decimal(known["credit_sum"]), -Decimal(known["debit_sum"])), _moved(entries))


_SUMS: Mapping[str, tuple[int, str, str]] = {
    "2018-04-14_10-52-13_bunq-transactieoverzicht.csv": (3, "750.00", "21.46"),
    "CSV_A_20180414_112204.csv": (3, "50.00", "1087.49"),
    "MonzoDataExport_February2018_2018-02-26_174335.csv": (1, "0", "10.00"),
    "Umsaetze_KtoNr538917600_EUR_02-03-2018_1503.CSV": (1, "0", "17.22"),
    "export_KBC-Mastercard_Business_Essential_20200204_1604.csv": (3, "35.77", "33.04"),
    "oca_debit_credit.csv": (2, "1533.50", "33.50"),
    "oca_multi_currency.csv": (2, "1525.00", "33.50"),
    "oca_sample_statement_en.csv": (2, "1525.00", "33.50"),
    "stripe.csv": (2, "12.00", "0.77"),
    "test_BOI_TransactionExport.csv": (27, "3841.22", "4260.83"),
    "bai2_sample1.txt": (17, "3200.00", "3200.00"),
    "bai2_sample2.txt": (4, "309500.00", "0"),
    "coda_sample1.cod": (4, "80.00", "0"),
    "coda_sample2.cod": (2, "0", "9.68"),
    "coda_sample3.cod": (2, "0", "812.69"),
    "coda_sample4.cod": (1, "17233.54", "0"),
    "coda_sample5.cod": (3, "6303.46", "0"),
    "test.n43": (3, "280.29", "178.33"),
}
"""Entries, money in and money out, added up by hand from the lines of the file."""


def by_hand(folder: Path) -> Iterator[Verdict]:
    """Tables of banks and national formats, whose folders tell no sums: the sums of their lines."""
    for path in data_files(folder):
        yield judged(path.name, partial(_by_hand, path))


def _by_hand(path: Path) -> None:
    reading, entries = _entries(path)
    if path.name not in _SUMS:
        refused(reading)
    count, money_in, money_out = _SUMS[path.name]
    same("entries", count, entries.height)
    same("money in and out", (Decimal(money_in), Decimal(money_out)), _moved(entries))
