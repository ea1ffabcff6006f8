"""Real statements of the public corpus, against the counts and sums that its expected.json gives."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dunwell import money
from dunwell.sources.bank import bai2, bank_csv, camt, coda, mt940, n43, ofx
from dunwell.sources.contract import Reading, SourceFile, SourceFormat
from dunwell.sources.rows import Options

Corpus = Callable[[str], Path]


def read(module: SourceFormat, path: Path) -> Reading:
    file = SourceFile(path.name, path)
    assert module.recognise(file.name, file.head()) is not None, path.name
    return module.read(file, Options())


def expected(folder: Path) -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = json.loads((folder / "expected.json").read_text())["files"]
    return loaded


def moved(reading: Reading, direction: str) -> Decimal:
    entries = reading.entries
    assert entries is not None
    chosen = entries.filter(pl.col("direction") == direction).select("amount_minor", "currency").rows()
    return sum((money.to_decimal(minor, currency) for minor, currency in chosen), Decimal())


def test_camt_sums_are_those_of_the_file(corpus: Corpus) -> None:
    folder = corpus("bank_camt")
    for name, truth in expected(folder).items():
        reading = read(camt, folder / name) if name.endswith(".xml") else None
        if reading is None:
            continue
        statements = truth["statements"]
        for way, direction in (("credit", "in"), ("debit", "out")):
            total = sum((Decimal(each[way]["sum"]) for each in statements), Decimal())
            assert moved(reading, direction) == total, (name, way)
        accounts = {each["account"] for each in statements if each["entries"]}
        assert set(reading.entries["bank_account"] if reading.entries is not None else []) == accounts, name
        assert reading.recognised.startswith(f"{truth['message'].replace('camt', 'CAMT')}: {len(statements)} "), name


def test_camt_without_a_statement_is_refused(corpus: Corpus) -> None:
    reading = read(camt, corpus("bank_camt") / "genkgo_camt053.v2.wrong.xml")
    assert [problem.message for problem in reading.problems] == ["The CAMT.053.001.02 file holds no statement."]


def test_the_payments_of_a_swiss_batch_come_out_one_by_one(corpus: Corpus) -> None:
    entries = read(camt, corpus("bank_camt") / "oca_test-camt053-txdtls.xml").entries
    assert entries is not None
    assert entries.select("amount_minor", "structured_reference").rows() == [
        (218700, "302388292000011111111111111"),
        (129600, "302388292000022222222222222"),
    ]


def test_a_returned_direct_debit_is_a_reversal_with_its_reason(corpus: Corpus) -> None:
    entries = read(camt, corpus("bank_camt") / "oca_test-camt053.xml").entries
    assert entries is not None
    returned = entries.filter(pl.col("is_reversal"))
    assert returned.select("amount_minor", "direction", "payer_name").rows() == [
        (56405, "out", "Test Customer"),
        (10000, "out", "Test Customer"),
    ]
    assert [json.loads(extra)["return_reason"] for extra in returned["extra"]] == ["AC06", "AC06"]


def test_mt940_sums_are_those_of_the_file(corpus: Corpus) -> None:
    folder = corpus("bank_mt940")
    for name, truth in expected(folder).items():
        if not truth["lines_61"]:
            continue
        reading = read(mt940, folder / name)
        reversed_credit = Decimal(truth.get("reversed_credit", {}).get("sum", "0"))
        assert reading.rows == truth["lines_61"], name
        assert moved(reading, "in") == Decimal(truth.get("credit", {}).get("sum", "0")), name
        assert moved(reading, "out") == Decimal(truth.get("debit", {}).get("sum", "0")) + reversed_credit, name


def test_text_that_is_no_mt940_is_not_recognised(corpus: Corpus) -> None:
    file = SourceFile("invalid_statement.sta", corpus("bank_mt940") / "invalid_statement.sta")
    assert mt940.recognise(file.name, file.head()) is None


def test_totals_that_disagree_are_named_and_prove_no_day_complete(corpus: Corpus) -> None:
    reading = read(mt940, corpus("bank_mt940") / "postfinance.sta")
    assert [(problem.line, problem.message) for problem in reading.problems] == [
        (15, "The opening balance 229.20 and the entries -69.80 make 159.40, but the closing balance is 159.60.")
    ]
    assert reading.bank_complete_through is None


def test_ofx_sums_are_those_of_the_file(corpus: Corpus) -> None:
    folder = corpus("bank_ofx")
    broken = {"date_missing.ofx": 3, "decimal_error.ofx": 1}
    for name, truth in expected(folder).items():
        reading = read(ofx, folder / name)
        assert len(reading.problems) == broken.get(name, 0), name
        assert reading.rows + len(reading.problems) == truth["transactions"], name
        if name not in broken:
            assert moved(reading, "in") == Decimal(truth["credit_sum"]), name
            assert moved(reading, "out") == -Decimal(truth["debit_sum"]), name


@pytest.mark.parametrize(
    ("name", "module", "entries", "credit", "debit", "problems"),
    [
        ("bai2_sample1.txt", bai2, 17, "3200.00", "3200.00", 0),
        ("bai2_sample2.txt", bai2, 4, "309500.00", "0", 0),
        ("coda_sample1.cod", coda, 4, "80.00", "0", 0),
        ("coda_sample2.cod", coda, 2, "0", "9.68", 1),
        ("coda_sample3.cod", coda, 2, "0", "812.69", 3),
        ("coda_sample4.cod", coda, 1, "17233.54", "0", 3),
        ("coda_sample5.cod", coda, 3, "6303.46", "0", 3),
        ("test.n43", n43, 3, "280.29", "178.33", 0),
    ],
)
def test_other_formats_give_the_movements_of_the_file(
    corpus: Corpus, name: str, module: SourceFormat, entries: int, credit: str, debit: str, problems: int
) -> None:
    reading = read(module, corpus("bank_other_formats") / name)
    assert (reading.rows, len(reading.problems)) == (entries, problems)
    assert (moved(reading, "in"), moved(reading, "out")) == (Decimal(credit), Decimal(debit))


@pytest.mark.parametrize(
    ("name", "entries", "money_in", "money_out"),
    [
        ("2018-04-14_10-52-13_bunq-transactieoverzicht.csv", 3, "750.00", "21.46"),
        ("CSV_A_20180414_112204.csv", 3, "50.00", "1087.49"),
        ("MonzoDataExport_February2018_2018-02-26_174335.csv", 1, "0", "10.00"),
        ("Umsaetze_KtoNr538917600_EUR_02-03-2018_1503.CSV", 1, "0", "17.22"),
        ("export_KBC-Mastercard_Business_Essential_20200204_1604.csv", 3, "35.77", "33.04"),
        ("oca_debit_credit.csv", 2, "1533.50", "33.50"),
        ("oca_multi_currency.csv", 2, "1525.00", "33.50"),
        ("oca_sample_statement_en.csv", 2, "1525.00", "33.50"),
        ("stripe.csv", 2, "12.00", "0.77"),
        ("test_BOI_TransactionExport.csv", 27, "3841.22", "4260.83"),
    ],
)
def test_bank_tables_give_the_movements_of_the_file(
    corpus: Corpus, name: str, entries: int, money_in: str, money_out: str
) -> None:
    reading = read(bank_csv, corpus("bank_csv") / name)
    assert (reading.rows, reading.problems) == (entries, ())
    assert (moved(reading, "in"), moved(reading, "out")) == (Decimal(money_in), Decimal(money_out))


@pytest.mark.parametrize(
    ("name", "problems"),
    [("20180226_12345678.csv", 2), ("TH_20180101-20180523_page_1.csv", 9), ("TH_20180521-20180523.csv", 1)],
)
def test_bank_tables_whose_days_cannot_be_told_are_refused(corpus: Corpus, name: str, problems: int) -> None:
    reading = read(bank_csv, corpus("bank_csv") / name)
    assert (reading.rows, len(reading.problems)) == (0, problems)
