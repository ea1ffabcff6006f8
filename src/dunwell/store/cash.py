"""What the matching of bank entries is told of the ledger: open invoices, customers, entries that are in already."""

from collections.abc import Collection

import polars as pl

from dunwell.ledger.frames import REOPENING_KINDS
from dunwell.store import bulk

_RESTORING = f"({', '.join(repr(kind) for kind in REOPENING_KINDS)})"
_OPEN = pl.Schema(
    {
        "invoice_number": pl.String(),
        "account_number": pl.String(),
        "currency": pl.String(),
        "amount_minor": pl.Int64(),
        "open_minor": pl.Int64(),
        "due_on": pl.Date(),
    }
)
_OPEN_SQL = (
    "SELECT v.invoice_number, a.account_number, v.currency, v.amount_minor,"
    " v.amount_minor - COALESCE(p.settled_minor, 0) AS open_minor, v.due_on FROM"
    " (SELECT account_id, invoice_number, min(currency) AS currency, CAST(sum(amount_minor) AS bigint) AS amount_minor,"
    " min(due_on) AS due_on FROM store_invoice GROUP BY account_id, invoice_number) v"
    " JOIN store_account a ON a.id = v.account_id"
    " LEFT JOIN (SELECT i.account_id, i.invoice_number, CAST(sum(CASE WHEN e.kind IN"
    f" {_RESTORING} THEN -e.amount_minor ELSE e.amount_minor END) AS bigint) AS settled_minor"
    " FROM store_entry e JOIN store_invoice i ON i.id = e.invoice_id GROUP BY i.account_id, i.invoice_number) p"
    " ON p.account_id = v.account_id AND p.invoice_number = v.invoice_number"
    " WHERE v.amount_minor > COALESCE(p.settled_minor, 0)"
)


def open_invoices() -> pl.DataFrame:
    """Return what is left to pay of every invoice, whatever its instalments."""
    with bulk.reading():
        return bulk.frame(_OPEN_SQL, _OPEN)


def customers() -> pl.DataFrame:
    """Return every customer's number and name."""
    schema = pl.Schema({"account_number": pl.String(), "name": pl.String()})
    with bulk.reading():
        return bulk.frame("SELECT account_number, name FROM store_account", schema)


def references_known(references: Collection[str]) -> frozenset[str]:
    """Return which payment references the ledger has already."""
    wanted = pl.DataFrame({"reference": pl.Series(sorted(references), dtype=pl.String)})
    sql = "SELECT DISTINCT e.payment_reference AS reference FROM store_entry e JOIN wanted_reference w"
    with bulk.writing(), bulk.staged("wanted_reference", wanted):
        found = bulk.frame(f"{sql} ON w.reference = e.payment_reference", pl.Schema({"reference": pl.String()}))
    return frozenset(found["reference"])
