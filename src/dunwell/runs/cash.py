"""Bank entries into payments: what is surely whose goes in, the rest waits in a file for a person.

The file is a payments file: every waiting entry is a row with the best proposal filled in. Correct it, import it, and
the entry is in, under the reference that later statements know it by; so no payment is counted twice.
"""

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from dunwell.errors import Problem
from dunwell.money import format_plain
from dunwell.sources.contract import Reading
from dunwell.sources.matching import OPEN_INVOICES, Matches, Proposal, match, payments_of
from dunwell.sources.rows import Table
from dunwell.store.cash import customers, open_invoices, references_known

_WAITING = (
    "payment_reference", "account_number", "invoice_number", "paid_on", "currency", "amount", "kind",
    "payer_name", "remittance", "why",
)  # fmt: skip
"""The columns of the file of waiting entries; those after ``kind`` are for the person who looks."""


def with_payments(reading: Reading) -> Reading:
    """Turn the bank entries of a statement into payments, as far as they are surely somebody's.

    The bank counts as known through the statement's day once none of its entries waits.
    """
    if reading.entries is None:
        return reading
    known = references_known(reading.entries["entry_reference"].to_list())
    entries = reading.entries.filter(~pl.col("entry_reference").is_in(sorted(known)))
    invoices = open_invoices().with_columns(pl.lit(None, dtype=pl.String).alias("payment_reference"))
    found = match(entries, invoices.select(OPEN_INVOICES.names()), customers())
    waiting = entries.filter(pl.col("entry_reference").is_in(list(found.worklist)))
    rows = list(_rows(waiting, found))
    return replace(
        reading,
        tables=(*reading.tables, Table("payments", payments_of(found.proposals))),
        problems=(*reading.problems, *_said(reading, rows)),
        rejects=_as_csv(rows) if rows else None,
        bank_complete_through=None if rows else reading.bank_complete_through,
    )


def _rows(waiting: pl.DataFrame, found: Matches) -> Iterator[tuple[str, ...]]:
    best: dict[str, Proposal] = {}
    for proposed in found.proposals:
        best.setdefault(proposed.entry_reference, proposed)
    for entry in waiting.iter_rows(named=True):
        proposal = best.get(entry["entry_reference"])
        currency = str(entry["currency"])
        said = (str(entry["payer_name"] or ""), str(entry["remittance"] or ""))
        for account, invoice, amount_minor, kind, why in _parts(proposal, entry["amount_minor"]):
            money = (str(entry["booked_on"]), currency, format_plain(amount_minor, currency), kind)
            yield (entry["entry_reference"], account, invoice, *money, *said, why)


def _as_csv(rows: list[tuple[str, ...]]) -> bytes:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(_WAITING, pl.String), orient="row")
    return frame.with_columns(pl.when(pl.all() != "").then(pl.all())).write_csv().encode()


def _parts(proposal: Proposal | None, amount_minor: int) -> Iterator[tuple[str, str, int, str, str]]:
    if proposal is None:
        yield "", "", amount_minor, "payment", "nothing in the ledger fits"
        return
    why = f"{proposal.sureness} ({proposal.score} of 100): {'; '.join(proposal.reasons)}"
    for part in proposal.parts:
        yield proposal.account_number, part.invoice_number or "", part.amount_minor, proposal.kind, why


def _said(reading: Reading, rows: list[tuple[str, ...]]) -> Iterator[Problem]:
    if rows:
        count = len({row[0] for row in rows})
        entries = "entry is" if count == 1 else "entries are"
        message = f"{count:,} {entries} not surely a customer's payment of an open invoice; nothing of it went in."
        hint = "Correct the rows of the rejects file and import it; delete rows that are no customer's."
        if reading.bank_complete_through:
            hint += f" Then say --bank-complete-through {reading.bank_complete_through}."
        yield Problem(reading.source, 0, "", message, hint)
