"""Moves of many cases at once: what a run takes back of what it drafted."""

from datetime import date

import polars as pl

from dunwell.store import audit, bulk
from dunwell.store.audit_rows import last_id, rows_since

STALE = pl.Schema({"letter_id": pl.Int64(), "from_state": pl.String(), "reason": pl.String()})
"""Letters to cancel: in which state they were seen, and why."""

# "|| ''" keeps the planner from looking for a letter or a hold among all of its state: its key finds it.
_SEEN = "l.id = s.letter_id AND l.state || '' = s.from_state"
_OPEN_HOLDS = "h.state || '' IN ('proposed', 'approved')"
_LETTER_MOVES = (
    'INSERT INTO store_lettertransition (letter_id, from_state, to_state, "on", by, reason)'
    " SELECT l.id, l.state, 'cancelled', CAST(%s AS date), CAST(%s AS text), s.reason"
    f" FROM stale_letter s JOIN store_letter l ON {_SEEN} ORDER BY l.id"
)
_HOLD_MOVES = (
    'INSERT INTO store_holdtransition (hold_id, from_state, to_state, "on", by, reason)'
    " SELECT h.id, h.state, 'withdrawn', CAST(%s AS date), CAST(%s AS text), s.reason FROM stale_letter s"
    f" JOIN store_letter l ON {_SEEN} JOIN store_hold h ON h.letter_id = l.id"
    f" AND {_OPEN_HOLDS} ORDER BY h.id"
)
_HOLDS = (
    "UPDATE store_hold SET state = 'withdrawn' WHERE id IN (SELECT h.id FROM stale_letter s JOIN store_letter l"
    f" ON {_SEEN} JOIN store_hold h ON h.letter_id = l.id AND {_OPEN_HOLDS})"
)
_LETTERS = (
    "UPDATE store_letter SET state = 'cancelled' WHERE id IN (SELECT letter_id FROM stale_letter)"
    " AND (id, state || '') IN (SELECT letter_id, from_state FROM stale_letter)"
)


def withdraw_letters(stale: pl.DataFrame, on: date, by: str) -> int:
    """Cancel letters that are still in the state they were seen in, and the holds that waited for them.

    ``stale`` has the columns of ``STALE``. One transition row each, one entry in the audit trail, all or nothing.
    Returns how many letters were cancelled; somebody else's move of the same moment stands.
    """
    if stale.is_empty():
        return 0
    with bulk.writing(), bulk.staged("stale_letter", stale.select(list(STALE))):
        before = {table: last_id(table) for table in ("lettertransition", "holdtransition")}
        cancelled = bulk.execute(_dated(_LETTER_MOVES), on.isoformat(), by)
        bulk.execute(_dated(_HOLD_MOVES), on.isoformat(), by)
        bulk.execute(_HOLDS)
        bulk.execute(_LETTERS)
        rows = [moved for table, last in before.items() for moved in rows_since(table, last)]
        audit.append(audit.Act("withdraw", by, on, summary={"letters": cancelled}, rows=rows))
    return cancelled


def _dated(sql: str) -> str:
    """SQLite keeps a date as its text, which a cast to date would turn into a number."""
    return sql.replace("CAST(%s AS date)", "%s") if bulk.is_sqlite() else sql
