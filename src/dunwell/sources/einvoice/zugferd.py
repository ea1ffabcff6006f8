"""ZUGFeRD, Factur-X and XRechnung as PDF: the XML is taken out of the PDF, and the PDF kept as the invoice copy."""

import io
import logging
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from dunwell.errors import Problem
from dunwell.sources.contract import Confidence, Reading, SourceFile, nothing_read
from dunwell.sources.einvoice import cii, ubl
from dunwell.sources.einvoice.reading import Syntax, loaded, read_data
from dunwell.sources.rows import Options

ATTACHMENTS_MAX = 500
"""Files attached to one PDF that are looked at (limit ``attachments_max``)."""

NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")
"""How the standards call the attached XML; any other XML that is an invoice counts where none is called so."""

_SYNTAXES = ((cii.SPACES, cii.SYNTAX), (ubl.SPACES, ubl.SYNTAX))
_HEAD_BYTES = 65_536
_UNREADABLE = (
    PyPdfError, ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError, OSError,
    RuntimeError, TypeError, ValueError, struct.error, zlib.error,
)  # fmt: skip
"""What the PDF library raises on broken files; all of it means that this PDF cannot be read."""

logging.getLogger("pypdf").addHandler(logging.NullHandler())  # it would write what it mends to standard error


@dataclass(frozen=True, slots=True)
class _Attached:
    """An XML file attached to a PDF."""

    name: str
    content: bytes


def recognise(name: str, head: bytes) -> Confidence | None:  # noqa: ARG001 - the name tells nothing
    """Recognise a PDF; whether an invoice is inside only its end tells."""
    is_pdf = b"%PDF-" in head[:1024]
    return Confidence("likely", "PDF with an electronic invoice", "it is a PDF") if is_pdf else None


def read(file: SourceFile, options: Options) -> Reading:
    """Read the invoice attached to the PDF."""
    most = options.limits.pdf_bytes_max
    data = loaded(file, most, "pdf_bytes_max")
    if isinstance(data, Problem):
        return nothing_read(file.name, data)
    attached = _attached(data, file.name)
    if isinstance(attached, Problem):
        return nothing_read(file.name, attached)
    syntax = _syntax_of(attached.content)
    if syntax is None:
        message = f'The attached "{attached.name}" is no electronic invoice that Dunwell knows.'
        hint = "Ask for it as Factur-X, ZUGFeRD 1 or 2, or XRechnung, or enter the invoice in a table."
        return nothing_read(file.name, Problem(file.name, 0, attached.name, message, hint))
    return read_data(attached.content, file.name, options, syntax, data)


def _syntax_of(content: bytes) -> Syntax | None:
    head = content[:_HEAD_BYTES]
    found = (syntax for spaces, syntax in _SYNTAXES if any(space.encode() in head for space in spaces))
    return next(found, None)


def _attached(data: bytes, source: str) -> _Attached | Problem:
    """Return the XML of the invoice, or say why there is none."""
    try:
        found = list(_xml_files(PdfReader(io.BytesIO(data))))
    except _UNREADABLE as error:
        message = f"The PDF cannot be read: {' '.join(str(error).split())[:200] or type(error).__name__}."
        return Problem(source, 0, "", message, "Open it and save it again, or ask for a whole file.")
    if not found:
        message = "The PDF has no XML inside, so it is only a picture of an invoice."
        hint = "Ask for it as ZUGFeRD, Factur-X or XRechnung, or enter the invoice in a table."
        return Problem(source, 0, "", message, hint)
    return min(found, key=_rank)


def _rank(attached: _Attached) -> tuple[bool, bool]:
    """Put the file that is called as the standards say first, then one that is an invoice."""
    return attached.name.lower() not in NAMES, _syntax_of(attached.content) is None


def _xml_files(reader: PdfReader) -> Iterator[_Attached]:
    names = list(reader.attachments)[:ATTACHMENTS_MAX]
    for name in names:
        if name.lower().endswith(".xml"):
            for content in reader.attachments[name]:
                yield _Attached(name, content)
