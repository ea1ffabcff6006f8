"""The story of one file: decode, split into cells, take its tables, read values, check, leave out, hand over.

A row of a file that feeds several tables goes in whole or not at all: an invoice without its payment would
have somebody chased who has paid.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from dunwell.errors import Problem
from dunwell.sources import duplicates
from dunwell.sources.checking import Habits, canonical, check, wrong_rows
from dunwell.sources.decoding import decode
from dunwell.sources.delimited import DELIMITER_NAMES, split
from dunwell.sources.mapping import NO_MAPPING, NO_SHAPE, Mapping, TableMap
from dunwell.sources.noticing import counted, early_due, notices_of, unused_columns, what_is_given, zero_invoices
from dunwell.sources.rejects import needed_of, rejects_file
from dunwell.sources.rows import KINDS, Kind, Options, Parsed, RawFile, Table, blocks_of
from dunwell.sources.tabular.shaping import shape
from dunwell.sources.taking import Taken, left_out, settle, take
from dunwell.sources.values import typed


@dataclass(frozen=True, slots=True)
class _Read:
    """One table after its values were read and its rows checked; ``frame`` still holds the wrong rows."""

    taken: Taken
    frame: pl.DataFrame
    problems: list[Problem]
    notices: list[Problem]
    repeats: duplicates.Repeats = duplicates.NO_REPEATS


def read_table(source: Path | bytes, mapping: Mapping | None = None, options: Options | None = None) -> Parsed:
    """Read a canonical CSV file, or with ``mapping`` a foreign one, into tables, problems and rejects.

    ``source`` may be gzipped. Whatever the bytes are, the answer is a :class:`Parsed`; nothing raises.
    """
    mapping, options = mapping or NO_MAPPING, options or Options()
    name = options.name or (source.name if isinstance(source, Path) else "data")
    raw = raw_file(source, name, mapping, options)
    return nothing(name, [raw]) if isinstance(raw, Problem) else read_raw(raw, mapping, options)


def raw_file(source: Path | bytes, name: str, mapping: Mapping, options: Options) -> RawFile | Problem:
    """Decode a file and split it into cells, as ``mapping`` says."""
    decoded = decode(source, name, mapping.encoding, options.limits)
    if isinstance(decoded, Problem):
        return decoded
    return split(decoded, name, mapping.skip_rows, mapping.delimiter, options)


def read_raw(raw: RawFile, mapping: Mapping, options: Options) -> Parsed:
    """Read the cells of a file through ``mapping``."""
    options = replace(options, currency=mapping.currency or options.currency)
    if mapping.shape != NO_SHAPE:
        shaped = shape(raw, mapping, options)
        if shaped.problems:
            return nothing(raw.source, shaped.problems)
        raw = shaped.raw
    tables, problems = _settled(raw, mapping, options)
    return nothing(raw.source, problems) if problems else _read_tables(raw, tables, mapping, options)


def nothing(name: str, problems: Sequence[Problem]) -> Parsed:
    """Return what a file gives of which no row can be read."""
    return Parsed(name, (), tuple(problems), (), None, "nothing recognised")


def _settled(raw: RawFile, mapping: Mapping, options: Options) -> tuple[list[TableMap], list[Problem]]:
    tables: list[TableMap] = []
    problems: list[Problem] = []
    for table in mapping.tables:
        settled = settle(raw, table, options.kind)
        if isinstance(settled, TableMap):
            tables.append(settled)
            problems += _without_currency(raw, settled, options)
        else:
            problems += settled
    return tables, list(dict.fromkeys(problems))


def _without_currency(raw: RawFile, table: TableMap, options: Options) -> list[Problem]:
    named = "currency" in table.columns or "currency" in table.constants or options.currency
    if named or table.kind not in ("invoices", "payments"):
        return []
    hint = "Add it, or give a default currency in a mapping (--map)."
    return [Problem(raw.source, raw.head_lines, "currency", "The file does not say in which currency it is.", hint)]


def _read_tables(raw: RawFile, tables: Iterable[TableMap], mapping: Mapping, options: Options) -> Parsed:
    reads = [_read(raw, table, mapping, options) for table in tables]
    problems = [problem for _, _, problem in raw.broken] + [problem for read in reads for problem in read.problems]
    reads = [_compared(_without_lines(read, {problem.line for problem in problems})) for read in reads]
    clashes = [problem for read in reads for problem in _conflicts(read, raw.source)]
    if clashes:
        reads = [_compared(_without_lines(read, {problem.line for problem in clashes})) for read in reads]
    notices = [*raw.notices, *_no_rows(raw), *(left_out(raw, mapping.tables) if mapping.tells_left_out else ())]
    notices += unused_columns(raw, mapping, {read.taken.kind: read.taken.shown for read in reads})
    told = options if mapping.currency is None else replace(options, currency=None)
    finished = [_finish(read, raw.source, told) for read in reads]
    notices += [notice for _, found in finished for notice in found]
    return _handed_over(raw, [table for table, _ in finished], [*problems, *clashes], notices, options)


def _read(raw: RawFile, table: TableMap, mapping: Mapping, options: Options) -> _Read:
    """Read one table, a block of rows at a time: what is kept of each row are its values and what was not given."""
    habits = Habits(mapping.format, options.currency, options.limits)
    givens, frames, wrongs = list[pl.DataFrame](), list[pl.DataFrame](), list[pl.DataFrame]()
    for cells in blocks_of(raw.cells):
        taken = take(replace(raw, cells=cells), table)
        frame = _of_sign(typed(taken, mapping.format, options.currency, options.country), table)
        wrong = wrong_rows(taken, frame, habits)
        if wrong.height or not wrongs:  # an empty one would keep its whole block
            wrongs.append(wrong)
        frames.append(canonical(taken.kind, frame))
        givens.append(what_is_given(taken))
        options.tell(sum(map(len, givens)), raw.cells.height, "rows")
    taken = replace(taken, frame=pl.concat(givens))
    problems = check(taken, pl.concat(wrongs), raw.source, habits)
    return _without_nothing(_Read(taken, pl.concat(frames), problems, []), raw.source)


def _without_nothing(read: _Read, source: str) -> _Read:
    """Leave out invoices over nothing, and say so."""
    if read.taken.kind != "invoices":
        return read
    frame, notices = read.frame, list[Problem]()
    if read.taken.table.early_due:
        notices += early_due(frame.filter(pl.col("due_on") < pl.col("issued_on")), source)
    zero = frame.filter(pl.col("amount_minor") == 0)
    if zero.is_empty():
        return replace(read, notices=notices)
    rest = frame.filter(pl.col("amount_minor").ne_missing(0))
    return replace(read, frame=rest, notices=[*notices, *zero_invoices(zero, source)])


def _of_sign(frame: pl.DataFrame, table: TableMap) -> pl.DataFrame:
    """Leave out negative amounts, or all others, where negative invoices become credit notes."""
    negative = pl.col("amount.value") < 0 if table.negatives != "keep" else pl.lit(value=False)
    if table.negatives == "drop":
        return frame.filter(~negative.fill_null(value=False))
    if table.negatives == "only":
        return frame.filter(negative.fill_null(value=False)).with_columns(pl.col("amount.value").abs())
    return frame


def _compared(read: _Read) -> _Read:
    return replace(read, repeats=duplicates.find(read.taken.kind, read.frame))


def _without_lines(read: _Read, lines: set[int]) -> _Read:
    if not lines:
        return read
    wrong = pl.Series(sorted(lines), dtype=pl.Int64).implode()
    return replace(read, frame=read.frame.filter(~pl.col("source_line").is_in(wrong)))


def _conflicts(read: _Read, source: str) -> list[Problem]:
    return duplicates.conflicts(read.taken.table, read.taken.kind, read.repeats, source)


def _finish(read: _Read, source: str, options: Options) -> tuple[Table, list[Problem]]:
    """Leave out repeated rows and gather the table's notices."""
    kind = read.taken.kind
    frame = duplicates.without_repeats(read.frame, read.repeats)
    notices = [*read.notices, *duplicates.notices(read.taken.table, kind, read.repeats, source)]
    return Table(kind, frame), [*notices, *notices_of(read.taken, frame, source, options)]


def _no_rows(raw: RawFile) -> list[Problem]:
    if raw.cells.height or raw.broken:
        return []
    return [Problem(raw.source, 0, "", "The file has a header but no rows.")]


def _handed_over(
    raw: RawFile, tables: list[Table], problems: list[Problem], notices: list[Problem], options: Options
) -> Parsed:
    tables = _joined(tables)
    rows = raw.cells.height + len(raw.broken)
    return Parsed(
        source=raw.source,
        tables=tuple(tables),
        problems=listed(raw.source, problems, options.limits.problems_max),
        notices=tuple(sorted(dict.fromkeys(notices))),
        rejects=rejects_file(raw, problems) if problems else None,
        recognised=_recognised(raw, tables, rows),
        rows=rows,
        rejected_lines=frozenset(problem.line for problem in problems),
        currency=options.currency,
        raw=needed_of(raw),
    )


def _joined(tables: list[Table]) -> list[Table]:
    """Put tables of one kind into one, in the order in which they must go in."""
    found = {kind: [table.frame for table in tables if table.kind == kind] for kind in KINDS}
    return [Table(kind, pl.concat(frames)) for kind, frames in found.items() if frames]


def listed(source: str, problems: Iterable[Problem], maximum: int) -> tuple[Problem, ...]:
    """Return the problems in the order of the file, at most ``maximum`` and then one that says how many more."""
    ordered = sorted(dict.fromkeys(problems), key=lambda problem: (problem.line, problem.column))
    if len(ordered) <= maximum:
        return tuple(ordered)
    message = f"{len(ordered) - maximum:,} more problems are not listed (limit problems_max)."
    return (*ordered[:maximum], Problem(source, 0, "", message, "The rejects file has them all."))


def _recognised(raw: RawFile, tables: list[Table], rows: int) -> str:
    kinds = ", ".join(counted(table.frame.height, table.kind[:-1]) for table in tables)
    delimiter = DELIMITER_NAMES.get(raw.delimiter, f'"{raw.delimiter}"')
    return f"{kinds} from {counted(rows, 'row')} ({raw.encoding.removesuffix('-sig')}, {delimiter})"


def frame_of(parsed: Parsed, kind: Kind) -> pl.DataFrame | None:
    """Return the frame of ``kind`` that a file gave, or ``None``."""
    return next((table.frame for table in parsed.tables if table.kind == kind), None)
