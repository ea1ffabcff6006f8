"""The triggers that refuse to change or delete an entry of the audit trail, for both databases.

They stop mistakes and ordinary tools. Whoever owns the file or the server can remove them; that such a person has
changed something is what the chain of digests shows.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "store_auditentry"
_REFUSAL = "The audit trail is append-only."

_SQLITE = tuple(
    f"CREATE TRIGGER audit_no_{act} BEFORE {act.upper()} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    for act in ("update", "delete")
)
_POSTGRESQL = (
    f"CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
    f"CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    f"CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
)
_SQLITE_OFF = ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete")
_POSTGRESQL_OFF = (
    f"DROP TRIGGER audit_no_change ON {TABLE}",
    f"DROP TRIGGER audit_no_truncate ON {TABLE}",
    "DROP FUNCTION audit_refuse()",
)


def set_triggers(connection: BaseDatabaseWrapper) -> None:
    """Make the trail append-only."""
    _run(connection, _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL)


def drop_triggers(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: to fill an empty trail with one from another database."""
    _run(connection, _SQLITE_OFF if connection.vendor == "sqlite" else _POSTGRESQL_OFF)


def _run(connection: BaseDatabaseWrapper, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
