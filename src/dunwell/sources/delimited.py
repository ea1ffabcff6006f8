"""From text to cells: delimiter, header, and below it the rows (``splitting.py``)."""

import csv
import io
from dataclasses import replace

from dunwell.errors import Problem
from dunwell.sources.decoding import Decoded
from dunwell.sources.guarding import unguarded_text
from dunwell.sources.rows import Options, RawFile
from dunwell.sources.splitting import DELIMITER_NAMES, PROBLEM_COLUMN, Layout, after_lines, cell_name, rows_of

__all__ = ["DELIMITERS", "DELIMITER_NAMES", "PROBLEM_COLUMN", "cell_name", "split"]

DELIMITERS = (",", ";", "\t", "|")

_HEADER_CHARS_MAX = 1_000_000
_SAMPLE_CHARS = 50_000


def split(decoded: Decoded, source: str, skip: int, delimiter: str | None, options: Options) -> RawFile | Problem:
    """Split ``decoded`` into header and rows, passing over ``skip`` lines first; or say why that is impossible.

    ``delimiter`` ``None`` takes the one of comma, semicolon, tab and bar that occurs most in the header.
    """
    start = after_lines(decoded.text, 0, skip)
    found = _read_header(decoded.text[start : start + _HEADER_CHARS_MAX], source, delimiter)
    if isinstance(found, Problem):
        return replace(found, line=found.line + skip) if found.line else found
    layout = Layout(source, found[0], tuple(found[1]), options.limits)
    wrong = _check_header(layout, found[2] + skip)
    if wrong is not None:
        return wrong
    return _rows_of(decoded, layout, after_lines(decoded.text, start, found[2]), skip + found[2], options)


def _read_header(body: str, source: str, delimiter: str | None) -> tuple[str, list[str], int] | Problem:
    """Return the delimiter, the header's cells and the number of lines through the header."""
    first = next((line for line in body.split("\n", 100)[:100] if line.strip()), "")
    chosen = delimiter or max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=chosen, strict=True)
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


def _check_header(layout: Layout, line: int) -> Problem | None:
    names = [name for name in layout.columns if name]
    if len(layout.columns) > layout.limits.columns_max:
        message = f"The header has more than {layout.limits.columns_max} columns (limit columns_max)."
        return Problem(layout.source, line, "", message, "Is the delimiter right?")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        message = "The header names this column more than once."
        return Problem(layout.source, line, twice, message, "Rename or remove one of them.")
    return None


def _shortest_row(layout: Layout, sample: str) -> int:
    """Return the fields of the shortest row where no row is as long as the header: some programs leave off the end.

    Looks at the first rows only; 0 where one of them is as long as the header, or where there is one row alone.
    """
    rows = csv.reader(io.StringIO(sample, newline=""), delimiter=layout.delimiter, strict=True)
    try:
        widths = [len(row) for row in rows if any(row)]
    except csv.Error:
        return 0
    widths = widths[:-1] if len(sample) > _SAMPLE_CHARS else widths
    return min(widths) if len(widths) > 1 and max(widths) < layout.widths[0] and min(widths) > 1 else 0


def _end_left_off(layout: Layout, line: int) -> Problem:
    names = ", ".join(f'"{name}"' for name in layout.columns[layout.shortest :] if name)
    message = f"The rows end before the header does; what is missing was read as empty: {names}."
    return Problem(layout.source, line, "", message)


def _rows_of(decoded: Decoded, layout: Layout, start: int, head_lines: int, options: Options) -> RawFile | Problem:
    layout = replace(layout, shortest=_shortest_row(layout, decoded.text[start : start + _SAMPLE_CHARS + 1]))
    notices = (_end_left_off(layout, head_lines),) if layout.shortest else ()
    cells, broken = rows_of(layout, decoded.text, start, head_lines + 1, options.tell)
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
        cells=cells,
        broken=tuple(broken),
        notices=(*decoded.notices, *notices),
    )
