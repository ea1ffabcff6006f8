"""Entries on customers' accounts as invoices and payments; entries marked as settling each other do so.

French book-keepers letter (``EcritureLet``), others clear or cross-reference: the entries of one customer that carry
one mark settle each other. Within a mark, credits go to debits in the order of their days, so what is marked and
balances is paid, and what does not balance stays open by the difference, whichever side it is on.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import polars as pl

from dunwell.errors import Problem
from dunwell.sources.einvoice.tables import table
from dunwell.sources.rows import Kind, Limits, Table

Row = Mapping[str, Any]
EntryKind = Literal["invoice", "payment", "credit_note", "refund", "reversal"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry on a customer's account; ``amount_minor`` is above zero, the kind says which way it counts.

    ``number`` names it and must be the same in every file that holds it. ``mark`` is the book-keeper's clearing
    mark, empty where the entry is open. ``against`` is the invoice that the entry itself names. ``is_opening`` marks a
    balance carried forward.
    """

    account_number: str
    number: str
    on: date
    currency: str
    amount_minor: int
    kind: EntryKind
    mark: str = ""
    against: str = ""
    due_on: date | None = None
    description: str = ""
    line: int = 0
    is_opening: bool = False


def tables_of(customers: Iterable[Row], entries: Sequence[Entry]) -> tuple[Table, ...]:
    """Return the canonical tables of a file's customers and entries."""
    rows: dict[Kind, list[Row]] = {
        "customers": list(customers),
        "invoices": [_invoice(entry) for entry in entries if entry.kind == "invoice"],
        "payments": _once(_payments(entries)),
    }
    return tuple(table(kind, found) for kind, found in rows.items() if found)


def _invoice(entry: Entry) -> Row:
    return {
        "invoice_number": entry.number,
        "account_number": entry.account_number,
        "issued_on": entry.on,
        "due_on": entry.due_on,
        "currency": entry.currency,
        "amount_minor": entry.amount_minor,
        "description": entry.description or None,
        "source_line": entry.line,
    }


def _payments(entries: Sequence[Entry]) -> Iterator[Row]:
    """Yield the rows of the payments: marked ones to their invoices, the others where they say, else to none."""
    groups: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.mark:
            groups[entry.account_number, entry.currency, entry.mark].append(entry)
        elif entry.kind != "invoice":
            yield _payment(entry, entry.against or None, entry.amount_minor)
    for group in groups.values():
        yield from _settled(sorted(group, key=lambda entry: (entry.on, entry.line)))


def _once(rows: Iterable[Row]) -> list[Row]:
    """Put the parts of one payment to one invoice together: a payment has one row for each invoice that it pays."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        key = tuple(row[name] for name in ("account_number", "payment_reference", "invoice_number", "kind", "currency"))
        if key in found:
            found[key]["amount_minor"] += row["amount_minor"]
        else:
            found[key] = dict(row)
    return list(found.values())


def _settled(group: Sequence[Entry]) -> Iterator[Row]:
    """Yield what the credits of a mark pay: its invoices in the order of their days, the rest on the account."""
    open_minor = {entry.number: entry.amount_minor for entry in group if entry.kind == "invoice"}
    for entry in group:
        if entry.kind == "invoice":
            continue
        rest = entry.amount_minor
        if entry.kind not in ("refund", "reversal"):
            for number, still in open_minor.items():
                part = min(rest, still)
                if part:
                    yield _payment(entry, number, part)
                    open_minor[number] = still - part
                    rest -= part
        if rest:
            yield _payment(entry, None, rest)


def _payment(entry: Entry, invoice_number: str | None, amount_minor: int) -> Row:
    return {
        "payment_reference": entry.number,
        "account_number": entry.account_number,
        "invoice_number": invoice_number,
        "paid_on": entry.on,
        "currency": entry.currency,
        "amount_minor": amount_minor,
        "kind": entry.kind,
        "source_line": entry.line,
    }


def fitting(source: str, entries: Iterable[Entry], limits: Limits) -> tuple[list[Entry], list[Problem]]:
    """Return the entries whose numbers the ledger can hold, and a problem for each of the others."""
    good, problems = [], []
    for entry in entries:
        if 0 < len(entry.account_number) <= limits.key_chars_max >= len(entry.number):
            good.append(entry)
        else:
            message = f"The account or document number is empty or over {limits.key_chars_max} characters long"
            hint = "Check the columns of this line."
            problems.append(Problem(source, entry.line, "", f"{message} (limit key_chars_max).", hint))
    return good, problems


def without_repeated_openings(
    entries: Sequence[Entry], known_invoices: pl.DataFrame | None
) -> tuple[list[Entry], list[Entry]]:
    """Return the entries to take, and the balances carried forward that the ledger holds already.

    A customer of whom the ledger knows other invoices was imported before: what was open then is there one by one,
    and a balance carried forward would ask for it again. ``known_invoices`` has ``references.INVOICE_FACTS``.
    """
    if known_invoices is None or not any(entry.is_opening for entry in entries):
        return list(entries), []
    own = {entry.number for entry in entries if entry.kind == "invoice"}
    numbers = [str(number) for number in known_invoices["invoice_number"]]
    named = set(numbers)
    accounts = [str(number) for number in known_invoices["account_number"]]
    before = {account for number, account in zip(numbers, accounts, strict=True) if number not in own}
    repeated = [one for one in entries if one.is_opening and one.account_number in before and one.number not in named]
    left = set(repeated)
    return [one for one in entries if one not in left], repeated


def owners(known_invoices: pl.DataFrame | None) -> dict[str, str]:
    """Return whose each invoice is that the ledger knows; ``known_invoices`` has ``references.INVOICE_FACTS``."""
    if known_invoices is None:
        return {}
    numbers, accounts = known_invoices["invoice_number"], known_invoices["account_number"]
    return {str(number): str(account) for number, account in zip(numbers, accounts, strict=True)}


def opening_notices(source: str, entries: Iterable[Entry], left_out: Sequence[Entry]) -> Iterator[Problem]:
    """Say what became of balances carried forward."""
    taken = sum(entry.is_opening for entry in entries)
    if taken:
        message = f"{taken:,} balances were carried forward from before and taken as they are."
        hint = "Do not import an earlier period after this one: its open invoices are in them."
        yield Problem(source, 0, "", message, hint)
    if left_out:
        message = f"{len(left_out):,} balances carried forward were left out: the ledger has what they are made of."
        yield Problem(source, 0, "", message)


def nobody(source: str, tables: Sequence[Table], problems: Sequence[Problem]) -> Iterator[Problem]:
    """Say that a file has nothing for us, where it has not."""
    if not tables and not problems:
        hint = "Export the entries on customers' accounts as well."
        yield Problem(source, 0, "", "No entry of the file is on a customer's account.", hint)


def told(layout: str, tables: Iterable[Table], entries: int) -> str:
    """Return the line that says what a file was taken for."""
    found = {table.kind: table.frame.height for table in tables}
    parts = [f"{found.get(kind, 0):,} {kind}" for kind in ("customers", "invoices", "payments")]
    return f"{layout}: {', '.join(parts)} from {entries:,} entries"


class Numbers:
    """Gives each entry a number of its own, the same each time while a file only grows at its end.

    The first entry that a document number stands on has it; a later one gets its entry's number too, then a count.
    """

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def give(self, document: str, entry_number: str) -> str:
        """Return the number of the next entry of ``document``."""
        plain, longer = " ".join(document.split()), " ".join(f"{document} {entry_number}".split())
        for candidate in (plain, longer):
            if candidate and candidate not in self._taken:
                self._taken[candidate] = 1
                return candidate
        self._taken[longer] = self._taken.get(longer, 1) + 1
        return self.give(f"{longer}-{self._taken[longer]}", "")
