"""What every syntax shares: recognising its namespace, finishing an invoice, and reading a file of them."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from dunwell.errors import Problem
from dunwell.money import is_currency, to_decimal
from dunwell.sources.contract import Document, Reading, SourceFile, nothing_read
from dunwell.sources.einvoice.model import EInvoice
from dunwell.sources.einvoice.parties import Own, account_number, is_made_up, not_ours, own_of
from dunwell.sources.einvoice.tables import tables_of
from dunwell.sources.einvoice.xml import INVOICE_BYTES_MAX, Element, Fields, lines_of, parse, place, shortened, text
from dunwell.sources.noticing import counted
from dunwell.sources.rows import Options


@dataclass(frozen=True, slots=True)
class Syntax:
    """How a syntax is read: where a file's invoices stand, and what one of them says.

    ``parse`` notes what is wrong in the fields it is given, and returns ``None`` where too little is there.
    """

    units: Callable[[Element], list[Element]]
    parse: Callable[[Element, Fields], EInvoice | None]


CORRECTED = "384"
PRO_FORMA = "325"
"""UNTDID 1001: an invoice that takes the place of another, and one that asks for nothing."""

_BOMS = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"


def names_space(head: bytes, spaces: Iterable[str]) -> bool:
    """Tell whether ``head`` begins like XML and names one of the namespaces, in ASCII or UTF-16."""
    plain = head.lstrip(_BOMS).replace(b"\0", b"") if head[:1] != b"%" else b""
    return plain.startswith(b"<") and any(space.encode() in plain for space in spaces)


def currency_of(fields: Fields, root: Element, path: str, amount: Element | None = None) -> str:
    """Return the invoice's currency, else that of its ``amount``; EUR to go on with where it is a problem."""
    code = text(root, path) or (amount.get("currencyID") or "" if amount is not None else "")
    if is_currency(code):
        return code
    message = f'"{shortened(code)}" is no currency.' if code else "The invoice does not say in which currency it is."
    fields.wrong(root, path, message, "Write three capital letters, such as EUR.")
    return "EUR"


def _settled(invoice: EInvoice, fields: Fields, root: Element) -> EInvoice | None:
    """Return ``invoice`` with its signs settled, or nothing where it asks for nothing; say what should be known.

    A negative invoice is a credit note and a negative credit note an invoice.
    """
    if invoice.payable_minor == invoice.prepaid_minor == 0:
        fields.note(root, "", f"Invoice {invoice.number} is over 0 and was left out.")
        return None
    if invoice.type_code == PRO_FORMA:
        fields.note(root, "", f"Pro forma invoice {invoice.number} asks for nothing and was left out.")
        return None
    invoice = _signed(invoice)
    _check_dues(invoice, fields, root)
    _note_oddities(invoice, fields, root)
    return invoice


def _signed(invoice: EInvoice) -> EInvoice:
    if invoice.payable_minor >= 0 and invoice.prepaid_minor >= 0:
        return invoice
    dues = tuple(replace(due, amount_minor=-due.amount_minor) for due in invoice.dues)
    return replace(
        invoice,
        is_credit=not invoice.is_credit,
        payable_minor=-invoice.payable_minor,
        prepaid_minor=-invoice.prepaid_minor,
        dues=dues,
    )


def _check_dues(invoice: EInvoice, fields: Fields, root: Element) -> None:
    """Instalments add up to what is to be paid, and each asks for something."""
    planned = sum(due.amount_minor for due in invoice.dues)
    if planned != invoice.payable_minor:
        payable, parts = to_decimal(invoice.payable_minor, invoice.currency), to_decimal(planned, invoice.currency)
        message = f"The instalments of invoice {invoice.number} make {parts}, but {payable} is to be paid."
        fields.wrong(root, "", message, "Correct the invoice where it was written, and import it again.")
    elif len(invoice.dues) > 1 and min(due.amount_minor for due in invoice.dues) <= 0:
        fields.wrong(root, "", f"An instalment of invoice {invoice.number} is not above 0.", "Ask for a right file.")


def _note_oddities(invoice: EInvoice, fields: Fields, root: Element) -> None:
    if invoice.type_code == CORRECTED and not invoice.is_credit:
        named = ", ".join(invoice.preceding) or "another"
        message = f"Invoice {invoice.number} corrects invoice {named}, which still stands."
        fields.note(root, "", message, "Import the credit note for that one, or both are asked for.")
    if invoice.is_credit:
        return
    days = [due.due_on for due in invoice.dues if due.due_on is not None]
    if not days:
        terms = f' Its terms say: "{shortened(invoice.terms)}"' if invoice.terms else ""
        message = f"Invoice {invoice.number} names no day on which it is due.{terms}"
        fields.note(root, "", message, "It counts as not due and is never chased until its due date is entered.")
    elif min(days) < invoice.issued_on:
        fields.note(root, "", f"Invoice {invoice.number} is due on {min(days)}, before it was issued.")


def read_xml(file: SourceFile, options: Options, syntax: Syntax) -> Reading:
    """Read an XML file of ``syntax`` from disk or memory."""
    data = loaded(file, min(INVOICE_BYTES_MAX, options.limits.xml_bytes_max), "invoice_bytes_max")
    return nothing_read(file.name, data) if isinstance(data, Problem) else read_data(data, file.name, options, syntax)


def loaded(file: SourceFile, bytes_max: int, limit: str) -> bytes | Problem:
    """Return the content of ``file``, or say why it cannot be had; a file over the limit is never read."""
    try:
        if file.size() > bytes_max:
            message = f"The file is larger than {bytes_max:,} bytes (limit {limit})."
            return Problem(file.name, 0, "", message, "Split it into smaller files.")
        return file.data()
    except OSError as error:
        return Problem(file.name, 0, "", f"The file cannot be read: {error.strerror}.", "Check its name and rights.")


def read_data(data: bytes, name: str, options: Options, syntax: Syntax, copy: bytes | None = None) -> Reading:
    """Read XML of ``syntax``; ``copy`` is the PDF that carried it, kept as the copy of its invoice."""
    root = parse(data, name, options.limits)
    if isinstance(root, Problem):
        return nothing_read(name, root)
    units = syntax.units(root)
    if not units:
        return nothing_read(name, Problem(name, 1, place(root), "The file holds no invoice.", "Ask for a right file."))
    found = [_one(unit, line, Fields(name), syntax, options) for unit, line in zip(units, lines_of(units), strict=True)]
    return _reading(name, found, copy)


@dataclass(frozen=True, slots=True)
class _Found:
    """What one invoice of a file gave; it goes in if it is there and has no problems."""

    invoice: EInvoice | None
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...]
    line: int


def _one(unit: Element, line: int, fields: Fields, syntax: Syntax, options: Options) -> _Found:
    invoice = syntax.parse(unit, fields)
    if invoice is None and not fields.problems and not fields.notices:
        fields.wrong(unit, "", "The invoice lacks its number, date or amount.", "Ask its sender for a right file.")
    if invoice is not None:
        invoice = _settled(replace(invoice, line=line), fields, unit)
    if invoice is not None:
        fields.problems += _unfit(invoice, fields.source, options)
        _note_parties(invoice, fields, unit, options)
    return _Found(invoice, tuple(dict.fromkeys(fields.problems)), tuple(dict.fromkeys(fields.notices)), line)


def _unfit(invoice: EInvoice, source: str, options: Options) -> Iterator[Problem]:
    """Yield why an invoice that can be read cannot be taken."""
    strange = not_ours(invoice, own_of(options), source)
    if strange:
        yield strange
    most = options.limits.key_chars_max
    for what, key in (("number", invoice.number), ("account number", account_number(invoice.buyer))):
        if len(key) > most:
            message = f"The {what} is longer than {most} characters (limit key_chars_max)."
            yield Problem(source, invoice.line, invoice.where, message, "Ask for a right file.")
    if not account_number(invoice.buyer):
        message = f"Invoice {invoice.number} does not say who is to pay it."
        yield Problem(source, invoice.line, invoice.where, message, "Ask for a right file.")


def _note_parties(invoice: EInvoice, fields: Fields, unit: Element, options: Options) -> None:
    if own_of(options) == Own():
        fields.note(unit, "", f'The seller is "{shortened(invoice.seller.name)}"; it was not checked that this is you.')
    if is_made_up(invoice.buyer):
        message = f'"{shortened(invoice.buyer.name)}" has no number on invoice {invoice.number}; '
        message += f"its account is {account_number(invoice.buyer)}."
        fields.note(unit, "", message, "The same name and postcode give the same account.")


def _reading(name: str, found: Sequence[_Found], copy: bytes | None) -> Reading:
    found = list(_once(name, found))
    good = [each.invoice for each in found if each.invoice is not None and not each.problems]
    documents = {number: Document(f"{_file_name(number)}.pdf", copy) for number in _numbers(good)} if copy else {}
    problems = [problem for each in found for problem in each.problems]
    return Reading(
        source=name,
        recognised=_recognised(good, len(found)),
        tables=tables_of(good, {number: document.file_name for number, document in documents.items()}),
        problems=tuple(problems),
        notices=tuple(notice for each in found for notice in each.notices),
        documents=tuple(documents.values()),
        rows=len(found),
        rejected_lines=frozenset(each.line for each in found if each.problems),
    )


def _once(name: str, found: Iterable[_Found]) -> Iterator[_Found]:
    """Turn a second invoice of one number in one file into a problem: which of them counts, nobody can tell."""
    seen: dict[tuple[str, bool], int] = {}
    for each in found:
        key = (each.invoice.number, each.invoice.is_credit) if each.invoice else ("", False)
        if each.invoice is not None and not each.problems and key in seen:
            message = f"The number {key[0]} stands on line {seen[key]} already."
            clash = Problem(name, each.line, each.invoice.where, message, "Keep the one that is right.")
            yield replace(each, problems=(clash,))
        else:
            seen.setdefault(key, each.line)
            yield each


def _numbers(invoices: Iterable[EInvoice]) -> list[str]:
    return [invoice.number for invoice in invoices if not invoice.is_credit]


def _file_name(number: str) -> str:
    """Return an invoice number as a file's name: what no file system takes becomes a hyphen."""
    return re.sub(r"[^\w.-]+", "-", number).strip("-.") or "invoice"


def _recognised(good: Sequence[EInvoice], count: int) -> str:
    invoices = sum(not invoice.is_credit for invoice in good)
    syntax = good[0].syntax if good else "electronic invoice"
    parts = [counted(invoices, "invoice"), counted(len(good) - invoices, "credit note")]
    told = " and ".join(part for part in parts if not part.startswith("0 ")) or "nothing that can go in"
    return f"{syntax}: {told}" + (f" of {count}" if len(good) != count else "")
