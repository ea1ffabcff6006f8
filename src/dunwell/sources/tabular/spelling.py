"""Dates and amounts of a whole file into ISO dates and plain decimals, where the file decides how they are written."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

import polars as pl

from dunwell import money
from dunwell.errors import Problem
from dunwell.sources.delimited import cell_name
from dunwell.sources.mapping import Mapping
from dunwell.sources.rows import COLUMNS, KINDS, Options, RawFile
from dunwell.sources.tabular import amounts, dates
from dunwell.sources.tabular.places import country_of
from dunwell.sources.taking import position_of
from dunwell.sources.terms import terms_days

_ISO = r"^\d{4}-\d\d-\d\d$"
_PLAIN = r"^-?\d+(\.\d{1,2})?$"


def spelled(raw: RawFile, mapping: Mapping, options: Options) -> RawFile:
    """Return ``raw`` with the cells of its date and amount columns rewritten; what is undecided stays as it is."""
    raw = _with_dates(raw, mapping, options)
    raw = _with_codes(_with_codes(raw, mapping, "currency", _currency), mapping, "country", country_of)
    return _with_amounts(raw, mapping, options)


def _with_codes(raw: RawFile, mapping: Mapping, field: str, code_of: Callable[[str], str | None]) -> RawFile:
    cells = _cells(raw, _feeding(mapping, field))
    codes = {text: code for text in _texts(raw, cells, "^[A-Z]{2,3}$") if (code := code_of(text))}
    return _rewritten(raw, cells, codes)


def _currency(text: str) -> str | None:
    code = {"€": "EUR", "£": "GBP", "₫": "VND", "LEI": "RON"}.get(text.upper(), text.upper())
    return code if money.is_currency(code) else None


def _cells(raw: RawFile, names: Iterable[str]) -> list[str]:
    found = [position_of(raw, name) for name in names if name]
    return list(dict.fromkeys(cell_name(i) for i in found if i is not None))


def _feeding(mapping: Mapping, kind_of_value: str) -> list[str]:
    wanted = {column.name for kind in KINDS for column in COLUMNS[kind] if column.type == kind_of_value}
    sources = [(name, source) for table in mapping.tables for name, source in table.columns.items()]
    named = [source.column for name, source in sources if name in wanted]
    return [*named, *(source.since for _, source in sources)] if kind_of_value == "date" else named


def _texts(raw: RawFile, cells: list[str], usual: str) -> list[str]:
    """Return the different texts of the columns that are not in the usual form, or all where any is not."""
    if not cells:
        return []
    texts = pl.concat([raw.cells[cell].rename("text") for cell in cells]).drop_nulls().unique()
    return [] if texts.str.contains(usual).all() else texts.to_list()


def _rewritten(raw: RawFile, cells: list[str], new: dict[str, str]) -> RawFile:
    return replace(raw, cells=raw.cells.with_columns(pl.col(cells).replace(new))) if new and cells else raw


def _with_dates(raw: RawFile, mapping: Mapping, options: Options) -> RawFile:
    made_from = [name for names in mapping.shape.first_of.values() for name in names]
    cells = _cells(raw, [*_feeding(mapping, "date"), *made_from])
    decided = dates.decide(_texts(raw, cells, _ISO))
    raw = _rewritten(raw, cells, {text: iso for text, iso in decided.iso.items() if text != iso})
    if decided.undecided or decided.contradictory:
        raw = _witnessed(raw, mapping, options)
    return replace(raw, notices=(*raw.notices, *_date_notices(raw, decided)))


def _date_notices(raw: RawFile, decided: dates.Dates) -> list[Problem]:
    found = []
    for patterns in decided.undecided:
        shown = " or ".join(f'date_format = "{pattern}"' for pattern in patterns)
        message = f"No date of the file decides which of {' and '.join(patterns)} it uses."
        found.append(Problem(raw.source, raw.head_lines, "", message, f"Say it in a mapping (--map): {shown}."))
    for patterns in decided.contradictory:
        message = f"The dates mix {' and '.join(patterns)}: those that can be read in two ways are not taken."
        found.append(Problem(raw.source, raw.head_lines, "", message, "Correct them in the rejects file."))
    others = [pattern for pattern in decided.patterns if pattern != "%Y-%m-%d"]
    if others:
        found.append(Problem(raw.source, raw.head_lines, "", f"Dates are read as {', '.join(others)}."))
    return found


def _witnessed(raw: RawFile, mapping: Mapping, options: Options) -> RawFile:
    """Decide pairs of dates by payment terms: of all readings, the one in which issue and due date are so far apart."""
    table = next(
        (t for t in mapping.tables if t.kind == "invoices" and {"issued_on", "due_on"} <= set(t.columns)), None
    )
    if table is None:
        return raw
    account = table.columns.get("account_number")
    names = [table.columns["issued_on"].column, table.columns["due_on"].column, table.columns["due_on"].terms]
    names.append(account.column if account else "")
    spots = [position_of(raw, name) if name else None for name in names]
    if spots[0] is None or spots[1] is None or (spots[2] is None and not options.terms):
        return raw
    issued, due = cell_name(spots[0]), cell_name(spots[1])
    open_rows = raw.cells.filter(~(pl.col(issued).str.contains(_ISO) & pl.col(due).str.contains(_ISO)))
    others = [
        pl.lit(None, pl.String).alias(f"x{i}") if spot is None else pl.col(cell_name(spot)).alias(f"x{i}")
        for i, spot in enumerate(spots[2:])
    ]
    found = [
        (line, *pair)
        for line, first, second, terms, number in open_rows.select(
            "line", pl.col(issued).alias("i"), pl.col(due).alias("d"), *others
        ).iter_rows()
        if (pair := _pair(first, second, terms_days(terms) if terms else options.terms.get(number)))
    ]
    solved = pl.DataFrame(found, schema={"line": pl.Int64, "i": pl.String, "d": pl.String}, orient="row")
    joined = raw.cells.join(solved, on="line", how="left", maintain_order="left")
    cells = joined.with_columns(pl.coalesce("i", issued).alias(issued), pl.coalesce("d", due).alias(due)).drop("i", "d")
    told = f"{len(found)} rows with dates of two readings decided by the terms of payment."
    notices = (*raw.notices, Problem(raw.source, raw.head_lines, "", told)) if found else raw.notices
    return replace(raw, cells=cells, notices=notices)


def _pair(first: str | None, second: str | None, days: int | None) -> tuple[str, str] | None:
    """Return the only pair of days that are ``days`` apart, as ISO texts."""
    if days is None or not first or not second:
        return None
    pairs = {(a, b) for a in _days(first) for b in _days(second) if (b - a).days == days}
    if len(pairs) != 1:
        return None
    issued_on, due_on = pairs.pop()
    return issued_on.isoformat(), due_on.isoformat()


def _days(text: str) -> tuple[date, ...]:
    return dates.candidates(text)


def _with_amounts(raw: RawFile, mapping: Mapping, options: Options) -> RawFile:
    parts = [part.lstrip("-+") for parts in mapping.shape.derive.values() for part in parts]
    cells = _cells(raw, [*_feeding(mapping, "amount"), *parts, *mapping.shape.fold_sum])
    currency = mapping.currency or _only_currency(raw, mapping) or options.currency or "EUR"
    decided = amounts.decide(_texts(raw, cells, _PLAIN), money.exponent(currency))
    raw = _rewritten(raw, cells, {text: plain for text, plain in decided.plain.items() if text != plain})
    return replace(raw, notices=(*raw.notices, *_amount_notices(raw, decided)))


def _amount_notices(raw: RawFile, decided: amounts.Amounts) -> list[Problem]:
    if decided.is_mixed:
        message = (
            "The amounts mix a point and a comma before the decimals; those that can be read in two ways are not taken."
        )
        return [Problem(raw.source, raw.head_lines, "", message, "Correct them in the rejects file.")]
    if decided.decimal == ",":
        return [Problem(raw.source, raw.head_lines, "", "Amounts are read with a comma before the decimals.")]
    return []


def _only_currency(raw: RawFile, mapping: Mapping) -> str | None:
    """Return the one currency that the file's currency column has."""
    named = [table.columns["currency"].column for table in mapping.tables if "currency" in table.columns]
    cells = _cells(raw, named)
    codes = raw.cells[cells[0]].drop_nulls().unique().to_list() if cells else []
    return codes[0] if len(codes) == 1 else None
