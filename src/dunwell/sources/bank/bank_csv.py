"""Bank exports as tables: the columns found by their headers, dates and amounts decided from the whole column.

A workbook comes here sheet by sheet as text. What a table does not say (its period, often its currency) is not
invented: the bank counts as complete through the day before the newest booking, and a missing currency is the
creditor's own, with a notice.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from dunwell import money
from dunwell.errors import Problem
from dunwell.sources.bank.gathering import gathered, size_problem
from dunwell.sources.bank.statement import TEXT_BYTES_MAX, Entry, Log, Statement, amount_minor
from dunwell.sources.contract import Confidence, Reading, SourceFile, Sureness, nothing_read
from dunwell.sources.decoding import Decoded, decode
from dunwell.sources.delimited import cell_name, split
from dunwell.sources.rows import TOLD_EVERY, Limits, Options, RawFile
from dunwell.sources.tabular import amounts, dates
from dunwell.sources.tabular.header import locate
from dunwell.sources.tabular.words import folded, without_unit

Columns = Mapping[str, list[str]]
"""Field to headers; several only for text."""
_SIGNS_OF_A_BANK = ("balance", "valued", "payer_account", "own_account", "reference", "structured")
_IN = frozenset({"c", "k", "kredit", "h", "cr", "credit", "haben", "bij", "cb", "abono", "co"})
_OUT = frozenset({"d", "deebet", "s", "dr", "debit", "soll", "af", "db", "cargo", "no"})


_NOT_BOOKED = "not_booked"
"""The group of words that are no headers, but what a column of states says."""
_BALANCE_ROW = re.compile(
    r"(opening|closing) balance|turnover|anfangssaldo|endsaldo|algsaldo|loppsaldo|kaive|saldo (inicial|final|anterior)|"
    r"solde (initial|final|precedent)|sold (initial|final)|beginsaldo|eindsaldo|so du (dau|cuoi) ky"
)
"""Rows that some banks write among the bookings; they move no money."""


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows, the headers by field, and the texts as decided."""

    raw: RawFile
    columns: Columns
    days: Mapping[str, str]
    plain: Mapping[str, str]
    unit: str


@cache
def _words() -> Mapping[str, tuple[str, ...]]:
    text = files("dunwell.sources.bank").joinpath("csv_words.toml").read_text("utf-8")
    return {name: tuple(words) for name, words in tomllib.loads(text).items()}


@cache
def _all_words() -> frozenset[str]:
    return frozenset(word for field, words in _words().items() if field != _NOT_BOOKED for word in words)


def recognise(name: str, head: bytes) -> Confidence | None:
    """Recognise a bank's table by its headers: a day, an amount, and something only banks write."""
    if b"\0" in head[:200] or head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"<", b"{", b"["):
        return None
    decoded = decode(head.rpartition(b"\n")[0] or head, name, None, Limits())
    if isinstance(decoded, Problem):
        return None
    located = locate(decoded.text, _all_words().__contains__)
    columns = _columns(located.columns) if located else {}
    signs = [field for field in _SIGNS_OF_A_BANK if field in columns]
    signs += ["debit"] if {"debit", "credit"} <= set(columns) else []
    signs += ["name"] if {"name", "text"} <= set(columns) else []
    signs += ["currency"] if {"currency", "text"} <= set(columns) else []
    if not _is_statement(columns) or not signs:
        return None
    sureness: Sureness = "likely" if len(signs) > 1 or "balance" in signs else "possible"
    return Confidence(sureness, "bank export", f"its columns {', '.join(_headers(columns))}")


def _headers(columns: Columns) -> list[str]:
    return [header for headers in columns.values() for header in headers][:8]


def _is_statement(columns: Columns) -> bool:
    has_amount = "amount" in columns or {"debit", "credit"} <= set(columns)
    return "booked" in columns and has_amount and "not_a_statement" not in columns


def _columns(headers: tuple[str, ...]) -> Columns:
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for header in headers:
        names = (folded(header), folded(without_unit(header)[0]))
        for field, words in _words().items():
            if field == _NOT_BOOKED:
                continue
            rank = next((words.index(name) for name in names if name in words), None)
            if rank is not None:
                found[field].append((rank, header))
                break
    return {
        field: [header for _, header in ranked] if field == "text" else [min(ranked)[1]]
        for field, ranked in found.items()
    }


def read(file: SourceFile, options: Options) -> Reading:
    """Read a bank's table."""
    too_large = size_problem(file, TEXT_BYTES_MAX)
    if too_large:
        return nothing_read(file.name, too_large)
    decoded = decode(file.content, file.name, None, options.limits)
    if isinstance(decoded, Problem):
        return nothing_read(file.name, decoded)
    raw = _split(decoded, file.name, options)
    if isinstance(raw, Problem):
        return nothing_read(file.name, raw)
    columns = _columns(raw.columns)
    if not _is_statement(columns):
        message = "The table has no column for the booking date or none for the amount."
        return nothing_read(file.name, Problem(file.name, raw.head_lines, "", message, "Export it with all columns."))
    log = Log(file.name, options.watch)
    log.notices += [*decoded.notices, *raw.notices]
    log.problems += [problem for _, _, problem in raw.broken]
    return gathered("bank export", _statements(_table(raw, columns, log), log, options), log, options)


def _split(decoded: Decoded, name: str, options: Options) -> RawFile | Problem:
    located = locate(decoded.text, _all_words().__contains__)
    if located is None:
        return Problem(name, 0, "", "The file holds no table.", "Export it from the bank again.")
    text = Decoded(located.text, decoded.encoding)
    return split(text, name, located.skip, located.delimiter, options)


def _texts(raw: RawFile, headers: list[str]) -> Iterator[str]:
    for header in headers:
        yield from raw.cells[cell_name(raw.columns.index(header))].drop_nulls()


def _table(raw: RawFile, columns: Columns, log: Log) -> _Table:
    on = [*columns.get("booked", []), *columns.get("valued", [])]
    sums = [header for field in ("amount", "debit", "credit", "balance") for header in columns.get(field, [])]
    days = dates.decide(_texts(raw, on))
    decided = amounts.decide(_texts(raw, sums))
    if days.undecided or days.contradictory:
        message = "The dates can be read with the day or the month first, and no date of the file decides it."
        log.problem(raw.head_lines, on[0], message, "Export a longer period, or with ISO dates (YYYY-MM-DD).")
    if decided.is_mixed:
        message = "Some amounts have a decimal point and others a decimal comma."
        log.problem(raw.head_lines, sums[0], message, "Export the file again with one of them.")
    units = [unit for header in sums if len(unit := without_unit(header)[1]) == 3 and money.is_currency(unit)]
    return _Table(raw, columns, days.iso, decided.plain, units[0] if units else "".join(decided.currencies[:1]))


def _statements(table: _Table, log: Log, options: Options) -> list[Statement]:
    """Return one statement per account and currency of the table."""
    groups: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    default = table.unit or options.currency or "EUR"
    if "currency" not in table.columns and not table.unit:
        log.notice(table.raw.head_lines, "", f"The table names no currency; its amounts were read as {default}.")
    is_whole, waiting = not table.raw.broken, 0
    names = ["line", *(cell_name(index) for index in range(len(table.raw.columns)))]
    for number, (line, *cells) in enumerate(table.raw.cells.select(names).iter_rows()):
        if number % TOLD_EVERY == 0:
            log.tell(number, table.raw.cells.height, "rows")
        row = dict(zip(table.raw.columns, cells, strict=True))
        if _BALANCE_ROW.fullmatch(folded(_text(table, row))):
            log.notice(line, "", "The row states a balance or a sum and was left out.")
            continue
        if _is_not_booked(table, row):
            waiting += 1
            continue
        try:
            entry = _entry(table, row, line, default)
        except ValueError as error:
            is_whole = False
            log.problem(line, "", f"The row cannot be read: {error}", "Correct the row or export the file again.")
            continue
        groups[_cell(table, row, "own_account"), entry.currency].append(entry)
    if waiting:
        rows = "1 row is" if waiting == 1 else f"{waiting:,} rows are"
        log.notice(table.raw.head_lines, "", f"{rows} pending, failed or called off, and left out: no money has moved.")
    newest = max((entry.booked_on for entries in groups.values() for entry in entries), default=None)
    through = newest - timedelta(days=1) if newest is not None else None
    return [
        Statement(entries[0].line, account, currency, tuple(entries), complete_through=through, is_whole=is_whole)
        for (account, currency), entries in groups.items()
    ]


def _is_not_booked(table: _Table, row: Mapping[str, str | None]) -> bool:
    return folded(_cell(table, row, "state")) in _words()[_NOT_BOOKED]


def _cell(table: _Table, row: Mapping[str, str | None], field: str) -> str:
    return next((text.strip('"') for header in table.columns.get(field, []) if (text := row[header])), "")


def _text(table: _Table, row: Mapping[str, str | None]) -> str:
    said = filter(None, (row[header] for header in table.columns.get("text", [])))
    return " ".join(" ".join(said).split())


def _entry(table: _Table, row: Mapping[str, str | None], line: int, default_currency: str) -> Entry:
    currency = _cell(table, row, "currency").upper() or default_currency
    if not money.is_currency(currency):
        raise ValueError(f'"{currency[:20]}" is not a currency.')
    signed = _signed(table, row, currency)
    structured = _cell(table, row, "structured")
    booked_on = _day(table, row, "booked")
    if booked_on is None:
        raise ValueError("it has no booking date.")
    return Entry(
        line=line,
        booked_on=booked_on,
        valued_on=_day(table, row, "valued"),
        amount_minor=abs(signed),
        currency=currency,
        is_in=signed > 0,
        bank_reference=_cell(table, row, "reference"),
        references=(structured,) if structured else (),
        remittance=_text(table, row),
        party_name=_cell(table, row, "name"),
        party_account=_cell(table, row, "payer_account").replace(" ", ""),
    )


def _day(table: _Table, row: Mapping[str, str | None], field: str) -> date | None:
    text = _cell(table, row, field)
    if not text:
        return None
    if text not in table.days:
        raise ValueError(f'"{text[:40]}" is not a date, or not one that can be read in one way only.')
    return date.fromisoformat(table.days[text])


def _signed(table: _Table, row: Mapping[str, str | None], currency: str) -> int:
    side = folded(_cell(table, row, "side"))
    amount = _amount(table, _cell(table, row, "amount"), currency)
    if amount is None:
        paid_in = _amount(table, _cell(table, row, "credit"), currency)
        paid_out = _amount(table, _cell(table, row, "debit"), currency)
        if paid_in is None and paid_out is None:
            raise ValueError("it has no amount.")
        return abs(paid_in or 0) - abs(paid_out or 0)
    if side in _IN:
        return abs(amount)
    return -abs(amount) if side in _OUT else amount


def _amount(table: _Table, text: str, currency: str) -> int | None:
    if not text:
        return None
    plain = table.plain.get(text)
    if plain is None:
        raise ValueError(f'"{text[:40]}" is not an amount, or not one that can be read in one way only.')
    minor = amount_minor(plain.lstrip("-"), currency)
    return -minor if plain.startswith("-") else minor
