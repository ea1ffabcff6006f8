"""Adding published rates: reading, checking and writing the rates file of a workspace.

The tables of the package are never changed. A new file has the columns of the shipped ones
(``effective_from``, ``rate_percent``, ``source``, ``verified``); the series is named by a column ``series``
or by the file's own name.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import PurePath

from dunwell.errors import Problem
from dunwell.law.model import Law, RateRow, Series, SeriesKind
from dunwell.law.percent import format_percent, parse_percent
from dunwell.law.rates import following
from dunwell.law.tables import rate_row

COLUMNS = ("series", "effective_from", "rate_percent", "source", "verified")
_REQUIRED = frozenset(COLUMNS[1:])
ROWS_MAX = 5_000
"""The largest number of lines read from a rates file."""

JUMP_PPM_MAX = 30_000
"""A change of more than three points from one row to the next is reported as a warning."""


@dataclass(frozen=True, slots=True)
class RatesFile:
    """What a file of new rates says: good rows, what forbids using it, and what to look at again."""

    rows: tuple[RateRow, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """A readable row and where it stands."""

    line: int
    row: RateRow


def read_rates(text: str, source: str, law: Law) -> RatesFile:
    """Read and check new rates against the tables of ``law``; ``source`` is the file's name.

    All problems are collected. A file with a problem is refused as a whole: no row of it may be used.
    """
    lines, problems = _read_lines(text, source, law)
    problems.extend(_order_problems(source, lines, law))
    if not lines and not problems:
        problems.append(Problem(source, 0, "", "There is no rate in the file.", "Add at least one line."))
    rows = () if problems else tuple(line.row for line in lines)
    return RatesFile(rows, tuple(sorted(problems)), tuple(_jumps(source, lines, law)))


def reread_rates(text: str, source: str, law: Law) -> RatesFile:
    """Read the workspace's own rates file back, for ``load_law``.

    Its rows were checked when they came in, and a newer package may since have shipped the same days.
    """
    lines, problems = _read_lines(text, source, law)
    return RatesFile(() if problems else tuple(line.row for line in lines), tuple(sorted(problems)), ())


def merge_rates(known: Iterable[RateRow], new: Iterable[RateRow]) -> list[RateRow]:
    """Return the rows of a workspace's rates file after an update, in order; new replaces old."""
    rows = {(row.series, row.effective_from): row for row in known}
    rows |= {(row.series, row.effective_from): row for row in new}
    return [rows[key] for key in sorted(rows)]


def format_rates(rows: Sequence[RateRow]) -> str:
    """Write rows as the CSV text of a workspace's rates file; ``reread_rates`` reads it back."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        rate, verified = format_percent(row.rate_ppm), "yes" if row.verified else "no"
        writer.writerow([row.series, row.effective_from.isoformat(), rate, row.source, verified])
    return out.getvalue()


def _read_lines(text: str, source: str, law: Law) -> tuple[list[_Line], list[Problem]]:
    """Read every line on its own; good lines and all problems."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = sorted(_REQUIRED - set(reader.fieldnames or ()))
    if missing:
        message = f"The columns {', '.join(missing)} are missing."
        return [], [Problem(source, 1, "", message, f"Expected: {', '.join(COLUMNS)}.")]
    lines: list[_Line] = []
    problems: list[Problem] = []
    for number, raw in enumerate(reader, start=2):
        if number > ROWS_MAX + 1:
            problems.append(Problem(source, number, "", f"More than {ROWS_MAX} lines.", "Split the file."))
            break
        cells = {column: (raw.get(column) or "").strip() for column in COLUMNS}
        name = cells["series"] or PurePath(source).stem
        mistakes = [Problem(source, number, *mistake) for mistake in _cell_mistakes(name, cells, law)]
        problems.extend(mistakes)
        lines.extend([] if mistakes else [_Line(number, rate_row(name, cells))])
    return lines, problems


def _cell_mistakes(name: str, cells: dict[str, str], law: Law) -> Iterator[tuple[str, str, str]]:
    """Yield column, mistake and remedy of everything wrong in one line."""
    if name not in law.series:
        near = get_close_matches(name, law.series, n=1)
        known = f"Known: {', '.join(sorted(law.series))}."
        yield "series", f"There is no series {name!r}.", f"Did you mean {near[0]}?" if near else known
    if not _reads(date.fromisoformat, cells["effective_from"]):
        yield "effective_from", f"{cells['effective_from']!r} is no date.", "Write it as 2027-01-01."
    if not _reads(parse_percent, cells["rate_percent"]):
        yield (
            "rate_percent",
            f"{cells['rate_percent']!r} is no rate in percent a year.",
            "Write 2.40 for 2.40 %.",
        )
    if not cells["source"]:
        yield "source", "The source is empty.", "Say where the rate is published."
    if cells["verified"] not in ("yes", "no"):
        yield (
            "verified",
            f"{cells['verified']!r} is neither yes nor no.",
            "Write yes if you saw it in the source.",
        )


def _reads(parse: Callable[[str], object], text: str) -> bool:
    """Tell whether ``parse`` accepts ``text``."""
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _order_problems(source: str, lines: list[_Line], law: Law) -> list[Problem]:
    """Return what is wrong with the dates: off the half-year, twice, too early, or with a gap."""
    problems: list[Problem] = []
    for name in sorted({line.row.series for line in lines}):
        series = law.series[name]
        known = {row.effective_from: row for row in series.rows}
        for line in sorted((line for line in lines if line.row.series == name), key=lambda line: line.row):
            message = _date_mistake(line.row, series, known)
            if message:
                problems.append(Problem(source, line.line, "effective_from", *message))
            known.setdefault(line.row.effective_from, line.row)
    return problems


def _date_mistake(row: RateRow, series: Series, known: dict[date, RateRow]) -> tuple[str, str] | None:
    """Return what is wrong with the date of one row after the rows already ``known``, and what to do."""
    on, last_on = row.effective_from, max(known)
    if on in known:
        if row.verified and not known[on].verified and known[on] in series.rows:
            return None
        return (
            f"{series.name} already has a rate from {on}.",
            "Only an unverified rate can be replaced, by a verified.",
        )
    if not _starts_period(on, series.kind):
        return (
            f"{on} is not the first day of a {_PERIODS[series.kind]}.",
            "Use the day from which the rate holds.",
        )
    if on < last_on:
        return f"{on} is before the last known rate of {series.name} ({last_on}).", "Add later rates only."
    expected = following(last_on, series.kind)
    if expected and on != expected:
        return (
            f"There is a gap: the next rate of {series.name} starts on {expected}.",
            "Add the rates between.",
        )
    return None


_PERIODS: dict[SeriesKind, str] = {"half_year": "half-year", "annual": "year", "dated": "day"}


def _starts_period(on: date, kind: SeriesKind) -> bool:
    """Tell whether a row of a series of this kind may start on a day."""
    months = {"half_year": (1, 7), "annual": (1,)}.get(kind)
    return months is None or (on.day == 1 and on.month in months)


def _jumps(source: str, lines: list[_Line], law: Law) -> list[Problem]:
    """Warn of changes that look like a slip of the pen."""
    warnings: list[Problem] = []
    for line in lines:
        row = line.row
        rows = [
            *law.series[row.series].rows,
            *(other.row for other in lines if other.row.series == row.series),
        ]
        before = [other for other in rows if other.effective_from < row.effective_from]
        if not before:
            continue
        previous = max(before, key=lambda other: other.effective_from)
        if abs(row.rate_ppm - previous.rate_ppm) > JUMP_PPM_MAX:
            change = f"from {format_percent(previous.rate_ppm)} to {format_percent(row.rate_ppm)} %"
            message = f"{row.series} goes {change}."
            warnings.append(Problem(source, line.line, "rate_percent", message, "Look it up once more."))
    return warnings
