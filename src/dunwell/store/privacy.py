"""Everything held on one customer, and the erasure of the person behind the numbers.

Erasure removes names, addresses, notes and texts and keeps what the law of accounts wants kept: numbers, amounts, dates
(GDPR articles 17(1) and 17(3)(b); for example § 147 AO and § 257 HGB in Germany). The audit trail holds digests and no
texts, so it stays as it is; the entry of the erasure says which digests of rows are different from then on.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Model, Q, QuerySet

from dunwell.store import audit, bulk
from dunwell.store.audit_rows import TABLES, rows_between
from dunwell.store.audit_verify import ERASE
from dunwell.store.models import (
    Account,
    Application,
    AuditEntry,
    Call,
    CaseLetter,
    CaseTransition,
    Decision,
    Dispute,
    Entry,
    Event,
    Exclusion,
    Hold,
    HoldTransition,
    Instalment,
    Invoice,
    Letter,
    LetterTransition,
    Note,
    Offer,
    Order,
    Plan,
    Promise,
    Referral,
)

ERASED = "(erased)"
RUN = "run"
_HELD: tuple[tuple[type[Model], str], ...] = (
    (Account, "pk"),
    *((model, "account_id") for model in (Invoice, Entry, Event, Letter, Hold, Promise, Dispute, Exclusion, Order)),
    *((model, "account_id") for model in (Plan, Offer, Application, Referral, Call, Note, CaseTransition, Decision)),
    (LetterTransition, "letter__account_id"),
    (HoldTransition, "hold__account_id"),
    (CaseLetter, "letter__account_id"),
    (Instalment, "plan__account_id"),
    (AuditEntry, "account_id"),
)
"""Every table with rows about a customer, and how a row names the account."""

_BLANK: tuple[tuple[type[Model], Mapping[str, Any]], ...] = (
    (Invoice, {"description": "", "document": "", "extra": None}),
    (Entry, {"extra": None}),
    (Event, {"note": "", "extra": None}),
    (Letter, {"content": None}),
    (Promise, {"note": ""}),
    (Dispute, {"note": ""}),
    (Exclusion, {"note": ""}),
    (Order, {"description": ""}),
    (Plan, {"agreed_by": "", "agreed_how": ""}),
    (Application, {"note": "", "document": ""}),
    (Referral, {"note": ""}),
    (Call, {"spoke_with": "", "note": ""}),
    (Note, {"text": ERASED}),
)
_PERSON = {
    "name": ERASED, "segment": "", "email": "", "street": "", "postcode": "", "city": "", "contact_name": "",
    "salutation": "", "phone": "", "contract_document": "", "extra": None,
}  # fmt: skip


def held(account: Account) -> dict[str, list[dict[str, Any]]]:
    """Return every row about a customer, by table."""
    with bulk.reading():
        return {model.__name__.lower(): list(_rows(model, name, account).values()) for model, name in _HELD}


def _rows(model: type[Model], name: str, account: Account) -> QuerySet[Any]:
    return model._default_manager.filter(**{name: account.pk}).order_by("pk")  # noqa: SLF001 - Django's own name


def documents_of(account: Account) -> list[str]:
    """Return the paths, below ``documents/``, of the papers that rows about a customer name."""
    rows = (
        *Invoice.objects.filter(account=account).values_list("document", flat=True),
        *Application.objects.filter(account=account).values_list("document", flat=True),
        account.contract_document,
    )
    return sorted({name for name in rows if name})


def waiting_on(account: Account) -> list[str]:
    """Return what is still under way with a customer."""
    letters = Letter.objects.filter(
        account=account, state__in=("draft", "approved", "queued", "in_flight", "uncertain")
    )
    holds = Hold.objects.filter(account=account).exclude(state__in=("released", "withdrawn"))
    return [
        *(f"letter {letter.reference} is {letter.state}" for letter in letters),
        *(f"a hold in {hold.currency} is {hold.state}" for hold in holds),
    ]


def erase(account: Account, *, on: date, by: str, reason: str) -> None:
    """Remove the person from every row about a customer; all of it or nothing."""
    with bulk.writing():
        Account.objects.filter(pk=account.pk).update(**_PERSON)
        for model, blank in _BLANK:
            model._default_manager.filter(account_id=account.pk).update(**blank)  # noqa: SLF001 - Django's own name
        CaseLetter.objects.filter(letter__account_id=account.pk).update(details=None)
        for moves, name in ((LetterTransition, "letter__account_id"), (HoldTransition, "hold__account_id")):
            moves._default_manager.filter(**{name: account.pk}).exclude(by=RUN).update(reason="")  # noqa: SLF001
        CaseTransition.objects.filter(account=account).exclude(by=RUN).update(reason="", evidence="")
        restated = list(_restated(account))
        summary = {"reason": reason, "restated": restated}
        audit.append(audit.Act(ERASE, by, on, account.pk, account.pk, summary))
    if bulk.is_sqlite():  # what was deleted would stay readable in the free pages of the file and in its log
        bulk.execute("VACUUM")
        bulk.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _restated(account: Account) -> Iterable[dict[str, Any]]:
    """Return the digests of rows that are different now, by entry and table."""
    entries = AuditEntry.objects.filter(Q(account_id=account.pk) | Q(what__in=(audit.BEGIN, RUN))).order_by("number")
    for entry in entries:
        summary = json.loads(entry.summary)
        if "content_sha256" in summary and entry.account_id == account.pk:
            yield {"entry": entry.number, "table": "letter", "sha256": ""}
        for rows in summary.get("rows", ()):
            if rows["table"] not in TABLES:
                continue
            now = rows_between(rows["table"], rows["first"], rows["last"])
            if now.sha256 != rows["sha256"]:
                yield {"entry": entry.number, "table": rows["table"], "sha256": now.sha256}
