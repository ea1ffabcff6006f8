"""Questions about cases: which there are, what they were on a day, and the money that came in for them."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from dunwell.errors import UsageError
from dunwell.ledger.frames import REOPENING_KINDS
from dunwell.store.claims import Case, kind_of
from dunwell.store.models import (
    Account,
    Application,
    AuditEntry,
    CaseLetter,
    CaseTransition,
    Dispute,
    Entry,
    Exclusion,
    Invoice,
    Offer,
    Order,
    Plan,
    Promise,
    Referral,
)

MODELS: Mapping[str, type[Case]] = {
    "promise": Promise,
    "dispute": Dispute,
    "exclusion": Exclusion,
    "order": Order,
    "plan": Plan,
    "offer": Offer,
    "application": Application,
    "referral": Referral,
}
"""The table of each kind of case."""

_FEW = 500


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry of the ledger as cases look at it; ``amount_minor`` is negative where it restores the debt."""

    account_id: int
    currency: str
    invoice_id: int | None
    invoice_issued_on: date | None
    on: date
    kind: str
    amount_minor: int
    reference: str


def cases(kind: str, *, states: Collection[str] = (), account_number: str = "") -> list[Any]:
    """Return the cases of a kind with their accounts, oldest first; empty means any."""
    found: QuerySet[Any] = MODELS[kind]._default_manager.select_related("account").order_by("id")  # noqa: SLF001
    if states:
        found = found.filter(state__in=list(states))
    return list(found.filter(account__account_number=account_number) if account_number else found)


def case_by(kind: str, key: int) -> Any:
    """Return a case by its number; raises ``UsageError`` when there is none."""
    found = MODELS[kind]._default_manager.select_related("account").filter(pk=key).first()  # noqa: SLF001
    if found is None:
        raise UsageError(f"There is no {kind} {key}; the list of {kind}s names them all.")
    return found


def states_on(kind: str, on: date) -> dict[int, str]:
    """Return in which state every case of a kind was on a day, by the last move on or before it."""
    rows = CaseTransition.objects.filter(kind=kind, on__lte=on).order_by("id")
    return dict(rows.values_list("case_id", "to_state"))


def amounts_before(kind: str, on: date) -> dict[int, dict[str, int | None]]:
    """Return what a later move has replaced of cases of a kind, as it was on a day, where the trail says it."""
    later = AuditEntry.objects.filter(what=kind, on__gt=on, summary__contains='"was":').order_by("-number")
    was = {key: json.loads(summary)["was"] for key, summary in later.values_list("subject_id", "summary")}
    own = {key: told["amount_minor"] for key, told in was.items() if key is not None and "amount_minor" in told}
    return {key: {"amount_minor": amount or None} for key, amount in own.items()}


def history(case: Case) -> QuerySet[CaseTransition]:
    """Return the moves of a case, oldest first."""
    return CaseTransition.objects.filter(kind=kind_of(case), case_id=case.pk).order_by("id")


def entries(account_ids: Collection[int], since_on: date, until_on: date) -> list[EntryRow]:
    """Return the ledger entries of some accounts from one day to another, oldest first."""
    found: list[EntryRow] = []
    keys = sorted(account_ids)
    for start in range(0, len(keys), _FEW):
        part = Entry.objects.filter(account_id__in=keys[start : start + _FEW], paid_on__range=(since_on, until_on))
        rows = part.annotate(issued_on=F("invoice__issued_on")).order_by("paid_on", "id")
        found += [_entry_row(entry) for entry in rows]
    return found


def _entry_row(entry: Any) -> EntryRow:
    sign = -1 if entry.kind in REOPENING_KINDS else 1
    return EntryRow(
        entry.account_id,
        entry.currency,
        entry.invoice_id,
        entry.issued_on,
        entry.paid_on,
        entry.kind,
        sign * entry.amount_minor,
        entry.payment_reference,
    )


def invoice_of(account: Account, invoice_number: str) -> Invoice:
    """Return an invoice of an account, as its first instalment; raises ``UsageError`` when there is none."""
    found = Invoice.objects.filter(account=account, invoice_number=invoice_number, instalment=1).first()
    if found is None:
        raise UsageError(f"{account.account_number} has no invoice {invoice_number}.")
    return found


def instalments_of(invoice: Invoice) -> list[int]:
    """Return the keys of all instalments of an invoice; its own alone when it is payable at once."""
    every = Invoice.objects.filter(account_id=invoice.account_id, invoice_number=invoice.invoice_number)
    return list(every.values_list("pk", flat=True))


def gross_minor(invoice: Invoice) -> int:
    """Return the amount of an invoice, all its instalments together."""
    every = Invoice.objects.filter(account_id=invoice.account_id, invoice_number=invoice.invoice_number)
    return sum(every.values_list("amount_minor", flat=True))


def disputed_parts_minor(invoice: Invoice) -> int:
    """Return what is disputed of an invoice by parts whose disputes are not settled."""
    live = Dispute.objects.filter(invoice=invoice, state__in=("opened", "answered", "upheld"))
    return sum(minor or 0 for minor in live.values_list("amount_minor", flat=True))


def waiting_case_letters() -> list[int]:
    """Return the keys of the letters of cases that have not gone out."""
    waiting = CaseLetter.objects.filter(letter__state__in=("draft", "approved"))
    return list(waiting.values_list("letter_id", flat=True))


def net_open_minor(account_id: int, currency: str, issued_until_on: date, as_of: date) -> int:
    """Return what is owed on a day of the invoices issued until another, less credit that names no invoice.

    Below zero: credit. Between two days it changes by exactly what was entered for those invoices and unapplied.
    """
    invoices = Invoice.objects.filter(account_id=account_id, currency=currency).filter(
        Q(issued_on__isnull=True) | Q(issued_on__lte=issued_until_on)
    )
    gross = sum(invoices.values_list("amount_minor", flat=True))
    settled = Entry.objects.filter(account_id=account_id, currency=currency, paid_on__lte=as_of).filter(
        Q(invoice__isnull=True) | Q(invoice__in=invoices)
    )
    signed = (
        -minor if kind in REOPENING_KINDS else minor for kind, minor in settled.values_list("kind", "amount_minor")
    )
    return gross - sum(signed)


def failed_plans(account_id: int, as_of: date) -> int:
    """Return how many plans of an account were not kept until a day: a condition of the next one."""
    return Plan.objects.filter(account_id=account_id, state="defaulted", closed_on__lte=as_of).count()
