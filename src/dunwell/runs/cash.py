"""Bank entries into payments: what is surely whose goes in, the rest is stored and waits for a person.

With every import all entries that wait are looked at again, those of earlier statements too: an invoice may have come
in, or who pays from which bank account been learned. A person decides with ``dunwell match`` (``runs/matching.py``), or
corrects the file of waiting entries, which is a payments file, and imports it. An entry keeps its reference in every
statement, so no payment is counted twice.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from dunwell.casework.bank_states import event_to
from dunwell.errors import Problem
from dunwell.money import format_plain
from dunwell.sources.contract import BANK_ENTRY, Reading
from dunwell.sources.guarding import guarded
from dunwell.sources.matching import OPEN_INVOICES, Applied, Matches, Proposal, Rules, match, payments_of
from dunwell.sources.rows import Table, Watch
from dunwell.store import cash
from dunwell.store.fingerprint import RUN
from dunwell.store.importing import Origin, import_parsed
from dunwell.store.matches import PROPOSED, VERDICTS, Taking, parts_text, read_parts, record

_WAITING = (
    "payment_reference", "account_number", "invoice_number", "paid_on", "currency", "amount", "kind",
    "payer_name", "remittance", "why",
)  # fmt: skip
"""The columns of the file of waiting entries; those after ``kind`` are for the person who looks."""

_ITEMISED = "its single payments are in another statement"
_LISTED = "its payments came in a list"
_WHOLE_BATCH = "the batch that it is a part of was applied as a whole"


@dataclass(frozen=True, slots=True)
class Looked:
    """What matching made of the entries that wait and of those of a statement.

    ``fresh`` are the statement's entries that are not stored yet and may be a customer's; ``waiting`` those stored
    before. ``aside`` says of some of them why they are no payment by themselves.
    """

    fresh: pl.DataFrame
    waiting: pl.DataFrame
    matches: Matches
    aside: Mapping[str, str] = field(default_factory=dict)


def look(rules: Rules, entries: pl.DataFrame | None = None, until_on: date | None = None) -> Looked:
    """Match everything that waits, together with the ``entries`` of a statement (``BANK_ENTRY``), and write nothing.

    ``rules`` are the tolerances (``runs.tolerances``), and who watches. With ``until_on``, what was booked later is
    passed over.
    """
    waiting = cash.waiting_entries(until_on).with_columns(pl.lit(None, dtype=pl.Int64).alias("source_line"))
    waiting = waiting.select(list(BANK_ENTRY))
    fresh = _fresh(entries if entries is not None else BANK_ENTRY.to_frame())
    both = pl.concat([fresh, waiting])
    if both.is_empty():
        return Looked(fresh, waiting, Matches())
    undone = _undone()
    aside = {reference: why for reference, why in _aside(both).items() if reference not in undone}
    known = set(cash.paid(both["entry_reference"].to_list())["reference"]) | set(aside)
    is_any_taken_back = bool(both["is_reversal"].any())  # then invoices that are paid already may be meant
    invoices = cash.open_invoices(with_paid=is_any_taken_back)
    found = match(
        both.filter(~pl.col("entry_reference").is_in(sorted(known))),
        invoices.select(*OPEN_INVOICES.names(), "issued_on"),
        cash.customers(),
        cash.learned(),
        replace(rules, undone=undone),
    )
    return Looked(fresh, waiting, found, aside | dict.fromkeys(found.ignored, _ITEMISED))


def _fresh(entries: pl.DataFrame) -> pl.DataFrame:
    """Keep what is not stored yet and may be a customer's: money that came in, and payments taken back."""
    ours = entries.filter((pl.col("direction") == "in") | pl.col("is_reversal"))
    stored = cash.stored(ours["entry_reference"].to_list()) if ours.height else frozenset[str]()
    return ours.filter(~pl.col("entry_reference").is_in(sorted(stored)))


def _aside(entries: pl.DataFrame) -> dict[str, str]:
    """Return what is itself a batch, or a part of one, of which the other is stored: the money would count twice."""
    bank = pl.col("extra").fill_null("{}")
    parts = entries.select(
        "entry_reference",
        (bank.str.json_path_match("$.is_batch").fill_null("") == "true").alias("is_batch"),
        *(bank.str.json_path_match(f"$.{name}").fill_null("").alias(name) for name in ("bank_reference", "batch_of")),
        pl.col("booked_on").cast(pl.String).alias("day"),
    )
    batches = parts.filter("is_batch" if parts.height else pl.lit(value=False), pl.col("bank_reference") != "")
    items = parts.filter(pl.col("batch_of") != "")
    itemised, whole = cash.batch_kin(batches["bank_reference"].to_list(), items["batch_of"].unique().to_list())
    itemised |= {f"{one['batch_of']} {one['day']}" for one in items.iter_rows(named=True)}
    applied = {key for key, state in whole.items() if state == "applied"}
    found = {
        one["entry_reference"]: _ITEMISED
        for one in batches.iter_rows(named=True)
        if f"{one['bank_reference']} {one['day']}" in itemised
    }
    return found | {
        one["entry_reference"]: _WHOLE_BATCH
        for one in items.iter_rows(named=True)
        if f"{one['batch_of']} {one['day']}" in applied
    }


def _undone() -> Mapping[str, Collection[Applied]]:
    return {
        reference: [
            frozenset((account, invoice, minor) for account, invoice, minor in read_parts(text)) for text in texts
        ]
        for reference, texts in cash.undone().items()
    }


def with_payments(reading: Reading, looked: Looked) -> Reading:
    """Return what a file gives together with the payments that were surely found, and what is to say of the others."""
    if reading.entries is None:
        return reading
    own = set(reading.entries["entry_reference"])
    waiting = pl.concat([looked.fresh, looked.waiting]).filter(
        pl.col("entry_reference").is_in(sorted(own & set(looked.matches.worklist)))
    )
    rows = list(_rows(waiting, looked.matches))
    return replace(
        reading,
        tables=(*reading.tables, Table("payments", payments_of(looked.matches.proposals))),
        problems=(*reading.problems, *_said(reading, rows)),
        rejects=_as_csv(rows) if rows else None,
    )


def keep(looked: Looked, taking: Taking, watch: Watch | None = None) -> None:
    """Store what was looked at, each entry in the state that it has now.

    Applied is what has its payments in the ledger, wherever they came from: matched, or in a list that was imported.
    """
    both = pl.concat([looked.fresh, looked.waiting])
    if both.is_empty():
        return
    payments = {row["reference"]: row for row in cash.paid(both["entry_reference"].to_list()).iter_rows(named=True)}
    best = _best(looked.matches)
    before = dict.fromkeys(looked.fresh["entry_reference"], "") | _states(looked)
    verdicts = [
        _verdict(reference, before[reference], payments.get(reference), looked, best.get(reference))
        for reference in both["entry_reference"]
    ]
    waiting = {str(verdict[0]) for verdict in verdicts if verdict[1] in ("unmatched", "proposed")}
    proposed = pl.DataFrame(list(_proposed(looked.matches, waiting)), schema=PROPOSED, orient="row")
    frame = pl.DataFrame(verdicts, schema=VERDICTS, orient="row")
    record(looked.fresh.drop("source_line"), frame, proposed, taking, watch)


def _states(looked: Looked) -> dict[str, str]:
    return cash.states_of(looked.waiting["entry_reference"].to_list())


def _verdict(
    reference: str, before: str, payment: Mapping[str, object] | None, looked: Looked, best: Proposal | None
) -> tuple[object, ...]:
    """Return a row of ``VERDICTS``."""
    parts, reason, account_id = "", "", None
    if payment is not None:
        state, reason = "applied", _LISTED
        account_id = payment["account_id"] if payment["accounts"] == 1 else None
        if best is not None and best.sureness == "sure":
            parts, reason = parts_text([[*part] for part in best.as_applied()]), " ".join(best.reasons)
    elif reference in looked.aside:
        state, reason = "set_aside", looked.aside[reference]
    else:
        state = "proposed" if best is not None and best.sureness != "possible" else "unmatched"
    return reference, state, event_to(before, state), reason, parts, account_id


def _best(found: Matches) -> dict[str, Proposal]:
    best: dict[str, Proposal] = {}
    for proposed in found.proposals:
        best.setdefault(proposed.entry_reference, proposed)
    return best


def _proposed(found: Matches, waiting: Collection[str]) -> Iterator[tuple[object, ...]]:
    ranks: dict[str, int] = {}
    for one in found.proposals:
        if one.entry_reference not in waiting:
            continue
        ranks[one.entry_reference] = ranks.get(one.entry_reference, 0) + 1
        parts = json.dumps([[part.invoice_number, part.amount_minor] for part in one.parts], ensure_ascii=False)
        reasons = json.dumps(list(one.reasons), ensure_ascii=False)
        head = (one.entry_reference, ranks[one.entry_reference], one.account_number)
        yield (*head, one.sureness, one.score, parts, reasons)


def renew(rules: Rules, on: date) -> bool:
    """Match what waits and was booked by a day once more, because something has changed; what is sure now goes in.

    Writes within the caller's transaction. Does nothing, at the cost of one query, where nothing waits. Tells whether
    anything went in.
    """
    looked = look(rules, until_on=on)
    if looked.waiting.is_empty():
        return False
    origin, taking = Origin("bank entries that waited", by=RUN, on=on, is_bank_list=False), Taking(on, RUN)
    payments = payments_of(looked.matches.proposals)
    batch_id = import_parsed("payments", payments, origin).batch_id if payments.height else taking.batch_id
    keep(looked, replace(taking, batch_id=batch_id))
    return bool(payments.height)


def _rows(waiting: pl.DataFrame, found: Matches) -> Iterator[tuple[str, ...]]:
    best = _best(found)
    for entry in waiting.iter_rows(named=True):
        proposal = best.get(entry["entry_reference"])
        currency = str(entry["currency"])
        said = (str(entry["payer_name"] or ""), str(entry["remittance"] or ""))
        for account, invoice, amount_minor, kind, why in _parts(proposal, entry["amount_minor"]):
            money = (str(entry["booked_on"]), currency, format_plain(amount_minor, currency), kind)
            yield (entry["entry_reference"], account, invoice, *money, *said, why)


def _as_csv(rows: list[tuple[str, ...]]) -> bytes:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(_WAITING, pl.String), orient="row")
    safe = frame.with_columns(guarded(pl.col(name)).alias(name) for name in frame.columns)
    return safe.with_columns(pl.when(pl.all() != "").then(pl.all())).write_csv().encode()


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
        hint = "Decide with: dunwell match list. Or correct the rows of the rejects file and import it."
        if reading.bank_complete_through:
            hint += " Until then nobody whom the money may be from is written to."
        yield Problem(reading.source, 0, "", message, hint)
