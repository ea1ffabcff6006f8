"""The rows of the ledger of which an owner may have to be told, without the rest of it.

What is wrong with a ledger (``ledger/checks.py``) is told by every run, whomever it looks at: invoices
without a due date, customers with a policy or a day of signing, and the steps that requests name.
"""

from datetime import date

import polars as pl

from dunwell.ledger.frames import ACCOUNTS, ENTRIES, EVENTS, INVOICES, ORDERS, Ledger, conform, empty
from dunwell.store import bulk
from dunwell.store.models import LETTER_SENT

_UNDATED = "due_on IS NULL"
_STEPS = (
    "SELECT DISTINCT step FROM store_event WHERE kind = 'request' AND step <> '' AND \"on\" <= '{day}'"
    " UNION SELECT DISTINCT step FROM store_letter WHERE is_request AND sent_on <= '{day}'"
    f" AND state IN ({', '.join(repr(state) for state in LETTER_SENT)})"
    " AND id NOT IN (SELECT letter_id FROM store_caseletter)"
)


_INVOICE = pl.Schema({name: INVOICES[name] for name in ("invoice_id", "account_id", "issued_on", "due_on")})
_INVOICE_COLUMNS = "id AS invoice_id, account_id, issued_on, due_on"
_ACCOUNT = pl.Schema(
    {name: ACCOUNTS[name] for name in ("account_id", "account_number", "segment", "policy", "contract_allows_hold")}
)
_ACCOUNTS_SQL = (
    f"SELECT id AS account_id, {', '.join(list(_ACCOUNT)[1:])} FROM store_account WHERE policy <> ''"
    f" OR extra IS NOT NULL OR id IN (SELECT account_id FROM store_invoice WHERE {_UNDATED})"
)
"""A day of signing is among the columns Dunwell does not know, which are in ``extra``."""


def read_suspects(as_of: date) -> Ledger:
    """Return a ledger of only those rows, of which ``check_ledger`` says the same as of the whole."""
    with bulk.reading():
        invoices = bulk.frame(f"SELECT {_INVOICE_COLUMNS} FROM store_invoice WHERE {_UNDATED}", _INVOICE)
        accounts = bulk.frame(_ACCOUNTS_SQL, _ACCOUNT)
        steps = bulk.frame(_STEPS.format(day=as_of.isoformat()), pl.Schema({"step": pl.String()}))
    named = accounts.with_columns(pl.when(pl.col("policy") != "").then("policy").alias("policy"))
    requests = steps.with_columns(pl.lit("request").alias("kind"))
    return Ledger(
        accounts=conform(named, ACCOUNTS),
        invoices=conform(invoices, INVOICES),
        entries=empty(ENTRIES),
        events=conform(requests, EVENTS),
        orders=empty(ORDERS),
    )
