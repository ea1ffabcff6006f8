"""From cells to the columns of one canonical table, still as text: which table it is, and what comes from where."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from dunwell.errors import Problem
from dunwell.sources.delimited import PROBLEM_COLUMN, cell_name
from dunwell.sources.mapping import ColumnFrom, TableMap
from dunwell.sources.nearest import did_you_mean, one_of
from dunwell.sources.rows import COLUMNS, KINDS, Kind, RawFile

TERMS = "due_on.terms"
SINCE = "due_on.since"
"""Text columns beside the canonical ones: payment terms and the day they run from, for missing due dates."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One table as text: canonical columns, ``extra``, ``source_line``; ``shown`` names their headers for messages."""

    kind: Kind
    table: TableMap
    frame: pl.DataFrame
    shown: Mapping[str, str]


def settle(raw: RawFile, table: TableMap, kind: Kind | None) -> TableMap | list[Problem]:
    """Return ``table`` with its kind decided and, if open, its columns named after the header; or what is missing."""
    if table.is_open:
        table = _named_by_header(raw, table)
    found = table.kind or kind or _recognise(raw, table)
    if isinstance(found, Problem):
        return [found]
    table = _narrowed(raw, replace(table, kind=found)) if table.is_open else replace(table, kind=found)
    missing = [*_missing_columns(raw, table, found), *_missing_headers(raw, table)]
    return missing or table


def _canonical(header: str) -> str:
    return header.strip().lower()


def _named_by_header(raw: RawFile, table: TableMap) -> TableMap:
    """Add the headers that the table does not use yet, under their own names."""
    used = {_canonical(source.column) for source in table.columns.values()}
    names = {_canonical(header): header for header in raw.columns if _canonical(header) not in used}
    known = {column.name for kind in KINDS for column in COLUMNS[kind]} - set(table.columns) - set(table.constants)
    own = {name: ColumnFrom(header) for name, header in names.items() if name in known}
    return replace(table, columns={**own, **table.columns})


def _recognise(raw: RawFile, table: TableMap) -> Kind | Problem:
    """Return the one kind whose required columns are all there; the one with most columns known if several."""
    present = set(table.columns) | set(table.constants)
    complete = [kind for kind in KINDS if _required(kind) <= present]
    if complete:
        return max(complete, key=lambda kind: len(present & {column.name for column in COLUMNS[kind]}))
    best = max(KINDS, key=lambda kind: len(_required(kind) & present) / len(_required(kind)))
    if len(_required(best) & present) > 1:
        return best
    message = "The columns are not those of customers, invoices, payments or events."
    return Problem(raw.source, raw.head_lines, "", message, "Give a mapping with --map, or name the kind with --kind.")


def _required(kind: Kind) -> set[str]:
    return {column.name for column in COLUMNS[kind] if column.required}


def _narrowed(raw: RawFile, table: TableMap) -> TableMap:
    """Keep the columns of the table's kind; every other header becomes extra."""
    names = {column.name for column in COLUMNS[table.kind or "customers"]}
    columns = {name: source for name, source in table.columns.items() if name in names}
    used = {_canonical(source.column) for source in columns.values()} | {PROBLEM_COLUMN, ""}
    used |= {_canonical(name) for source in columns.values() for name in (source.terms, source.since)}
    extra = tuple(header for header in raw.columns[: len(raw.columns) - raw.derived] if _canonical(header) not in used)
    return replace(table, columns=columns, extra=tuple(dict.fromkeys((*table.extra, *extra))))


def _missing_columns(raw: RawFile, table: TableMap, kind: Kind) -> list[Problem]:
    missing = _required(kind) - set(table.columns) - set(table.constants)
    order = [column.name for column in COLUMNS[kind] if column.name in missing]
    return [
        Problem(
            raw.source, raw.head_lines, name, f"The file has no such column, which {kind} need.",
            did_you_mean(name, table.extra) or "Add it, or name the column it is in with a mapping (--map).",
        )
        for name in order
    ]  # fmt: skip


def _missing_headers(raw: RawFile, table: TableMap) -> list[Problem]:
    sources = table.columns.values()
    wanted = [name for source in sources for name in (source.column, source.terms, source.since) if name]
    wanted += [*table.when, *table.unless, *table.extra]
    return [
        Problem(
            raw.source, raw.head_lines, name, "The mapping names this column, but the file has none.",
            one_of(name, [header for header in raw.columns if header]),
        )
        for name in dict.fromkeys(wanted)
        if position_of(raw, name) is None
    ]  # fmt: skip


def position_of(raw: RawFile, header: str) -> int | None:
    """Return where a header stands, upper and lower case aside."""
    if header in raw.columns:
        return raw.columns.index(header)
    folded = [_canonical(name) for name in raw.columns]
    return folded.index(_canonical(header)) if _canonical(header) in folded else None


def cell_of(raw: RawFile, header: str) -> pl.Expr:
    """Return the text column of a header; nulls where the file has none."""
    position = position_of(raw, header)
    return pl.lit(None, pl.String) if position is None else pl.col(cell_name(position))


def take(raw: RawFile, table: TableMap) -> Taken:
    """Take a settled ``table`` out of the cells: choose its rows, then its columns as text."""
    kind = table.kind or "customers"
    texts = [_text(raw, table, column.name).alias(column.name) for column in COLUMNS[kind]]
    due = table.columns.get("due_on", ColumnFrom(""))
    aside = [cell_of(raw, due.terms).alias(TERMS), cell_of(raw, due.since).alias(SINCE)] if due.terms else []
    rows = raw.cells.filter(_chosen(raw, table))
    frame = rows.select(*texts, *aside, _extra(raw, table), pl.col("line").alias("source_line"))
    shown = {name: source.column for name, source in table.columns.items()}
    return Taken(kind, table, frame, shown)


def left_out(raw: RawFile, tables: Iterable[TableMap]) -> list[Problem]:
    """Say how many rows feed neither invoices nor payments, and by which columns that was decided."""
    owed = [table for table in tables if table.kind in ("invoices", "payments", "events")]
    if not owed:
        return []
    rest = raw.cells.filter(~pl.any_horizontal(_chosen(raw, table) for table in owed))
    if rest.is_empty():
        return []
    own = raw.columns[: len(raw.columns) - raw.derived]
    headers = dict.fromkeys(name for table in owed for name in (*table.when, *table.unless) if name in own)
    rows = "1 row is" if rest.height == 1 else f"{rest.height:,} rows are"
    named = " and ".join(f'"{name}"' for name in headers)
    message = f"{rows} left out (here line {rest['line'][0]}): by {named} nothing is owed for them, or not yet."
    return [Problem(raw.source, raw.head_lines, "", message)]


def _chosen(raw: RawFile, table: TableMap) -> pl.Expr:
    chosen = [cell_of(raw, header).fill_null("").is_in(texts) for header, texts in table.when.items()]
    chosen += [~cell_of(raw, header).fill_null("").is_in(texts) for header, texts in table.unless.items()]
    return pl.all_horizontal(pl.lit(value=True), *chosen)


def _text(raw: RawFile, table: TableMap, name: str) -> pl.Expr:
    """Return the text of one canonical column: constant, or cell with its transforms, then its translation."""
    if name in table.constants:
        return pl.lit(table.constants[name] or None, pl.String)
    source = table.columns.get(name)
    if source is None:
        return pl.lit(None, pl.String)
    text = _transformed(cell_of(raw, source.column), source)
    values = table.values.get(name)
    return text.replace(dict(values)) if values else text


def _transformed(text: pl.Expr, source: ColumnFrom) -> pl.Expr:
    if source.strip_float:
        text = text.str.replace(r"^(\d+)\.0+$", "${1}")
    if source.strip_zeros:
        text = text.str.replace(r"^0+(.)", "${1}")
    if source.default:
        text = text.fill_null(source.default)
    return pl.concat_str(pl.lit(source.prefix), text) if source.prefix else text


def _extra(raw: RawFile, table: TableMap) -> pl.Expr:
    """Gather the columns Dunwell does not know as one JSON object; null when none of them has a value."""
    cells = [cell_of(raw, header).alias(header) for header in table.extra]
    if not cells:
        return pl.lit(None, pl.String).alias("extra")
    some = pl.any_horizontal([cell.is_not_null() for cell in cells])
    return pl.when(some).then(pl.struct(cells).struct.json_encode()).alias("extra")
