"""A file that is to ride with a letter, looked at first: an encrypted, broken or oversized one is named."""

import io
import logging
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

from dunwell.errors import Problem

DOCUMENT_BYTES_MAX = 5 * 1024 * 1024
"""The largest single file that rides with a letter."""

ANNEX_BYTES_MAX = 20 * 1024 * 1024
"""All files of one letter together."""

ANNEX_PAGES_MAX = 300
"""All pages of one letter's files together, as they are appended to its print version."""

logging.getLogger("pypdf").addHandler(logging.NullHandler())
# Its remarks on damaged files would go to the terminal; what matters of them becomes a problem with the file's name.

_SIGNATURES: Mapping[bytes, str] = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
_BROKEN = (PyPdfError, zlib.error, LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
"""What a damaged PDF can make its reader raise."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A readable file: what it is, how many pages it has, and which of them (from 1) lie on their side."""

    file_name: str
    data: bytes
    media_type: str
    page_count: int = 1
    landscape: frozenset[int] = frozenset()

    @property
    def is_pdf(self) -> bool:
        """Whether the file is a PDF; otherwise it is a picture of one page."""
        return self.media_type == "application/pdf"


def read_sheet(file_name: str, data: bytes) -> Sheet | Problem:
    """Return the file as a sheet, or the problem that keeps it from riding with a letter."""
    if len(data) > DOCUMENT_BYTES_MAX:
        limit = DOCUMENT_BYTES_MAX // 1024**2
        return _problem(file_name, f"The file is larger than {limit} MB.", "Save it in a smaller size.")
    media_type = next((kind for start, kind in _SIGNATURES.items() if data.startswith(start)), "")
    if not media_type:
        return _problem(file_name, "The file is neither a PDF nor a PNG or JPEG picture.", "Convert it to PDF.")
    return _read_pdf(file_name, data) if media_type == "application/pdf" else Sheet(file_name, data, media_type)


def _read_pdf(file_name: str, data: bytes) -> Sheet | Problem:
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            return _problem(file_name, "The PDF is encrypted.", "Save a copy of it without a password.")
        page_count = len(reader.pages)
        pages = enumerate(reader.pages[:ANNEX_PAGES_MAX], 1)
        landscape = frozenset(number for number, page in pages if _is_landscape(page))
    except _BROKEN as error:
        return _problem(file_name, f"The PDF is damaged: {error}.", "Save it anew from the program that made it.")
    if not page_count:
        return _problem(file_name, "The PDF has no pages.", "Save it anew from the program that made it.")
    return Sheet(file_name, data, "application/pdf", page_count, landscape)


def _is_landscape(page: PageObject) -> bool:
    box, is_turned = page.cropbox, page.rotation % 180 != 0
    return bool(box.height > box.width if is_turned else box.width > box.height)


def within_limits(sheets: list[Sheet]) -> tuple[list[Sheet], list[Problem]]:
    """Keep as many files, in their order, as the limits of one letter allow; name the others."""
    kept: list[Sheet] = []
    problems: list[Problem] = []
    room, pages = ANNEX_BYTES_MAX, ANNEX_PAGES_MAX
    for sheet in sheets:
        if len(sheet.data) > room or sheet.page_count > pages:
            message = f"With this file the annexes pass {ANNEX_BYTES_MAX // 1024**2} MB or {ANNEX_PAGES_MAX} pages."
            problems.append(_problem(sheet.file_name, message, "Send it separately."))
            continue
        kept.append(sheet)
        room, pages = room - len(sheet.data), pages - sheet.page_count
    return kept, problems


def _problem(file_name: str, message: str, suggestion: str) -> Problem:
    return Problem(file_name, 0, "", message, suggestion)
