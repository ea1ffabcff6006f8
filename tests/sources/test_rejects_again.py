"""What was rejected is corrected and imported again, whatever it came in."""

import io
import zipfile

import polars as pl

from dunwell.sources import read_table
from dunwell.sources.contract import Reading, SourceFile
from dunwell.sources.einvoice import ubl
from dunwell.sources.rows import Limits, Options
from dunwell.sources.spreadsheets import sheets
from dunwell.sources.tabular import reader
from tests.sources.einvoice import samples

OPTIONS = Options(currency="EUR", country="DE")
ROWS = [
    ["Open items, all customers", "", "", "", ""],
    ["Customer", "Invoice", "Invoice date", "Due date", "Amount"],
    ["=Ana", "A1", "2026-01-01", "2026-01-31", "10.00"],
    ["Bo", "B1", "2026-01-01", "2026-13-45", "20.00"],
    ["+Cleo", "C1", "2026-01-01", "soon", "30.00"],
]


def workbook(rows: list[list[str]]) -> bytes:
    """Make the smallest workbook of text cells."""
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>" for row in rows
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    members = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Override PartName="/xl/workbook.xml"'
        f' ContentType="{kinds}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml"'
        f' ContentType="{kinds}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1"'
        f' Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Open" sheetId="1"'
        ' r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1"'
        f' Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return packed.getvalue()


def numbers(reading: Reading) -> list[tuple[str, str]]:
    found = (table.frame for table in reading.tables if table.kind == "invoices")
    return [row for frame in found for row in frame.select("account_number", "invoice_number").rows()]


def test_rejected_rows_of_a_workbook_go_in_once_they_are_corrected() -> None:
    opened = sheets(SourceFile("open.xlsx", workbook(ROWS)), Limits())
    assert isinstance(opened, list)
    first = reader.read(opened[0], OPTIONS)
    assert numbers(first) == [("=Ana", "A1")]
    assert [problem.line for problem in first.problems] == [4, 5]
    assert first.rejects is not None
    corrected = first.rejects.replace(b"2026-13-45", b"2026-01-31").replace(b"soon", b"2026-02-28")
    again = reader.read(SourceFile("rejects.csv", corrected), OPTIONS)
    assert (again.problems, numbers(again)) == ((), [("Bo", "B1"), ("+Cleo", "C1")])


def test_formulas_in_a_workbook_stay_guarded_in_its_rejects() -> None:
    opened = sheets(SourceFile("open.xlsx", workbook(ROWS)), Limits())
    assert isinstance(opened, list)
    first = reader.read(opened[0], OPTIONS)
    assert first.rejects is not None
    assert [line.split(b",")[0] for line in first.rejects.splitlines()[2:]] == [b"Bo", b"'+Cleo"]


def test_corrected_rejects_may_be_rejected_for_another_reason_and_corrected_again() -> None:
    first = read_table(b"account_number,name,country\nC1,Ana,DE\nC2,'=Bo,Germany\n")
    assert first.rejects is not None
    second = read_table(first.rejects.replace(b"Germany,", b"France,"))
    assert second.rejects is not None
    assert b"'=Bo" in second.rejects
    third = read_table(second.rejects.replace(b"France", b"FR", 1))
    assert third.problems == ()
    assert third.tables[0].frame["name"].to_list() == ["=Bo"]


def test_an_electronic_invoice_with_wrong_totals_goes_in_once_it_is_corrected() -> None:
    wrong = samples.ubl(payable="118.00")
    refused = ubl.read(SourceFile("i.xml", wrong), OPTIONS)
    assert (refused.tables, len(refused.problems) > 0) == ((), True)
    corrected = ubl.read(SourceFile("i.xml", wrong.replace(b"118.00", b"119.00")), OPTIONS)
    whole = ubl.read(SourceFile("i.xml", samples.ubl()), OPTIONS)
    assert corrected.problems == ()
    assert _same(corrected, whole)


def _same(one: Reading, other: Reading) -> bool:
    frames = [[table.frame.drop("source_line") for table in reading.tables] for reading in (one, other)]
    return all(isinstance(a, pl.DataFrame) and a.equals(b) for a, b in zip(*frames, strict=True))
