"""SAF-T, the OECD's standard audit file for tax: Norway (Financial), Portugal, Romania (D406) and their like.

Where the file has sales invoices and payments they are read, with what each payment pays. Else the journals are: the
lines on customers' accounts, settled by their cross-references. The file is read in one pass, whatever its size.
"""

from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from dunwell.errors import Problem
from dunwell.sources.accounts.clearing import (
    Entry,
    fitting,
    nobody,
    opening_notices,
    owners,
    tables_of,
    told,
    without_repeated_openings,
)
from dunwell.sources.accounts.saft_documents import Documents
from dunwell.sources.accounts.saft_journals import Journals
from dunwell.sources.accounts.saft_master import Header, header_of, master_of
from dunwell.sources.contract import Confidence, Reading, SourceFile, nothing_read
from dunwell.sources.einvoice.xml import Element, Fields, local
from dunwell.sources.reading import listed
from dunwell.sources.rows import Options

SPACES = (b"StandardAuditFile", b"d406:declaratie")
_WHOLE = frozenset({"Header", "Customer", "Transaction", "Invoice", "Payment"})
"""Elements that are read when they end; everything else outside them is let go."""
_SECTIONS = frozenset({"SalesInvoices", "PurchaseInvoices", "Payments", "GeneralLedgerEntries", "MasterFiles"})


def recognise(name: str, head: bytes) -> Confidence | None:  # noqa: ARG001 - the name tells nothing
    """Recognise the root element ``AuditFile`` in a namespace of SAF-T."""
    plain = head.replace(b"\0", b"")
    if b"AuditFile" not in plain or not any(space in plain for space in SPACES) or b"<" not in plain[:8]:
        return None
    return Confidence("certain", "SAF-T", "its namespace")


def read(file: SourceFile, options: Options) -> Reading:
    """Read the customers, and their invoices and payments."""
    most = options.limits.xml_bytes_max
    try:
        if file.size() > most:
            message = f"The file is larger than {most:,} bytes (limit xml_bytes_max)."
            return nothing_read(file.name, Problem(file.name, 0, "", message, "Export shorter periods."))
        with file.open() as stream:
            return _Audit(file.name, options).read(_Heard(stream, file.size(), options))
    except etree.XMLSyntaxError as error:
        message = f"The XML is broken: {str(error.msg).partition(', line ')[0]}."
        return nothing_read(file.name, Problem(file.name, error.position[0], "", message, "Export it again."))
    except OSError as error:
        message = f"The file cannot be read: {error.strerror}."
        return nothing_read(file.name, Problem(file.name, 0, "", message, "Check its name and rights."))


class _Heard:
    """A stream that tells how much of it was read."""

    def __init__(self, stream: BinaryIO, size: int, options: Options) -> None:
        self.stream = stream
        self.size = size
        self.options = options

    def read(self, size: int = -1) -> bytes:
        """Read on, and tell."""
        data = self.stream.read(size)
        self.options.tell(self.stream.tell(), self.size, "bytes")
        return data


class _Audit:
    """Gathers what one file says."""

    def __init__(self, source: str, options: Options) -> None:
        self.source = source
        self.options = options
        self.fields = Fields(source)
        self.header = Header()
        self.documents = Documents(self.fields)
        self.journals = Journals(self.fields)
        self.sections: list[str] = []

    def read(self, stream: _Heard) -> Reading:
        """Read the file and return its rows; a problem stops nothing but its own document."""
        refused = next(self._events(stream), None)
        return nothing_read(self.source, refused) if refused else self._reading()

    def _events(self, stream: _Heard) -> Iterator[Problem]:
        depth = inside = 0
        events = etree.iterparse(
            stream, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False,
            remove_comments=True, remove_pis=True,
        )  # fmt: skip
        for event, element in events:
            name = local(element)
            if event == "start":
                depth += 1
                if depth == 1 and element.getroottree().docinfo.internalDTD is not None:
                    yield Problem(self.source, 1, "", "The XML declares a document type.", "No SAF-T file needs one.")
                if depth > self.options.limits.xml_depth_max:
                    yield Problem(self.source, 0, "", "The XML is nested too deep (limit xml_depth_max).", "Check it.")
                inside += name in _WHOLE
                self.sections += [name] if name in _SECTIONS else []
                continue
            depth -= 1
            inside -= name in _WHOLE
            if name in _SECTIONS:
                self.sections.pop()
            if not inside:
                self._take(name, element)
                _let_go(element)

    def _take(self, name: str, element: Element) -> None:
        section = self.sections[-1] if self.sections else ""
        if name == "Header":
            self.header = header_of(element, self.fields)
            self.documents.header = self.journals.header = self.header
        elif name == "Customer" and section == "MasterFiles":
            self.journals.customers.append(master_of(element, self.fields, self.header))
        elif name == "Transaction" and section == "GeneralLedgerEntries":
            self.journals.take(element)
        elif name == "Invoice" and section == "SalesInvoices":
            self.documents.invoice(element)
        elif name == "Payment" and section == "Payments":
            self.documents.payment(element)

    def _reading(self) -> Reading:
        entries, repeated = without_repeated_openings(self._entries(), self.options.invoices)
        entries, long = fitting(self.source, entries, self.options.limits)
        self.fields.problems += long
        masters = {one.number: one for one in self.journals.customers}
        for entry in entries:
            if entry.account_number in masters:
                continue
            message = f'There is no customer "{entry.account_number}" in the file\'s customers.'
            self.fields.problems.append(Problem(self.source, entry.line, "CustomerID", message, "Export it again."))
        entries = [entry for entry in entries if entry.account_number in masters]
        tables = tables_of([one.row() for one in masters.values()], entries)
        undated = sum(entry.kind == "invoice" and entry.due_on is None for entry in entries)
        if undated:
            hint = "They count as not due and are never chased until their due dates are imported."
            self.fields.notices.append(Problem(self.source, 0, "", f"{undated:,} invoices have no due date.", hint))
        self.fields.problems += nobody(self.source, tables, self.fields.problems)
        return Reading(
            source=self.source,
            recognised=told("SAF-T", tables, len(entries)),
            tables=tables,
            problems=listed(self.source, self.fields.problems, self.options.limits.problems_max),
            notices=(*self.fields.notices, *opening_notices(self.source, entries, repeated)),
            rows=len(entries),
            rejected_lines=frozenset(problem.line for problem in self.fields.problems),
            currency=self.header.currency,
        )

    def _entries(self) -> list[Entry]:
        """Return the documents' entries where there are any, else those of the journals."""
        return (
            self.documents.entries(owners(self.options.invoices))
            if self.documents.count
            else self.journals.all_entries()
        )


def _let_go(element: Element) -> None:
    """Free what was read: the element's content and the empty elements before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
