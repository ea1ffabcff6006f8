"""The ledger as the engine reads it: the frames of ``ledger.frames``, from one moment of the database."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

import polars as pl

from dunwell.assess.instalments import entries_by_instalment, events_by_instalment
from dunwell.ledger.frames import ACCOUNTS, ENTRIES, EVENTS, INVOICES, ORDERS, Ledger
from dunwell.store import bulk
from dunwell.store.models import CALL_ANSWERS, CALL_REQUESTS, LETTER_SENT
from dunwell.store.reading_few import FEW_ACCOUNTS, ITEMS, ledger_of, part


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_SENT = _listed(LETTER_SENT)

# Where events come from: what each column of EVENTS is there (unnamed: null), and which rows are meant. The state of
# a letter is no plain column there: the index by state would lead to every letter ever sent, whoever's it is.
_IMPORTED = {name: f'"{name}"' for name in EVENTS}
# A letter of a case is a request, but no step of the ladder.
_STEP = "CASE WHEN id IN (SELECT letter_id FROM store_caseletter) THEN '' ELSE step END"
_REQUESTS = {
    "account_id": "account_id", "on": "sent_on", "kind": "'request'", "channel": "channel",
    "currency": "currency", "until_on": "pay_by_on", "step": _STEP,
}  # fmt: skip
_HOLDS = {
    "account_id": "account_id", "on": "in_force_on", "kind": "'hold'", "currency": "currency",
    "amount_minor": "demanded_minor", "until_on": "cure_by_on",
}  # fmt: skip
_RELEASES = {"account_id": "account_id", "on": "released_on", "kind": "'release'", "currency": "currency"}
# A case held through the day before it was closed; before that day it is seen with the end it had then.
_UNTIL = "CASE WHEN closed_on <= '{day}' THEN held_through_on ELSE until_on END"
_WITHOUT_END = "CASE WHEN closed_on <= '{day}' THEN held_through_on END"
_CASE = {"account_id": "account_id", "currency": "currency"}
_NAMED = {**_CASE, "on": "opened_on", "invoice_id": "invoice_id"}
_PROMISES = {**_NAMED, "kind": "'promise'", "amount_minor": "amount_minor", "until_on": _UNTIL}
_DISPUTES = {**_NAMED, "kind": "'dispute'", "amount_minor": "amount_minor", "until_on": _WITHOUT_END}
_EXCLUSIONS = {**_NAMED, "kind": "'exclusion'", "until_on": _UNTIL}
_PLANS = {**_CASE, "on": "agreed_on", "kind": "'plan'", "until_on": _WITHOUT_END}
_REFERRALS = {**_CASE, "on": "handed_over_on", "kind": "'exclusion'", "until_on": _WITHOUT_END}
_CALLS = {**_CASE, "on": '"on"', "kind": "'call'", "channel": "'phone'"}
_ANSWERS = {**_CALLS, "kind": "'response'"}
_EVENT_SOURCES = (
    ("store_event", _IMPORTED, "true"),
    ("store_letter", _REQUESTS, f"is_request AND (state || '') IN ({_SENT})"),
    ("store_hold", _HOLDS, "state IN ('in_force', 'released')"),
    ("store_hold", _RELEASES, "state = 'released'"),
    ("store_promise", _PROMISES, "true"),
    ("store_dispute", _DISPUTES, "true"),
    ("store_exclusion", _EXCLUSIONS, "true"),
    ("store_plan", _PLANS, "agreed_on IS NOT NULL"),
    ("store_referral", _REFERRALS, "handed_over_on IS NOT NULL"),
    ("store_call", _CALLS, f"outcome IN ({_listed(CALL_REQUESTS)})"),
    ("store_call", _ANSWERS, f"outcome IN ({_listed(CALL_ANSWERS)})"),
)
_FOREVER = date.max

# An order counts from the day it was approved or released until it is held, refused or invoiced; what it was on a day
# is told by its last move on or before it. An invoice that names the order takes its place at once.
_ORDERS_SQL = (
    "SELECT o.account_id, o.currency, o.amount_minor FROM store_order o WHERE (SELECT t.to_state FROM"
    " store_casetransition t WHERE t.kind = 'order' AND t.case_id = o.id AND t.\"on\" <= '{day}'"
    " ORDER BY t.id DESC LIMIT 1) IN ('approved', 'released') AND NOT EXISTS (SELECT 1 FROM store_invoice i"
    " WHERE i.account_id = o.account_id AND i.order_number = o.order_number"
    " AND (i.issued_on IS NULL OR i.issued_on <= '{day}'))"
)


def read_ledger(as_of: date | None = None, account_ids: Collection[int] | None = None) -> Ledger:
    """Read the ledger: of ``account_ids``, or of everybody.

    Events are those imported, the requests really sent, and the holds with their releases. With ``as_of``, entries
    and events dated later are not read; the engine would not look at them.
    """
    if account_ids is not None and len(account_ids) <= FEW_ACCOUNTS:
        return _read_few(as_of, account_ids)
    own = "" if account_ids is None else bulk.among("account_id", account_ids)
    own_accounts = "" if account_ids is None else bulk.among("id", account_ids)
    with bulk.reading():
        ledger = Ledger(
            accounts=_accounts(own_accounts),
            invoices=_invoices(own),
            entries=_entries(own, as_of),
            events=_events(own, as_of),
            orders=_orders(own, as_of),
        )
        items = _instalments("true" if account_ids is None else bulk.among("v.account_id", account_ids))
    return _by_instalment(ledger, items) if items.height else ledger


def _read_few(as_of: date | None, account_ids: Collection[int]) -> Ledger:
    """Read the ledger of a few accounts in one question."""
    own = bulk.among("account_id", account_ids)
    day = (as_of or _FOREVER).isoformat()
    parts = [
        part("account", _ACCOUNT, f"FROM store_account WHERE {bulk.among('id', account_ids)}"),
        part("invoice", _INVOICE, f"FROM store_invoice WHERE {own}"),
        part("entry", _as_called(ENTRIES), f"FROM store_entry WHERE {own} AND {_until(as_of, 'paid_on')}"),
        part("order", _as_called(ORDERS), f"FROM ({_ORDERS_SQL.format(day=day)} AND {own}) o"),
    ]
    for table, columns, meant in _EVENT_SOURCES:
        fields = {name: expression.format(day=day) for name, expression in columns.items()}
        happened = f"FROM {table} WHERE {meant} AND {_until(as_of, columns['on'])} AND {own}"
        parts.append(part("event", fields, happened))
    with bulk.reading():
        ledger, invoices = ledger_of(parts)
    accounts, events = _without_blanks(ledger.accounts, "policy"), _without_blanks(ledger.events, "channel", "step")
    ledger = replace(ledger, accounts=accounts, events=events)
    items = _items_of(invoices)
    return _by_instalment(ledger, items) if items.height else ledger


def _as_called(schema: pl.Schema) -> dict[str, str]:
    return {name: f'"{name}"' for name in schema}


_ACCOUNT = {**_as_called(ACCOUNTS), "account_id": "id"}
_INVOICE = {**_as_called(INVOICES), **_as_called(ITEMS), "invoice_id": "id"}


def _items_of(invoices: pl.DataFrame) -> pl.DataFrame:
    """Return the instalments of the invoices that have several, as :func:`_instalments` does."""
    key = ["account_id", "invoice_number"]
    several = invoices.filter(pl.col("instalment").max().over(key) > 1)
    first = several.filter(pl.col("instalment") == 1).select(*key, "invoice_id")
    items = several.select(*key, pl.col("invoice_id").alias("item_id"), "instalment", "due_on", "amount_minor")
    return items.join(first, on=key).drop(key)


def _by_instalment(ledger: Ledger, items: pl.DataFrame) -> Ledger:
    """Put what names an invoice in instalments on the instalments that it concerns."""
    entries = entries_by_instalment(ledger.entries, items)
    return replace(ledger, entries=entries, events=events_by_instalment(ledger.events, items, entries))


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


def _instalments(own: str) -> pl.DataFrame:
    """Return the instalments of the invoices that have several, each with the first one of its invoice."""
    key = pl.Schema({"account_id": pl.Int64(), "invoice_number": pl.String()})
    schema = pl.Schema({**key, **_ITEM})
    if not bulk.scalar("SELECT EXISTS (SELECT 1 FROM store_invoice WHERE instalment > 1)"):
        return pl.DataFrame(schema=schema)
    rows = bulk.frame(
        "SELECT DISTINCT v.account_id, v.invoice_number, v.id AS item_id, v.instalment, v.due_on, v.amount_minor"
        " FROM store_invoice s JOIN store_invoice v ON v.account_id = s.account_id"
        f" AND v.invoice_number = s.invoice_number WHERE s.instalment > 1 AND {own}",
        schema,
    )
    first = rows.filter(pl.col("instalment") == 1).select(*key, pl.col("item_id").alias("invoice_id"))
    return rows.join(first, on=list(key)).drop(key)


_ITEM = pl.Schema({"item_id": pl.Int64, "instalment": pl.Int64, "due_on": pl.Date, "amount_minor": pl.Int64})
"""What is read of an instalment, beside the invoice to which it belongs."""


def _entries(own: str, as_of: date | None) -> pl.DataFrame:
    sql = "SELECT account_id, invoice_id, currency, paid_on, amount_minor, kind FROM store_entry WHERE {part}"
    return bulk.table_frame(f"{sql} AND {_until(as_of, 'paid_on')}", ENTRIES, "store_entry", own)


def _orders(own: str, as_of: date | None) -> pl.DataFrame:
    """Return the orders that count into the exposure on a day."""
    sql = _ORDERS_SQL.format(day=(as_of or _FOREVER).isoformat())
    return bulk.table_frame(f"{sql} AND {{part}}", ORDERS, "store_order", own)


def _events(own: str, as_of: date | None) -> pl.DataFrame:
    """Return what happened, as told by imported events, letters, holds and the other cases, each as it was then."""
    day = (as_of or _FOREVER).isoformat()
    sources = []
    for table, columns, meant in _EVENT_SOURCES:
        fields = ", ".join(f'{columns.get(name, "NULL").format(day=day)} AS "{name}"' for name in EVENTS)
        sql = f"SELECT {fields} FROM {table} WHERE {meant} AND {_until(as_of, columns['on'])} AND {{part}}"
        sources.append((table, sql))
    told = pl.concat([bulk.table_frame(sql, EVENTS, table, own) for table, sql in sources])
    return _without_blanks(told, "channel", "step")


def _until(as_of: date | None, column: str) -> str:
    return f"{column} <= '{as_of.isoformat()}'" if as_of else "true"


def _without_blanks(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Turn empty texts into nulls, as the contract of the ledger has them."""
    return frame.with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in names)
