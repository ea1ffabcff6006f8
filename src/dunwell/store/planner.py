"""What PostgreSQL believes of its tables, kept true where a run has filled them.

Autovacuum looks at a table a minute or so after it has grown. Whoever asks about a customer before that waits for a
plan made for the table as it was, which may read it from end to end.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from dunwell.store import bulk
from dunwell.store.audit_rows import last_id

_GROWING = ("letter", "lettertransition", "hold", "holdtransition", "casetransition", "decisionchunk", "run")
_ROWS_MIN, _SHARE = 50, 0.1
"""Autovacuum's own thresholds: so many rows, and this share of those that it knows of."""


@contextmanager
def told_of_growth() -> Iterator[None]:
    """Let PostgreSQL look at the tables to which the block, a transaction, has added much."""
    if bulk.is_sqlite():
        yield
        return
    before = {table: last_id(table) for table in _GROWING}
    yield
    for table, last in before.items():
        known = bulk.scalar("SELECT reltuples FROM pg_class WHERE oid = CAST(%s AS regclass)", f"store_{table}")
        if last_id(table) - last > _ROWS_MIN + _SHARE * max(known, 0):
            bulk.execute(f"ANALYZE store_{table}")
