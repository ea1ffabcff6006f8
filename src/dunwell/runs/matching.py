"""Bank entries and a person's word about them: list, apply, undo, set aside (the services of every face).

What is decided here is learned: who pays from which bank account, and under which name (``store.cash.learned``). It is
forgotten with the undoing of the decision, because it is read from what is applied.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from dunwell.casework.bank_states import advance
from dunwell.errors import RefusedError, UsageError
from dunwell.runs.answers import Said, act
from dunwell.runs.case_subject import account_named
from dunwell.runs.cash import keep, look
from dunwell.runs.desk import Desk
from dunwell.runs.gate import held_back_reason, waiting_receipts
from dunwell.runs.tolerances import matching_rules
from dunwell.runs.wording import amount
from dunwell.store.bulk import writing
from dunwell.store.cases import invoice_of
from dunwell.store.cash import invoices_of
from dunwell.store.fingerprint import RUN
from dunwell.store.matches import Share, Taking, parts_of, read_parts
from dunwell.store.models import BANK_ENTRY_STATES, BANK_ENTRY_WAITING, Account, BankEntry, BankMove, BankProposal

Json = dict[str, Any]

WAITING = BANK_ENTRY_WAITING
ALL_STATES = BANK_ENTRY_STATES
_FEW = 500
_THEN = "state_then"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which bank entries are asked for: of some states, proposed for or applied to one customer, a page of them.

    ``as_of``: those booked by that day, in the state that they had then; ``None``: as they stand.
    """

    states: Collection[str] = WAITING
    account_number: str = ""
    as_of: date | None = None
    offset: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants done with (a part of) an entry: so much of it for an invoice of a customer.

    Without ``invoice_number`` it stands on the account, unapplied; without ``amount_minor`` it is what is open of the
    invoice (of a payment taken back: what was paid of it), or what is left of the entry if that is less.
    """

    account_number: str
    invoice_number: str = ""
    amount_minor: int | None = None


def entries(wanted: Wanted) -> list[Json]:
    """Return bank entries with their proposals (best first) and what is applied of them, oldest booking first.

    Each is an object as :func:`entry_json` makes it. A page takes the same few queries whatever its length.
    """
    page = list(_found(wanted)[wanted.offset : _end(wanted)])
    shown = _in_parts(page)
    if wanted.as_of is None:
        return shown
    return [one | {"state": getattr(entry, _THEN)} for entry, one in zip(page, shown, strict=True)]


def count(wanted: Wanted) -> int:
    """Return how many entries there are of those asked for, on all pages."""
    return _found(wanted).count()


def counts() -> dict[str, int]:
    """Return how many entries are in each state, all states named."""
    rows = BankEntry.objects.values_list("state").annotate(number=Count("id"))
    return dict.fromkeys(ALL_STATES, 0) | dict(rows)


def _end(wanted: Wanted) -> int | None:
    return None if wanted.limit is None else wanted.offset + wanted.limit


def _found(wanted: Wanted) -> QuerySet[BankEntry]:
    """The rows asked for; of a past day by the state that the last move on or before it had brought them to."""
    rows = BankEntry.objects.order_by("booked_on", "id")
    if wanted.account_number:
        account = account_named(wanted.account_number)
        proposed = BankProposal.objects.filter(account=account).values("bankentry_id")
        rows = rows.filter(Q(pk__in=proposed) | Q(account=account))
    if wanted.as_of is not None:
        moves = BankMove.objects.filter(bankentry=OuterRef("pk"), on__lte=wanted.as_of).order_by("-id")
        dated = rows.filter(booked_on__lte=wanted.as_of).annotate(**{_THEN: Subquery(moves.values("to_state")[:1])})
        return dated.filter(**{f"{_THEN}__in": list(wanted.states)})
    return rows.filter(state__in=list(wanted.states))


def entry_named(number: int) -> BankEntry:
    """Return a bank entry by its number; raises ``UsageError`` when there is none."""
    found = BankEntry.objects.filter(pk=number).first()
    if found is None:
        raise UsageError(f"There is no bank entry {number}; dunwell match list names those that wait.")
    return found


def entry_json(entry: BankEntry) -> Json:
    """Return an entry as plain values: what the bank says, its state, ``proposals`` and ``applied``.

    A proposal has rank, account_number, name, sureness (sure, likely, possible), score (0 to 100), ``parts`` and
    ``reasons`` (sentences). Parts and what is applied have account_number, invoice_number (``None``: on the account)
    and amount_minor.
    """
    return _as_json([entry])[0]


def _in_parts(page: Sequence[BankEntry]) -> list[Json]:
    return [one for start in range(0, len(page), _FEW) for one in _as_json(page[start : start + _FEW])]


def _as_json(page: Sequence[BankEntry]) -> list[Json]:
    proposals: dict[int, list[Json]] = {entry.pk: [] for entry in page}
    rows = BankProposal.objects.filter(bankentry__in=list(proposals)).select_related("account")
    for one in rows.order_by("bankentry_id", "rank"):
        proposals[one.bankentry_id].append(_proposal_json(one))
    applied = _applied([entry for entry in page if entry.state == "applied"])
    return [
        _entry_json(entry) | {"proposals": proposals[entry.pk], "applied": applied.get(entry.pk, [])} for entry in page
    ]


def _applied(page: Sequence[BankEntry]) -> dict[int, list[Json]]:
    """Return what is applied of entries, by the moves that applied them; what a list settled, by the ledger."""
    moves = BankMove.objects.filter(bankentry__in=[entry.pk for entry in page], event="apply").order_by("id")
    texts = dict(moves.values_list("bankentry_id", "parts"))
    return {
        entry.pk: [_part_json(*part) for part in read_parts(texts.get(entry.pk, "")) or parts_of(entry)]
        for entry in page
    }


def _entry_json(entry: BankEntry) -> Json:
    texts = ("bank_account", "payer_name", "payer_account", "structured_reference", "remittance", "end_to_end_id")
    return {
        "id": entry.pk,
        "entry_reference": entry.entry_reference,
        "state": entry.state,
        "booked_on": entry.booked_on.isoformat(),
        "valued_on": entry.valued_on.isoformat() if entry.valued_on else None,
        "currency": entry.currency,
        "amount_minor": entry.amount_minor,
        "direction": entry.direction,
        "is_reversal": entry.is_reversal,
        "is_batch": entry.is_batch,
        "is_by_hand": entry.is_by_hand,
        **{name: getattr(entry, name) for name in texts},
    }


def _proposal_json(one: BankProposal) -> Json:
    return {
        "rank": one.rank,
        "account_number": one.account.account_number,
        "name": one.account.name,
        "sureness": one.sureness,
        "score": one.score,
        "parts": [_part_json(one.account.account_number, invoice, minor) for invoice, minor in one.parts],
        "reasons": one.reasons,
    }


def _part_json(account_number: str, invoice_number: str | None, amount_minor: int) -> Json:
    return {"account_number": account_number, "invoice_number": invoice_number, "amount_minor": amount_minor}


def moves_json(entry: BankEntry) -> list[Json]:
    """Return every move of an entry, oldest first: on, event, from, to, by, reason, and the parts applied or undone."""
    return [
        {
            "on": move.on.isoformat(),
            "event": move.event,
            "from": move.from_state,
            "to": move.to_state,
            "by": move.by,
            "reason": move.reason,
            "parts": [_part_json(*part) for part in read_parts(move.parts)],
        }
        for move in BankMove.objects.filter(bankentry=entry).order_by("id")
    ]


def open_invoices_json(account_number: str, currency: str) -> list[Json]:
    """Return what a customer has to pay in a currency, oldest due first: the choices for an entry applied by hand.

    Each has invoice_number, due_on, amount_minor (gross) and open_minor.
    """
    found = invoices_of([account_named(account_number).pk])
    return [
        {
            "invoice_number": row["invoice_number"],
            "due_on": row["due_on"].isoformat() if row["due_on"] else None,
            "amount_minor": row["amount_minor"],
            "open_minor": row["open_minor"],
        }
        for row in found.iter_rows(named=True)
        if row["currency"] == currency and row["open_minor"] > 0
    ]


def held_back(account_ids: Collection[int] | None = None, language: str = "en") -> Mapping[tuple[int, str], str]:
    """Return, by account and currency, why letters wait: money came in that may be theirs. ``None``: of everybody."""
    return {key: held_back_reason(waiting, language) for key, waiting in waiting_receipts(account_ids).items()}


def apply(desk: Desk, entry: BankEntry, wishes: Sequence[Wish], reason: str = "") -> list[Json]:
    """Apply an entry that waits as a person wishes; return the parts as applied.

    What the wishes leave stands on the account, where they are all of one customer. The payments are dated on the
    booking day. Raises ``UsageError`` for an unknown customer or invoice, another currency or no wish at all;
    ``RefusedError`` when the entry is decided already, or the amounts do not fit it or the invoices.
    """
    _require_customers_money(desk, entry)
    with writing():  # so that nobody else pays the same invoice meanwhile
        shares = _shares(entry, wishes)
        advance(entry, "apply", act(desk, Said(reason)), shares)
        if BankProposal.objects.filter(account__in={share.account.pk for share in shares}).exists():
            _propose_anew(desk)  # what waits was proposed for invoices that may be paid now
    return [_part_json(*share.plain()) for share in shares]


def apply_proposal(desk: Desk, entry: BankEntry, rank: int = 1, reason: str = "") -> list[Json]:
    """Apply an entry as its proposal of this rank says; return the parts as applied.

    Raises ``UsageError`` when there is no such proposal, ``RefusedError`` as :func:`apply`: an invoice may have been
    paid since.
    """
    chosen = BankProposal.objects.select_related("account").filter(bankentry=entry, rank=rank).first()
    if chosen is None:
        raise UsageError(f"Bank entry {entry.pk} has no proposal {rank}; say --invoice or --account.")
    wishes = [Wish(chosen.account.account_number, invoice or "", minor) for invoice, minor in chosen.parts]
    return apply(desk, entry, wishes, reason)


def set_aside(desk: Desk, entry: BankEntry, reason: str) -> None:
    """Record that an entry is no customer's payment, or is booked otherwise; it no longer waits.

    Raises ``UsageError`` without a reason, ``RefusedError`` when it is decided already.
    """
    _require_reason(reason)
    advance(entry, "set aside", act(desk, Said(reason)))


def undo(desk: Desk, entry: BankEntry, reason: str) -> None:
    """Take a decision about an entry back, an automatic one too; it waits again and never goes in by itself.

    Its payments leave the ledger; what they were stays with the move. Proposals are found anew, without what was
    undone. Raises ``UsageError`` without a reason, ``RefusedError`` when there is nothing to undo.
    """
    _require_reason(reason)
    with writing():
        advance(entry, "undo", act(desk, Said(reason)))
        _propose_anew(desk)
    entry.refresh_from_db()


def _propose_anew(desk: Desk) -> None:
    keep(look(matching_rules(desk.rules.policies)), Taking(desk.as_of, RUN))


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise UsageError("Say why; it is kept with the entry.")


def _require_customers_money(desk: Desk, entry: BankEntry) -> None:
    if entry.is_reversal and entry.direction == "in":
        raise RefusedError(f"Bank entry {entry.pk} is a payment of our own that came back; set it aside.")
    if desk.as_of < entry.booked_on:
        raise RefusedError(f"Bank entry {entry.pk} was booked on {entry.booked_on}, after {desk.as_of}.")


def _shares(entry: BankEntry, wishes: Sequence[Wish]) -> list[Share]:
    """Turn wishes into shares that add up to the entry; what is left stands on the account."""
    if not wishes:
        raise UsageError("Say what it pays: a proposal, invoices, or the account.")
    accounts = {wish.account_number: account_named(wish.account_number) for wish in wishes}
    limits = _limits(entry, accounts)
    shares: list[Share] = []
    left = entry.amount_minor
    for wish in wishes:
        share = _share(entry, wish, accounts[wish.account_number], limits, left)
        if share.amount_minor > 0:
            shares.append(share)
        left -= share.amount_minor
    if left < 0:
        over = amount(-left, entry.currency)
        raise RefusedError(f"That is {over} more than bank entry {entry.pk} has.")
    if left and len(accounts) > 1:
        raise RefusedError(f"{amount(left, entry.currency)} is left over; say which customer's account it stands on.")
    return [*shares, Share(next(iter(accounts.values())), None, left)] if left else shares


def _limits(entry: BankEntry, accounts: Mapping[str, Account]) -> dict[tuple[str, str], int]:
    """Return how much each invoice can take: what is open of it; of a payment taken back, what was paid of it."""
    found = invoices_of([account.pk for account in accounts.values()])
    return {
        (row["account_number"], row["invoice_number"]): (
            row["amount_minor"] - row["open_minor"] if entry.is_reversal else row["open_minor"]
        )
        for row in found.iter_rows(named=True)
    }


def _share(entry: BankEntry, wish: Wish, account: Account, limits: dict[tuple[str, str], int], left: int) -> Share:
    if wish.amount_minor is not None and wish.amount_minor <= 0:
        raise UsageError("An amount is above zero.")
    if not wish.invoice_number:
        return Share(account, None, wish.amount_minor if wish.amount_minor is not None else max(left, 0))
    invoice = invoice_of(account, wish.invoice_number)
    if invoice.currency != entry.currency:
        raise UsageError(f"Invoice {wish.invoice_number} is in {invoice.currency}, the entry in {entry.currency}.")
    key = account.account_number, wish.invoice_number
    wished = wish.amount_minor if wish.amount_minor is not None else min(left, limits[key])
    if wished > limits[key] or (wished <= 0 and left > 0):
        what = "was paid of" if entry.is_reversal else "is open of"
        most = amount(max(limits[key], 0), entry.currency)
        raise RefusedError(f"Only {most} {what} invoice {wish.invoice_number}; the rest may stand on the account.")
    limits[key] -= max(wished, 0)
    return Share(account, invoice, max(wished, 0))
