"""Digests of rows: the same on both databases, so that a workspace that moves keeps its trail.

A row is the text of its columns, joined by a control character; the columns that count are written down here and not
taken from the models, so that a column added later leaves earlier digests as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

import polars as pl

from dunwell.store import bulk

_MOVE = {"from_state": "text", "to_state": "text", "at": "instant", "on": "date", "by": "text", "reason": "text"}

TABLES: Mapping[str, Mapping[str, str]] = {
    "importbatch": {
        "source": "text", "sha256": "text", "kind": "text", "imported_at": "instant", "imported_by": "text",
        "rows_inserted": "number", "rows_updated": "number", "rows_removed": "number", "rows_unchanged": "number",
        "rows_rejected": "number", "bank_complete_through": "date", "is_bank_date_derived": "truth",
    },
    "policyversion": {"version": "text", "text": "text", "effective_on": "date", "recorded_at": "instant"},
    "run": {
        "as_of": "date", "started_at": "instant", "finished_at": "instant", "state": "text",
        "policy_version_id": "number", "data_fingerprint": "text", "run_by": "text",
    },
    "lettertransition": {"letter_id": "number", **_MOVE},
    "holdtransition": {"hold_id": "number", **_MOVE},
    "casetransition": {
        "kind": "text", "case_id": "number", "account_id": "number", "event": "text", **_MOVE, "evidence": "text",
    },
    "call": {
        "account_id": "number", "on": "date", "currency": "text", "outcome": "text", "spoke_with": "text",
        "note": "text", "by": "text", "at": "instant",
    },
    "note": {"account_id": "number", "on": "date", "text": "text", "by": "text", "at": "instant"},
}  # fmt: skip
"""The tables whose rows are added and never changed, and their columns with what each is."""

DECISION = "decision"
_FIELD_END, _ROW_END = "\x1f", "\x1e"


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table and their digest: by their keys from ``first`` to ``last``, or the decisions of a run."""

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


def row_lines(table: str, first: int, last: int) -> pl.DataFrame:
    """Return ``id`` and ``line``, the row as text, of the rows with keys from ``first`` to ``last``, in order."""
    columns = TABLES[table]
    shown = ", ".join(f'{_as_text(name, kind)} AS "c{place}"' for place, (name, kind) in enumerate(columns.items()))
    schema = pl.Schema({"id": pl.Int64(), **{f"c{place}": pl.String() for place in range(len(columns))}})
    where = f"id >= {int(first)} AND id <= {int(last)}"
    rows = bulk.frame(f"SELECT id, {shown} FROM store_{table} WHERE {where}", schema).sort("id")
    return rows.select("id", _line(["id", *list(schema)[1:]]))


def decision_rows(run_id: int, rows: pl.DataFrame) -> Rows:
    """Return the decisions of a run, from the frame that is written; its columns are noted with them."""
    columns = tuple(name for name in rows.columns if name != "run_id")
    return _decisions(run_id, rows.select(columns), columns)


def decisions_kept(run_id: int, columns: Sequence[str]) -> Rows:
    """Return the decisions of a run as the database has them."""
    names = ", ".join(f'CAST("{name}" AS text) AS "{name}"' for name in columns if name != "account_id")
    schema = pl.Schema({name: pl.Int64() if name == "account_id" else pl.String() for name in columns})
    ordered = ", ".join(f'"{name}"' for name in columns)
    sql = f"SELECT {ordered} FROM (SELECT account_id, {names} FROM store_decision WHERE run_id = {int(run_id)}) d"
    return _decisions(run_id, bulk.frame(sql, schema), tuple(columns))


def _decisions(run_id: int, rows: pl.DataFrame, columns: tuple[str, ...]) -> Rows:
    plain = rows.with_columns(pl.col("currency").cast(pl.String)).sort("account_id", "currency")
    lines = plain.select(_line(list(columns)))["line"].to_list()
    return Rows(DECISION, run_id, run_id, len(lines), digest_of(lines), columns)


def digest_of(lines: Sequence[str]) -> str:
    """Return the digest of rows as text, in their order."""
    return sha256(_ROW_END.join(lines).encode()).hexdigest()


def _line(columns: Sequence[str]) -> pl.Expr:
    # the two control characters are blanks when SQLite gives a text, so they are blanks everywhere
    texts = [pl.col(name).cast(pl.String).fill_null("").str.replace_all("[\x1e\x1f]", " ") for name in columns]
    return pl.concat_str(texts, separator=_FIELD_END).alias("line")


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
