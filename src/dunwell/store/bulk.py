"""Many rows at once, in and out of SQLite and PostgreSQL, past the ORM.

Everything goes through Django's own connection, so that bulk rows and ORM rows share one transaction. A second
SQLite library in the process, as the Arrow drivers bring one, drops the file locks of the first when it closes the
file, and the database is destroyed (https://www.sqlite.org/howtocorrupt.html, section 2.2.1). Rows travel as text
that the database and Polars build and parse in C: out as one text per column, into PostgreSQL by COPY. (Out of it COPY
gives a message per row, which costs twenty times as much as the text.)

SQL in this room runs on both databases.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from typing import Any

import polars as pl
from django.db import InternalError, OperationalError, connection, transaction

from dunwell.errors import WorkspaceError
from dunwell.store.setup import BUSY_TIMEOUT_SECONDS
from dunwell.store.small_answers import small_frame

Watch = Callable[[int, int, str], None]  # hears how many rows of how many are done
APPENDED_ROWS = 20_000  # handed to the database in one piece
CHUNK_ROWS = 1_000_000
"""Rows read in one piece; the joined text of a piece stays far below SQLite's limit of 1,000,000,000 bytes."""

FEW_ROWS = 1_000  # an answer of at most so many rows is taken value by value

STATEMENT_ROWS = 100
"""Rows inserted by one statement: SQLite saves every page a statement may have to take back, which for one row costs
more than the row. A hundred rows of forty columns stay below the 32,766 parameters that a statement may have."""

WRITERS_LOCK = 0x64756E77  # an arbitrary number of ours ("dunw") that all bulk writers on PostgreSQL queue for
_END, _NEVER = "\x1e", "\x1f"  # control characters made for ending values; both are blanked in texts
_NULL = "\x01"
_PG_TYPES = {pl.Int64: "bigint", pl.Date: "date", pl.Boolean: "boolean"}


def is_sqlite() -> bool:
    """Tell which of the two databases is open."""
    return connection.vendor == "sqlite"


@contextmanager
def reading() -> Iterator[None]:
    """See one moment of the database throughout the block, without keeping writers waiting."""
    with _explained():
        own = connection.connection  # Django knows nothing of what an outer block has begun
        has_begun = own and (own.in_transaction if is_sqlite() else own.info.transaction_status)
        if connection.in_atomic_block or has_begun:
            yield
            return
        execute("BEGIN" if is_sqlite() else "BEGIN ISOLATION LEVEL REPEATABLE READ")
        try:
            yield
        finally:
            execute("ROLLBACK")


@contextmanager
def writing() -> Iterator[None]:
    """Be the only bulk writer for the block; everything in it is kept, or nothing.

    Raises ``WorkspaceError`` when another writer does not finish in time or the disk is full.
    """
    with _explained(), transaction.atomic():
        if not is_sqlite():  # SQLite has one writer anyway, and waits as long
            execute(f"SET LOCAL lock_timeout = '{BUSY_TIMEOUT_SECONDS}s'")
            execute(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")
        yield


def execute(sql: str, *parameters: Any) -> int:
    """Run a statement, with ``%s`` for parameters, and return how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return int(cursor.rowcount)


def scalar(sql: str, *parameters: Any) -> Any:
    """Return the first column of the first row, or ``None``."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        row = cursor.fetchone()
        return row[0] if row else None


def keys(sql: str, *parameters: Any) -> list[int]:
    """Return the first column of every row, which holds keys; for what is asked while somebody waits."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return [int(row[0]) for row in cursor.fetchall()]


def frame(sql: str, schema: pl.Schema) -> pl.DataFrame:
    """Return the rows of a query, whose columns are named as in ``schema``, in no particular order.

    A text that is null comes back empty; in any other type an empty value is null.
    """
    return _columns(sql, schema) if is_sqlite() else _told(sql, schema)


def table_frame(sql: str, schema: pl.Schema, table: str, own: str = "") -> pl.DataFrame:
    """Return the rows of a query over one table, ``… WHERE {part}``, as :func:`frame` does.

    All of the table, in chunks of its key, or only the rows that the condition ``own`` keeps. Each column lies in one
    piece: an assessment takes a fifth longer over columns in many.
    """
    if own:
        return frame(sql.format(part=own), schema)
    last = int(scalar(f"SELECT COALESCE(max(id), 0) FROM {table}"))
    parts = [
        frame(sql.format(part=f"id > {start} AND id <= {start + CHUNK_ROWS}"), schema)
        for start in range(0, last, CHUNK_ROWS)
    ]
    return pl.concat(parts).rechunk() if parts else pl.DataFrame(schema=schema)


def among(column: str, keys: Collection[int]) -> str:
    """Return the condition that keeps the rows whose ``column`` is one of ``keys``."""
    if len(keys) == 1:
        return f"{column} = {int(next(iter(keys)))}"  # the planner need not guess how many there are
    listed = pl.Series(list(keys), dtype=pl.Int64).sort().cast(pl.String).str.join(",").item()
    if is_sqlite():
        return f"{column} IN (SELECT value FROM json_each('[{listed}]'))"
    return f"{column} = ANY('{{{listed}}}'::bigint[])"


def json(expression: str) -> str:
    """Return the SQL that stores a text as JSON."""
    return expression if is_sqlite() else f"CAST({expression} AS jsonb)"


def nothing(dtype: pl.DataType) -> str:
    """Return the SQL of a null of a type; PostgreSQL must know the types of all parts of a union."""
    return f"CAST(NULL AS {_pg_type(dtype)})"


def now() -> str:
    """Return the SQL, for a statement with parameters, of this moment: found once, and not for each of its rows."""
    return "(SELECT strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now'))" if is_sqlite() else "statement_timestamp()"


def append(table: str, rows: pl.DataFrame, watch: Watch | None = None) -> None:
    """Add rows to a table of the same column names; every constraint is checked. ``watch`` hears how many are in."""
    with connection.wrap_database_errors:
        for number, part in enumerate(rows.iter_slices(APPENDED_ROWS), 1):
            if is_sqlite():
                _insert(table, _plain(part))
            else:
                _copy_in(f"{table} ({_quoted(rows.columns)})", _plain(part))
            if watch is not None:
                watch(min(number * APPENDED_ROWS, rows.height), rows.height, "rows")


def append_rows(table: str, columns: Sequence[str], rows: Iterator[list[Any]]) -> None:
    """Add rows to a table, each a list of values as the database's driver takes them; few are in memory at a time."""
    names = _quoted(columns)
    if is_sqlite():
        sql = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})"
        with connection.wrap_database_errors:
            connection.connection.executemany(sql, rows)
        return
    query = f"COPY {table} ({names}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(query) as copy:
        for row in rows:
            copy.write_row(row)


@contextmanager
def keys_checked_at_once(table: str = "store_%") -> Iterator[None]:
    """Check the foreign keys of a table, or of all, at the end of the block, each in one question; on PostgreSQL.

    Checked row by row, they cost more than the rows. Nobody else can look at the tables or at those they refer to
    until the transaction ends. What was written before in it is checked first.
    """
    if is_sqlite():
        yield
        return
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.cursor() as cursor:
        cursor.execute(_FOREIGN_KEYS, [table])
        keys = cursor.fetchall()
    for own, name, _ in keys:
        execute(f"ALTER TABLE {own} DROP CONSTRAINT {name}")
    yield
    for own, name, meaning in keys:
        execute(f"ALTER TABLE {own} ADD CONSTRAINT {name} {meaning}")
    for own in sorted({own for own, _, _ in keys}):
        execute(f"ANALYZE {own}")  # else the next questions are planned for the table as it was


_FOREIGN_KEYS = (
    "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE contype = 'f' AND conrelid IN (SELECT oid FROM pg_class WHERE relname LIKE %s)"
    " AND connamespace = current_schema()::regnamespace ORDER BY conname"
)


@contextmanager
def unchecked() -> Iterator[None]:
    """Leave out CHECK constraints on SQLite for the block, where the program knows that its rows meet them.

    They are a third of what a row costs. Unique, foreign and missing values are found as ever.
    """
    if not is_sqlite():
        yield
        return
    execute("PRAGMA ignore_check_constraints = ON")
    try:
        yield
    finally:
        execute("PRAGMA ignore_check_constraints = OFF")


@contextmanager
def staged(table: str, rows: pl.DataFrame, watch: Watch | None = None) -> Iterator[None]:
    """Keep rows in a temporary table for the block."""
    columns = ", ".join(f'"{name}" {_pg_type(dtype)}' for name, dtype in rows.schema.items())
    execute(f"DROP TABLE IF EXISTS {table}")
    execute(f"CREATE TEMPORARY TABLE {table} ({columns})")
    append(table, rows, watch)
    if not is_sqlite():
        execute(f"ANALYZE {table}")
    yield
    execute(f"DROP TABLE {table}")


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InternalError) as error:
        raise WorkspaceError(_explain(str(error).strip())) from error


def _explain(text: str) -> str:
    if "locked" in text or "busy" in text or "lock timeout" in text:
        return "Another program is writing to the workspace. Try again when it has finished."
    if any(words in text for words in ("disk is full", "No space left", "free disk space")):
        return "The disk is full; nothing of this was kept. Make room and try again."
    if "disk I/O error" in text:
        return "The disk could not be written or read; nothing of this was kept. Look at it with: dunwell doctor"
    return f"The database refused: {text}"


def _columns(sql: str, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return the rows of a SQLite query, each column taken as one text; twice as fast as one text per row."""
    few = _few(sql, schema)
    return _parsed(_texts(sql, schema)[1], schema) if few is None else few


def _told(sql: str, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return the rows of a PostgreSQL query, each column taken as one text; a small answer is taken apart here."""
    count, texts = _texts(sql, schema)
    if count > FEW_ROWS:
        return _parsed(texts, schema)
    return small_frame(schema, [text.decode().split(_END) if count else [] for text in texts])


def _texts(sql: str, schema: Mapping[str, pl.DataType]) -> tuple[int, list[bytes]]:
    """How many rows there are, and each column as a text of which no value has the control characters in it."""
    count, texts = _joined(sql, schema, _field)
    if count and not all(_is_apart(text, count) for text in texts):
        count, texts = _joined(sql, schema, _blanked_field)
    return count, texts


def _parsed(texts: Sequence[bytes], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The values of texts that each end a value as the next begins; none of no rows."""
    raw = {name: pl.String() if dtype == pl.Boolean else dtype for name, dtype in schema.items()}
    rows = pl.DataFrame([_series(text, *column) for text, column in zip(texts, raw.items(), strict=True)])
    return rows.with_columns(*_finished(schema))


def _few(sql: str, schema: Mapping[str, pl.DataType]) -> pl.DataFrame | None:
    """Return the rows of a small answer value by value, ``None`` when there are many."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchmany(FEW_ROWS + 1)
        if len(rows) > FEW_ROWS:
            return None
        places = {str(column[0]): place for place, column in enumerate(cursor.description)}
    return small_frame(schema, [[row[places[name]] for row in rows] for name in schema])


def _joined(
    sql: str, schema: Mapping[str, pl.DataType], field: Callable[[str, pl.DataType], str]
) -> tuple[int, list[bytes]]:
    together = "CAST(group_concat({}, '{}') AS BLOB)" if is_sqlite() else "string_agg({}, '{}')"
    fields = ", ".join(together.format(field(*column), _END) for column in schema.items())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), {fields} FROM ({sql}) q")
        count, *texts = cursor.fetchone()
    return count, texts if is_sqlite() else [(text or "").encode() for text in texts]


def _is_apart(text: bytes, count: int) -> bool:
    """Tell whether no value has the control characters in it; looking is cheaper than blanking every value."""
    return text.count(_END.encode()) == count - 1 and _NEVER.encode() not in text


def _field(name: str, _dtype: pl.DataType) -> str:
    text = f'"{name}"' if is_sqlite() else f'CAST("{name}" AS text)'
    return f"COALESCE({text}, '')"  # nulls would be left out


def _blanked_field(name: str, dtype: pl.DataType) -> str:
    known = _field(name, dtype)
    return known if dtype != pl.String else f"replace(replace({known}, '{_END}', ' '), '{_NEVER}', ' ')"


def _series(text: bytes, name: str, dtype: pl.DataType) -> pl.Series:
    """The values of a column; the last one is ended like the others, so that an empty one is not lost."""
    return pl.read_csv(
        text + _END.encode(), has_header=False, schema={name: dtype}, separator=_NEVER, eol_char=_END, quote_char=None
    ).to_series()


def _copy_in(target: str, rows: pl.DataFrame) -> None:
    text = BytesIO()
    rows.write_csv(text, include_header=False, null_value=_NULL)
    query = f"COPY {target} FROM STDIN (FORMAT csv, NULL '{_NULL}')"
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        copy.write(text.getvalue())


def _insert(table: str, rows: pl.DataFrame) -> None:
    """Add rows to a SQLite table, many with each statement, past Django's cursor, which would copy every one more.

    A value that all rows share is handed over once with each statement; to do so with each row would cost far more.
    """
    shared = _shared(rows)
    own = rows.drop(shared)
    same = [rows[name][0] for name in shared]
    head = f"INSERT INTO {table} ({_quoted([*shared, *own.columns])}) VALUES "
    values = _interleaved(own)
    for start in range(0, own.height, STATEMENT_ROWS):
        count = min(STATEMENT_ROWS, own.height - start)
        marks = _marks(len(same), own.width, count)
        connection.connection.execute(head + marks, same + values[start * own.width : (start + count) * own.width])


@lru_cache(maxsize=16)
def _marks(shared: int, own: int, count: int) -> str:
    """Return the places of the values of ``count`` rows: the shared ones first, then each row's own."""
    same = [f"?{place + 1}" for place in range(shared)]
    starts = range(shared + 1, shared + 1 + count * own, own)
    return ", ".join(f"({', '.join(same + [f'?{start + place}' for place in range(own)])})" for start in starts)


def _shared(rows: pl.DataFrame) -> list[str]:
    """Return the columns that have one value in all rows; never the first column, so that every row keeps its own."""
    is_same = pl.all().eq_missing(pl.all().first()).all()
    return [name for name, same in rows.select(is_same).row(0, named=True).items() if same and name != rows.columns[0]]


def _quoted(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _interleaved(rows: pl.DataFrame) -> list[object]:
    """Return the values of rows one after the other; column by column is cheaper than row by row."""
    values: list[object] = [None] * (rows.height * rows.width)
    for place, column in enumerate(rows):
        values[place :: rows.width] = column.to_list()
    return values


def _plain(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows of numbers, truth values and texts."""
    return rows.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d"), pl.col(pl.Enum, pl.Categorical).cast(pl.String))


def _pg_type(dtype: pl.DataType) -> str:
    return next((name for known, name in _PG_TYPES.items() if dtype == known), "text")


def _finished(schema: Mapping[str, pl.DataType]) -> Sequence[pl.Expr]:
    texts = [pl.col(name).fill_null("") for name, dtype in schema.items() if dtype == pl.String]
    truths = [
        pl.col(name).replace_strict({"1": True, "true": True, "0": False, "false": False}, return_dtype=pl.Boolean)
        for name, dtype in schema.items()
        if dtype == pl.Boolean
    ]
    return [*texts, *truths]
