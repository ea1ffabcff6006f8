"""Bank entries go into the store and move from state to state, with their payments and what is proposed for them.

What an import finds goes in as frames, thousands at once; what a person decides, one entry at a time by one conditional
UPDATE, so that of two who try only one can. Which moves are legal is casework's business.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.db.models import QuerySet, Value
from django.db.models.functions import Concat

from dunwell.ledger.bank import STORED_ENTRY
from dunwell.store import audit, bulk
from dunwell.store.audit_rows import case_digest, last_id, rows_between, rows_since
from dunwell.store.bulk import Watch
from dunwell.store.claims import Move
from dunwell.store.models import Account, AuditEntry, BankEntry, BankMove, BankProposal, Entry, Invoice

ACT = "match"
"""What the audit trail calls it when a bank entry moves."""

VERDICTS = pl.Schema(
    {
        "entry_reference": pl.String(),
        "state": pl.String(),  # where it is now
        "event": pl.String(),  # what brings it there; empty where it is there already
        "reason": pl.String(),
        "parts": pl.String(),  # see BankMove
        "account_id": pl.Int64(),  # the customer it is applied to, where it is one
    }
)
"""One row per bank entry that was looked at."""

PROPOSED = pl.Schema(
    {
        "entry_reference": pl.String(),
        "rank": pl.Int64(),
        "account_number": pl.String(),
        "sureness": pl.String(),
        "score": pl.Int64(),
        "parts": pl.String(),  # JSON: pairs of invoice number and amount
        "reasons": pl.String(),  # JSON: sentences
    }
)
"""One row per proposal for an entry that waits."""

_FROM_EXTRA = ("bank_reference", "batch_of")


@dataclass(frozen=True, slots=True)
class Taking:
    """By which import, and on which business day, entries were looked at."""

    on: date
    by: str
    batch_id: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """So much of a bank entry is for this customer: on an invoice, or (without one) on the account."""

    account: Account
    invoice: Invoice | None
    amount_minor: int

    def plain(self) -> list[Any]:
        """Return it as the moves of an entry keep it."""
        number = self.invoice.invoice_number if self.invoice else None
        return [self.account.account_number, number, self.amount_minor]


def parts_text(parts: Sequence[Sequence[Any]]) -> str:
    """Return what was applied as text: the same text for the same parts, whatever their order."""
    return audit.canonical(sorted(([*part] for part in parts), key=str))


def record(
    fresh: pl.DataFrame, verdicts: pl.DataFrame, proposed: pl.DataFrame, taking: Taking, watch: Watch | None = None
) -> None:
    """Store entries that are new, move those that were looked at, and replace what is proposed for them.

    ``fresh`` has ``STORED_ENTRY``, the others ``VERDICTS`` and ``PROPOSED``. One move per entry that changed its state,
    one entry in the audit trail, all or nothing. ``watch`` hears how many new ones are stored.
    """
    if verdicts.is_empty():
        return
    with bulk.writing():
        before = {table: last_id(table) for table in ("bankmove", "bankentry")}
        seen = verdicts.join(_states(verdicts), on="entry_reference", how="left")
        _add(fresh, verdicts, taking, watch)
        _move(seen, taking)
        _propose(verdicts["entry_reference"], proposed)
        written = [rows for table, last in before.items() for rows in rows_since(table, last)]
        if written:
            audit.append(audit.Act(ACT, taking.by, taking.on, summary={"batch": taking.batch_id}, rows=written))


def _states(verdicts: pl.DataFrame) -> pl.DataFrame:
    """Return key and state of the entries that are stored."""
    schema = pl.Schema({"entry_reference": pl.String(), "entry_id": pl.Int64(), "from_state": pl.String()})
    sql = (
        "SELECT b.entry_reference, b.id AS entry_id, b.state AS from_state FROM store_bankentry b"
        " JOIN seen_entry s ON s.entry_reference = b.entry_reference"
    )
    with bulk.staged("seen_entry", verdicts.select("entry_reference")):
        return bulk.frame(sql, schema)


def _add(fresh: pl.DataFrame, verdicts: pl.DataFrame, taking: Taking, watch: Watch | None) -> None:
    """Store new entries in the state that they come to."""
    if fresh.is_empty():
        return
    texts = [name for name, dtype in STORED_ENTRY.items() if dtype == pl.String and name != "extra"]
    bank = pl.col("extra").fill_null("{}")
    rows = (
        fresh.select(list(STORED_ENTRY))
        .join(verdicts.select("entry_reference", "state", "account_id"), on="entry_reference")
        .with_columns(
            *(pl.col(name).fill_null("") for name in texts),
            *(bank.str.json_path_match(f"$.{name}").fill_null("").alias(name) for name in _FROM_EXTRA),
            (bank.str.json_path_match("$.is_batch").fill_null("") == "true").alias("is_batch"),
            pl.lit(value=False).alias("is_by_hand"),
            pl.lit(taking.batch_id, dtype=pl.Int64).alias("first_batch_id"),
        )
    )
    bulk.append("store_bankentry", rows, watch)


def _move(seen: pl.DataFrame, taking: Taking) -> None:
    """Write a move of each entry whose state changed, and the state itself of those that were stored before."""
    changed = seen.filter(pl.col("event") != "")
    if changed.is_empty():
        return
    known = changed.filter(pl.col("entry_id").is_not_null())
    with bulk.staged("moved_entry", known.select("entry_id", "state", "account_id")):
        bulk.execute(
            "UPDATE store_bankentry SET state = m.state, account_id = m.account_id FROM moved_entry m"
            " WHERE m.entry_id = store_bankentry.id"
        )
    ids = _states(changed).select("entry_reference", pl.col("entry_id").alias("id"))
    rows = changed.join(ids, on="entry_reference").sort("id")
    bulk.append(
        "store_bankmove",
        rows.select(
            pl.col("id").alias("bankentry_id"),
            "event",
            pl.col("from_state").fill_null(""),
            pl.col("state").alias("to_state"),
            pl.lit(taking.on).alias("on"),
            pl.lit(taking.by).alias("by"),
            "reason",
            "parts",
        ),
    )


def _propose(references: pl.Series, proposed: pl.DataFrame) -> None:
    """Replace what was proposed for some entries."""
    looked_at = pl.DataFrame({"entry_reference": references})
    with bulk.staged("looked_at", looked_at):
        bulk.execute(
            "DELETE FROM store_bankproposal WHERE bankentry_id IN (SELECT b.id FROM store_bankentry b"
            " JOIN looked_at l ON l.entry_reference = b.entry_reference)"
        )
    with bulk.staged("new_proposal", proposed.select(list(PROPOSED))):
        bulk.execute(
            "INSERT INTO store_bankproposal (bankentry_id, rank, account_id, sureness, score, parts, reasons)"
            f" SELECT b.id, p.rank, a.id, p.sureness, p.score, {bulk.json('p.parts')}, {bulk.json('p.reasons')}"
            " FROM new_proposal p JOIN store_bankentry b ON b.entry_reference = p.entry_reference"
            " JOIN store_account a ON a.account_number = p.account_number"
        )


def move_entry(entry: BankEntry, move: Move, shares: Sequence[Share] = ()) -> bool:
    """Move an entry by a person's word and bring its payments into the ledger, or take them out again.

    ``shares`` are what is applied; leaving ``applied`` takes out every payment that bears the entry's reference.
    ``False``, and nothing is written, when it was no longer in ``move.from_state``.
    """
    with bulk.writing():
        waiting = BankEntry.objects.filter(pk=entry.pk, state=move.from_state)
        accounts = {share.account.pk for share in shares}
        owner = next(iter(accounts)) if len(accounts) == 1 else None
        if waiting.update(state=move.to_state, account_id=owner, is_by_hand=True) != 1:
            return False
        parts: Sequence[Sequence[Any]] = [share.plain() for share in shares]
        if move.from_state == "applied":
            taken, parts = _take_out(entry)
            accounts |= taken
        _put_in(entry, shares)
        if move.to_state == "set_aside":
            accounts |= set(BankProposal.objects.filter(bankentry=entry).values_list("account_id", flat=True))
        if move.to_state in ("applied", "set_aside"):
            BankProposal.objects.filter(bankentry=entry).delete()
        _write(entry, move, parts_text(parts) if parts else "", accounts)
    entry.refresh_from_db()
    return True


def _put_in(entry: BankEntry, shares: Sequence[Share]) -> None:
    kind = "reversal" if entry.is_reversal else "payment"
    counted: dict[int, int] = {}
    for share in shares:
        counted[share.account.pk] = counted.get(share.account.pk, 0) + 1
        Entry.objects.create(
            account=share.account,
            payment_reference=entry.entry_reference,
            kind=kind,
            part=counted[share.account.pk],
            invoice=share.invoice,
            paid_on=entry.booked_on,
            currency=entry.currency,
            amount_minor=share.amount_minor,
        )


def _take_out(entry: BankEntry) -> tuple[set[int], list[list[Any]]]:
    """Delete the payments of an entry; return whose they were, and what was applied."""
    rows = Entry.objects.filter(payment_reference=entry.entry_reference).select_related("account", "invoice")
    parts = [
        [row.account.account_number, row.invoice.invoice_number if row.invoice else None, row.amount_minor]
        for row in rows
    ]
    accounts = {row.account_id for row in rows}
    rows.delete()
    return accounts, parts


def _write(entry: BankEntry, move: Move, parts: str, accounts: set[int]) -> None:
    """Write a move, with one entry in the audit trail for each customer concerned, or one for nobody."""
    made = BankMove.objects.create(
        bankentry=entry,
        event=move.event,
        from_state=move.from_state,
        to_state=move.to_state,
        on=move.on,
        by=move.by,
        reason=move.reason,
        parts=parts,
    )
    digest = case_digest("bankentry", entry.pk)
    summary = {"from": move.from_state, "to": move.to_state, "event": move.event, "row_sha256": digest}
    rows = [rows_between("bankmove", made.pk, made.pk)]
    concerned: list[int | None] = [*sorted(accounts)]
    for account_id in concerned or [None]:
        audit.append(audit.Act(ACT, move.by, move.on, entry.pk, account_id, summary, rows))
        rows = []


def moves_about(account: Account) -> QuerySet[BankMove]:
    """Return the moves, oldest first, that applied, took back or set aside what was or may have been a customer's.

    An entry that is applied to the customer tells so itself; of the others the audit trail knows whom they concerned.
    """
    # Concat keeps the planner from looking among the matches of everybody, the union from reading all moves.
    told = AuditEntry.objects.annotate(act=Concat("what", Value(""))).filter(account_id=account.pk, act=ACT)
    of_entry = told.exclude(subject_id=None).values("subject_id")
    own = BankEntry.objects.filter(account=account).values("pk")
    decided = BankMove.objects.filter(bankentry__in=own.union(of_entry), event__in=("apply", "undo", "set aside"))
    return decided.select_related("bankentry").order_by("id")


def parts_of(entry: BankEntry) -> list[list[Any]]:
    """Return what of an entry is applied now: account number, invoice number or null, amount."""
    rows = Entry.objects.filter(payment_reference=entry.entry_reference).select_related("account", "invoice")
    if entry.account_id is not None:
        rows = rows.filter(account_id=entry.account_id)  # found by the index of accounts and references
    return [
        [row.account.account_number, row.invoice.invoice_number if row.invoice else None, row.amount_minor]
        for row in rows.order_by("account_id", "part")
    ]


def read_parts(text: str) -> list[list[Any]]:
    """Read back what :func:`parts_text` wrote."""
    found: list[list[Any]] = json.loads(text) if text else []
    return found
