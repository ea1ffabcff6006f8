"""Rows into the form of one row per thing: totals out, groups filled down, sums made, lines of an invoice folded."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import polars as pl

from dunwell.errors import Problem
from dunwell.sources.delimited import cell_name
from dunwell.sources.mapping import Mapping, Shape
from dunwell.sources.nearest import one_of
from dunwell.sources.rows import COLUMNS, KINDS, Options, RawFile, blocks_of
from dunwell.sources.tabular.spelling import spelled
from dunwell.sources.tabular.totals import totals_told
from dunwell.sources.tabular.words import is_total, may_be_total
from dunwell.sources.taking import cell_of, position_of

INVOICE_CUSTOMER = "customer of the invoice"
"""A column added to payments that name an invoice and no customer."""

_SIGNS = "-+"
_ONLY_POSITIVE, _ABSOLUTE = ">0", "abs"
_DECIMAL = pl.Decimal(28, 4)


@dataclass(frozen=True, slots=True)
class Shaped:
    """The file in its new shape, with what there is to say about it; with ``problems`` nothing was done."""

    raw: RawFile
    problems: tuple[Problem, ...] = ()


def shape(raw: RawFile, mapping: Mapping, options: Options) -> Shaped:
    """Bring the rows of ``raw`` into the shape that ``mapping`` asks for."""
    asked = mapping.shape
    missing = list(_missing(raw, asked))
    if missing:
        return Shaped(raw, tuple(missing))
    raw = _with_groups(raw, asked.group_heading) if asked.group_heading else raw
    raw = _without_totals(raw, mapping, options) if asked.leave_out_totals else raw
    raw = _filled_down(raw, asked.fill_down) if asked.fill_down else raw
    raw = spelled(raw, mapping, options) if asked.recognise else raw
    for name, parts in asked.derive.items():
        raw = with_column(raw, name, _in_blocks(raw, _sum(raw, parts)))
    for name, sources in asked.first_of.items():
        raw = with_column(raw, name, pl.coalesce(cell_of(raw, source) for source in sources))
    raw = _folded(raw, asked.fold_by, asked.fold_sum) if asked.fold_by else raw
    return Shaped(_with_invoice_customer(raw, mapping, options))


def _missing(raw: RawFile, asked: Shape) -> Iterator[Problem]:
    made = {asked.group_heading, *asked.derive, *asked.first_of}
    named = [*asked.fill_down, *filter(None, [asked.fold_by]), *asked.fold_sum]
    named += [part.lstrip(_SIGNS) for parts in asked.derive.values() for part in parts]
    named += [name for names in asked.first_of.values() for name in names]
    for name in dict.fromkeys(named):
        if name not in made | {_ONLY_POSITIVE, _ABSOLUTE} and position_of(raw, name) is None:
            hint = one_of(name, [header for header in raw.columns if header])
            yield Problem(
                raw.source, raw.head_lines, name, "The mapping names this column, but the file has none.", hint
            )


def with_column(raw: RawFile, name: str, text: pl.Expr | pl.Series) -> RawFile:
    """Add a column of text that is not in the file."""
    position = len(raw.columns)
    cells = raw.cells.with_columns(text.alias(cell_name(position)))
    return replace(raw, columns=(*raw.columns, name), cells=cells, derived=raw.derived + 1)


def _own_cells(raw: RawFile) -> list[str]:
    return [cell_name(i) for i in range(len(raw.columns) - raw.derived)]


def _with_groups(raw: RawFile, name: str) -> RawFile:
    own = _own_cells(raw)
    heading = pl.sum_horizontal(pl.col(own).is_not_null().cast(pl.Int32)) == 1
    title = pl.coalesce(pl.col(own))
    marked = with_column(raw, name, pl.when(heading & ~_is_total(raw, title)).then(title).forward_fill())
    return replace(marked, cells=marked.cells.filter(~heading))


def _is_total(raw: RawFile, text: pl.Expr) -> pl.Expr:
    cells = raw.cells.select(text.alias("text"))["text"]
    totals = [cell for cell in cells.filter(cells.str.contains(may_be_total())).unique() if is_total(cell)]
    return text.is_in(totals).fill_null(value=False)


def _without_totals(raw: RawFile, mapping: Mapping, options: Options) -> RawFile:
    """Leave out rows that begin with a word for totals, or hold nothing but amounts, and have no date."""
    own = _own_cells(raw)
    if raw.cells.is_empty() or not own:
        return raw
    days = [cell_of(raw, name) for name in _headers(mapping, {"date"})]
    dates = [cell.is_null() | _is_total(raw, cell) for cell in days]  # the word may stand where the day would
    amounts = {
        cell
        for name in _amount_headers(mapping)
        if (i := position_of(raw, name)) is not None
        for cell in [cell_name(i)]
    }
    others = [name for name in own if name not in amounts]
    begins = _is_total(raw, pl.coalesce(pl.col(own)))
    bare = pl.all_horizontal(pl.col(others).is_null()) if others and amounts else pl.lit(value=False)
    total = (begins | bare) & (pl.all_horizontal(dates) if dates else _without_number(raw, mapping))
    found = raw.cells.filter(total)
    if found.is_empty():
        return raw
    what = f"{found.height} total row{'s' if found.height > 1 else ''} left out"
    notice = Problem(raw.source, found["line"][0], "", f"{what}: they add up other rows.")
    headers = [raw.columns[int(cell.removeprefix("cell_"))] for cell in sorted(amounts & set(own))]
    told = totals_told(raw, found, headers, options) if mapping.shape.recognise else ()
    return replace(raw, cells=raw.cells.filter(~total), notices=(*raw.notices, notice, *told))


def _without_number(raw: RawFile, mapping: Mapping) -> pl.Expr:
    numbers = [cell_of(raw, name).is_null() for name in _headers(mapping, {"key"})]
    return pl.any_horizontal(numbers) if numbers else pl.lit(value=False)


def _headers(mapping: Mapping, types: set[str]) -> list[str]:
    """Return the headers that feed columns of these types."""
    wanted = {column.name for kind in KINDS for column in COLUMNS[kind] if column.type in types}
    made = {*mapping.shape.derive, *mapping.shape.first_of}
    named = [source.column for table in mapping.tables for name, source in table.columns.items() if name in wanted]
    named += [name for made_from in mapping.shape.first_of.values() for name in made_from] if types == {"date"} else []
    return list(dict.fromkeys(name for name in named if name not in made))


def _amount_headers(mapping: Mapping) -> list[str]:
    parts = [part.lstrip(_SIGNS) for parts in mapping.shape.derive.values() for part in parts]
    return [*_headers(mapping, {"amount"}), *parts, *mapping.shape.fold_sum]


def _filled_down(raw: RawFile, names: Iterable[str]) -> RawFile:
    cells = [cell_name(i) for name in names if (i := position_of(raw, name)) is not None]
    lacking = raw.cells.filter(pl.any_horizontal(pl.col(cells).is_null())).height
    if not lacking:
        return raw
    said = f"{lacking} row{'s' if lacking > 1 else ''} without {' and '.join(names)}: taken from the row above."
    notice = Problem(raw.source, raw.head_lines, next(iter(names)), said)
    filled = raw.cells.with_columns(pl.col(cells).forward_fill())
    return replace(raw, cells=filled, notices=(*raw.notices, notice))


def _in_blocks(raw: RawFile, text: pl.Expr) -> pl.Series:
    """Work ``text``, which looks at one row at a time, out for a block of rows after another."""
    made = [cells.select("line", text.alias("made")).get_column("made") for cells in blocks_of(raw.cells)]
    return pl.concat(made, rechunk=True)


def _sum(raw: RawFile, parts: Iterable[str]) -> pl.Expr:
    """Return the sum of columns as plain text; empty where it is nought or a part is no number."""
    names = [part for part in parts if part not in (_ONLY_POSITIVE, _ABSOLUTE)]
    if not names:
        return pl.lit(None, pl.String)
    terms = [_number(cell_of(raw, name.lstrip(_SIGNS))) * (-1 if name.startswith("-") else 1) for name in names]
    total = pl.sum_horizontal(term.fill_null(0) for term in terms)
    texts = [cell_of(raw, name.lstrip(_SIGNS)) for name in names]
    unread = pl.any_horizontal(t.is_not_null() & n.is_null() for t, n in zip(texts, terms, strict=True))
    wanted = total > 0 if _ONLY_POSITIVE in parts else total != 0
    total = total.abs() if _ABSOLUTE in parts else total
    return pl.when(unread).then(pl.lit("?")).when(wanted).then(_plain(total))


def _number(text: pl.Expr) -> pl.Expr:
    plain = pl.when(text.str.contains(r"^-?\d{1,20}(\.\d{1,4}0*)?$")).then(text)
    return plain.cast(_DECIMAL, strict=False)


def _plain(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")


def _folded(raw: RawFile, by: str, sums: Iterable[str]) -> RawFile:
    """Make one row of all rows with the same text in ``by``; a sum that cannot be made stays as unreadable text."""
    key = cell_name(position_of(raw, by) or 0)
    added = [cell_name(i) for name in sums if (i := position_of(raw, name)) is not None]
    number = {cell: _number(pl.col(cell)) for cell in added}
    totals = [
        pl.when((pl.col(cell).is_not_null() & number[cell].is_null()).any())
        .then(pl.lit("?"))
        .otherwise(_plain(number[cell].sum()))
        .alias(cell)
        for cell in added
    ]
    first = [
        pl.col(name).drop_nulls().first() for name in raw.cells.columns if name not in {key, "line", "lines", *added}
    ]
    span = ((pl.col("line") + pl.col("lines")).max() - pl.col("line").min()).alias("lines")
    keyed = raw.cells.filter(pl.col(key).is_not_null())
    folded = keyed.group_by(key, maintain_order=True).agg(pl.col("line").min(), span, *first, *totals)
    whole = pl.concat([folded.select(raw.cells.columns), raw.cells.filter(pl.col(key).is_null())])
    return replace(raw, cells=whole.sort("line"))


def _with_invoice_customer(raw: RawFile, mapping: Mapping, options: Options) -> RawFile:
    """Add the customer of the invoice to payments that name no customer."""
    named = [t.columns["invoice_number"].column for t in mapping.tables if _lacks_customer(t.columns)]
    if not named:
        return raw
    if options.invoices is None:
        return with_column(raw, INVOICE_CUSTOMER, pl.lit(None, pl.String))
    owners = options.invoices.select("invoice_number", "account_number").unique("invoice_number", keep="none")
    known = dict(owners.iter_rows())
    owner = cell_of(raw, named[0]).replace_strict(known, default=None, return_dtype=pl.String)
    return with_column(raw, INVOICE_CUSTOMER, owner)


def _lacks_customer(columns: object) -> bool:
    account = columns.get("account_number") if hasattr(columns, "get") else None
    return account is not None and account.column == INVOICE_CUSTOMER
