"""The ledger as the engine reads it: the frames of ``ledger.frames``, from one moment of the database."""

from collections.abc import Collection
from datetime import date

import polars as pl

from dunwell.ledger.frames import ACCOUNTS, ENTRIES, EVENTS, INVOICES, ORDERS, Ledger
from dunwell.store import bulk
from dunwell.store.models import LETTER_SENT

_SENT = ", ".join(f"'{state}'" for state in LETTER_SENT)

# Where events come from: what each column of EVENTS is there (unnamed: null), and which rows are meant.
_IMPORTED = {name: f'"{name}"' for name in EVENTS}
_REQUESTS = {
    "account_id": "account_id", "on": "sent_on", "kind": "'request'", "channel": "channel",
    "currency": "currency", "until_on": "pay_by_on", "step": "step",
}  # fmt: skip
_HOLDS = {
    "account_id": "account_id", "on": "in_force_on", "kind": "'hold'", "currency": "currency",
    "amount_minor": "demanded_minor", "until_on": "cure_by_on",
}  # fmt: skip
_RELEASES = {"account_id": "account_id", "on": "released_on", "kind": "'release'", "currency": "currency"}
_EVENT_SOURCES = (
    ("store_event", _IMPORTED, "true"),
    ("store_letter", _REQUESTS, f"is_request AND state IN ({_SENT})"),
    ("store_hold", _HOLDS, "state IN ('in_force', 'released')"),
    ("store_hold", _RELEASES, "state = 'released'"),
)


def read_ledger(as_of: date | None = None, account_ids: Collection[int] | None = None) -> Ledger:
    """Read the ledger: of ``account_ids``, or of everybody.

    Events are those imported, the requests really sent, and the holds with their releases. With ``as_of``, entries
    and events dated later are not read; the engine would not look at them.
    """
    own = "" if account_ids is None else bulk.among("account_id", account_ids)
    own_accounts = "" if account_ids is None else bulk.among("id", account_ids)
    with bulk.reading():
        return Ledger(
            accounts=_accounts(own_accounts),
            invoices=_invoices(own),
            entries=_entries(own, as_of),
            events=_events(own, as_of),
            orders=_orders(own),
        )


def _accounts(own: str) -> pl.DataFrame:
    sql = (
        "SELECT id AS account_id, account_number, country, party_type, segment, currency, credit_limit_minor,"
        " policy, contract_allows_hold FROM store_account WHERE {part}"
    )
    return _without_blanks(bulk.table_frame(sql, ACCOUNTS, "store_account", own), "policy")


def _invoices(own: str) -> pl.DataFrame:
    sql = (
        "SELECT id AS invoice_id, account_id, currency, issued_on, due_on, amount_minor FROM store_invoice WHERE {part}"
    )
    return bulk.table_frame(sql, INVOICES, "store_invoice", own)


def _entries(own: str, as_of: date | None) -> pl.DataFrame:
    sql = "SELECT account_id, invoice_id, currency, paid_on, amount_minor, kind FROM store_entry WHERE {part}"
    return bulk.table_frame(f"{sql} AND {_until(as_of, 'paid_on')}", ENTRIES, "store_entry", own)


def _orders(own: str) -> pl.DataFrame:
    sql = "SELECT account_id, currency, amount_minor FROM store_order WHERE state = 'approved' AND {part}"
    return bulk.table_frame(sql, ORDERS, "store_order", own)


def _events(own: str, as_of: date | None) -> pl.DataFrame:
    """Return what happened, as told by imported events, by letters and by holds."""
    frames = []
    for table, columns, meant in _EVENT_SOURCES:
        fields = ", ".join(f'{columns.get(name, "NULL")} AS "{name}"' for name in EVENTS)
        sql = f"SELECT {fields} FROM {table} WHERE {meant} AND {_until(as_of, columns['on'])} AND {{part}}"
        frames.append(bulk.table_frame(sql, EVENTS, table, own))
    return _without_blanks(pl.concat(frames), "channel", "step")


def _until(as_of: date | None, column: str) -> str:
    return f"{column} <= '{as_of.isoformat()}'" if as_of else "true"


def _without_blanks(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Turn empty texts into nulls, as the contract of the ledger has them."""
    return frame.with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in names)
