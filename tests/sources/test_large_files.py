"""Files too large for one go: read in blocks, with the same result, and whoever watches hears how far it is."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from bench.imports import _camt, _mt940
from dunwell.runs.import_watch import Track
from dunwell.runs.importing import ImportRequest, import_files
from dunwell.sources import read_table, rows, splitting
from dunwell.sources.accounts import datev, fec, saft
from dunwell.sources.bank import bank_csv, camt, gathering, ofx, statement
from dunwell.sources.contract import SourceFile, SourceFormat
from dunwell.sources.rows import Options
from dunwell.sources.tabular import reader
from dunwell.store.workspace import init_workspace, open_workspace
from tests.sources.accounts import samples as books
from tests.sources.bank.test_mutations import SAMPLES

HEAD = "invoice_number,account_number,issued_on,due_on,currency,amount,description\n"
PLAIN = "".join(f"I{n},C{n % 3},2026-01-0{n % 9 + 1},2026-02-01,EUR,{n + 1}.50,Goods\n" for n in range(40))
QUOTED = "".join(f'I{n},C1,2026-01-05,2026-02-01,EUR,1.00,"two\nlines, and a ""quote"" {n}"\n' for n in range(40))
WRONG = "I90,C1,2026-01-05,soon,EUR,1.00,x\nI91,C1,2026-01-05\nI92,C1,3/4/2026,3/15/2026,EUR,x,y\n"
CLOSED_LATE = 'I93,C1,2026-01-05,2026-02-01,EUR,1.00,"a" b\n'
NEVER_CLOSED = 'I94,C1,2026-01-05,2026-02-01,EUR,1.00,"a\n'
FOREIGN = "Kunde;Rechnungsnr;Rechnungsdatum;Fällig am;Betrag\n" + "".join(
    f"Ana {n % 4};R{n};0{n % 9 + 1}.01.2026;15.02.2026;1.0{n % 10}0,50\n" for n in range(40)
)
LINED = {
    "mt940": "lines",
    "n43": "lines",
    "bai2": "lines",
    "ofx": "characters",
    "bank_csv": "rows",
    "fec": "lines",
    "datev": "lines",
    "saft": "bytes",
}
BOOKS: dict[str, tuple[SourceFormat, bytes]] = {
    "fec": (fec, books.fec()),
    "datev": (datev, books.datev()),
    "saft": (saft, books.norway()),
}


def said(text: str) -> list[object]:
    understood = reader.read(SourceFile("file.csv", text.encode()), Options(currency="EUR", country="DE"))
    tables = [(table.kind, table.frame.rows()) for table in understood.tables]
    return [tables, understood.problems, understood.notices, understood.rejects, understood.rows]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + PLAIN,
        HEAD + QUOTED,
        HEAD + PLAIN + WRONG + QUOTED,
        HEAD + PLAIN + "I1,C1,2026-01-02,2026-02-01,EUR,9.99,differs\n",
        HEAD + QUOTED + CLOSED_LATE + PLAIN,
        HEAD + PLAIN + NEVER_CLOSED + QUOTED,
        FOREIGN,
    ],
    ids=["plain", "quoted", "wrong rows", "a number twice", "text after a quote", "quote never closed", "foreign"],
)
def test_a_file_read_in_blocks_says_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = said(text)
    monkeypatch.setattr(splitting, "_BLOCK_CHARS", 120)
    monkeypatch.setattr(splitting, "_BLOCK_ROWS", 4)
    monkeypatch.setattr(rows, "_BLOCK_ROWS", 7)
    assert said(text) == whole
    assert isinstance(whole[4], int)
    assert whole[4] >= 40


def test_a_row_of_many_lines_is_named_by_its_first_line_and_rejected_whole() -> None:
    text = HEAD + 'I1,C1,2026-01-05,2026-02-01,EUR,1.00,"one\ntwo"\nI2,C1,2026-01-05,soon,EUR,1.00,"three\nfour"\n'
    parsed = read_table(text.encode())
    assert [(problem.line, problem.column) for problem in parsed.problems] == [(4, "due_on")]
    assert parsed.rejects is not None
    assert b'I2,C1,2026-01-05,soon,EUR,1.00,"three\nfour","' in parsed.rejects
    assert b"I1" not in parsed.rejects


def test_whoever_watches_hears_how_many_rows_of_a_table_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_BLOCK_ROWS", 15)
    heard: list[tuple[int, int, str]] = []
    options = Options(currency="EUR", watch=lambda *told: heard.append(told))
    read_table((HEAD + PLAIN).encode(), options=options)
    size = len(HEAD + PLAIN)
    assert heard == [(size, size, "characters"), (15, 40, "rows"), (30, 40, "rows"), (40, 40, "rows")]


Heard = list[tuple[int, int, str]]


def test_whoever_watches_hears_how_much_of_a_statement_is_read() -> None:
    written = StringIO()
    _camt(written, 2_500)
    data = written.getvalue().encode()
    heard: Heard = []
    reading = camt.read(SourceFile("camt.xml", data), Options(watch=lambda *told: heard.append(told)))
    assert reading.rows == 2_500
    assert [(whole, unit) for _, whole, unit in heard] == [(len(data), "bytes")] * 5 + [(2_500, "entries")]
    assert 0 < heard[0][0] < heard[1][0] < heard[4][0] <= len(data)


@pytest.mark.parametrize(("name", "unit"), list(LINED.items()))
def test_whoever_watches_hears_it_of_every_format_of_many_lines(
    name: str, unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    form, data = SAMPLES[name] if name in SAMPLES else BOOKS[name]
    for module in (statement, gathering, ofx, bank_csv, fec, datev):
        monkeypatch.setattr(module, "TOLD_EVERY", 1)
    heard: Heard = []
    options = Options(currency="EUR", country="DE", watch=lambda *told: heard.append(told))
    assert form.read(SourceFile("file", data), options).rows
    told = [done / whole for done, whole, said in heard if said == unit]
    assert told
    assert told[0] <= told[-1] <= 1


def test_whoever_watches_an_import_hears_how_much_of_a_statement_is_compared_and_written(tmp_path: Path) -> None:
    init_workspace(tmp_path / "workspace")
    workspace = open_workspace(tmp_path / "workspace")
    with (tmp_path / "mt940.sta").open("w") as file:
        _mt940(file, 2_000)
    seen: list[tuple[str, str, float]] = []
    request = ImportRequest((tmp_path / "mt940.sta",), watch=lambda *told: seen.append(told))
    previewed = import_files(workspace, replace(request, is_preview=True))
    (report,) = import_files(workspace, request)
    assert previewed[0].rows == report.rows == 2_000
    assert {(step, what) for step, what, _ in seen} >= {
        ("reading", "mt940.sta: 2,000 of 4,006 lines"),
        ("reading", "mt940.sta: 2,000 of 2,000 entries"),
        ("comparing", "mt940.sta: 0 of 2,000 entries compared with the invoices"),
        ("writing", "mt940.sta: 0 of 2,000 entries compared with the invoices"),
        ("writing", "mt940.sta: 2,000 of 2,000 rows"),
    }
    began = next(place for place, (step, _, _) in enumerate(seen) if step == "writing")
    shares = [share for step, _, share in seen[began:] if step == "writing"]
    assert shares == sorted(shares)
    assert shares[-1] > shares[0]


def test_the_bar_moves_within_a_file_and_never_back() -> None:
    seen: list[tuple[str, str, float]] = []
    track = Track(lambda *told: seen.append(told), whole=300)
    for name, size in (("a.csv", 100), ("b.csv", 200)):
        watch = track.looking(name, size)
        assert watch is not None
        watch(50, 100, "characters")
    for name, size in (("a.csv", 100), ("b.csv", 200)):
        watch = track.reading(name, size)
        assert watch is not None
        watch(1_000, 4_000, "rows")
        watch(10, 10, "entries")
        watch(1, 10, "entries")
        written = track.ending("writing", name, size)
        assert written is not None
        written(7, 7, "rows")
        track.done(size)
    shares = [share for _, _, share in seen]
    assert shares == sorted(shares)
    assert ("reading", "a.csv: 1,000 of 4,000 rows") in [(step, what) for step, what, _ in seen]
    assert Track(None, whole=1).reading("a.csv", 1) is None
