"""From statements to a :class:`~dunwell.sources.contract.Reading`: totals, completeness, one row per entry.

A statement whose entries do not add up to its closing balance is a problem, but its entries go in: they are what the
bank booked. It proves nothing about completeness, though, so it does not move the day through which the bank is
complete (product §2.4).
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

import polars as pl

from dunwell import money
from dunwell.errors import Problem
from dunwell.sources.bank.identity import references, same_account
from dunwell.sources.bank.statement import (
    ASK_AGAIN,
    ENTRIES_MAX,
    TEXT_BYTES_MAX,
    TEXT_CHARS_MAX,
    Entry,
    Log,
    Statement,
)
from dunwell.sources.contract import BANK_ENTRY, Reading, SourceFile, nothing_read
from dunwell.sources.decoding import decode, without_nul
from dunwell.sources.reading import listed
from dunwell.sources.rows import TOLD_EVERY, Limits, Options, joined
from dunwell.sources.values import YEAR_MAX, YEAR_MIN

_BLOCK_ENTRIES = 20_000
TextParser = Callable[[str, Log], list[Statement]]
"""A parser of a text format: the decoded text, and where to say what is wrong."""


def read_text(file: SourceFile, options: Options, layout: str, parse: TextParser) -> Reading:
    """Read a statement of a text format with ``parse``."""
    too_large = size_problem(file, TEXT_BYTES_MAX)
    if too_large:
        return nothing_read(file.name, too_large)
    decoded = decode(file.content, file.name, None, Limits(file_bytes_max=TEXT_BYTES_MAX))
    if isinstance(decoded, Problem):
        return nothing_read(file.name, decoded)
    decoded = without_nul(decoded, file.name)
    log = Log(file.name, options.watch)
    log.notices += decoded.notices
    return gathered(layout, parse(decoded.text, log), log, options)


def size_problem(file: SourceFile, bytes_max: int) -> Problem | None:
    """Return the problem of a file that cannot be opened or is larger than ``bytes_max``."""
    try:
        size = file.size()
    except OSError as error:
        message = f"The file cannot be read: {error.strerror}."
        return Problem(file.name, 0, "", message, "Check its name and rights.")
    if size <= bytes_max:
        return None
    message = f"The statement is larger than {bytes_max:,} bytes (limit bank file size)."
    return Problem(file.name, 0, "", message, "Export a shorter period.")


def gathered(layout: str, statements: list[Statement], log: Log, options: Options) -> Reading:
    """Return the reading of a file that was recognised as ``layout`` and holds ``statements``."""
    if not statements and not log.problems:
        log.problem(0, "", f"The {layout} file holds no statement.", ASK_AGAIN)
    statements = [_of_our_time(statement, log) for statement in statements]
    sound = [_checked(statement, log) for statement in statements]
    entries = _once(statements, log)
    through = _complete_through(sound, log)
    return Reading(
        log.source,
        _summary(layout, statements, entries.height),
        problems=listed(log.source, log.problems, options.limits.problems_max),
        notices=listed(log.source, log.notices, options.limits.problems_max),
        bank_complete_through=through,
        entries=entries,
        rows=entries.height,
    )


def _of_our_time(statement: Statement, log: Log) -> Statement:
    """Leave out entries of a year that is a typing error, and a last day that is one: it would count as complete."""
    good = []
    for entry in statement.entries:
        if YEAR_MIN <= entry.booked_on.year <= YEAR_MAX:
            is_odd = entry.valued_on is not None and not YEAR_MIN <= entry.valued_on.year <= YEAR_MAX
            good.append(replace(entry, valued_on=None) if is_odd else entry)
        else:
            log.problem(entry.line, "", f"The entry is dated {entry.booked_on}, which cannot be.", ASK_AGAIN)
    through = statement.complete_through
    if through is not None and not YEAR_MIN <= through.year <= YEAR_MAX:
        log.problem(statement.line, "", f"The statement ends on {through}, which cannot be.", ASK_AGAIN)
        through = None
    if len(good) == len(statement.entries) and through == statement.complete_through:
        return replace(statement, entries=tuple(good))
    return replace(statement, entries=tuple(good), complete_through=through, is_whole=False)


def _summary(layout: str, statements: list[Statement], entries: int) -> str:
    accounts = sorted({statement.account for statement in statements if statement.account})
    of = f" of {', '.join(accounts[:3])}{', …' if len(accounts) > 3 else ''}" if accounts else ""
    return f"{layout}: {_many(len(statements), 'statement')}{of} with {_many(entries, 'entry', 'entries')}"


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count} {one if count == 1 else more or one + 's'}"


def _checked(statement: Statement, log: Log) -> tuple[Statement, bool]:
    """Return the statement and whether it proves itself: nothing unread, and totals that agree where given."""
    if statement.opening_minor is None or statement.closing_minor is None:
        return statement, statement.is_whole
    others = sorted({entry.currency for entry in statement.entries} - {statement.currency})
    if others:
        message = f"The statement is in {statement.currency} but has entries in {', '.join(others)}."
        log.problem(statement.line, "", message, "Ask the bank; its totals cannot be checked.")
        return statement, False
    moved = sum(entry.signed_minor for entry in statement.entries)
    if statement.opening_minor + moved == statement.closing_minor:
        return statement, statement.is_whole
    log.problem(statement.line, "", _disagreement(statement, moved), f"An entry may be missing. {ASK_AGAIN}")
    return statement, False


def _disagreement(statement: Statement, moved: int) -> str:
    opening, closing = statement.opening_minor or 0, statement.closing_minor or 0
    amounts = [money.format_plain(minor, statement.currency) for minor in (opening, moved, opening + moved, closing)]
    return "The opening balance {} and the entries {} make {}, but the closing balance is {}.".format(*amounts)


def _once(statements: list[Statement], log: Log) -> pl.DataFrame:
    """Return each entry once, however many statements of the file hold it; columns are made of them block by block."""
    seen: set[str] = set()
    whole = sum(len(statement.entries) for statement in statements)
    frames, rows = list[pl.DataFrame](), list[tuple[object, ...]]()
    entries = still = 0
    for name, statement, entry in _named(statements):
        entries += 1
        if entries % TOLD_EVERY == 0:
            log.tell(entries, whole, "entries")
        if name in seen:
            continue
        seen.add(name)
        if not entry.amount_minor:
            still += 1
            continue
        rows.append(_values(name, statement, entry))
        if len(rows) == _BLOCK_ENTRIES:
            frames.append(_frame(rows))
            rows = []
    _tell(log, entries - len(seen), still)
    if len(seen) > ENTRIES_MAX:
        message = f"The file has more than {ENTRIES_MAX:,} entries (limit bank entries)."
        log.problem(0, "", message, "Export a shorter period.")
        return _frame([])
    return joined([*frames, _frame(rows)]) if frames else _frame(rows)


def _named(statements: list[Statement]) -> Iterator[tuple[str, Statement, Entry]]:
    for statement, names in zip(statements, references(statements), strict=True):
        for name, entry in zip(names, statement.entries, strict=True):
            yield name, statement, entry


def _tell(log: Log, again: int, still: int) -> None:
    if again:
        message = f"{_many(again, 'entry stands', 'entries stand')} in more than one statement"
        log.notice(0, "", f"{message} and went in once.")
    if still:
        log.notice(0, "", f"{_many(still, 'entry moves', 'entries move')} no money and did not go in.")


def _complete_through(sound: Iterable[tuple[Statement, bool]], log: Log) -> date | None:
    """Return the last day through which every account of the file is complete."""
    accounts: dict[tuple[str, str], list[tuple[Statement, bool]]] = defaultdict(list)
    for statement, is_sound in sound:
        if statement.kind == "statement":
            accounts[same_account(statement.account), statement.currency].append((statement, is_sound))
    days = [_account_through(chain, log) for chain in accounts.values()]
    known = [day for day in days if day is not None]
    return min(known) if known and len(known) == len(days) else None


def _account_through(chain: list[tuple[Statement, bool]], log: Log) -> date | None:
    """Follow an account's statements by day up to the first that is unsound or does not join the one before."""
    through: date | None = None
    closing: int | None = None
    for statement, is_sound in sorted(chain, key=lambda each: each[0].complete_through or date.min):
        if statement.complete_through is None:
            return through
        if not is_sound:
            return _before(statement, through)
        if through is not None and statement.complete_through > through and _is_gap(closing, statement):
            message = f"A statement seems to be missing after {through}: the balances do not join."
            log.notice(statement.line, "", message, "Import the statements between as well.")
            return through
        through, closing = statement.complete_through, statement.closing_minor
    return through


def _before(unsound: Statement, through: date | None) -> date | None:
    """Return ``through`` if it lies before all that the unsound statement may concern."""
    begins = min((entry.booked_on for entry in unsound.entries), default=unsound.complete_through)
    return through if through is not None and begins is not None and through < begins else None


def _is_gap(closing: int | None, statement: Statement) -> bool:
    return closing is not None and statement.opening_minor is not None and closing != statement.opening_minor


def _frame(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=BANK_ENTRY, orient="row")


def _values(name: str, statement: Statement, entry: Entry) -> tuple[object, ...]:
    return (
        name,
        statement.account or None,
        entry.booked_on,
        entry.valued_on,
        entry.currency,
        entry.amount_minor,
        "in" if entry.is_in else "out",
        entry.is_reversal,
        entry.party_name or None,
        entry.party_account or None,
        entry.references[0] if len(entry.references) == 1 else None,
        entry.remittance[:TEXT_CHARS_MAX] or None,
        entry.end_to_end_id or None,
        _extra(statement, entry),
        entry.line,
    )


def _extra(statement: Statement, entry: Entry) -> str | None:
    said: dict[str, object] = {
        "statement": statement.number,
        "kind": statement.kind if statement.kind != "statement" else "",
        "bank_reference": entry.bank_reference,
        "batch_of": entry.batch_of,
        "is_batch": entry.is_batch,
        "references": list(entry.references) if len(entry.references) > 1 else [],
        "code": entry.code,
        "return_reason": entry.return_reason,
    }
    kept = {name: value for name, value in said.items() if value}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True) if kept else None
