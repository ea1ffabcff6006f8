"""The report of an import as text, JSON and HTML: the same facts in the same order."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from html import escape
from typing import Any

from dunwell.errors import Problem
from dunwell.money import format_plain
from dunwell.runs.foreseen import Foreseen, Foretold
from dunwell.runs.importing import FileReport
from dunwell.runs.reporting import problem_json
from dunwell.sources.rows import COLUMNS, Table

_CELL_CHARS = 28
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b1f24}"
    "table{border-collapse:collapse;margin:.5rem 0 1.5rem;width:100%}"
    "th,td{border-bottom:1px solid #d7dce1;padding:.3rem .6rem;text-align:left;vertical-align:top}"
    "h2{margin-top:2.5rem;font-size:1.1rem}"
)


def report_json(reports: Iterable[FileReport]) -> dict[str, Any]:
    """Return the report as plain values; amounts are minor units."""
    return {"files": [_file_json(report) for report in reports]}


def as_json_text(reports: Iterable[FileReport]) -> str:
    """Return :func:`report_json` as text."""
    return json.dumps(report_json(reports), ensure_ascii=False, indent=1, default=str) + "\n"


def _file_json(report: FileReport) -> dict[str, Any]:
    return {
        "source": report.source,
        "recognised": report.recognised,
        "sureness": report.sureness,
        "columns": report.columns,
        "rows": report.rows,
        "tables": [
            {
                "kind": table.kind,
                "inserted": table.inserted,
                "updated": table.updated,
                "removed": table.removed,
                "unchanged": table.unchanged,
                "bank_complete_through": table.bank_complete_through,
                "is_bank_date_derived": table.is_bank_date_derived,
            }
            for table in report.imported
        ],
        "preview": [{"kind": table.kind, "rows": table.frame.drop("extra").to_dicts()} for table in report.preview],
        "foreseen": asdict(report.foreseen) if report.foreseen else None,
        "problems": [problem_json(problem) for problem in report.problems],
        "notices": [problem_json(problem) for problem in report.notices],
        "draft": report.draft or None,
        "documents": report.documents,
        "rejects": str(report.rejects) if report.rejects else None,
    }


def as_text(reports: Iterable[FileReport], *, body_only: bool = False) -> str:
    """Return the report as text; ``body_only`` leaves out what a terminal shows by itself."""
    return "".join(f"{line}\n" for report in reports for line in _text_lines(report, body_only=body_only))


def _text_lines(report: FileReport, *, body_only: bool) -> Iterator[str]:
    if not body_only:
        yield f"{report.source}: {report.recognised}" + (f" ({report.sureness})" if report.sureness else "")
        for table in report.imported:
            yield f"  {table.kind}: {table.inserted:,} new, {table.updated:,} updated, {table.unchanged:,} unchanged"
    for kind, columns in report.columns.items() if report.preview or not body_only else ():
        yield f"  {kind}: " + ", ".join(f'{name} from "{header}"' for name, header in columns.items())
    for shown in report.preview:
        yield from _grid(shown)
    yield from _foreseen_lines(report.foreseen) if report.foreseen else ()
    if not body_only:
        yield from (f"  for your information: {notice}" for notice in report.notices)
        yield from (f"  to be corrected: {problem}" for problem in report.problems)
        yield from ([f"  rejected rows: {report.rejects}"] if report.rejects else [])


def _foreseen_lines(told: Foreseen) -> Iterator[str]:
    """Say what would become of a statement's entries, each with its reasons."""
    yield "  would be: " + (", ".join(f"{number:,} {fate}" for fate, number in told.counts.items()) or "nothing")
    for one in told.entries:
        payer = f" from {one.payer_name}" if one.payer_name else ""
        money = f"{format_plain(one.amount_minor, one.currency)} {one.currency}"
        yield f"    {one.booked_on} {money}{payer}: {_becomes(one)}"
        yield from (f"      reference found: {reference}" for reference in one.references)
        yield from (f"      {reason}" for reason in one.reasons)


def _becomes(one: Foretold) -> str:
    if not one.account_number:
        return one.fate
    parts = (
        f"{part.invoice_number or 'the account'} {format_plain(part.amount_minor, one.currency)}" for part in one.parts
    )
    return f"{one.fate} to {one.account_number}: {', '.join(parts)} (score {one.score})"


def _grid(table: Table) -> Iterator[str]:
    names, rows = _shown(table)
    widths = [max(len(row[i]) for row in [names, *rows]) for i in range(len(names))]
    for row in [names, *rows]:
        yield "    " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _shown(table: Table) -> tuple[list[str], list[list[str]]]:
    """Return the columns of a table that hold something, as text."""
    columns = [column for column in COLUMNS[table.kind] if table.frame[column.field].null_count() < table.frame.height]
    rows = [[_cell(row, column.field) for column in columns] for row in table.frame.iter_rows(named=True)]
    return [column.name for column in columns], rows


def _cell(row: dict[str, Any], field: str) -> str:
    value = row[field]
    if value is None:
        return ""
    text = format_plain(value, row.get("currency") or "EUR") if field.endswith("_minor") else str(value)
    return text if len(text) <= _CELL_CHARS else f"{text[: _CELL_CHARS - 1]}…"


def as_html(reports: Iterable[FileReport]) -> str:
    """Return the report as one HTML page that needs nothing else; every text from a file is escaped."""
    body = "".join(part for report in reports for part in _html_parts(report))
    head = f'<meta charset="utf-8"><title>Import report</title><style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body><h1>Import report</h1>{body}</body></html>\n'


def _html_parts(report: FileReport) -> Iterator[str]:
    sure = f" ({report.sureness})" if report.sureness else ""
    yield f"<h2>{escape(report.source)}</h2><p>{escape(report.recognised)}{escape(sure)}</p>"
    if report.imported:
        rows = [
            [t.kind, f"{t.inserted:,}", f"{t.updated:,}", f"{t.unchanged:,}", f"{t.removed:,}"] for t in report.imported
        ]
        yield _html_table(["table", "new", "updated", "unchanged", "removed"], rows)
    for table in report.preview:
        yield _html_table(*_shown(table))
    if report.foreseen:
        lines = "\n".join(_foreseen_lines(report.foreseen))
        yield f"<pre>{escape(lines)}</pre>"
    for title, problems in (("To be corrected", report.problems), ("For your information", report.notices)):
        if problems:
            yield f"<h3>{title}</h3>"
            yield _html_table(["line", "column", "what", "what to do"], [_problem_row(problem) for problem in problems])
    if report.rejects:
        yield f"<p>The rejected rows are in {escape(str(report.rejects))}: correct them there and import that file.</p>"
    if report.draft:
        yield f"<p>A draft of the mapping:</p><pre>{escape(report.draft)}</pre>"


def _problem_row(problem: Problem) -> list[str]:
    return [str(problem.line or ""), problem.column, problem.message, problem.suggestion]


def _html_table(names: list[str], rows: list[list[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
