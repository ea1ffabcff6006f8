"""Whatever is done to a file, it is answered: rows right, or problems, never an exception."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.errors import Problem
from dunwell.sources import Limits, Options, schema
from dunwell.sources.contract import Reading, SourceFile
from dunwell.sources.spreadsheets import sheets
from dunwell.sources.tabular import amounts, dates, reader
from tests.sources.test_rejects_again import workbook

LISTS = [
    b'Customer,Invoice,Invoice date,Due date,Total,Open,Status\nAnn,A1,03/04/2026,15/05/2026,"1,234.50",10.00,Open\n'
    b"Bob,B1,04/04/2026,16/05/2026,(20.00),0.00,Paid\nTotal,,,,1214.50,10.00,\n",
    "Kundennummer;Kunde;Rechnungs-Nr.;Rechnungsdatum;Fällig am;Soll;Haben\n7;Ann;A1;31.01.2026;28.02.2026;1.000,50;\n"
    "7;Ann;G1;01.02.2026;;;5,00\n".encode("cp1252"),
    b"Client Name,Invoice #,Date Issued,Invoice Status,Date Paid,Line Total,Currency\nX,1,2021-01-28,sent,,65.00,USD\n"
    b"X,1,2021-01-28,sent,,5.00,usd\n",
    b"Payment ID,Invoice ID,Payment date,Amount paid\nP1,A1,2026-02-01,5.00\n",
]
PIECES = st.sampled_from(
    [b",", b";", b'"', b"\n", b"\r\n", b"\t", b"\0", b"\xff", b"-", b"(", b"1.234", b"31/02/2026", b"Total", b"EUR"]
)
OPTIONS = Options(currency="EUR", country="DE", limits=Limits(field_chars_max=200, problems_max=5))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Draw a list with pieces put in, taken out, or repeated."""
    data = draw(st.sampled_from(LISTS))
    for _ in range(draw(st.integers(0, 6))):
        at, end = sorted([draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))])
        change = draw(st.sampled_from(["in", "out", "again"]))
        if change == "in":
            data = data[:at] + draw(PIECES) + data[at:]
        else:
            data = data[:at] + data[end:] if change == "out" else data[:end] + data[at:]
    return data[:5000]


def answered(reading: Reading) -> None:
    for table in reading.tables:
        assert table.frame.schema == schema(table.kind)
        assert not set(table.frame["source_line"]) & reading.rejected_lines
        if "amount_minor" in table.frame.columns:
            assert (table.frame["amount_minor"] > 0).all()
    assert reading.tables or reading.problems


@given(mutated())
@settings(max_examples=150, deadline=None)
def test_any_mutated_list_is_answered(data: bytes) -> None:
    answered(reader.read(SourceFile("list.csv", data), OPTIONS))


@given(st.lists(st.text(max_size=14), max_size=6))
@settings(max_examples=200, deadline=None)
def test_any_texts_are_answered_as_dates_and_amounts(texts: list[str]) -> None:
    assert set(dates.decide(texts).iso) <= set(texts)
    assert set(amounts.decide(texts).plain) <= set(texts)


SHEET = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'


@given(st.binary(max_size=200), st.integers(0, 400))
@settings(max_examples=5, deadline=None)
def test_any_damaged_workbook_is_one_problem_or_sheets(junk: bytes, at: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/workbook.xml", SHEET[:at] + junk)
    data = packed.getvalue()
    for content in (data, data[:at] + junk + data[at:], b"\xd0\xcf\x11\xe0" + junk):
        sheets(SourceFile("book.xlsx", content), Limits())


@pytest.mark.parametrize("place", ["A20261231", "ABCD1"])
def test_a_cell_beyond_the_last_one_of_a_sheet_is_damage(place: str) -> None:
    far, packed = io.BytesIO(), workbook([["invoice"], ["R-1"]])
    with zipfile.ZipFile(io.BytesIO(packed)) as sound, zipfile.ZipFile(far, "w") as archive:
        for name in sound.namelist():
            archive.writestr(name, sound.read(name).replace(b"<c ", f'<c r="{place}" '.encode()))
    found = sheets(SourceFile("book.xlsx", far.getvalue()), Limits())
    assert isinstance(found, Problem)
    assert found.message == "The workbook is damaged."
