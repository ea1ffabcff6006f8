"""The decisions of a run in chunks: many rows in one, as compressed Arrow (decision page 13).

A row per decision would cost a run more than everything else together, because the database takes each of its columns
one by one. Beside its content a chunk has what finds an account in it: the first and last one, and all of them as text.
Its decisions are in order, and an account is in one chunk of a run only.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from io import BytesIO
from itertools import groupby
from typing import Any, TypeAlias

import polars as pl
from django.db import connection
from django.db.backends.utils import CursorWrapper

from dunwell.store import bulk

CHUNK_DECISIONS = 2_000
"""So many decisions are in a chunk, and a few more where the last account has several."""

TABLE = "store_decisionchunk"
_INDEX = ("first_account_id", "last_account_id", "count", "account_ids")
_RUN = pl.Schema({"run_id": pl.Int64()})
_Found: TypeAlias = "tuple[int, date, bytes]"
"""A run, its day, and one of its chunks."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Decisions of one run, the accounts that they are on, and their content as an Arrow file."""

    first_account_id: int
    last_account_id: int
    count: int
    account_ids: str
    content: bytes

    def line(self) -> str:
        """Return what the audit trail keeps the digest of: every byte counts."""
        index = (self.first_account_id, self.last_account_id, self.count, self.account_ids)
        return "\x1f".join([*map(str, index), sha256(self.content).hexdigest()])

    def fits(self) -> bool:
        """Tell whether the accounts are those of the content."""
        account_ids = decoded(self.content, _KEY)["account_id"]
        return _indexes(account_ids, len(account_ids)) == [tuple(getattr(self, name) for name in _INDEX)]


_KEY = pl.Schema({"account_id": pl.Int64()})


def chunks_of(rows: pl.DataFrame) -> Iterator[Chunk]:
    """Cut decisions, ordered by account and currency, into chunks. Raises ``ValueError`` when one is there twice."""
    keys = rows.select("account_id", pl.col("currency").cast(pl.String))
    if not keys.select(_is_after_the_one_before()).to_series().all():
        raise ValueError("A run has one decision per account and currency, in the order of both.")
    plain = rows.with_columns(pl.col(pl.Enum).cast(pl.String))
    start = 0
    for index in _indexes(plain["account_id"]):
        part = plain[start : start + index[2]]
        yield Chunk(*index, _encoded(part))
        start += part.height


def _is_after_the_one_before() -> pl.Expr:
    account, currency = pl.col("account_id"), pl.col("currency")
    is_same = account == account.shift()
    return (account > account.shift()) | (is_same & (currency > currency.shift())) | account.shift().is_null()


def _indexes(account_ids: pl.Series, decisions: int = CHUNK_DECISIONS) -> list[tuple[int, int, int, str]]:
    """Return what finds an account in each chunk; an account is in the chunk in which its first decision falls."""
    key, place = pl.col("account_id"), pl.int_range(pl.len())
    is_first = (key != key.shift()).fill_null(value=True)
    number = pl.when(is_first).then(place // decisions).forward_fill()
    own = key.filter("is_first").cast(pl.String).str.join(",")
    chunks = (
        account_ids.to_frame("account_id")
        .with_columns(is_first.alias("is_first"), number.alias("number"))
        .group_by("number", maintain_order=True)
        .agg(key.first().alias("first"), key.last().alias("last"), pl.len(), pl.format(",{},", own).alias("all"))
    )
    return chunks.select("first", "last", "len", "all").rows()


def _encoded(rows: pl.DataFrame) -> bytes:
    file = BytesIO()
    rows.write_ipc(file, compression="lz4", compat_level=pl.CompatLevel.oldest())
    return file.getvalue()


def decoded(content: bytes, schema: pl.Schema) -> pl.DataFrame:
    """Return columns of a chunk; one that was not kept when it was written is null."""
    return _typed(_raw(content, schema), schema)


def _raw(content: bytes, schema: pl.Schema) -> pl.DataFrame:
    """Those of the columns that a chunk has, as they were written."""
    kept = pl.read_ipc_schema(BytesIO(content))
    own = None if kept.keys() <= schema.keys() else [name for name in schema if name in kept]
    return pl.read_ipc(BytesIO(content), columns=own)  # to name each column costs as much as to read it


def _typed(rows: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Every column in its type; what was not kept when it was written is null."""
    kept = rows.schema
    if all(kept.get(name) == dtype for name, dtype in schema.items()):
        return rows[list(schema)]
    return rows.select(
        (pl.col(name) if kept[name] == dtype else pl.col(name).cast(dtype))
        if name in kept
        else pl.lit(None, dtype).alias(name)
        for name, dtype in schema.items()
    )


def write(run_id: int, rows: pl.DataFrame) -> list[Chunk]:
    """Write decisions of a run, in chunks, and return these."""
    chunks = list(chunks_of(rows))
    marks = ", ".join(["%s"] * 6)
    sql = f"INSERT INTO {TABLE} (run_id, {', '.join(_INDEX)}, content) VALUES ({marks})"
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(run_id, *(getattr(one, name) for name in (*_INDEX, "content"))) for one in chunks])
    return chunks


def read(run_ids: Collection[int], schema: pl.Schema, account_id: int | None = None) -> pl.DataFrame:
    """Return columns of the decisions of runs, with ``run_id``, on one account or on all, in the order of ``run_ids``.

    A column of another type than it was written in is cast to that of ``schema``.
    """
    if account_id is not None:
        raw = iter(_own(_contents(bulk.among("r.id", run_ids), account_id), account_id, schema))
    else:
        raw = (
            _of_run(run_id, _raw(content, schema))
            for run_id, _, content in _contents(bulk.among("r.id", run_ids), None)
        )
    return _together(raw, pl.Schema({**_RUN, **schema}))


def _of_run(run_id: int, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.insert_column(0, pl.Series("run_id", [run_id], dtype=pl.Int64).new_from_index(0, rows.height))


def history(account_id: int, schema: pl.Schema) -> pl.DataFrame:
    """Return columns of every decision on an account, run by run, with ``run_id`` and that run's day, ``as_of``."""
    found = _own(_contents("true", account_id), account_id, schema)
    return _together(found, pl.Schema({**_RUN, "as_of": pl.Date(), **schema}))


def _own(found: Iterable[_Found], account_id: int, schema: pl.Schema) -> list[pl.DataFrame]:
    """Those of the columns that a chunk has, of one account, chunk by chunk; all are unpacked at the same time."""
    return pl.collect_all([_own_rows(one, account_id, schema) for one in found])


def _own_rows(found: _Found, account_id: int, schema: pl.Schema) -> pl.LazyFrame:
    run_id, as_of, content = found
    kept = pl.read_ipc_schema(BytesIO(content))
    of_run = (pl.lit(run_id, pl.Int64).alias("run_id"), pl.lit(as_of).alias("as_of"))
    own = pl.scan_ipc(BytesIO(content)).filter(pl.col("account_id") == account_id)
    if not kept.keys() <= schema.keys():
        own = own.select(name for name in schema if name in kept)  # to name each column costs as much as to read it
    return own.with_columns(*of_run)


def _together(raw: Iterable[pl.DataFrame], schema: pl.Schema) -> pl.DataFrame:
    """One frame of many chunks: those written alike get their types at once, for each costs as much as all of them."""
    alike = [pl.concat(list(group)) for _, group in groupby(raw, key=lambda rows: tuple(rows.schema.items()))]
    return pl.concat([_typed(rows, schema) for rows in alike]) if alike else pl.DataFrame(schema=schema)


def _contents(chosen: str, account_id: int | None) -> Iterator[_Found]:
    sql = _ALL if account_id is None else _WITH.format(account_id=int(account_id))
    with _bytewise() as cursor:
        cursor.execute(sql.replace("CHOSEN", chosen))
        for run_id, as_of, content in cursor:
            if content is not None:
                yield run_id, date.fromisoformat(str(as_of)), bytes(content)


@contextmanager
def _bytewise() -> Iterator[Any]:
    """Open a cursor to which PostgreSQL hands files as they are: as text they take twice the room and thrice the time.

    Django's own has parameters filled in before they are sent, which goes with text only.
    """
    if bulk.is_sqlite():
        with connection.cursor() as cursor:
            yield cursor
        return
    import psycopg  # who is on PostgreSQL has it loaded

    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as plain:
        plain.format = psycopg.pq.Format.BINARY
        yield CursorWrapper(plain, connection)


_ALL = (
    f"SELECT r.id, r.as_of, c.content FROM store_run r JOIN {TABLE} c ON c.run_id = r.id WHERE CHOSEN"
    " ORDER BY r.id, c.first_account_id"
)
# The one chunk of a run in which an account can be, by the index; only of that one are the accounts looked through.
_WITH = (
    f"SELECT r.id, r.as_of, (SELECT CASE WHEN c.account_ids LIKE '%,{{account_id}},%' THEN c.content END FROM {TABLE} c"
    " WHERE c.run_id = r.id AND c.first_account_id <= {account_id} ORDER BY c.first_account_id DESC LIMIT 1)"
    " FROM store_run r WHERE CHOSEN ORDER BY r.id"
)


def chunks_kept(run_id: int) -> list[Chunk]:
    """Return the chunks of a run as the database has them."""
    sql = f"SELECT {', '.join(_INDEX)}, content FROM {TABLE} WHERE run_id = %s ORDER BY first_account_id"
    with connection.cursor() as cursor:
        cursor.execute(sql, [run_id])
        return [
            Chunk(first, last, count, account_ids, bytes(content))
            for first, last, count, account_ids, content in cursor
        ]
