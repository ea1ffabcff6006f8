"""The rejects file: the rows that did not go in, as they were, each with its problems in one more column.

It has the header of the file it came from, so that it can be corrected and imported again in the same way;
the ``problem`` column is passed over then.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace

import polars as pl

from dunwell.errors import Problem
from dunwell.sources.guarding import guarded_text
from dunwell.sources.rows import RawFile
from dunwell.sources.splitting import PROBLEM_COLUMN, after_lines, cell_name


def rejects_file(raw: RawFile, problems: Iterable[Problem]) -> bytes | None:
    """Return the rejects file for the rows that ``problems`` name by line; ``None`` when they name none."""
    reasons: dict[int, list[str]] = {}
    for problem in sorted(dict.fromkeys(problems), key=lambda problem: (problem.line, problem.column)):
        reasons.setdefault(problem.line, []).append(_reason(problem))
    spans = _spans(raw, reasons)
    if not spans:
        return None
    text = io.StringIO()
    text.write(_head(raw))
    originals = _originals(raw.text, spans) | _cells_without_problem(raw, reasons)
    for line, original in originals.items():
        text.write(f"{original}{raw.delimiter}{_quoted(' | '.join(reasons[line]))}\n")
    return text.getvalue().encode(raw.encoding, errors="replace")


def _reason(problem: Problem) -> str:
    column = f"{problem.column}: " if problem.column else ""
    return guarded_text(f"{column}{problem.message} {problem.suggestion}".strip().replace("\n", " "))


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _head(raw: RawFile) -> str:
    head = raw.text[: after_lines(raw.text, 0, raw.head_lines)].removesuffix("\n")
    return f"{head}\n" if _own_columns(raw)[-1] == PROBLEM_COLUMN else f"{head}{raw.delimiter}{PROBLEM_COLUMN}\n"


def _own_columns(raw: RawFile) -> tuple[str, ...]:
    return raw.columns[: len(raw.columns) - raw.derived]


def _spans(raw: RawFile, reasons: Mapping[int, list[str]]) -> dict[int, int]:
    """Return how many lines each rejected row takes up, by the line on which it begins."""
    wanted = raw.cells.select("line", "lines").filter(pl.col("line").is_in(list(reasons)))
    return {line: lines for line, lines, _ in raw.broken} | dict(wanted.iter_rows())


def _originals(text: str, spans: Mapping[int, int]) -> dict[int, str]:
    """Return the lines of each rejected row as they stand in the file, in their order."""
    found: dict[int, str] = {}
    line, start = 1, 0
    for wanted in sorted(spans):
        line, start = wanted, after_lines(text, start, wanted - line)
        found[wanted] = text[start : after_lines(text, start, spans[wanted])].removesuffix("\n")
    return found


def needed_of(raw: RawFile) -> RawFile:
    """Return what a rejects file needs of ``raw``: mostly its text, and where its rows begin and end."""
    is_needed = _own_columns(raw)[-1] == PROBLEM_COLUMN and not raw.derived
    return raw if is_needed else replace(raw, cells=pl.DataFrame([raw.cells["line"], raw.cells["lines"]]))


def _cells_without_problem(raw: RawFile, reasons: Mapping[int, list[str]]) -> dict[int, str]:
    """Return the text of rows that come from a rejects file themselves, without their old problem."""
    if _own_columns(raw)[-1] != PROBLEM_COLUMN or raw.derived:
        return {}
    names = [cell_name(i) for i in range(len(raw.columns) - 1)]
    rows = raw.cells.filter(pl.col("line").is_in(list(reasons))).select("line", *names)
    return {line: _row_text(cells, raw.delimiter) for line, *cells in rows.iter_rows()}


def _row_text(cells: list[str | None], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="").writerow([guarded_text(cell or "") for cell in cells])
    return text.getvalue()
