"""What each row of the ledger was after a run, so that one that is changed past Dunwell is found.

Files correct the ledger at any time, so its rows are in no entry of the audit trail. A run that is recorded takes a
digest of each row instead, and its entry carries the digest of them all. Nothing changes a ledger without an entry: the
next run takes anew only the digests of accounts that an entry concerns since, and verifying compares all others. A
large ledger is compared with its copy in columns (``store.ledger_columns``).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

import polars as pl

from dunwell.store import bulk, queries
from dunwell.store.models import AuditEntry, LedgerColumns

FRAME = "digests"
"""Under which name they are kept beside the copies in columns."""
NAMED = "ledger_sha256"
"""Under which name a run's entry has the digest of them all."""
SHAPE = 1
"""Goes up when ``_TABLES`` change; digests of another shape are not compared."""

_PARTY = (
    "account_number", "name", "language", "country", "party_type", "segment", "email", "street", "postcode", "city",
    "contact_name", "salutation", "phone", "currency", "credit_limit_minor", "policy", "contract_allows_hold",
    "contract_document", "extra",
)  # fmt: skip
_FROM = ("first_batch_id", "batch_id")
_TABLES: Mapping[str, tuple[str, ...]] = {
    "account": (*_PARTY, *_FROM),
    "invoice": (
        "account_id", "invoice_number", "instalment", "order_number", "issued_on", "delivered_on", "due_on", "currency",
        "amount_minor", "description", "document", "extra", *_FROM,
    ),
    "entry": (
        "account_id", "payment_reference", "kind", "part", "invoice_id", "paid_on", "currency", "amount_minor", "extra",
        *_FROM,
    ),
    "event": (
        "account_id", "on", "kind", "channel", "invoice_id", "currency", "step", "occurrence", "amount_minor",
        "until_on", "note", "extra", *_FROM,
    ),
}  # fmt: skip
_KEY = ["table", "id"]
_SCHEMA = pl.Schema({"table": pl.String(), "id": pl.Int64(), "account_id": pl.Int64(), "digest": pl.String()})


@dataclass(frozen=True, slots=True)
class Taken:
    """The digests of every row of the ledger, as a file."""

    content: bytes

    @property
    def sha256(self) -> str:
        """The digest of them all."""
        return sha256(self.content).hexdigest()


def take() -> Taken:
    """Return a digest of every row of the ledger: as it is now where something happened since they were last taken."""
    kept = _kept()
    changed = None if kept is None else queries.touched_accounts(kept.through_entry)
    if kept is None or changed is None:
        return _written(_rows())
    rest = _read(kept).filter(~pl.col("account_id").is_in(list(changed)))
    return _written(pl.concat([rest, _rows(changed)]) if changed else rest)


def _written(rows: pl.DataFrame) -> Taken:
    file = BytesIO()
    rows.write_ipc(file, compression="lz4", compat_level=pl.CompatLevel.oldest())
    return Taken(file.getvalue())


def _kept() -> LedgerColumns | None:
    return LedgerColumns.objects.filter(frame=FRAME, part=SHAPE).first()


def _read(kept: LedgerColumns) -> pl.DataFrame:
    return pl.read_ipc(BytesIO(bytes(kept.content)))


def keep(taken: Taken | None, through_entry: int) -> None:
    """Keep digests in the place of earlier ones (``None``: none), as of an entry of the audit trail."""
    LedgerColumns.objects.filter(frame=FRAME).delete()
    if taken is not None:
        LedgerColumns.objects.create(frame=FRAME, part=SHAPE, through_entry=through_entry, content=taken.content)


@dataclass(frozen=True, slots=True)
class Compared:
    """What does not fit, in words, and of how many customers the rows were not compared (``None``: of all)."""

    findings: tuple[str, ...] = ()
    customers_left_out: int | None = None


def compare() -> Compared:
    """Compare the digests with the entry that names them, and the rows with their digests."""
    kept = _kept()
    if kept is None:
        return Compared()
    named = AuditEntry.objects.filter(what="run", summary__contains=f'"{NAMED}":').order_by("-number").first()
    if named is None or f'"{NAMED}":"{Taken(bytes(kept.content)).sha256}"' not in named.summary:
        return Compared(("The digests of the ledger's rows are not those that the entry of the last run names.",))
    changed = queries.touched_accounts(kept.through_entry)
    if changed is None:
        return Compared()  # an import removed rows, whose accounts nothing tells any more
    others = ~pl.col("account_id").is_in(list(changed))
    return Compared(tuple(_apart(_read(kept).filter(others), _rows().filter(others))), len(changed))


def _apart(before: pl.DataFrame, now: pl.DataFrame) -> Iterator[str]:
    both = before.join(now, on=_KEY, how="full", coalesce=True, suffix="_now").sort(_KEY)
    apart = both.filter(pl.col("digest").ne_missing(pl.col("digest_now")))
    for table, key, was, is_now in apart.select(*_KEY, "digest", "digest_now").iter_rows():
        if is_now is None:
            yield f"Row {key} of {table} is gone from the ledger."
        elif was is None:
            yield f"Row {key} of {table} is new in the ledger."
        else:
            yield f"Row {key} of {table} has been changed since."


def _rows(account_ids: Collection[int] | None = None) -> pl.DataFrame:
    with bulk.reading():
        return pl.concat([_table(name, columns, account_ids) for name, columns in _TABLES.items()])


def _table(name: str, columns: tuple[str, ...], account_ids: Collection[int] | None) -> pl.DataFrame:
    """The rows of a table in the order of their keys; whose they are, and the digest of all they say."""
    texts = {f"c{place}": f'CAST("{column}" AS text)' for place, column in enumerate(columns)}
    shown = ", ".join(f"{text} AS {short}" for short, text in texts.items())
    owner = "id" if name == "account" else "account_id"
    own = "true" if account_ids is None else bulk.among(owner, account_ids)
    schema = pl.Schema({"id": pl.Int64(), "account_id": pl.Int64(), **dict.fromkeys(texts, pl.String())})
    sql = f"SELECT id, {owner} AS account_id, {shown} FROM store_{name} WHERE {own}"
    rows = bulk.frame(sql, schema).sort("id")
    lines = rows.select(pl.concat_str("id", *texts, separator="\x1f")).to_series()
    digests = [sha256(line.encode()).hexdigest()[:_DIGEST_CHARS] for line in lines]
    told = rows.select("id", "account_id").with_columns(
        pl.lit(name).alias("table"), pl.Series("digest", digests, dtype=pl.String)
    )
    return told.select(list(_SCHEMA))


_DIGEST_CHARS = 32
"""Half of a SHA-256: nobody finds another row with the same."""
