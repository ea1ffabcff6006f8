"""XML that strangers wrote: parsed without entities, document types or network, within named limits.

Elements are found by their local names: prefixes are the sender's choice, and the versions of a syntax differ in
namespaces more than in structure. Where a message speaks of a place, it is an XPath with the prefixes of the file.
"""

import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from lxml import etree

from dunwell.errors import Problem
from dunwell.money import AMOUNT_MINOR_MAX, to_minor
from dunwell.sources.rows import Limits

Element = etree._Element  # noqa: SLF001 - lxml exports its element type under no other name

INVOICE_BYTES_MAX = 100_000_000
"""Size of one electronic invoice or batch of them (limit ``invoice_bytes_max``); annexes inside it count."""
ELEMENTS_MAX = 3_000_000
"""Elements of one electronic invoice or batch (limit ``elements_max``)."""

_ASCII_BASED = frozenset({"", "utf-8", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "cp1252"})
_DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]*)["']""")
_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d{8}", re.ASCII)
_YEARS = (1900, 2200)
"""A year outside is a slip of the pen, and days counted from it could leave the calendar."""
_NUMBER = re.compile(r"[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})", re.ASCII)


def parse(data: bytes, source: str, limits: Limits) -> Element | Problem:
    """Return the root element of ``data``, or say why it cannot be had."""
    most = min(INVOICE_BYTES_MAX, limits.xml_bytes_max)
    if len(data) > most:
        message = f"The XML is larger than {most:,} bytes (limit invoice_bytes_max)."
        return Problem(source, 0, "", message, "Send invoices in smaller batches.")
    if _has_document_type(data):
        hint = "No electronic invoice needs one; ask its sender for the file without."
        return Problem(source, 1, "", "The XML declares a document type, which may hide entities.", hint)
    try:
        return _grown(data, source, limits)
    except etree.XMLSyntaxError as error:
        return _broken(error, source)
    except (LookupError, ValueError) as error:
        return Problem(source, 1, "", f"The XML cannot be read: {error}.", "Ask its sender for a whole file.")


def _has_document_type(data: bytes) -> bool:
    """Look for it in the encodings that XML is written in; zero bytes are those of UTF-16 and UTF-32."""
    return b"<!DOCTYPE" in data or (b"\0" in data[:64] and b"<!DOCTYPE" in data.replace(b"\0", b""))


def _is_plain(data: bytes) -> bool:
    """Tell whether what looks like no document type is none: the encoding writes ASCII as ASCII."""
    found = _DECLARED.match(data[:200])
    return b"\0" not in data[:64] and (found is None or found[1].decode().lower() in _ASCII_BASED)


def _grown(data: bytes, source: str, limits: Limits) -> Element | Problem:
    """Build the tree, stopping where it grows too deep or too large.

    Only where no document type can hide, the library's own limit of 10 MB for one text is lifted: annexes are
    larger. Elsewhere that limit and its guard against entities in attributes stay.
    """
    depth = count = 0
    events = etree.iterparse(
        io.BytesIO(data), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False,
        remove_comments=True, remove_pis=True, huge_tree=_is_plain(data),
    )  # fmt: skip
    for event, _ in events:
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > limits.xml_depth_max:
            message = f"The XML is nested deeper than {limits.xml_depth_max} elements (limit xml_depth_max)."
            return Problem(source, 0, "", message, "No invoice is; ask its sender for a right file.")
        if count > ELEMENTS_MAX:
            message = f"The XML has more than {ELEMENTS_MAX:,} elements (limit elements_max)."
            return Problem(source, 0, "", message, "Send invoices in smaller batches.")
    root: Element | None = events.root
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        return Problem(source, 1, "", "The XML has no root element, or a document type.", "Ask for a right file.")
    return root


def _broken(error: etree.XMLSyntaxError, source: str) -> Problem:
    line, column = error.position
    what = str(error.msg or "no XML").partition(", line ")[0]
    return Problem(source, max(line or 0, 0), str(column or ""), f"The XML is broken: {what}.", "Ask for a whole file.")


def line_of(element: Element | None) -> int:
    """Return the line on which ``element`` begins, 0 where nobody knows."""
    found = element.sourceline if element is not None else None
    return found if isinstance(found, int) else 0


def local(element: Element) -> str:
    """Return the name of ``element`` without its namespace."""
    return str(element.tag).rpartition("}")[2]


def space(element: Element) -> str:
    """Return the namespace of ``element``, empty where it has none."""
    return str(element.tag).partition("}")[0].removeprefix("{") if str(element.tag).startswith("{") else ""


def every(element: Element | None, path: str) -> list[Element]:
    """Return the elements at ``path``, local names with ``/`` between them, below ``element``; empty: itself."""
    found = [] if element is None else [element]
    for name in filter(None, path.split("/")):
        found = [child for parent in found for child in parent.iterchildren("{*}" + name)]
    return found


def first(element: Element | None, *paths: str) -> Element | None:
    """Return the first element at the first of ``paths`` that has one."""
    return next((found for path in paths for found in every(element, path)), None)


def text(element: Element | None, *paths: str) -> str:
    """Return the first text at ``paths`` that is not empty, with its white space made single spaces."""
    places = [found for path in paths for found in every(element, path)]
    return next((words for place in places if (words := words_of(place))), "")


def texts(element: Element | None, *paths: str) -> tuple[str, ...]:
    """Return every text at ``paths``, each once."""
    places = [found for path in paths for found in every(element, path)]
    return tuple(dict.fromkeys(words for place in places if (words := words_of(place))))


def words_of(element: Element | None) -> str:
    """Return the text of ``element`` with its white space made single spaces."""
    return " ".join((element.text or "").split()) if element is not None else ""


def place(element: Element) -> str:
    """Return the XPath of ``element`` with the prefixes of the file and positions where names repeat."""
    steps = [_step(one) for one in (element, *element.iterancestors())]
    return "/" + "/".join(reversed(steps))


def _step(element: Element) -> str:
    name = f"{element.prefix}:{local(element)}" if element.prefix else local(element)
    alike = "{*}" + local(element)
    before = len(list(element.itersiblings(alike, preceding=True)))
    alone = before == 0 and next(element.itersiblings(alike), None) is None
    return name if alone else f"{name}[{before + 1}]"


class Fields:
    """Reads values out of one file and collects what is wrong with them, with their places."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.notices: list[Problem] = []

    def wrong(self, element: Element | None, path: str, message: str, hint: str) -> None:
        """Note a problem at ``path`` below ``element``."""
        self.problems.append(self._said(element, path, message, hint))

    def note(self, element: Element | None, path: str, message: str, hint: str = "") -> None:
        """Note something that was assumed, or that a person should know."""
        self.notices.append(self._said(element, path, message, hint))

    def _said(self, element: Element | None, path: str, message: str, hint: str) -> Problem:
        found = first(element, path) if path else element
        where = place(found) if found is not None else self._beside(element, path)
        return Problem(self.source, line_of(element if found is None else found), where, message, hint)

    @staticmethod
    def _beside(element: Element | None, path: str) -> str:
        return f"{place(element)}/{path}" if element is not None else path

    def needed(self, element: Element | None, path: str, what: str) -> str:
        """Return the text at ``path``; its lack is a problem."""
        found = text(element, path)
        if not found:
            self.wrong(element, path, f"The invoice has no {what}.", "Ask its sender for a right file.")
        return found

    def needed_day(self, element: Element | None, path: str, what: str) -> date | None:
        """Return the date at ``path``; its lack is a problem."""
        return self.day(element, path) if self.needed(element, path, what) else None

    def needed_minor(self, element: Element | None, path: str, currency: str) -> int | None:
        """Return the amount to be paid at ``path``; its lack is a problem."""
        return self.minor(element, path, currency) if self.needed(element, path, "amount to be paid") else None

    def decimal(self, element: Element | None, path: str) -> Decimal | None:
        """Return the number at ``path``; ``None`` where there is none, or none that can be read."""
        written = text(element, path)
        if not written:
            return None
        if _NUMBER.fullmatch(written):
            return Decimal(written)
        self.wrong(element, path, f'"{shortened(written)}" is no number.', "Write it like 1234.50.")
        return None

    def minor(self, element: Element | None, path: str, currency: str) -> int | None:
        """Return the amount at ``path`` in minor units of ``currency``."""
        amount = self.decimal(element, path)
        return None if amount is None else self.in_minor(amount, currency, element, path)

    def in_minor(self, amount: Decimal, currency: str, element: Element | None, path: str) -> int | None:
        """Turn ``amount``, which came from ``path``, into minor units; what does not fit is a problem."""
        try:
            minor = to_minor(amount, currency)
        except ValueError as error:
            self.wrong(element, path, f"The amount has too many decimals: {error}.", "Ask for a right file.")
            return None
        if abs(minor) > AMOUNT_MINOR_MAX:
            self.wrong(element, path, "The amount is larger than any that Dunwell takes.", "Is it right?")
            return None
        return minor

    def day(self, element: Element | None, path: str) -> date | None:
        """Return the date at ``path`` (``2026-03-31`` or ``20260331``, a time after it is passed over)."""
        written = text(element, path)
        if not written:
            return None
        found = day_of(re.split(r"[T+Z ]", written)[0][:10])
        if found is None:
            self.wrong(element, path, f'"{shortened(written)}" is no date.', "Write it like 2026-03-31.")
        return found


def day_of(written: str) -> date | None:
    """Return the day written as ``2026-03-31`` or ``20260331``; ``None`` for anything else, and for days far away."""
    if not _DAY.fullmatch(written):
        return None
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    return found if _YEARS[0] <= found.year <= _YEARS[1] else None


def shortened(words: str) -> str:
    """Cut ``words`` so that a message stays a line."""
    return words if len(words) <= 60 else words[:59] + "…"


def lines_of(elements: list[Element]) -> Iterator[int]:
    """Give each of ``elements`` its line, or its place in the file where several stand on one line."""
    lines = [line_of(element) for element in elements]
    yield from lines if len(set(lines)) == len(lines) else range(1, len(lines) + 1)
