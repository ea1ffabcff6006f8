"""DATEV batches of bookings (``EXTF``, format category 21, "Buchungsstapel").

The first line says the financial year, the length of general ledger accounts and the currency; the second names the
columns. Accounts one digit longer than general ledger accounts that begin with 1 to 6 are customers'. A booking on a
customer's account with revenue is an invoice, or a credit note; lines of one document number are one invoice. Other
credits are payments; they settle the invoice whose document number (``Belegfeld 1``) they carry, as DATEV's own open
items do.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from dunwell.errors import Problem
from dunwell.money import AMOUNT_MINOR_MAX, is_currency, to_minor
from dunwell.sources.accounts.clearing import (
    Entry,
    EntryKind,
    Numbers,
    fitting,
    nobody,
    opening_notices,
    owners,
    tables_of,
    told,
    without_repeated_openings,
)
from dunwell.sources.contract import Confidence, Reading, SourceFile, nothing_read
from dunwell.sources.decoding import decode, without_nul
from dunwell.sources.einvoice.xml import day_of
from dunwell.sources.outgoing.own import what_is
from dunwell.sources.reading import listed
from dunwell.sources.rows import TOLD_EVERY, Options
from dunwell.sources.values import YEAR_MAX

BOOKINGS = "21"
_HEAD = re.compile(rb'"?(?:EXTF|DTVF)"?;\d+;"?21"?;')
_NEEDED = ("umsatz (ohne soll/haben-kz)", "soll/haben-kennzeichen", "konto", "belegdatum", "belegfeld 1")
_COUNTER = ("gegenkonto (ohne bu-schlüssel)", "gegenkonto")
_REVENUE = ("4", "8")
_CARRIED_FORWARD = "9"
"""Accounts in DATEV's charts SKR 03 and 04: revenue, and balances carried forward (9000 to 9009)."""
_AMOUNT = re.compile(r"\d{1,12}(,\d{1,2})?", re.ASCII)

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Head:
    """What the first line says."""

    year_begins_on: date
    from_on: date
    digits: int
    currency: str


def recognise(name: str, head: bytes) -> Confidence | None:  # noqa: ARG001 - the name tells nothing
    """Recognise the mark of a batch of bookings; those that we wrote ourselves are none to be read."""
    is_batch = _HEAD.match(head.removeprefix(b"\xef\xbb\xbf")) and not what_is(head)
    return Confidence("certain", "DATEV Buchungsstapel (EXTF)", "its first line") if is_batch else None


def read(file: SourceFile, options: Options) -> Reading:
    """Read the bookings on customers' accounts."""
    decoded = decode(file.content, file.name, None, options.limits)
    if isinstance(decoded, Problem):
        return nothing_read(file.name, decoded)
    decoded = without_nul(decoded, file.name)
    rows = csv.reader(io.StringIO(decoded.text.removeprefix("\ufeff")), delimiter=";")
    try:
        head = _head(next(rows, []))
        columns = [name.strip().lower() for name in next(rows, [])]
        if head is None or not set(_NEEDED) <= set(columns) or not set(_COUNTER) & set(columns):
            message = "The first two lines are not those of a DATEV batch of bookings."
            return nothing_read(file.name, Problem(file.name, 1, "", message, "Export it again."))
        batch = _Batch(file.name, options, head)
        whole = decoded.text.count("\n")
        for number, cells in enumerate(rows):
            if number % TOLD_EVERY == 0:
                options.tell(rows.line_num, whole, "lines")
            if any(cells):
                batch.take(rows.line_num, dict(zip(columns, (cell.strip() for cell in cells), strict=False)))
    except csv.Error as error:
        return nothing_read(file.name, Problem(file.name, rows.line_num, "", f"The file is broken: {error}.", ""))
    return batch.reading(decoded.notices)


def _head(cells: list[str]) -> _Head | None:
    if len(cells) < 15 or not re.fullmatch(r"[4-8]", cells[13]):
        return None
    begins_on = day_of(cells[12])
    from_on = day_of(cells[14]) or begins_on
    currency = cells[21] if len(cells) > 21 and is_currency(cells[21]) else "EUR"
    return _Head(begins_on, from_on, int(cells[13]), currency) if begins_on and from_on else None


@dataclass(slots=True)
class _Batch:
    """Gathers the bookings on customers' accounts."""

    source: str
    options: Options
    head: _Head
    problems: list[Problem] = field(default_factory=list)
    invoices: dict[tuple[str, str, str], Entry] = field(default_factory=dict)
    others: list[Entry] = field(default_factory=list)
    numbers: Numbers = field(default_factory=Numbers)

    def take(self, line: int, cells: Cells) -> None:
        """Take one booking; on a transfer between two customers both sides count."""
        counter = next((cells[name] for name in _COUNTER if cells.get(name)), "")
        account = cells.get("konto", "")
        sides = [(account, counter, 1), (counter, account, -1)]
        if not any(self._is_customer(own) for own, _, _ in sides):
            return
        on, amount = self._day(line, cells), self._amount(line, cells)
        for own, other, sign in sides:
            if self._is_customer(own) and on is not None and amount:
                self._book(line, cells, self._entry(cells, own, other, on, sign * amount))

    def _is_customer(self, account: str) -> bool:
        return len(account) == self.head.digits + 1 and account.isdecimal() and account[0] in "123456"

    def _entry(self, cells: Cells, own: str, other: str, on: date, amount: int) -> Entry:
        currency = cells.get("wkz umsatz", "")
        is_opening = len(other) == self.head.digits and other.startswith(_CARRIED_FORWARD)
        return Entry(
            account_number=own,
            number=cells.get("belegfeld 1", ""),
            on=on,
            currency=currency if is_currency(currency) else self.head.currency,
            amount_minor=abs(amount),
            kind=self._kind(other, amount, is_opening=is_opening),
            against=cells.get("belegfeld 1", ""),
            due_on=_due_on(cells, on),
            description=cells.get("buchungstext", ""),
            is_opening=is_opening,
        )

    def _kind(self, other: str, amount: int, *, is_opening: bool) -> EntryKind:
        is_revenue = len(other) == self.head.digits and other.startswith(_REVENUE)
        if amount > 0:
            return "invoice" if is_revenue or is_opening or self._is_customer(other) else "refund"
        return "credit_note" if is_revenue else "payment"

    def _book(self, line: int, cells: Cells, entry: Entry) -> None:
        """Add an entry; lines of one document number on one customer's account are one invoice."""
        entry = replace(entry, line=line)
        key = (entry.account_number, entry.number, entry.currency)
        if entry.kind == "invoice" and entry.number and key in self.invoices:
            before = self.invoices[key]
            self.invoices[key] = replace(before, amount_minor=before.amount_minor + entry.amount_minor)
        elif entry.kind == "invoice":
            number = self.numbers.give(entry.number, f"{entry.account_number} {entry.on}")
            named = key if entry.number else (entry.account_number, number, entry.currency)
            self.invoices[named] = replace(entry, number=number, against="")
        else:
            document = f"{entry.account_number} {entry.on} {entry.number} {cells.get(_NEEDED[0], '')}"
            self.others.append(replace(entry, number=self.numbers.give(document, "")))

    def _day(self, line: int, cells: Cells) -> date | None:
        """Return the day, ``TTMM``, in the financial year that the first line names."""
        written = cells.get("belegdatum", "").zfill(4)
        first = max(self.head.year_begins_on, self.head.from_on)
        try:
            day, month = int(written[:2]), int(written[2:4])
            on = date(first.year, month, day)
            return on if on >= self.head.from_on.replace(day=1) else date(first.year + 1, month, day)
        except ValueError:
            message = f'"{written[:20]}" is no day of the form TTMM.'
            self.problems.append(Problem(self.source, line, "Belegdatum", message, "Write it like 3112."))
            return None

    def _amount(self, line: int, cells: Cells) -> int:
        """Return the amount in minor units as it counts on ``Konto``: debit above zero."""
        written = cells.get(_NEEDED[0], "").lstrip("+")
        side = cells.get(_NEEDED[1], "").upper()
        if not _AMOUNT.fullmatch(written) or side not in ("S", "H"):
            message = f'"{written[:30]}" with side "{side[:5]}" is no amount.'
            hint = "Write it like 1234,50 with S or H."
            self.problems.append(Problem(self.source, line, "Umsatz", message, hint))
            return 0
        minor = min(to_minor(Decimal(written.replace(",", ".")), "EUR"), AMOUNT_MINOR_MAX)
        is_reversed = cells.get("generalumkehr (gu)", "") not in ("", "0")
        return minor if (side == "S") != is_reversed else -minor

    def reading(self, notices: tuple[Problem, ...]) -> Reading:
        """Return the rows, and what there is to say."""
        entries, long = fitting(self.source, [*self.invoices.values(), *self._applied()], self.options.limits)
        entries, repeated = without_repeated_openings(entries, self.options.invoices)
        accounts = {entry.account_number: entry.line for entry in reversed(entries)}
        customers = [
            {"account_number": number, "name": f"Debitor {number}", "source_line": line}
            for number, line in sorted(accounts.items())
        ]
        tables = tables_of(customers, entries)
        problems = [*self.problems, *long]
        problems += nobody(self.source, tables, problems)
        return Reading(
            source=self.source,
            recognised=told("DATEV Buchungsstapel", tables, len(entries)),
            tables=tables,
            problems=listed(self.source, problems, self.options.limits.problems_max),
            notices=(*notices, *opening_notices(self.source, entries, repeated)),
            rows=len(entries),
            rejected_lines=frozenset(problem.line for problem in problems if problem.line),
            currency=self.head.currency,
        )

    def _applied(self) -> Iterator[Entry]:
        """Yield payments and credit notes with the invoice whose document number they carry."""
        stored = owners(self.options.invoices)
        for entry in self.others:
            paid = self.invoices.get((entry.account_number, entry.against, entry.currency))
            is_stored = stored.get(entry.against) == entry.account_number
            yield replace(entry, against=paid.number if paid else entry.against if is_stored else "")


def _due_on(cells: Cells, on: date) -> date | None:
    """Return the due date: its own column (``TTMMJJJJ``), or ``Belegfeld 2`` where it holds a day (``TTMMJJ``)."""
    for written in (cells.get("fälligkeit", ""), cells.get("belegfeld 2", "")):
        if re.fullmatch(r"\d{6}|\d{8}", written, re.ASCII):
            year = int(written[4:]) + (2000 if len(written) == 6 else 0)
            try:
                due_on = date(year, int(written[2:4]), int(written[:2]))
            except ValueError:
                continue
            if due_on >= on and due_on.year <= YEAR_MAX:
                return due_on
    return None
