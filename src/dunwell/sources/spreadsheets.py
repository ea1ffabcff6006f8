"""From workbooks (XLSX, XLS, ODS) to delimited text, one for each sheet: row 7 of the sheet is line 7 of the text.

Numbers and dates of a workbook are typed, whatever they look like on the screen: they come out as ``1234.5`` and
``2024-12-31``. What was typed in as text stays as it is. A merged cell counts for every cell it covers.
"""

import csv
import io
import json
import re
import resource
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from dunwell.errors import Problem
from dunwell.sources.contract import SourceFile
from dunwell.sources.guarding import guarded_text
from dunwell.sources.rows import Limits

OLE = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"
_MEMORY_PER_BYTE = 20
"""Address space for reading a workbook, as a multiple of the limit on its size."""
_NUMBER_DIGITS = 15  # a workbook's numbers are binary floats of no more significant digits

Cell = str | int | float | bool | date | time | datetime | timedelta


def is_workbook(name: str, head: bytes) -> bool:
    """Tell whether the file is a workbook: an OLE file called .xls, or a ZIP whose first members are those of one."""
    if head.startswith(OLE):
        return True
    marks = (b"[Content_Types].xml", b"xl/", b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet")
    named = name.lower().endswith((".xlsx", ".xlsm", ".xlsb", ".ods"))
    return head.startswith(ZIP) and (named or any(mark in head[:4096] for mark in marks))


SECONDS_AT_LEAST = 30
BYTES_PER_SECOND = 100_000
"""A damaged workbook can keep its reader busy for ever; a small one shows it sooner. A busy machine reads ten times as
much of a sound one."""


def sheets(file: SourceFile, limits: Limits) -> list[SourceFile] | Problem:
    """Return the visible sheets that hold something, each as a CSV file called ``book.xlsx[Sheet]``."""
    wrong = _too_large(file, limits)
    if wrong is not None:
        return wrong
    data = file.data()
    seconds = min(limits.sheet_seconds_max, SECONDS_AT_LEAST + len(data) // BYTES_PER_SECOND)
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "dunwell.sources.spreadsheets", str(limits.sheet_bytes_max)],
            input=data,
            capture_output=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        message = f"Reading the workbook takes longer than {seconds} s (limit sheet_seconds_max)."
        return Problem(file.name, 0, "", message, "Save the sheet as CSV.")
    if done.returncode:
        return Problem(file.name, 0, "", "The workbook is damaged.", "Open it and save it again as XLSX, or as CSV.")
    return _told(json.loads(done.stdout), file.name, limits)


def _told(answer: dict[str, Any], name: str, limits: Limits) -> list[SourceFile] | Problem:
    if answer["failure"] == "password":
        return Problem(name, 0, "", "The workbook is protected by a password.", "Save it without one.")
    if answer["failure"] == "size":
        return _over(name, limits)
    return [SourceFile(f"{name}[{sheet}]", text.encode()) for sheet, text in answer["sheets"]]


def main() -> None:
    """Read the workbook on standard input in a process of its own, and write its sheets as JSON.

    The reader gives up its whole process on some damaged files, by asking for more memory than there is; here that ends
    the reading of one file. Any failure is an exit status that is not 0.
    """
    answer = answer_of(io.BytesIO(sys.stdin.buffer.read()), int(sys.argv[1]))
    sys.stdout.write(json.dumps(answer))


def answer_of(book: io.BytesIO, sheet_bytes_max: int) -> dict[str, Any]:
    """Read a workbook; from here on this process may use so much memory and no more."""
    memory_max = sheet_bytes_max * _MEMORY_PER_BYTE
    resource.setrlimit(resource.RLIMIT_AS, (memory_max, memory_max))
    answer: dict[str, Any] = {"failure": "", "sheets": []}
    _require_cells_on_the_sheet(book)
    try:
        answer["sheets"] = list(_texts(CalamineWorkbook.from_filelike(book), sheet_bytes_max))
    except PasswordError:
        answer["failure"] = "password"
    except _TooManyCells:
        answer["failure"] = "size"
    return answer


def _require_cells_on_the_sheet(book: io.BytesIO) -> None:
    """Raise ``ValueError`` for a cell beyond XFD1048576, the last one of a sheet; the reader would make all before it.

    Its number is all that is looked at, so that nothing is missed where the sheet is not sound in other ways.
    """
    if not book.getvalue().startswith(ZIP):
        return
    with zipfile.ZipFile(book) as archive:
        for name in archive.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            for column, row in _FAR_CELL.findall(archive.read(name)):
                if column or int(row) > _ROWS_MAX:
                    raise ValueError(name)
    book.seek(0)


_ROWS_MAX = 1_048_576
_FAR_CELL = re.compile(rb'\br="(?:([A-Z]{4,})\d+|[A-Z]*(\d{7,}))"')


class _TooManyCells(Exception):  # noqa: N818 - it never leaves this module
    """The sheets come to more than the limit."""


def _too_large(file: SourceFile, limits: Limits) -> Problem | None:
    size = file.size()
    if size > limits.sheet_bytes_max:
        return _over(file.name, limits)
    if not file.head().startswith(ZIP):
        return None
    try:
        with file.open() as stream, zipfile.ZipFile(stream) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return Problem(file.name, 0, "", "The workbook is damaged or cut off.", "Copy or export it again.")
    if unpacked > limits.sheet_bytes_max:
        return _over(file.name, limits)
    if unpacked > size * limits.archive_ratio_max:
        message = f"The workbook unpacks to more than {limits.archive_ratio_max} times its size"
        return Problem(file.name, 0, "", f"{message} (limit archive_ratio_max).", "Save the sheet as CSV.")
    return None


def _over(name: str, limits: Limits) -> Problem:
    message = f"The workbook is larger than {limits.sheet_bytes_max:,} bytes unpacked (limit sheet_bytes_max)."
    return Problem(name, 0, "", message, "Save the sheet as CSV; CSV files may be larger.")


def _texts(book: CalamineWorkbook, cells_max: int) -> Iterator[tuple[str, str]]:
    for meta in book.sheets_metadata:
        if meta.visible != SheetVisibleEnum.Visible:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        if sheet.total_height * max(1, sheet.total_width) * 2 > cells_max:
            raise _TooManyCells
        text = _csv(_filled(sheet))
        if text.strip(", \n"):
            yield meta.name, text


def _filled(sheet: CalamineSheet) -> list[list[Cell]]:
    """Return the rows from the sheet's first one on, merged cells repeated."""
    rows: list[list[Cell]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [value] * len(row[left : right + 1])
    return rows


def _csv(rows: list[list[Cell]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow([guarded_text(plain(cell)) for cell in row])
    return text.getvalue()


def plain(cell: Cell) -> str:
    """Write a cell as plain text on one line."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return " ".join(str(cell).split())


def _number(value: float) -> str:
    """Write a float as the decimal number that was typed in: fifteen digits, no exponent, no ``.0``."""
    digits = f"{Decimal(f'{value:.{_NUMBER_DIGITS}g}'):f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


if __name__ == "__main__":
    main()
