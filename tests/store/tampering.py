"""What somebody can do who owns the database: change any value, past Dunwell and past what the database refuses."""

from typing import Any

from django.db import connection

from dunwell.store import bulk
from dunwell.store.audit_triggers import drop_triggers


def without_refusals() -> None:
    """Take away what the database refuses, as whoever owns it can."""
    drop_triggers(connection)
    if bulk.is_sqlite():
        bulk.execute("PRAGMA foreign_keys = OFF")  # within a transaction it changes nothing
        bulk.execute("PRAGMA ignore_check_constraints = ON")
        return
    bulk.execute(
        "DO $$ DECLARE r record; BEGIN FOR r IN SELECT conrelid::regclass AS t, conname FROM pg_constraint"
        " WHERE contype IN ('c', 'f') AND conrelid::regclass::text LIKE 'store_%' LOOP"
        " EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', r.t, r.conname); END LOOP; END $$"
    )


OTHER = {
    "BooleanField": "CASE WHEN {0} THEN {false} ELSE {true} END",
    "BinaryField": "{bytes}",
    "JSONField": "{json}",
}
TEXTS = ("CharField", "TextField")


def other_value(field: Any) -> str:
    """The SQL of a value that a column does not have."""
    column, kind = f'"{field.column}"', field.get_internal_type()
    if bulk.is_sqlite():
        words = {"false": "0", "true": "1", "bytes": f"CAST({column} || x'00' AS BLOB)", "json": "'{\"other\": 1}'"}
        later = {"DateField": f"date(COALESCE({column}, '2026-01-01'), '+1 day')",
                 "DateTimeField": f"datetime(COALESCE({column}, '2026-01-01'), '+1 day')"}  # fmt: skip
    else:
        words = {"false": "false", "true": "true", "bytes": f"{column} || '\\x00'::bytea", "json": "'{\"other\": 1}'"}
        later = {"DateField": f"COALESCE({column}, '2026-01-01') + 1",
                 "DateTimeField": f"COALESCE({column}, '2026-01-01') + interval '1 day'"}  # fmt: skip
    if kind in OTHER:
        return OTHER[kind].format(column, **words)
    if kind in TEXTS:
        size = field.max_length or 60
        return f"substr('x' || {column}, 1, {size})"
    return later.get(kind, f"COALESCE({column}, 0) + 1000")
