"""Digests of rows: the same on both databases, so that a workspace that moves keeps its trail.

A row is the text of its columns (``store.audit_columns``), joined by a control character.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import Any

import polars as pl
from django.db import connection

from dunwell.store import bulk, decision_chunks
from dunwell.store.audit_columns import CASES, MADE, TABLES, Columns
from dunwell.store.decision_chunks import Chunk

COVERED: Mapping[str, Columns] = {**TABLES, **MADE}
"""The tables of which entries name rows by their keys."""
DECISION = "decision"
_FIELD_END, _ROW_END = "\x1f", "\x1e"
_CONTROLS = re.compile("[\x1e\x1f]")


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table and their digest: by their keys from ``first`` to ``last``, or the decisions of a run.

    ``columns``, in entries from before decisions were kept in chunks: what each decision was digested of.
    """

    table: str
    first: int
    last: int
    count: int
    sha256: str
    columns: tuple[str, ...] = field(default=())

    def plain(self) -> dict[str, Any]:
        """Return it for a summary."""
        return {name: value for name, value in asdict(self).items() if value != ()}


def last_id(table: str) -> int:
    """Return the highest key of a table, 0 when it is empty."""
    return int(bulk.scalar(f"SELECT COALESCE(max(id), 0) FROM store_{table}"))


def rows_since(table: str, before: int) -> list[Rows]:
    """Return the rows of a table with keys above ``before``: those that this transaction has added; none, no item."""
    last = last_id(table)
    return [rows_between(table, before + 1, last)] if last > before else []


def rows_between(table: str, first: int, last: int) -> Rows:
    """Return rows of a table by their keys."""
    lines = row_lines(table, first, last)["line"].to_list()
    return Rows(table, first, last, len(lines), digest_of(lines))


def case_digest(kind: str, key: int) -> str:
    """Return the digest of what the row of a case says besides its state.

    The same line as of :func:`row_lines`, without a frame for one row: every move of a case waits for it.
    """
    columns = CASES[kind]
    shown = ", ".join(_as_text(name, is_a) for name, is_a in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {shown} FROM store_{kind} WHERE id = {int(key)}")
        row = cursor.fetchone()
    return digest_of([_FIELD_END.join([str(key), *map(_said, row, columns.values())])] if row else [])


def _said(value: str | None, kind: str) -> str:
    if kind == "json":
        return _canonical(value or "")
    return _CONTROLS.sub(" ", value or "") if kind == "text" else value or ""


def row_lines(table: str, first: int, last: int, columns: Columns | None = None) -> pl.DataFrame:
    """Return ``id`` and ``line``, the row as text, of the rows with keys from ``first`` to ``last``, in order.

    ``columns``: of which columns; without, of those that never change.
    """
    columns = columns or COVERED[table]
    shown = ", ".join(f'{_as_text(name, kind)} AS "c{place}"' for place, (name, kind) in enumerate(columns.items()))
    schema = pl.Schema({"id": pl.Int64(), **{f"c{place}": pl.String() for place in range(len(columns))}})
    where = f"id >= {int(first)} AND id <= {int(last)}"
    rows = bulk.frame(f"SELECT id, {shown} FROM store_{table} WHERE {where}", schema).sort("id")
    texts = {f"c{place}" for place, kind in enumerate(columns.values()) if kind == "text"}
    for place, kind in enumerate(columns.values()):
        if kind == "json":
            rows = rows.with_columns(pl.Series(f"c{place}", map(_canonical, rows[f"c{place}"]), dtype=pl.String))
    return rows.select("id", _line(["id", *list(schema)[1:]], texts))


def decision_rows(run_id: int, chunks: Sequence[Chunk]) -> Rows:
    """Return the decisions of a run by the chunks they are in."""
    count = sum(chunk.count for chunk in chunks)
    return Rows(DECISION, run_id, run_id, count, digest_of([chunk.line() for chunk in chunks]))


def decisions_kept(run_id: int, columns: Sequence[str] = ()) -> Rows:
    """Return the decisions of a run as the database has them.

    With ``columns``: row by row, as entries from before the chunks have them; no digest when they cannot be read.
    """
    chunks = decision_chunks.chunks_kept(run_id)
    if not columns:
        return decision_rows(run_id, chunks)
    try:
        lines = [line for chunk in chunks for line in _lines_of(chunk, columns)]
    except (pl.exceptions.PolarsError, OSError):
        return Rows(DECISION, run_id, run_id, sum(chunk.count for chunk in chunks), "", tuple(columns))
    return Rows(DECISION, run_id, run_id, len(lines), digest_of(lines), tuple(columns))


def _lines_of(chunk: Chunk, columns: Sequence[str]) -> list[str]:
    """The decisions of a chunk as text; none when it says that it has others."""
    rows = pl.read_ipc(BytesIO(chunk.content), columns=list(columns)).sort("account_id", "currency")
    return rows.select(_line(columns, columns))["line"].to_list() if chunk.fits() else []


def digest_of(lines: Sequence[str]) -> str:
    """Return the digest of rows as text, in their order."""
    return sha256(_ROW_END.join(lines).encode()).hexdigest()


def _line(columns: Sequence[str], texts: Collection[str]) -> pl.Expr:
    # the two control characters are blanks when SQLite gives a text, so they are blanks everywhere
    plain = {name: pl.col(name).cast(pl.String).fill_null("") for name in columns}
    blanked = [each.str.replace_all("[\x1e\x1f]", " ") if name in texts else each for name, each in plain.items()]
    return pl.concat_str(blanked, separator=_FIELD_END).alias("line")


def _canonical(text: str) -> str:
    """JSON in the same words whichever database kept it."""
    return json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True) if text else ""


def _as_text(name: str, kind: str) -> str:
    column = f'"{name}"'
    if bulk.is_sqlite():
        fraction = f"CASE WHEN instr({column}, '.') > 0 THEN {column} ELSE {column} || '.' END || '000000'"
        return f"substr({fraction}, 1, 26)" if kind == "instant" else f"CAST({column} AS text)"
    forms = {
        "instant": f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
        "date": f"to_char({column}, 'YYYY-MM-DD')",
        "truth": f"CASE WHEN {column} THEN '1' ELSE '0' END",
    }
    return forms.get(kind, f"CAST({column} AS text)")
