"""The French *fichier des écritures comptables* (FEC, Livre des procédures fiscales, article A47 A-1).

A text with 18 named columns, tab or bar between them, decimal comma, no quotes. Entries on customers' accounts (411
and doubtful 416) become invoices and payments; lettering (``EcritureLet``) says which payment settled which invoice.
A FEC has no due dates; where a program adds a column with them it is read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dunwell.errors import Problem
from dunwell.money import AMOUNT_MINOR_MAX, to_minor
from dunwell.sources.accounts.clearing import (
    Entry,
    EntryKind,
    Numbers,
    fitting,
    nobody,
    opening_notices,
    tables_of,
    told,
    without_repeated_openings,
)
from dunwell.sources.contract import Confidence, Reading, SourceFile, nothing_read
from dunwell.sources.decoding import decode, without_nul
from dunwell.sources.einvoice.xml import day_of
from dunwell.sources.reading import listed
from dunwell.sources.rows import TOLD_EVERY, Options

HEADER = ("journalcode", "journallib", "ecriturenum", "ecrituredate", "comptenum")
"""A FEC begins with these columns in this order."""

CURRENCY = "EUR"
_CUSTOMERS = ("411", "416")
_BANKS = ("51", "53", "54", "58")
_REVENUE = ("70", "71", "75", "76", "77")
_OPENING = re.compile(r"AN|RAN|ANO|ANV|REPORT.*NOUVEAU|A[ -]?NOUVEAUX?", re.IGNORECASE)
_CREDIT_NOTE = re.compile(r"\bAVOIRS?\b|NOTE DE CR[EÉ]DIT", re.IGNORECASE)
_BOUNCED = re.compile(r"IMPAY[EÉ]|REJET", re.IGNORECASE)
_REFUND = re.compile(r"REMBOURS", re.IGNORECASE)
_DUE = ("dateecheance", "echeance", "date_echeance")
_AMOUNT = re.compile(r"[+-]?\d{1,18}([.,]\d{0,2}0*)?", re.ASCII)

Line = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Counterparts:
    """Which entries move money at the bank, and which book revenue: the other lines of the entry tell."""

    banks: frozenset[tuple[str, str]]
    revenue: frozenset[tuple[str, str]]


def recognise(name: str, head: bytes) -> Confidence | None:  # noqa: ARG001 - the name tells nothing
    """Recognise the first columns, whatever is between them."""
    first = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("latin-1").lower()
    columns = tuple(part.strip(' "\r') for part in re.split(r"[\t|;]", first))
    return Confidence("certain", "FEC", "its header") if columns[: len(HEADER)] == HEADER else None


def read(file: SourceFile, options: Options) -> Reading:
    """Read the entries on customers' accounts."""
    decoded = decode(file.content, file.name, None, options.limits)
    if isinstance(decoded, Problem):
        return nothing_read(file.name, decoded)
    decoded = without_nul(decoded, file.name)
    lines = decoded.text.split("\n")
    delimiter = next((sign for sign in "\t|;" if sign in lines[0]), "\t")
    columns = [name.strip(' "').lower() for name in lines[0].removeprefix("\ufeff").split(delimiter)]
    missing = [name for name in (*HEADER, "ecriturelet", "pieceref", "compauxnum") if name not in columns]
    if missing or not ({"debit", "credit"} <= set(columns) or {"montant", "sens"} <= set(columns)):
        message = f"The header lacks {', '.join(missing) or 'debit and credit'}, which a FEC has."
        return nothing_read(file.name, Problem(file.name, 1, "", message, "Export the FEC again."))
    book = _Book(file.name, options)
    counterparts = _counterparts(_cells(lines, delimiter, columns, options))
    for number, cells in _cells(lines, delimiter, columns, options):
        if cells["comptenum"].startswith(_CUSTOMERS):
            book.take(number, cells, counterparts)
    return book.reading(decoded.notices, options.limits.problems_max)


def _cells(lines: list[str], delimiter: str, columns: list[str], options: Options) -> Iterator[tuple[int, Line]]:
    """Yield the lines with their numbers; a line that ends early has empty cells."""
    for number, line in enumerate(lines[1:], 2):
        if number % TOLD_EVERY == 0:
            options.tell(number, len(lines), "lines")
        if line.strip():
            found = [cell.strip().strip('"') for cell in line.split(delimiter)]
            yield number, dict(zip(columns, found + [""] * (len(columns) - len(found)), strict=False))


def _counterparts(cells: Iterator[tuple[int, Line]]) -> _Counterparts:
    banks, revenue = set(), set()
    for _, line in cells:
        key = (line["journalcode"], line["ecriturenum"])
        if line["comptenum"].startswith(_BANKS):
            banks.add(key)
        elif line["comptenum"].startswith(_REVENUE):
            revenue.add(key)
    return _Counterparts(frozenset(banks), frozenset(revenue))


class _Book:
    """Gathers what the lines of a FEC say about customers."""

    def __init__(self, source: str, options: Options) -> None:
        self.source = source
        self.options = options
        self.problems: list[Problem] = []
        self.entries: list[Entry] = []
        self.customers: dict[str, tuple[str, int]] = {}
        self.numbers = Numbers()

    def take(self, line: int, cells: Line, counterparts: _Counterparts) -> None:
        """Take a line of a customer's account; what is wrong with it is a problem, and it stays out."""
        before = len(self.problems)
        on = self._day(line, "ecrituredate", cells)
        amount = self._amount(line, cells)
        account = cells["compauxnum"] or cells["comptenum"]
        if on is None and len(self.problems) == before:
            self._wrong(line, "ecrituredate", "The line has no date.", "Every entry needs one.")
        number = self.numbers.give(_document(cells), cells["ecriturenum"])
        if on is None or not amount or len(self.problems) > before:
            return
        self.customers.setdefault(account, (cells.get("compauxlib") or cells.get("comptelib") or account, line))
        entry = Entry(
            account_number=account,
            number=number,
            on=on,
            currency=CURRENCY,
            amount_minor=abs(amount),
            kind=_kind(cells, amount, counterparts),
            mark=cells["ecriturelet"],
            due_on=next((self._day(line, name, cells) for name in _DUE if cells.get(name)), None),
            description=cells.get("ecriturelib", ""),
            line=line,
            is_opening=_is_opening(cells),
        )
        self.entries.append(entry)

    def _wrong(self, line: int, column: str, message: str, hint: str) -> None:
        self.problems.append(Problem(self.source, line, column, message, hint))

    def _day(self, line: int, column: str, cells: Line) -> date | None:
        written = cells.get(column, "")
        if not written:
            return None
        found = day_of(written)
        if found is not None:
            return found
        self._wrong(line, column, f'"{written[:60]}" is no date.', "Write it like 20261231.")
        return None

    def _amount(self, line: int, cells: Line) -> int | None:
        """Return the amount in cents, debit above zero; ``Montant`` and ``Sens`` are the form's other columns."""
        if "montant" in cells and "debit" not in cells:
            sign = -1 if cells.get("sens", "").upper().startswith(("C", "-")) else 1
            amount = self._cents(line, "montant", cells)
            return None if amount is None else sign * amount
        debit, credit = self._cents(line, "debit", cells), self._cents(line, "credit", cells)
        return None if debit is None or credit is None else debit - credit

    def _cents(self, line: int, column: str, cells: Line) -> int | None:
        written = re.sub(r"\s", "", cells.get(column, "")) or "0"
        if not _AMOUNT.fullmatch(written):
            self._wrong(line, column, f'"{written[:60]}" is no amount.', "Write it like 1234,50.")
            return None
        minor = to_minor(Decimal(written.replace(",", ".")), CURRENCY)
        if abs(minor) > AMOUNT_MINOR_MAX:
            self._wrong(line, column, "The amount is larger than any that Dunwell takes.", "Is it right?")
            return None
        return minor

    def reading(self, notices: tuple[Problem, ...], problems_max: int) -> Reading:
        """Return the rows, and what there is to say."""
        self.entries, repeated = without_repeated_openings(self.entries, self.options.invoices)
        self.entries, long = fitting(self.source, self.entries, self.options.limits)
        self.problems += long
        customers = [
            {"account_number": account, "name": name, "country": "FR", "currency": CURRENCY, "source_line": line}
            for account, (name, line) in self.customers.items()
        ]
        tables = tables_of(customers, self.entries)
        self.problems += nobody(self.source, tables, self.problems)
        return Reading(
            source=self.source,
            recognised=told("FEC", tables, len(self.entries)),
            tables=tables,
            problems=listed(self.source, self.problems, problems_max),
            notices=(*notices, *self._undated(), *opening_notices(self.source, self.entries, repeated)),
            rows=len(self.entries),
            rejected_lines=frozenset(problem.line for problem in self.problems if problem.line),
            currency=CURRENCY,
        )

    def _undated(self) -> Iterator[Problem]:
        count = sum(entry.kind == "invoice" and entry.due_on is None for entry in self.entries)
        if count:
            message = f"{count:,} invoices have no due date: a FEC has none."
            hint = "They count as not due and are never chased until their due dates are imported."
            yield Problem(self.source, 0, "", message, hint)


def _document(cells: Line) -> str:
    """Return the document's number; balances carried forward share one, so their entry's stands with it."""
    document = cells["pieceref"]
    return f"{document} {cells['ecriturenum']}" if _is_opening(cells) or not document else document


def _is_opening(cells: Line) -> bool:
    return bool(_OPENING.fullmatch(cells["journalcode"]) or _OPENING.match(cells.get("ecriturelib", "")))


def _kind(cells: Line, amount: int, counterparts: _Counterparts) -> EntryKind:
    """Tell what an entry is: by its counterpart at the bank or in revenue, else by its words."""
    key, words = (cells["journalcode"], cells["ecriturenum"]), cells.get("ecriturelib", "")
    if amount < 0:
        is_note = _CREDIT_NOTE.search(words) or (key in counterparts.revenue and key not in counterparts.banks)
        return "credit_note" if is_note else "payment"
    if _BOUNCED.search(words) and key not in counterparts.revenue:
        return "reversal"
    is_refund = key in counterparts.banks or (_REFUND.search(words) and key not in counterparts.revenue)
    return "refund" if is_refund else "invoice"
