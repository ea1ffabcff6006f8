"""Between frames and values: entries in, proposals and payments out."""

import json
from collections.abc import Iterable, Iterator

import polars as pl

from dunwell.sources.matching.model import PROPOSALS, BankEntry, Proposal
from dunwell.sources.rows import schema


def bank_entries(frame: pl.DataFrame) -> Iterator[BankEntry]:
    """Read the rows of a frame of ``contract.BANK_ENTRY``."""
    for row in frame.iter_rows(named=True):
        extra = json.loads(row["extra"]) if row["extra"] else {}
        one = [row["structured_reference"]] if row["structured_reference"] else []
        yield BankEntry(
            reference=row["entry_reference"],
            booked_on=row["booked_on"],
            currency=row["currency"],
            amount_minor=row["amount_minor"],
            is_in=row["direction"] == "in",
            is_reversal=bool(row["is_reversal"]),
            is_batch=bool(extra.get("is_batch", False)),
            payer_name=row["payer_name"] or "",
            payer_account=row["payer_account"] or "",
            structured=tuple(dict.fromkeys([*one, *extra.get("references", [])])),
            text=" ".join(filter(None, (row["remittance"], row["end_to_end_id"]))),
            bank_reference=extra.get("bank_reference", ""),
            batch_of=extra.get("batch_of", ""),
        )


def proposals_frame(proposals: Iterable[Proposal]) -> pl.DataFrame:
    """Return the proposals as a frame of ``model.PROPOSALS``."""
    return pl.DataFrame(list(_rows(proposals)), schema=PROPOSALS, orient="row")


def _rows(proposals: Iterable[Proposal]) -> Iterator[tuple[object, ...]]:
    ranks: dict[str, int] = {}
    for found in proposals:
        ranks[found.entry_reference] = ranks.get(found.entry_reference, 0) + 1
        head = (found.entry_reference, ranks[found.entry_reference], found.sureness, found.score, found.kind)
        reasons = json.dumps(list(found.reasons), ensure_ascii=False)
        for part in found.parts:
            money = (found.paid_on, found.currency, part.amount_minor)
            yield (*head, found.account_number, part.invoice_number, *money, reasons)


def payments_of(proposals: Iterable[Proposal]) -> pl.DataFrame:
    """Return the sure proposals as rows of ``payments``; the payment's reference is that of its entry."""
    rows = [
        {
            "payment_reference": found.entry_reference,
            "account_number": found.account_number,
            "invoice_number": part.invoice_number,
            "paid_on": found.paid_on,
            "currency": found.currency,
            "amount_minor": part.amount_minor,
            "kind": found.kind,
        }
        for found in proposals
        if found.sureness == "sure"
        for part in found.parts
    ]
    wanted = schema("payments")
    return pl.from_dicts(rows, schema=wanted) if rows else wanted.to_frame()
