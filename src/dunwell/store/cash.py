"""What the matching of bank entries is told: open invoices, customers, entries that wait, and what was learned."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from dunwell.ledger.bank import STORED_ENTRY
from dunwell.ledger.frames import REOPENING_KINDS
from dunwell.store import bulk
from dunwell.store.models import BANK_ENTRY_WAITING, BankEntry, BankMove, BankProposal

_RESTORING = f"({', '.join(repr(kind) for kind in REOPENING_KINDS)})"
_WAITING = f"state IN ({', '.join(repr(state) for state in BANK_ENTRY_WAITING)})"
_OPEN = pl.Schema(
    {
        "invoice_number": pl.String(),
        "account_number": pl.String(),
        "currency": pl.String(),
        "amount_minor": pl.Int64(),
        "open_minor": pl.Int64(),
        "due_on": pl.Date(),
        "issued_on": pl.Date(),
        "payment_reference": pl.String(),
    }
)
_OPEN_SQL = (
    "SELECT v.invoice_number, a.account_number, v.currency, v.amount_minor,"
    " v.amount_minor - COALESCE(p.settled_minor, 0) AS open_minor, v.due_on, v.issued_on, v.payment_reference FROM"
    " (SELECT account_id, invoice_number, min(currency) AS currency, CAST(sum(amount_minor) AS bigint) AS amount_minor,"
    " min(due_on) AS due_on, min(issued_on) AS issued_on, min(extra ->> 'payment_reference') AS payment_reference"
    " FROM store_invoice w WHERE {invoices} GROUP BY account_id, invoice_number) v"
    " JOIN store_account a ON a.id = v.account_id"
    " LEFT JOIN (SELECT i.account_id, i.invoice_number, CAST(sum(CASE WHEN e.kind IN"
    f" {_RESTORING} THEN -e.amount_minor ELSE e.amount_minor END) AS bigint) AS settled_minor"
    " FROM store_entry e JOIN store_invoice i ON i.id = e.invoice_id WHERE {entries}"
    " GROUP BY i.account_id, i.invoice_number) p"
    " ON p.account_id = v.account_id AND p.invoice_number = v.invoice_number"
)
_UNPAID = " WHERE v.amount_minor > COALESCE(p.settled_minor, 0)"

LEARNED = pl.Schema(
    {
        "payer_account": pl.String(),
        "payer_name": pl.String(),
        "account_number": pl.String(),
        "payments": pl.Int64(),
        "is_by_hand": pl.Boolean(),
        "last_on": pl.Date(),
    }
)
"""Who paid for whom: bank account and name of a payer, the customer, in how many entries, the last of which day.

``is_by_hand``: a person has decided at least one of them."""

TRAITS = pl.Schema(dict.fromkeys(("account_number", "policy", "country", "party_type", "segment"), pl.String()))
"""What a rule of the policy file can look at, by customer."""

PAID = pl.Schema({"reference": pl.String(), "accounts": pl.Int64(), "account_id": pl.Int64()})
"""Payments of the ledger by reference: of how many customers they are, and one of these."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came in and may be from a customer, because a proposal says so."""

    entry_id: int
    account_id: int
    currency: str
    booked_on: date
    amount_minor: int
    payer_name: str
    score: int
    reasons: tuple[str, ...]


def open_invoices(*, with_paid: bool = False) -> pl.DataFrame:
    """Return what is left to pay of every invoice, whatever its instalments; ``with_paid``: also those paid in full."""
    with bulk.reading():
        return bulk.frame(_OPEN_SQL.format(invoices="true", entries="true") + ("" if with_paid else _UNPAID), _OPEN)


def invoices_of(account_ids: Collection[int]) -> pl.DataFrame:
    """Return every invoice of some customers, also those that are paid, oldest due first."""
    own = {name: bulk.among(f"{row}.account_id", account_ids) for name, row in (("invoices", "w"), ("entries", "e"))}
    with bulk.reading():
        found = bulk.frame(_OPEN_SQL.format(**own), _OPEN)
    return found.sort("due_on", "invoice_number", nulls_last=True)


def customers() -> pl.DataFrame:
    """Return every customer's number and name."""
    schema = pl.Schema({"account_number": pl.String(), "name": pl.String()})
    with bulk.reading():
        return bulk.frame("SELECT account_number, name FROM store_account", schema)


def traits() -> pl.DataFrame:
    """Return what chooses the policy of every customer (``TRAITS``)."""
    with bulk.reading():
        return bulk.frame(f"SELECT {', '.join(TRAITS)} FROM store_account", TRAITS)


def paid(references: Collection[str]) -> pl.DataFrame:
    """Return which payment references the ledger has already, and whose they are (``PAID``)."""
    wanted = pl.DataFrame({"reference": pl.Series(sorted(references), dtype=pl.String)})
    sql = (
        "SELECT w.reference, count(DISTINCT e.account_id) AS accounts, min(e.account_id) AS account_id"
        " FROM store_entry e JOIN wanted_reference w ON w.reference = e.payment_reference GROUP BY w.reference"
    )
    with bulk.writing(), bulk.staged("wanted_reference", wanted):
        return bulk.frame(sql, PAID)


def stored(references: Collection[str]) -> frozenset[str]:
    """Return which bank entries are stored, by their references."""
    wanted = pl.DataFrame({"reference": pl.Series(sorted(references), dtype=pl.String)})
    sql = "SELECT w.reference FROM store_bankentry b JOIN wanted_reference w ON w.reference = b.entry_reference"
    with bulk.writing(), bulk.staged("wanted_reference", wanted):
        return frozenset(bulk.frame(sql, pl.Schema({"reference": pl.String()}))["reference"])


def waiting_entries(until_on: date | None = None) -> pl.DataFrame:
    """Return the bank entries that wait for a person (``STORED_ENTRY``), booked by a day; unknown texts are null."""
    with bulk.reading():
        rows = bulk.frame(f"SELECT {', '.join(STORED_ENTRY)} FROM store_bankentry WHERE {_WAITING}", STORED_ENTRY)
    rows = rows if until_on is None else rows.filter(pl.col("booked_on") <= until_on)
    texts = [name for name, dtype in STORED_ENTRY.items() if dtype == pl.String]
    return rows.with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in texts)


def states_of(references: Collection[str]) -> dict[str, str]:
    """Return the states of stored entries by their references."""
    wanted = set(references)
    rows = BankEntry.objects.filter(state__in=BANK_ENTRY_WAITING).values_list("entry_reference", "state")
    return {reference: state for reference, state in rows if reference in wanted}


def undone() -> Mapping[str, frozenset[str]]:
    """Return, for each waiting entry that a person has decided about, what was applied and taken out again."""
    found: dict[str, set[str]] = {}
    for reference in BankEntry.objects.filter(is_by_hand=True, state__in=BANK_ENTRY_WAITING).values_list(
        "entry_reference", flat=True
    ):
        found[reference] = set()
    moves = BankMove.objects.filter(event="undo", bankentry__entry_reference__in=list(found))
    for reference, parts in moves.values_list("bankentry__entry_reference", "parts"):
        found[reference].add(parts)
    return {reference: frozenset(parts) for reference, parts in found.items()}


def learned() -> pl.DataFrame:
    """Return who has paid for whom, from the entries that are applied to one customer (``LEARNED``)."""
    sql = (
        "SELECT b.payer_account, b.payer_name, a.account_number, count(*) AS payments,"
        " max(CASE WHEN b.is_by_hand THEN 1 ELSE 0 END) AS is_by_hand, max(b.booked_on) AS last_on"
        " FROM store_bankentry b JOIN store_account a ON a.id = b.account_id"
        " WHERE b.state = 'applied' AND NOT b.is_reversal AND NOT b.is_batch"
        " AND (b.payer_account <> '' OR b.payer_name <> '') GROUP BY b.payer_account, b.payer_name, a.account_number"
    )
    with bulk.reading():
        return bulk.frame(sql, LEARNED)


def batch_kin(bank_references: Collection[str], batches_of: Collection[str]) -> tuple[set[str], dict[str, str]]:
    """Return what is stored of itemised batches.

    First: which of ``bank_references`` have single payments stored, as ``reference day``. Second: which batches that
    ``batches_of`` names are stored, in the same form, with their states.
    """
    items = BankEntry.objects.filter(batch_of__in=list(bank_references)).exclude(batch_of="").exclude(state="set_aside")
    whole = BankEntry.objects.filter(bank_reference__in=list(batches_of), is_batch=True).exclude(bank_reference="")
    return (
        {f"{reference} {day}" for reference, day in items.values_list("batch_of", "booked_on")},
        {
            f"{reference} {day}": state
            for reference, day, state in whole.values_list("bank_reference", "booked_on", "state")
        },
    )


UNPLACED_SINCE_SQL = (
    "SELECT min(booked_on) FROM store_bankentry WHERE state = 'unmatched' AND direction = 'in' AND NOT is_reversal"
)
"""The day of the earliest money that came in from nobody knows whom; null: all of it has its place."""


_PROPOSED_SQL = (
    "SELECT p.id FROM store_bankproposal p JOIN store_bankentry b ON b.id = p.bankentry_id"
    f" WHERE b.{_WAITING} AND b.direction = 'in' AND NOT b.is_reversal"
)


def receipts(account_ids: Collection[int] | None = None) -> list[Receipt]:
    """Return the money that waits and may be from some customers, or from anybody; the oldest first."""
    rows = BankProposal.objects.filter(
        bankentry__state__in=BANK_ENTRY_WAITING, bankentry__direction="in", bankentry__is_reversal=False
    )
    if account_ids is not None:
        if not bulk.keys(f"{_PROPOSED_SQL} AND {bulk.among('p.account_id', account_ids)} LIMIT 1"):
            return []  # nearly always, and then Django would need longer to ask than the database to answer
        rows = rows.filter(account_id__in=list(account_ids))
    found: dict[tuple[int, int], Receipt] = {}
    for row in rows.select_related("bankentry").order_by("bankentry__booked_on", "bankentry_id", "rank"):
        found.setdefault((row.bankentry_id, row.account_id), _receipt(row))
    return list(found.values())


def complete_for(account_id: int, complete_through: date) -> date:
    """Return through which day it is known what a customer paid: not beyond money that waits and may be theirs."""
    days = [receipt.booked_on - timedelta(days=1) for receipt in receipts([account_id])]
    return min([complete_through, *days])


def _receipt(row: BankProposal) -> Receipt:
    entry = row.bankentry
    return Receipt(
        entry.pk,
        row.account_id,
        entry.currency,
        entry.booked_on,
        entry.amount_minor,
        entry.payer_name,
        row.score,
        tuple(row.reasons),
    )
