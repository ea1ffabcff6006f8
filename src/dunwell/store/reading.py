"""The ledger as the engine reads it: the frames of ``ledger.frames``, from one moment of the database.

A large one is kept in columns as well (``store.ledger_columns``): from there come the rows of everybody who has not
changed since.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date

import polars as pl

from dunwell.assess.instalments import entries_by_instalment, events_by_instalment
from dunwell.ledger.frames import ACCOUNTS, ENTRIES, EVENTS, INVOICES, ORDERS, Ledger
from dunwell.store import audit, bulk, ledger_columns, queries
from dunwell.store.audit_rows import last_id
from dunwell.store.granted import granted_after, limits_on
from dunwell.store.ledger_columns import INSTALMENT
from dunwell.store.models import CALL_ANSWERS, CALL_REQUESTS, LETTER_SENT
from dunwell.store.reading_few import FEW_ACCOUNTS, GRANTED, ITEMS, ledger_of, part


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
# One that came back counts until the day on which it did.
_OUT = (
    "NOT EXISTS (SELECT 1 FROM store_lettertransition t WHERE t.letter_id = store_letter.id"
    " AND t.to_state = 'bounced' AND t.\"on\" <= '{day}')"
)
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
# What is disputed: until the day on which a part of it was agreed to, what the customer had said.
_UPHELD = "t.kind = 'dispute' AND t.case_id = store_dispute.id AND t.event = 'uphold'"
_DISPUTED = (
    f"CASE WHEN EXISTS (SELECT 1 FROM store_casetransition t WHERE {_UPHELD} AND t.\"on\" > '{{day}}')"
    " THEN NULLIF(COALESCE((SELECT {was} FROM store_auditentry a WHERE a.account_id = store_dispute.account_id"
    " AND a.what = 'dispute' AND a.subject_id = store_dispute.id AND {event} = 'uphold'), amount_minor), 0)"
    " ELSE amount_minor END"
)
WHOLE = 0
"""How the audit trail writes the amount of a dispute of the whole."""
_DISPUTES = {**_NAMED, "kind": "'dispute'", "amount_minor": _DISPUTED, "until_on": _WITHOUT_END}
_EXCLUSIONS = {**_NAMED, "kind": "'exclusion'", "until_on": _UNTIL}
_PLANS = {**_CASE, "on": "agreed_on", "kind": "'plan'", "until_on": _WITHOUT_END}
_REFERRALS = {**_CASE, "on": "handed_over_on", "kind": "'exclusion'", "until_on": _WITHOUT_END}
_CALLS = {**_CASE, "on": '"on"', "kind": "'call'", "channel": "'phone'"}
_ANSWERS = {**_CALLS, "kind": "'response'"}
_TOLD_BY = (
    ("store_letter", _REQUESTS, f"is_request AND ((state || '') IN ({_SENT}) OR (state || '') = 'bounced' AND {_OUT})"),
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
_EVENT_SOURCES = (("store_event", _IMPORTED, "true"), *_TOLD_BY)
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
    with bulk.reading():
        frames = _everybody() if account_ids is None else _rows(account_ids)
        own = "" if account_ids is None else bulk.among("account_id", account_ids)
        ledger = Ledger(
            accounts=limits_on(as_of, frames["accounts"], account_ids),
            invoices=frames["invoices"].select(list(INVOICES)),
            entries=_through(as_of, frames["entries"], "paid_on"),
            events=pl.concat([_through(as_of, frames["events"], "on"), _told(own, as_of)]),
            orders=_orders(own, as_of),
        )
        if (frames["invoices"][INSTALMENT] > 1).any():
            return _by_instalment(ledger, _instalments(account_ids))
    return ledger


def _everybody() -> dict[str, pl.DataFrame]:
    """Return the frames that are kept in columns, of all accounts: from the copy, what was changed since from rows."""
    copied = _copied()
    if copied is None:
        return _rows(None)
    frames, changed = copied
    if not changed:
        return frames
    rows = _rows(changed)
    return {name: pl.concat([rest, rows[name]]) for name, rest in ledger_columns.without(frames, changed).items()}


def _copied() -> tuple[dict[str, pl.DataFrame], Collection[int]] | None:
    """Return the copy in columns and the accounts changed since; ``None`` where all rows must be read."""
    entry = ledger_columns.through_entry()
    changed = None if entry is None else _changed_since(entry)
    frames = None if changed is None else ledger_columns.kept()
    return None if frames is None or changed is None else (frames, changed)


def _rows(account_ids: Collection[int] | None) -> dict[str, pl.DataFrame]:
    """Return the frames that are kept in columns, of some accounts or of all, from the rows of their tables."""
    return {name: _read_rows(name, account_ids) for name in ledger_columns.FRAMES}


def _read_rows(name: str, account_ids: Collection[int] | None) -> pl.DataFrame:
    table, key, columns = _TABLES[name]
    fields = ", ".join(f'{expression} AS "{column}"' for column, expression in columns.items())
    own = "" if account_ids is None else bulk.among(key, account_ids)
    sql = f"SELECT {fields} FROM {table} WHERE {{part}}"
    rows = bulk.table_frame(sql, ledger_columns.FRAMES[name], table, own)
    return _without_blanks(rows, *_BLANKS.get(name, ()))


SHARE_MAX = 3
"""For more than one account in so many, reading whole tables costs less per row."""


def _changed_since(entry: int) -> Collection[int] | None:
    """Return the accounts that an entry of the audit trail after ``entry`` concerns; ``None``: anybody, or too many."""
    changed = queries.touched_accounts(entry)
    return None if changed is None or len(changed) * SHARE_MAX > queries.count_accounts() else changed


KEPT_FROM_ROWS = 50_000
"""A ledger of fewer invoices and entries is read by its rows in a moment."""


def is_large() -> bool:
    """Tell whether a ledger is worth keeping in columns."""
    return last_id("invoice") + last_id("entry") >= KEPT_FROM_ROWS


def keep_columns() -> None:
    """Keep the ledger in columns, as it is now, where it is large; within the transaction that changed it.

    Frames that nothing since the last copy concerns are taken over.
    """
    if not is_large():
        return
    entry = audit.head()[0]  # first: whoever writes while the rows are read has a later one
    before = ledger_columns.through_entry()
    names = set(ledger_columns.FRAMES) if before is None else _frames_changed(before)
    ledger_columns.keep({name: _read_rows(name, None) for name in names}, entry)


def keep_columns_again() -> None:
    """Keep the ledger in columns anew when there is no copy, or so much has changed that it is no longer of use."""
    before = ledger_columns.through_entry()
    changed = None if before is None else queries.touched_accounts(before)
    if changed is None or len(changed) * RENEWED_SHARE > queries.count_accounts():
        keep_columns()


RENEWED_SHARE = 10
"""The copy is made anew when more than one account in so many has changed since."""


def _frames_changed(entry: int) -> set[str]:
    """Return the frames that what was done since an entry can concern: the tables of imports, or all."""
    kinds = queries.kinds_imported_since(entry)
    is_known = kinds is not None and kinds <= set(_FRAME_OF)
    return {_FRAME_OF[kind] for kind in kinds or ()} if is_known else set(ledger_columns.FRAMES)


def frames_apart() -> list[str]:
    """Return the frames whose copy in columns does not say what their rows say, where a reader would take the copy."""
    known = _copied()
    if known is None:
        return []
    frames, changed = known
    copied, rows = (ledger_columns.without(each, changed) for each in (frames, _rows(None)))
    return [name for name in ledger_columns.FRAMES if not _digests(copied[name]).equals(_digests(rows[name]))]


def _digests(frame: pl.DataFrame) -> pl.Series:
    """What two frames with the same rows have in common, in whatever order they are."""
    return frame.hash_rows().sort()


def _read_few(as_of: date | None, account_ids: Collection[int]) -> Ledger:
    """Read the ledger of a few accounts in one question."""
    own = bulk.among("account_id", account_ids)
    then = _then(as_of)
    granted = granted_after((as_of or _FOREVER).isoformat())
    grants = f"(SELECT count(*) FROM store_application p WHERE p.account_id = store_account.id AND {granted})"
    parts = [
        part("account", {**_ACCOUNT, GRANTED: grants}, f"FROM store_account WHERE {bulk.among('id', account_ids)}"),
        part("invoice", _INVOICE, f"FROM store_invoice WHERE {own}"),
        part("entry", _as_called(ENTRIES), f"FROM store_entry WHERE {own} AND {_until(as_of, 'paid_on')}"),
        part("order", _as_called(ORDERS), f"FROM ({_ORDERS_SQL.format(**then)} AND {own}) o"),
    ]
    for table, columns, meant in _EVENT_SOURCES:
        fields = {name: expression.format(**then) for name, expression in columns.items()}
        happened = f"FROM {table} WHERE {meant.format(**then)} AND {_until(as_of, columns['on'])} AND {own}"
        parts.append(part("event", fields, happened))
    with bulk.reading():
        ledger, invoices, is_granted = ledger_of(parts)
    accounts = _without_blanks(ledger.accounts, *_BLANKS["accounts"])
    accounts = limits_on(as_of, accounts, account_ids) if is_granted else accounts
    ledger = replace(ledger, accounts=accounts, events=_without_blanks(ledger.events, *_BLANKS["events"]))
    return _by_instalment(ledger, _items_of(invoices)) if (invoices[INSTALMENT] > 1).any() else ledger


def _as_called(schema: pl.Schema) -> dict[str, str]:
    return {name: f'"{name}"' for name in schema}


_ACCOUNT = {**_as_called(ACCOUNTS), "account_id": "id"}
_INVOICE = {**_as_called(INVOICES), **_as_called(ITEMS), "invoice_id": "id"}
_TABLES: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "accounts": ("store_account", "id", _ACCOUNT),
    "invoices": ("store_invoice", "account_id", _as_called(ledger_columns.FRAMES["invoices"]) | {"invoice_id": "id"}),
    "entries": ("store_entry", "account_id", _as_called(ENTRIES)),
    "events": ("store_event", "account_id", _as_called(EVENTS)),
}
"""Of each frame that is kept in columns: its table, by what an account is chosen, and what its columns are there."""
_BLANKS = {"accounts": ("policy",), "events": ("channel", "step")}
"""Texts that the database keeps empty and the frames null."""
_FRAME_OF = {"customers": "accounts", "invoices": "invoices", "payments": "entries", "events": "events"}
"""The frame that an import of a kind changes."""


def _items_of(invoices: pl.DataFrame) -> pl.DataFrame:
    """Return the instalments of the invoices that have several, as :func:`_instalments` does."""
    key = ["account_id", "invoice_number"]
    several = invoices.filter(pl.col("instalment").max().over(key) > 1)
    first = several.filter(pl.col("instalment") == 1).select(*key, "invoice_id")
    items = several.select(*key, pl.col("invoice_id").alias("item_id"), "instalment", "due_on", "amount_minor")
    return items.join(first, on=key).drop(key)


def _by_instalment(ledger: Ledger, items: pl.DataFrame) -> Ledger:
    """Put what names an invoice in instalments on the instalments that it concerns."""
    if items.is_empty():
        return ledger
    entries = entries_by_instalment(ledger.entries, items)
    return replace(ledger, entries=entries, events=events_by_instalment(ledger.events, items, entries))


def _instalments(account_ids: Collection[int] | None) -> pl.DataFrame:
    """Return the instalments of the invoices that have several, each with the first one of its invoice."""
    key = pl.Schema({"account_id": pl.Int64(), "invoice_number": pl.String()})
    own = "true" if account_ids is None else bulk.among("v.account_id", account_ids)
    rows = bulk.frame(
        "SELECT DISTINCT v.account_id, v.invoice_number, v.id AS item_id, v.instalment, v.due_on, v.amount_minor"
        " FROM store_invoice s JOIN store_invoice v ON v.account_id = s.account_id"
        f" AND v.invoice_number = s.invoice_number WHERE s.instalment > 1 AND {own}",
        pl.Schema({**key, **_ITEM}),
    )
    first = rows.filter(pl.col("instalment") == 1).select(*key, pl.col("item_id").alias("invoice_id"))
    return rows.join(first, on=list(key)).drop(key)


_ITEM = pl.Schema({"item_id": pl.Int64, "instalment": pl.Int64, "due_on": pl.Date, "amount_minor": pl.Int64})
"""What is read of an instalment, beside the invoice to which it belongs."""


def _orders(own: str, as_of: date | None) -> pl.DataFrame:
    """Return the orders that count into the exposure on a day."""
    sql = _ORDERS_SQL.format(day=(as_of or _FOREVER).isoformat())
    return bulk.table_frame(f"{sql} AND {{part}}", ORDERS, "store_order", own)


def _told(own: str, as_of: date | None) -> pl.DataFrame:
    """Return what happened, as told by letters, holds and the other cases, each as it was on the day."""
    then = _then(as_of)
    sources = []
    for table, columns, meant in _TOLD_BY:
        fields = ", ".join(f'{columns.get(name, "NULL").format(**then)} AS "{name}"' for name in EVENTS)
        happened = f"{meant.format(**then)} AND {_until(as_of, columns['on'])}"
        sql = f"SELECT {fields} FROM {table} WHERE {happened} AND {{part}}"
        sources.append((table, sql))
    told = pl.concat([bulk.table_frame(sql, EVENTS, table, own) for table, sql in sources])
    return _without_blanks(told, *_BLANKS["events"])


def _then(as_of: date | None) -> dict[str, str]:
    """Return what the expressions above leave open: the day, and how the audit trail is read on this database."""
    was, event = audit.summary_value("a", "was", "amount_minor"), audit.summary_value("a", "event")
    return {"day": (as_of or _FOREVER).isoformat(), "was": f"CAST({was} AS bigint)", "event": event}


def _through(as_of: date | None, rows: pl.DataFrame, column: str) -> pl.DataFrame:
    return rows if as_of is None else rows.filter(pl.col(column) <= as_of)


def _until(as_of: date | None, column: str) -> str:
    return f"{column} <= '{as_of.isoformat()}'" if as_of else "true"


def _without_blanks(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Turn empty texts into nulls, as the contract of the ledger has them."""
    if frame.is_empty():
        return frame
    return frame.with_columns_seq(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in names)
