"""ISO 20022 CAMT.052, .053 and .054, every version: read by local names, entry by entry, in bounded memory.

Versions differ in where the party's name and the status stand; both places are looked at. Only booked entries count.
``CdtDbtInd`` is the way the money went also for reversals (ISO 20022 message definition report, ``RvslInd``).
No entity is resolved and nothing outside the file is read.
"""

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from lxml import etree

from dunwell.sources.bank.camt_entry import Detail, Place, detail_of, entries_of, local_name
from dunwell.sources.bank.camt_statement import KINDS, statement_of
from dunwell.sources.bank.gathering import gathered, size_problem
from dunwell.sources.bank.statement import ASK_AGAIN, ENTRIES_MAX, STREAMED_BYTES_MAX, Entry, Log, Statement
from dunwell.sources.contract import Confidence, Reading, SourceFile, nothing_read
from dunwell.sources.rows import Options

_NAMESPACE = re.compile(rb"camt\.05([234])\.001\.(\d\d)")
_ROOTS = {
    b"BkToCstmrAcctRpt": "CAMT.052",
    b"BkToCstmrStmt": "CAMT.053",
    b"BkToCstmrDbtCdtNtfctn": "CAMT.054",
}
_TOLD_ENTRIES = 500
_TAGS = tuple(f"{{*}}{tag}" for tag in ("Ntry", "TxDtls", *KINDS))


def recognise(name: str, head: bytes) -> Confidence | None:  # noqa: ARG001 - the content decides
    """Recognise a CAMT message by its namespace, else by its root."""
    plain = head.replace(b"\0", b"")  # UTF-16
    root = next((root for root in _ROOTS if b"<" + root in plain or b":" + root in plain), None)
    named = _NAMESPACE.search(plain)
    if named is not None and b"<" in plain[:16]:
        return Confidence("certain", f"CAMT.05{named[1].decode()}.001.{named[2].decode()}", "its namespace")
    if root is not None:
        return Confidence("certain", _ROOTS[root], f"its root {root.decode()}")
    return None


def read(file: SourceFile, options: Options) -> Reading:
    """Read every statement of a CAMT message."""
    too_large = size_problem(file, STREAMED_BYTES_MAX)
    if too_large:
        return nothing_read(file.name, too_large)
    log = Log(file.name, options.watch)
    recognised = recognise(file.name, file.head())
    statements: list[Statement] = []
    try:
        with file.open() as stream:
            size = file.size()
            statements.extend(_statements(stream, log, lambda: log.tell(stream.tell(), size, "bytes")))
    except etree.XMLSyntaxError as error:
        log.problem(error.lineno or 0, "", f"The XML is broken here: {_reason(error)}.", ASK_AGAIN)
    except OSError as error:
        log.problem(0, "", f"The file cannot be read: {error.strerror}.", "Check its name and rights.")
    return gathered(recognised.layout if recognised else "CAMT", statements, log, options)


def _reason(error: etree.XMLSyntaxError) -> str:
    return (error.msg or "it cannot be read").partition(", line ")[0][:200]


def _statements(stream: BinaryIO, log: Log, tell: Callable[[], None]) -> Iterator[Statement]:
    """Yield each statement when it ends; what has been taken from the tree is dropped from memory at once.

    ``tell`` is called now and then, to say how far the stream is.
    """
    entries: list[Entry] = []
    details: list[Detail] = []
    place = Place(log)
    parser = etree.iterparse(
        stream, events=("end",), tag=_TAGS, resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    for _, element in parser:
        if place.entries == 0 and _has_doctype(element):
            log.problem(1, "", "The file declares a document type; no bank does.", ASK_AGAIN)
            return
        tag = local_name(element.tag)
        if tag == "TxDtls":
            details.append(detail_of(element))
        elif tag == "Ntry":
            entries.extend(entries_of(element, details, place))
            details = []
            if len(entries) % _TOLD_ENTRIES == 0:
                tell()
        else:
            yield statement_of(element, KINDS[tag], entries, place)
            entries, details, place = [], [], Place(log, place.statements + 1)
        if len(entries) > ENTRIES_MAX:
            log.problem(0, "", f"The file has more than {ENTRIES_MAX:,} entries (limit bank entries).", "Split it.")
            return
        _drop(element)


def _has_doctype(element: etree._Element) -> bool:
    return bool(element.getroottree().docinfo.doctype)


def _drop(element: etree._Element) -> None:
    """Empty an element that has been read, and take the one before it, emptied earlier, out of the tree."""
    element.clear(keep_tail=False)
    before = element.getprevious()
    parent = element.getparent()
    if before is not None and parent is not None and before.tag == element.tag:
        parent.remove(before)
