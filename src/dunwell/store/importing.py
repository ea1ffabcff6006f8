"""Parsed tables go in by natural key: new rows are added, changed ones updated, equal ones left alone.

A whole table goes in within one transaction. Accounts and invoices that a row names must exist: an invoice never
creates an account. Rows that name unknown ones are left out and counted; the sources report them beforehand.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date

import polars as pl

from dunwell.store import audit, bulk
from dunwell.store.audit_rows import rows_between
from dunwell.store.models import ImportBatch

INCOMING = "incoming"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a table comes from, for the record. ``bank_complete_through`` is what the user stated, if anything.

    ``on`` is the business date of the import, for the audit trail. ``is_bank_list``: payments in it show through which
    day the bank is known; those that an invoice says were made before it do not.
    """

    source: str
    sha256: str = ""
    by: str = ""
    bank_complete_through: date | None = None
    rows_rejected: int = 0
    on: date | None = None
    is_bank_list: bool = True


@dataclass(frozen=True, slots=True)
class Imported:
    """What importing one table did, in rows; ``left_out`` named an account or invoice that does not exist."""

    batch_id: int
    kind: str
    inserted: int
    updated: int
    removed: int
    unchanged: int
    left_out: int
    bank_complete_through: date | None
    is_bank_date_derived: bool


@dataclass(frozen=True, slots=True)
class Target:
    """How one kind of table goes in: ``columns`` maps stored columns to expressions over ``incoming i``."""

    table: str
    columns: Mapping[str, str]
    joins: str
    conflict: str
    keys: frozenset[str]


def _texts(*names: str) -> dict[str, str]:
    return {name: f"COALESCE(i.{name}, '')" for name in names}


def _plain(*names: str) -> dict[str, str]:
    return {name: f"i.{name}" for name in names}


_ACCOUNT = f"{INCOMING} i JOIN store_account a ON a.account_number = i.account_number"
_INVOICE = (
    f"{_ACCOUNT} LEFT JOIN store_invoice v ON v.account_id = a.id AND v.invoice_number = i.invoice_number"
    " AND v.instalment = 1"  # the others hold what spills over, see assess/instalments.py
    " WHERE (COALESCE(i.invoice_number, '') = '' OR v.id IS NOT NULL)"
)

TARGETS: Mapping[str, Target] = {
    "customers": Target(
        "store_account",
        _plain("account_number", "name", "credit_limit_minor", "contract_allows_hold", "extra")
        | _texts("language", "country", "segment", "email", "street", "postcode", "city", "contact_name")
        | _texts("salutation", "phone", "currency", "policy", "contract_document")
        | {"party_type": "COALESCE(i.party_type, 'business')"},
        f"{INCOMING} i WHERE true",
        "account_number",
        frozenset({"account_number"}),
    ),
    "invoices": Target(
        "store_invoice",
        {"account_id": "a.id", "instalment": "COALESCE(i.instalment, 1)"}
        | _plain("invoice_number", "issued_on", "delivered_on", "due_on", "currency", "amount_minor", "extra")
        | _texts("order_number", "description", "document"),
        f"{_ACCOUNT} WHERE true",
        "account_id, invoice_number, instalment",
        frozenset({"account_id", "invoice_number", "instalment"}),
    ),
    "payments": Target(
        "store_entry",
        {"account_id": "a.id", "invoice_id": "v.id", "kind": "i.kind"}
        | _plain("payment_reference", "part", "paid_on", "currency", "amount_minor", "extra"),
        _INVOICE,
        "account_id, payment_reference, kind, part",
        frozenset({"account_id", "payment_reference", "kind", "part"}),
    ),
    "events": Target(
        "store_event",
        {"account_id": "a.id", "invoice_id": "v.id", '"on"': 'i."on"'}
        | _plain("kind", "occurrence", "amount_minor", "until_on", "extra")
        | _texts("channel", "currency", "step", "note"),
        _INVOICE,
        'account_id, "on", kind, channel, COALESCE(invoice_id, 0), currency, step, occurrence',
        frozenset({"account_id", '"on"', "kind", "channel", "invoice_id", "currency", "step", "occurrence"}),
    ),
}


def import_parsed(kind: str, frame: pl.DataFrame, origin: Origin, watch: bulk.Watch | None = None) -> Imported:
    """Write one parsed table, of the frame contract of ``sources.rows``, and the row that says it was imported.

    ``watch`` hears how many rows are handed to the database.

    Put several tables of one file into one ``bulk.writing()`` to have them go in together or not at all.
    """
    with bulk.writing():
        batch = _new_batch(kind, frame, origin)
        rows = _numbered(kind, frame).drop("source_line", strict=False)
        with bulk.staged(INCOMING, rows, watch), _keys(kind, frame):
            _take_in(kind, batch, may_remove=not origin.rows_rejected)
        batch.save()
        _audit(batch, origin)
    left_out = frame.height - batch.rows_inserted - batch.rows_updated - batch.rows_unchanged
    return Imported(
        batch_id=batch.pk,
        kind=kind,
        inserted=batch.rows_inserted,
        updated=batch.rows_updated,
        removed=batch.rows_removed,
        unchanged=batch.rows_unchanged,
        left_out=left_out,
        bank_complete_through=batch.bank_complete_through,
        is_bank_date_derived=batch.is_bank_date_derived,
    )


MANY_ROWS = 50_000
"""From so many rows on, a file that more than doubles its table has its foreign keys checked all at once."""


def _keys(kind: str, frame: pl.DataFrame) -> AbstractContextManager[None]:
    table = TARGETS[kind].table
    is_filled = frame.height >= MANY_ROWS and frame.height > int(bulk.scalar(f"SELECT count(*) FROM {table}"))
    return bulk.keys_checked_at_once(table) if is_filled else nullcontext()


def known_accounts() -> frozenset[str]:
    """Return every account number."""
    with bulk.reading():
        schema = pl.Schema({"account_number": pl.String})
        return frozenset(bulk.frame("SELECT account_number FROM store_account", schema)["account_number"])


def known_invoices() -> pl.DataFrame:
    """Return every invoice as ``account_number, invoice_number, currency``, one row whatever its instalments."""
    schema = pl.Schema({"account_number": pl.String, "invoice_number": pl.String, "currency": pl.String})
    with bulk.reading():
        return bulk.table_frame(
            "SELECT (SELECT account_number FROM store_account a WHERE a.id = v.account_id) AS account_number,"
            " invoice_number, currency FROM store_invoice v WHERE instalment = 1 AND {part}",
            schema,
            "store_invoice",
        )


def _numbered(kind: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Number the rows that share a natural key, by content and not by their place in the file."""
    if kind == "payments":
        named = frame.with_columns(pl.col("kind").fill_null("payment"))
        by = ["account_number", "payment_reference", "kind"]
        return _number(named, "part", by, ["invoice_number", "paid_on", "amount_minor"])
    if kind == "events":
        key = ["account_number", "on", "kind", "channel", "invoice_number", "currency", "step"]
        return _number(frame, "occurrence", key, ["until_on", "amount_minor", "note"])
    if kind == "invoices" and frame["instalment"].null_count() < frame.height:
        return frame.sort("instalment", nulls_last=False, maintain_order=True)
    return frame


def _number(frame: pl.DataFrame, name: str, key: list[str], order: list[str]) -> pl.DataFrame:
    number = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(key)
    return frame.sort([*key, *order], nulls_last=False).with_columns(number.alias(name))


def _new_batch(kind: str, frame: pl.DataFrame, origin: Origin) -> ImportBatch:
    """Begin the record; the bank is known as stated, else through the latest payment in the file (product §2.4)."""
    is_witness = kind == "payments" and origin.is_bank_list and not origin.bank_complete_through
    latest = frame["paid_on"].max() if is_witness else None
    derived = latest if isinstance(latest, date) else None
    return ImportBatch.objects.create(
        source=origin.source,
        sha256=origin.sha256,
        kind=kind,
        imported_by=origin.by,
        rows_rejected=origin.rows_rejected,
        bank_complete_through=origin.bank_complete_through or derived,
        is_bank_date_derived=derived is not None,
    )


def _audit(batch: ImportBatch, origin: Origin) -> None:
    """Put the import into the audit trail: which file by its digest, how many rows did what."""
    names = ("kind", "sha256", "rows_inserted", "rows_updated", "rows_removed", "rows_unchanged", "rows_rejected")
    summary = {name: getattr(batch, name) for name in names}
    rows = [rows_between("importbatch", batch.pk, batch.pk)]
    audit.append(audit.Act("import", origin.by, origin.on, batch.pk, summary=summary, rows=rows))


def _take_in(kind: str, batch: ImportBatch, *, may_remove: bool) -> None:
    """Bring the staged rows into their table and count on ``batch`` what happened."""
    target = TARGETS[kind]
    resolved = int(bulk.scalar(f"SELECT count(*) FROM {target.joins}"))
    if kind == "payments" and may_remove:
        batch.rows_removed = _remove_surplus_parts()
    if kind == "invoices":
        batch.rows_removed = _remove_surplus_instalments()
    written = bulk.execute(_upsert_sql(target, batch.pk))
    mine = f"batch_id = {batch.pk} AND first_batch_id = {batch.pk}"
    batch.rows_inserted = int(bulk.scalar(f"SELECT count(*) FROM {target.table} WHERE {mine}"))
    batch.rows_updated = written - batch.rows_inserted
    batch.rows_unchanged = resolved - written


def _upsert_sql(target: Target, batch_id: int) -> str:
    columns = {name: bulk.json(sql) if name == "extra" else sql for name, sql in target.columns.items()}
    values = [name for name in columns if name not in target.keys]
    updates = ", ".join(f"{name} = excluded.{name}" for name in [*values, "batch_id"])
    changed = " OR ".join(f"{target.table}.{name} IS DISTINCT FROM excluded.{name}" for name in values)
    return (
        f"INSERT INTO {target.table} ({', '.join(columns)}, first_batch_id, batch_id)"
        f" SELECT {', '.join(columns.values())}, {batch_id}, {batch_id} FROM {target.joins}"
        f" ON CONFLICT ({target.conflict}) DO UPDATE SET {updates} WHERE {changed}"
    )


def _remove_surplus_parts() -> int:
    """Remove parts of a payment that the file no longer has: it was split over fewer rows since.

    Not done for a file with rejected rows: a part that could not be read is not a part that is gone.
    """
    return bulk.execute(
        "DELETE FROM store_entry WHERE id IN (SELECT e.id FROM"
        " (SELECT a.id AS account_id, i.payment_reference, i.kind, max(i.part) AS parts"
        f" FROM {_ACCOUNT} GROUP BY a.id, i.payment_reference, i.kind) g"
        " JOIN store_entry e ON e.account_id = g.account_id AND e.payment_reference = g.payment_reference"
        " AND e.kind = g.kind AND e.part > g.parts)"
    )


def _remove_surplus_instalments() -> int:
    """Remove the instalments of invoices that the file has whole: a row without an instalment is all of its invoice."""
    if not bulk.scalar("SELECT EXISTS (SELECT 1 FROM store_invoice WHERE instalment > 1)"):
        return 0
    return bulk.execute(
        "DELETE FROM store_invoice WHERE instalment > 1 AND (account_id, invoice_number) IN"
        f" (SELECT a.id, i.invoice_number FROM {_ACCOUNT} WHERE i.instalment IS NULL)"
    )
