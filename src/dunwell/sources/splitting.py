"""From the text below a header to rows of cells, a block at a time: beside the text and the cells, memory holds one.

A block whose every row can be told by its quotes is split by Polars, also where a quoted text goes over several lines;
one with broken quotes goes through the standard library's strict CSV reader. Rows that do not fit the header are set
aside with their problem and hinder no other row.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from dunwell.errors import Problem
from dunwell.sources.guarding import unguarded
from dunwell.sources.rows import Limits, Watch, joined

DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
PROBLEM_COLUMN = "problem"
"""The column that a rejects file has in addition; it is passed over on import."""

_BLOCK_CHARS = 2_000_000
_BLOCK_ROWS = 50_000
_Row = tuple[int, int, list[str]]
Broken = tuple[int, int, Problem]
"""A row that is none: the line on which it begins, how many it takes up, and why."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the splitting of rows needs to know about the file."""

    source: str
    delimiter: str
    columns: tuple[str, ...]
    limits: Limits
    shortest: int = 0
    """Fields of the shortest row, in a file whose rows all end before the header does."""

    @property
    def names(self) -> list[str]:
        """Names of the text columns."""
        return [cell_name(i) for i in range(len(self.columns))]

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


@dataclass(frozen=True, slots=True)
class _Block:
    """A part of the text that begins with a row, and the line on which it begins; ``end`` is where the next begins."""

    text: str
    line: int
    end: int


def cell_name(index: int) -> str:
    """Name the text column of the header's ``index``-th column; header names may be empty or clash with ours."""
    return f"cell_{index}"


def after_lines(text: str, start: int, lines: int) -> int:
    """Return where the line begins that is so many ``lines`` after ``start``; the end where there are fewer."""
    for _ in range(lines):
        start = _end_of_line(text, start)
    return start


def rows_of(layout: Layout, text: str, start: int, first_line: int, tell: Watch) -> tuple[pl.DataFrame, list[Broken]]:
    """Split ``text`` from ``start`` on, which is on ``first_line``, into cells and rows that are none.

    ``tell`` hears after each block up to which character the text is done. The work stops with the block in which the
    limit of rows is passed.
    """
    frames, broken = [_frame(layout, [])], list[Broken]()
    line, rows = first_line, 0
    while start < len(text) and rows <= layout.limits.rows_max:
        block = _Block(text[start : (end := _end_of_block(text, start))], line, end)
        found = _whole_rows(layout, block)
        if found is None:
            found, block = _as_far_as_closed(layout, text, start, block)
        frames.append(_trimmed(found[0]))
        broken += found[1]
        line, start, rows = line + block.text.count("\n"), block.end, rows + frames[-1].height
        tell(start, len(text), "characters")
    return joined(frames), broken


def _end_of_block(text: str, start: int) -> int:
    """Return the end of the line that ends a block, where no quote is open if there is such a line within reach."""
    end = _end_of_line(text, min(start + _BLOCK_CHARS, len(text)))
    is_open = text.count('"', start, end) % 2
    while is_open and end < min(start + 2 * _BLOCK_CHARS, len(text)):
        next_end = _end_of_line(text, end)
        is_open ^= text.count('"', end, next_end) % 2
        end = next_end
    return end


def _end_of_line(text: str, start: int) -> int:
    return text.find("\n", start) + 1 or len(text)


def _whole_rows(layout: Layout, block: _Block) -> tuple[pl.DataFrame, list[Broken]] | None:
    """Split a block whose quotes all open and close as they should; ``None`` for any other."""
    lines = block.text.removesuffix("\n").split("\n")
    if '"' in block.text:
        return _quoted_rows(layout, lines, block.line)
    numbers = [number for number, line in enumerate(lines, block.line) if line.strip(_blank(layout))]
    rows = lines if len(numbers) == len(lines) else [lines[number - block.line] for number in numbers]
    broken = list(_broken_rows(layout, rows, numbers)) if _has_suspects(layout, block.text, rows) else []
    if broken:
        wrong = {line for line, _, _ in broken}
        kept = [(number, row) for number, row in zip(numbers, rows, strict=True) if number not in wrong]
        numbers, rows = [number for number, _ in kept], [row for _, row in kept]
    cells = _cells(layout, "\n".join(rows), len(rows), quoted=False)
    return None if cells is None else (_numbered(cells, numbers, None), broken)


def _blank(layout: Layout) -> str:
    return f" {layout.delimiter}\t"


def _has_suspects(layout: Layout, text: str, rows: list[str]) -> bool:
    if "\0" in text or max(map(len, rows), default=0) > layout.limits.field_chars_max:
        return True
    return not {row.count(layout.delimiter) + 1 for row in rows} <= set(layout.widths)


def _broken_rows(layout: Layout, rows: list[str], numbers: list[int]) -> Iterator[Broken]:
    for number, row in zip(numbers, rows, strict=True):
        problem = _fault(layout, row.split(layout.delimiter), number)
        if problem is not None:
            yield number, 1, problem


def _quoted_rows(layout: Layout, lines: list[str], first_line: int) -> tuple[pl.DataFrame, list[Broken]] | None:
    """Join the lines of each row, split the rows if they are whole ones, and set aside those that do not fit."""
    raw = pl.col("raw")
    rows = _joined_lines(lines, first_line).filter(raw.str.strip_chars(_blank(layout)).str.len_bytes() > 0)
    mark = re.escape(layout.delimiter)
    whole = raw.str.contains(rf'^(?:(?:"(?:[^"]|"")*"|[^"{mark}]*)(?:{mark}|$))*$')
    bare = raw.str.replace_all(r'"(?:[^"]|"")*"', "")
    fields = bare.str.count_matches(layout.delimiter, literal=True) + 1
    long = raw.str.len_bytes() > layout.limits.field_chars_max
    suspect = ~fields.is_in(layout.widths) | long | raw.str.contains("\0", literal=True)
    told = rows.select(whole.alias("whole"), suspect.alias("suspect"))
    if not told["whole"].all():
        return None
    broken = list(_broken_quoted(layout, rows.filter(told["suspect"])))
    if broken:
        wrong = pl.Series([line for line, _, _ in broken], dtype=pl.Int64).implode()
        rows = rows.filter(~pl.col("line").is_in(wrong))
    cells = _cells(layout, "\n".join(rows["raw"].to_list()), rows.height, quoted=True)
    return None if cells is None else (_numbered(cells, rows["line"], rows["lines"]), broken)


def _joined_lines(lines: list[str], first_line: int) -> pl.DataFrame:
    """Return one row of text for each row of the file; a line that begins within quotes goes on with the row before."""
    frame = pl.DataFrame({"raw": lines}, schema={"raw": pl.String}).with_row_index("line", offset=first_line)
    frame = frame.with_columns(pl.col("line").cast(pl.Int64))
    after = pl.col("raw").str.count_matches('"', literal=True).cum_sum() % 2
    begins = frame.select(after.shift(1, fill_value=0) == 0).to_series()
    if begins.all():
        return frame.with_columns(pl.lit(1, pl.Int64).alias("lines"))
    row = begins.cum_sum().alias("row")
    grouped = frame.with_columns(row).group_by("row", maintain_order=True)
    texts = pl.col("line").first(), pl.len().cast(pl.Int64).alias("lines"), pl.col("raw").str.join("\n")
    return grouped.agg(*texts).drop("row")


def _broken_quoted(layout: Layout, suspects: pl.DataFrame) -> Iterator[Broken]:
    for line, lines, raw in suspects.select("line", "lines", "raw").iter_rows():
        try:
            problem = _fault(layout, next(csv.reader(_lines_from(raw), delimiter=layout.delimiter, strict=True)), line)
        except csv.Error:
            problem = layout.too_long(line)
        if problem is not None:
            yield line, lines, problem


def _cells(layout: Layout, text: str, rows: int, *, quoted: bool) -> pl.DataFrame | None:
    """Split rows known to be whole; ``None`` when Polars does not agree that they are."""
    schema = dict.fromkeys(layout.names, pl.String)
    if not rows:
        return pl.DataFrame(schema=schema)
    try:
        cells = pl.read_csv(
            text.encode(),
            separator=layout.delimiter,
            has_header=False,
            schema=schema,
            quote_char='"' if quoted else None,
            missing_columns="insert",
        )
    except pl.exceptions.PolarsError:
        return None
    return cells if cells.height == rows else None


def _numbered(cells: pl.DataFrame, line: list[int] | pl.Series, lines: pl.Series | None) -> pl.DataFrame:
    first = pl.Series("line", line, dtype=pl.Int64)
    spans = pl.repeat(1, cells.height, dtype=pl.Int64, eager=True) if lines is None else lines
    return cells.insert_column(0, first).insert_column(1, spans.alias("lines"))


def _trimmed(cells: pl.DataFrame) -> pl.DataFrame:
    """Trim the cells; an empty cell is null from here on, and a row of nothing else is left out.

    What a guard against formulas put before a text goes (``guarding.py``).
    """
    names = cells.columns[2:]
    if cells.is_empty():
        return cells
    cells = cells.with_columns(pl.col(names).str.strip_chars())
    marked = _where(cells, pl.col(names).str.starts_with("'"))
    if marked:
        cells = cells.with_columns(unguarded(pl.col(name)).alias(name) for name in marked)
    empty = _where(cells, pl.col(names).str.len_bytes() == 0)
    if empty:
        filled = [pl.when(pl.col(name).str.len_bytes() > 0).then(pl.col(name)).alias(name) for name in empty]
        cells = cells.with_columns(filled)
    some = cells.select(pl.any_horizontal(pl.col(names).is_not_null())).to_series()
    return cells if some.all() else cells.filter(some)


def _where(cells: pl.DataFrame, condition: pl.Expr) -> list[str]:
    """Return the columns in which some cell meets ``condition``."""
    row = cells.select(condition.any()).row(0, named=True)
    return [name for name, is_met in row.items() if is_met]


def _as_far_as_closed(
    layout: Layout, text: str, start: int, block: _Block
) -> tuple[tuple[pl.DataFrame, list[Broken]], _Block]:
    """Split a block with broken quotes; where the last row is still open at its end, all that is left of the text."""
    broken: list[Broken] = []
    cells = _split_strictly(layout, block.text, block.line, broken)
    is_open = bool(broken) and broken[-1][2].message == _NEVER_CLOSED
    if is_open and block.end < len(text):
        block, broken = _Block(text[start:], block.line, len(text)), []
        cells = _split_strictly(layout, block.text, block.line, broken)
    return (cells, broken), block


def _split_strictly(layout: Layout, text: str, first_line: int, broken: list[Broken]) -> pl.DataFrame:
    frames = [_frame(layout, [])]
    rows: list[_Row] = []
    for row in _read_strictly(layout, text, first_line, broken):
        rows.append(row)
        if len(rows) == _BLOCK_ROWS:
            frames.append(_frame(layout, rows))
            rows = []
    frames.append(_frame(layout, rows))
    return pl.concat(frames)


def _frame(layout: Layout, rows: list[_Row]) -> pl.DataFrame:
    columns = list(zip(*(cells for _, _, cells in rows), strict=True)) or [()] * len(layout.columns)
    data: dict[str, object] = {"line": [row[0] for row in rows], "lines": [row[1] for row in rows]}
    data |= dict(zip(layout.names, columns, strict=True))
    schema = {"line": pl.Int64, "lines": pl.Int64, **dict.fromkeys(layout.names, pl.String)}
    return pl.DataFrame(data, schema=schema)


def _lines_from(text: str) -> Iterator[str]:
    """Yield the lines of ``text`` with their ends, without holding them all."""
    start = 0
    while start < len(text):
        end = _end_of_line(text, start)
        yield text[start:end]
        start = end


def _read_strictly(layout: Layout, text: str, first_line: int, broken: list[Broken]) -> Iterator[_Row]:
    """Yield (line, lines, cells) of every row that fits the header; the others are appended to ``broken``."""
    reader = csv.reader(_lines_from(text), delimiter=layout.delimiter, strict=True)
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
        elif any(map(str.strip, cells)):
            missing = len(layout.columns) - len(cells)
            yield first_line + before, reader.line_num - before, cells + [""] * missing


def _fault(layout: Layout, cells: list[str], line: int) -> Problem | None:
    joined = "".join(cells)
    if not joined.strip():
        return None
    if len(cells) not in layout.widths:
        return layout.ragged(line, len(cells))
    if max(map(len, cells)) > layout.limits.field_chars_max:
        return layout.too_long(line)
    return layout.holds_nul(line) if "\0" in joined else None


_NEVER_CLOSED = "A quote is opened in this row and never closed."


def _quote_problem(layout: Layout, error: csv.Error, line: int, lines: int) -> Problem:
    text = str(error)
    if "field larger" in text and lines == 1:
        return layout.too_long(line)
    if "field larger" in text or "end of data" in text:
        return Problem(layout.source, line, "", _NEVER_CLOSED, "Close it, or write a quote inside a text twice.")
    message = "Text follows a closing quote."
    return Problem(layout.source, line, "", message, "Write a quote inside a text twice.")
