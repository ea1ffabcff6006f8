"""The ledger as it is kept, back in the columns of the canonical files, by natural key."""

import polars as pl

from dunwell.store import bulk

_ACCOUNT = (
    "account_number, name, language, country, party_type, segment, email, street, postcode, city, contact_name,"
    " salutation, phone, currency, credit_limit_minor, policy, contract_allows_hold, contract_document"
)

_INSTALMENT = (
    "CASE WHEN v.instalment > 1 OR EXISTS (SELECT 1 FROM store_invoice w WHERE w.account_id = v.account_id"
    " AND w.invoice_number = v.invoice_number AND w.instalment > 1) THEN v.instalment END"
)
"""Written only where an invoice has several: a row without one is a whole invoice."""

_SELECTS = {
    "customers": f"SELECT {_ACCOUNT}, extra, id AS source_line FROM store_account",
    "invoices": (
        "SELECT v.invoice_number, a.account_number, v.order_number, v.issued_on, v.delivered_on, v.due_on, v.currency,"
        f" v.amount_minor, v.description, v.document, {_INSTALMENT} AS instalment, v.extra, v.id AS source_line"
        " FROM store_invoice v JOIN store_account a ON a.id = v.account_id"
    ),
    "payments": (
        "SELECT e.payment_reference, a.account_number, v.invoice_number, e.paid_on, e.currency, e.amount_minor, e.kind,"
        " e.extra, e.id AS source_line FROM store_entry e JOIN store_account a ON a.id = e.account_id"
        " LEFT JOIN store_invoice v ON v.id = e.invoice_id"
    ),
    "events": (
        'SELECT a.account_number, e."on", e.kind, e.channel, v.invoice_number, e.currency, e.amount_minor, e.until_on,'
        " e.step, e.note, e.extra, e.id AS source_line FROM store_event e JOIN store_account a ON a.id = e.account_id"
        " LEFT JOIN store_invoice v ON v.id = e.invoice_id"
    ),
}


def ledger_table(kind: str, schema: pl.Schema) -> pl.DataFrame:
    """Return every row of one canonical table, ordered as it first came in; empty texts are null."""
    with bulk.reading():
        rows = bulk.frame(_SELECTS[kind], schema)
    texts = [name for name, dtype in schema.items() if dtype == pl.String]
    blank = [pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in texts]
    return rows.with_columns(*blank).sort("source_line")
