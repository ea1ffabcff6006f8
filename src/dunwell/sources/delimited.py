"""From text to cells: delimiter, header, rows, each with the physical line on which it begins.

A file whose every row is one line is split by Polars; one with quoted line ends, or with broken quotes, goes
through the standard library's strict CSV reader in blocks. Rows that do not fit the header are set aside with
their problem and hinder no other row.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from dunwell.errors import Problem
from dunwell.sources.decoding import Decoded
from dunwell.sources.guarding import unguarded, unguarded_text
from dunwell.sources.rows import Limits, RawFile

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
PROBLEM_COLUMN = "problem"
"""The column that a rejects file has in addition; it is passed over on import."""

_BLOCK_ROWS = 50_000
_HEADER_CHARS_MAX = 1_000_000
_SAMPLE_CHARS = 50_000
_Row = tuple[int, int, list[str]]
_Broken = tuple[int, int, Problem]


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the splitting of rows needs to know about the file."""

    source: str
    delimiter: str
    columns: tuple[str, ...]
    limits: Limits
    shortest: int = 0
    """Fields of the shortest row, in a file whose rows all end before the header does."""

    @property
    def widths(self) -> tuple[int, ...]:
        """Numbers of fields a row may have; the rejects file's own column may be missing from a row."""
        count = len(self.columns)
        if self.shortest:
            return tuple(range(self.shortest, count + 1))
        return (count - 1, count) if count > 1 and self.columns[-1] == PROBLEM_COLUMN else (count,)

    def ragged(self, line: int, fields: int) -> Problem:
        """Say that the row on ``line`` does not have as many fields as the header."""
        delimiter = DELIMITER_NAMES.get(self.delimiter, "delimiter")
        message = f"The row has {fields} fields, the header has {len(self.columns)}."
        hint = f"Put quotes around a text that holds a {delimiter}, or add what is missing."
        return Problem(self.source, line, "", message, hint)

    def too_long(self, line: int) -> Problem:
        """Say that a field of the row on ``line`` exceeds the limit."""
        message = f"A field is longer than {self.limits.field_chars_max:,} characters (limit field_chars_max)."
        return Problem(self.source, line, "", message, "Shorten the text.")

    def holds_nul(self, line: int) -> Problem:
        """Say that the row on ``line`` holds a NUL character, which no text has."""
        return Problem(self.source, line, "", "The row holds a NUL character.", "Remove it.")


def split(decoded: Decoded, source: str, skip: int, delimiter: str | None, limits: Limits) -> RawFile | Problem:
    """Split ``decoded`` into header and rows, passing over ``skip`` lines first; or say why that is impossible.

    ``delimiter`` ``None`` takes the one of comma, semicolon, tab and bar that occurs most in the header.
    """
    lines = decoded.text.split("\n", skip)
    body = lines[skip] if len(lines) > skip else ""
    found = _read_header(body, source, delimiter)
    if isinstance(found, Problem):
        return replace(found, line=found.line + skip) if found.line else found
    layout = _Layout(source, found[0], tuple(found[1]), limits)
    wrong = _check_header(layout, found[2] + skip)
    if wrong is not None:
        return wrong
    rest = body.split("\n", found[2])
    return _rows_of(decoded, layout, rest[found[2]] if len(rest) > found[2] else "", skip + found[2])


def _read_header(body: str, source: str, delimiter: str | None) -> tuple[str, list[str], int] | Problem:
    """Return the delimiter, the header's cells and the number of lines through the header."""
    first = next((line for line in body.split("\n", 100)[:100] if line.strip()), "")
    chosen = delimiter or max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(body[:_HEADER_CHARS_MAX], newline=""), delimiter=chosen, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                return chosen, [_header(cell) for cell in cells], reader.line_num
    except csv.Error:
        hint = "Check the quotes in it."
        return Problem(source, reader.line_num, "", "The header row cannot be read.", hint)
    return Problem(source, 0, "", "The file has no header row.", "The first row must name the columns.")


def _header(cell: str) -> str:
    name = cell.strip()
    return unguarded_text(name) if name.startswith("'") else name


def _check_header(layout: _Layout, line: int) -> Problem | None:
    names = [name for name in layout.columns if name]
    if len(layout.columns) > layout.limits.columns_max:
        message = f"The header has more than {layout.limits.columns_max} columns (limit columns_max)."
        return Problem(layout.source, line, "", message, "Is the delimiter right?")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        message = "The header names this column more than once."
        return Problem(layout.source, line, twice, message, "Rename or remove one of them.")
    return None


def _shortest_row(layout: _Layout, body: str) -> int:
    """Return the fields of the shortest row where no row is as long as the header: some programs leave off the end.

    Looks at the first rows only; 0 where one of them is as long as the header, or where there is one row alone.
    """
    rows = csv.reader(io.StringIO(body[:_SAMPLE_CHARS], newline=""), delimiter=layout.delimiter, strict=True)
    try:
        widths = [len(row) for row in rows if any(row)]
    except csv.Error:
        return 0
    widths = widths[:-1] if len(body) > _SAMPLE_CHARS else widths
    return min(widths) if len(widths) > 1 and max(widths) < layout.widths[0] and min(widths) > 1 else 0


def _end_left_off(layout: _Layout, line: int) -> Problem:
    names = ", ".join(f'"{name}"' for name in layout.columns[layout.shortest :] if name)
    message = f"The rows end before the header does; what is missing was read as empty: {names}."
    return Problem(layout.source, line, "", message)


def _rows_of(decoded: Decoded, layout: _Layout, body: str, head_lines: int) -> RawFile | Problem:
    layout = replace(layout, shortest=_shortest_row(layout, body))
    notices = (_end_left_off(layout, head_lines),) if layout.shortest else ()
    cells, broken = _split_lines(layout, body, head_lines + 1) or _split_quoted(layout, body, head_lines + 1)
    if cells.height > layout.limits.rows_max:
        message = f"The file has more than {layout.limits.rows_max:,} rows (limit rows_max)."
        hint = "Split it into several files; each needs the header row."
        return Problem(layout.source, 0, "", message, hint)
    return RawFile(
        source=layout.source,
        text=decoded.text,
        head_lines=head_lines,
        delimiter=layout.delimiter,
        encoding=decoded.encoding,
        columns=layout.columns,
        cells=_trimmed(cells),
        broken=tuple(broken),
        notices=(*decoded.notices, *notices),
    )


def _trimmed(cells: pl.DataFrame) -> pl.DataFrame:
    """Trim the cells; an empty cell is null from here on, and a row of nothing else is left out.

    What a guard against formulas put before a text goes (``guarding.py``).
    """
    names = cells.columns[2:]
    cells = cells.with_columns(pl.col(names).str.strip_chars())
    marked = [name for name in names if cells[name].str.starts_with("'").any()]
    cells = cells.with_columns(unguarded(pl.col(name)).alias(name) for name in marked)
    empty = [name for name in names if (cells[name].str.len_bytes() == 0).any()]
    filled = [pl.when(pl.col(name).str.len_bytes() > 0).then(pl.col(name)).alias(name) for name in empty]
    cells = cells.with_columns(filled)
    some = cells.select(pl.any_horizontal(pl.col(names).is_not_null())).to_series()
    return cells if some.all() else cells.filter(some)


def cell_name(index: int) -> str:
    """Name the text column of the header's ``index``-th column; header names may be empty or clash with ours."""
    return f"cell_{index}"


def _split_lines(layout: _Layout, body: str, first_line: int) -> tuple[pl.DataFrame, list[_Broken]] | None:
    """Split rows that are one line each; ``None`` when a quoted text goes over several lines or is broken."""
    quoted = '"' in body
    raw = pl.col("raw")
    lines = (
        pl.DataFrame({"raw": pl.Series([body]).str.split("\n").explode()})
        .with_row_index("line", offset=first_line)
        .filter(raw.str.strip_chars(f" {layout.delimiter}\t").str.len_bytes() > 0)
    )
    mark = re.escape(layout.delimiter)
    whole = rf'^(?:(?:"(?:[^"]|"")*"|[^"{mark}]*)(?:{mark}|$))*$'
    if quoted and not lines.select(raw.str.contains(whole).all()).item():
        return None
    lines = lines.with_columns(pl.col("line").cast(pl.Int64), _width(layout, quoted=quoted).alias("width"))
    long = raw.str.len_bytes() > layout.limits.field_chars_max
    suspect = ~pl.col("width").is_in(layout.widths) | long | raw.str.contains("\0", literal=True)
    broken = list(_broken_lines(layout, lines.filter(suspect)))
    wrong = pl.Series([line for line, _, _ in broken], dtype=pl.Int64).implode()
    good = lines.filter(~pl.col("line").is_in(wrong)) if broken else lines
    cells = _cells(layout, good["raw"], quoted=quoted)
    return None if cells is None else (pl.concat([_numbered(good), cells], how="horizontal"), broken)


def _numbered(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.select("line", pl.lit(1, pl.Int64).alias("lines"))


def _width(layout: _Layout, *, quoted: bool) -> pl.Expr:
    """Count the fields of each line; delimiters inside quotes do not count."""
    raw = pl.col("raw")
    bare = raw.str.replace_all(r'"(?:[^"]|"")*"', "") if quoted else raw
    return bare.str.count_matches(layout.delimiter, literal=True) + 1


def _cells(layout: _Layout, lines: pl.Series, *, quoted: bool) -> pl.DataFrame | None:
    """Split lines known to be whole rows; ``None`` when the reader does not agree that they are."""
    names = [cell_name(i) for i in range(len(layout.columns))]
    if lines.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    try:
        cells = pl.read_csv(
            lines.str.join("\n").item().encode(),
            separator=layout.delimiter,
            has_header=False,
            schema=dict.fromkeys(names, pl.String),
            quote_char='"' if quoted else None,
            missing_columns="insert",
        )
    except pl.exceptions.PolarsError:
        return None
    return cells if cells.height == len(lines) else None


def _broken_lines(layout: _Layout, suspects: pl.DataFrame) -> Iterator[_Broken]:
    for line, raw, width in suspects.select("line", "raw", "width").iter_rows():
        fields = raw.split(layout.delimiter) if len(raw) > layout.limits.field_chars_max else []
        if any(len(cell) > layout.limits.field_chars_max for cell in fields):
            yield line, 1, layout.too_long(line)
        elif width not in layout.widths:
            yield line, 1, layout.ragged(line, width)
        elif "\0" in raw:
            yield line, 1, layout.holds_nul(line)


def _split_quoted(layout: _Layout, body: str, first_line: int) -> tuple[pl.DataFrame, list[_Broken]]:
    """Split rows that may have quoted fields with delimiters and line ends inside, in blocks to bound memory."""
    broken: list[_Broken] = []
    frames = [_block(layout, [])]
    block: list[_Row] = []
    for row in _read_quoted(layout, body, first_line, broken):
        block.append(row)
        if len(block) == _BLOCK_ROWS:
            frames.append(_block(layout, block))
            block = []
    frames.append(_block(layout, block))
    return pl.concat(frames), broken


def _block(layout: _Layout, rows: list[_Row]) -> pl.DataFrame:
    names = [cell_name(i) for i in range(len(layout.columns))]
    columns = list(zip(*(cells for _, _, cells in rows), strict=True)) or [()] * len(names)
    data: dict[str, object] = {"line": [row[0] for row in rows], "lines": [row[1] for row in rows]}
    data |= dict(zip(names, columns, strict=True))
    schema = {"line": pl.Int64, "lines": pl.Int64, **dict.fromkeys(names, pl.String)}
    return pl.DataFrame(data, schema=schema)


def _read_quoted(layout: _Layout, body: str, first_line: int, broken: list[_Broken]) -> Iterator[_Row]:
    """Yield (line, lines, cells) of every row that fits the header; the others are appended to ``broken``."""
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=layout.delimiter, strict=True)
    while True:
        before = reader.line_num
        try:
            cells = next(reader)
            problem = _fault(layout, cells, first_line + before)
        except StopIteration:
            return
        except csv.Error as error:
            cells = ["?"]
            problem = _quote_problem(layout, error, first_line + before, reader.line_num - before)
        if problem is not None:
            broken.append((first_line + before, reader.line_num - before, problem))
        elif any(cells):
            missing = len(layout.columns) - len(cells)
            yield first_line + before, reader.line_num - before, cells + [""] * missing


def _fault(layout: _Layout, cells: list[str], line: int) -> Problem | None:
    joined = "".join(cells)
    if not joined.strip():
        return None
    if len(cells) not in layout.widths:
        return layout.ragged(line, len(cells))
    if max(map(len, cells)) > layout.limits.field_chars_max:
        return layout.too_long(line)
    return layout.holds_nul(line) if "\0" in joined else None


def _quote_problem(layout: _Layout, error: csv.Error, line: int, lines: int) -> Problem:
    text = str(error)
    if "field larger" in text and lines == 1:
        return layout.too_long(line)
    if "field larger" in text or "end of data" in text:
        message = "A quote is opened in this row and never closed."
        return Problem(layout.source, line, "", message, "Close it, or write a quote inside a text twice.")
    message = "Text follows a closing quote."
    return Problem(layout.source, line, "", message, "Write a quote inside a text twice.")
