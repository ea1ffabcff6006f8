"""What is kept, for files that go out: the ledger by natural key, and the letters that were really sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from dunwell.store import bulk
from dunwell.store.models import LETTER_SENT, Letter

_CHUNK_ROWS = 500

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


@dataclass(frozen=True, slots=True)
class SentLetter:
    """A payment request that was really sent, with what it said; ``content`` is ``None`` once it was erased."""

    reference: str
    sent_on: date
    currency: str
    account_number: str
    name: str
    content: dict[str, Any] | None


def sent_requests() -> Iterator[SentLetter]:
    """Yield the payment requests that were really sent, in the order of sending; one day's in that of drafting."""
    names = ("reference", "sent_on", "currency", "account__account_number", "account__name", "content")
    sent = Letter.objects.filter(state__in=LETTER_SENT, is_request=True, sent_on__isnull=False).order_by(
        "sent_on", "id"
    )
    for row in sent.values_list(*names).iterator(chunk_size=_CHUNK_ROWS):
        yield SentLetter(*row)
