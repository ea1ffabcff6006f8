"""Everything held on one customer, and the erasure of the person behind the numbers.

Erasure removes names, addresses, notes and texts and keeps what the law of accounts wants kept: numbers, amounts, dates
(GDPR articles 17(1) and 17(3)(b); for example § 147 AO and § 257 HGB in Germany). The audit trail holds digests and no
texts, so it stays as it is; the entry of the erasure says which digests of rows are different from then on.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.db.models import Model, Q, QuerySet

from dunwell.policy.keys import HELD_KINDS
from dunwell.store import audit, bulk, ledger_columns
from dunwell.store.audit_cases import CASE_OF, ROW
from dunwell.store.audit_rows import COVERED, case_digest, rows_between
from dunwell.store.audit_verify import ERASE
from dunwell.store.cash import receipts
from dunwell.store.matches import ACT
from dunwell.store.models import (
    HOLD_LIVE,
    PLAN_LIVE,
    REFERRAL_LIVE,
    Account,
    Application,
    AuditEntry,
    BankEntry,
    BankMove,
    BankProposal,
    Call,
    CaseLetter,
    CaseTransition,
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
from dunwell.store.recording import read_history

ERASED = "(erased)"
RUN = "run"
_HELD: tuple[tuple[type[Model], str], ...] = (
    (Account, "pk"),
    *((model, "account_id") for model in (Invoice, Entry, Event, Letter, Hold, Promise, Dispute, Exclusion, Order)),
    *((model, "account_id") for model in (Plan, Offer, Application, Referral, Call, Note, CaseTransition)),
    *((model, "account_id") for model in (BankEntry, BankProposal)),
    (BankMove, "bankentry__account_id"),
    (LetterTransition, "letter__account_id"),
    (HoldTransition, "hold__account_id"),
    (CaseLetter, "letter__account_id"),
    (Instalment, "plan__account_id"),
    (AuditEntry, "account_id"),
)
"""Every table with rows about a customer, and how a row names the account."""


@dataclass(frozen=True, slots=True)
class _Blank:
    """What of a table is about the person: columns, the values that say nothing, and what they are kept for.

    ``parent`` is the table through which a row names its account; ``is_move``: what the run wrote is no text of a
    person and stays.
    """

    kind: str
    model: type[Model]
    values: Mapping[str, Any]
    parent: str = ""
    is_move: bool = False

    @property
    def key(self) -> str:
        """Return how Django finds the account of a row."""
        return "pk" if self.model is Account else f"{self.parent}__account_id" if self.parent else "account_id"

    def rows(self, account_ids: Collection[int]) -> QuerySet[Any]:
        """Return the rows of some accounts."""
        found = self.model._default_manager.filter(**{f"{self.key}__in": account_ids})  # noqa: SLF001 - Django's own
        return found.exclude(by=RUN) if self.is_move else found


_BLANK = (
    _Blank("contact", Account, {
        "name": ERASED, "segment": "", "email": "", "street": "", "postcode": "", "city": "", "contact_name": "",
        "salutation": "", "phone": "", "extra": None,
    }),
    _Blank("contact", Plan, {"agreed_by": "", "agreed_how": ""}),
    _Blank("notes", Invoice, {"extra": None}),
    _Blank("notes", Entry, {"extra": None}),
    _Blank("notes", Event, {"note": "", "extra": None}),
    *(_Blank("notes", model, {"note": ""}) for model in (Promise, Dispute, Exclusion, Application, Referral)),
    _Blank("notes", Order, {"description": ""}),
    _Blank("notes", Call, {"spoke_with": "", "note": ""}),
    _Blank("notes", Note, {"text": ERASED}),
    _Blank("notes", LetterTransition, {"reason": ""}, "letter", is_move=True),
    _Blank("notes", HoldTransition, {"reason": ""}, "hold", is_move=True),
    _Blank("notes", CaseTransition, {"reason": "", "evidence": ""}, is_move=True),
    _Blank("notes", BankEntry, {
        "payer_name": "", "payer_account": "", "structured_reference": "", "remittance": "", "end_to_end_id": "",
        "extra": None,
    }),
    _Blank("notes", BankMove, {"reason": ""}, "bankentry", is_move=True),
    _Blank("letters", Letter, {"content": None}),
    _Blank("letters", CaseLetter, {"details": None}, "letter"),
    _Blank("documents", Account, {"contract_document": ""}),
    _Blank("documents", Invoice, {"description": "", "document": ""}),
    _Blank("documents", Application, {"document": ""}),
)  # fmt: skip
"""Everything that an erasure takes away."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """Whose data goes, and which kinds of it (``policy.keys.HELD_KINDS``)."""

    account: Account
    kinds: Collection[str] = HELD_KINDS


def held(account: Account) -> dict[str, list[dict[str, Any]]]:
    """Return every row about a customer, by table."""
    with bulk.reading():
        rows = {model.__name__.lower(): list(_rows(model, name, account).values()) for model, name in _HELD}
        return {**rows, "decision": read_history(account.pk).drop("as_of").to_dicts()}


def _rows(model: type[Model], name: str, account: Account) -> QuerySet[Any]:
    return model._default_manager.filter(**{name: account.pk}).order_by("pk")  # noqa: SLF001 - Django's own name


def documents_of(account: Account) -> list[str]:
    """Return the paths, below ``documents/``, of the papers that rows about a customer name."""
    of_invoices = Invoice.objects.filter(account=account).exclude(document="").values_list("document")
    of_applications = Application.objects.filter(account=account).exclude(document="").values_list("document")
    names = {name for (name,) in of_invoices.union(of_applications)} | {account.contract_document}
    return sorted(name for name in names if name)


def documents_named() -> frozenset[str]:
    """Return the paths, below ``documents/``, that any row still names."""
    tables = ((Invoice, "document"), (Application, "document"), (Account, "contract_document"))
    found = (model._default_manager.values_list(name, flat=True).distinct() for model, name in tables)  # noqa: SLF001
    return frozenset(name for names in found for name in names if name)


def kinds_held(account_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Return which kinds of data on the person there still are, by account; accounts without any are left out."""
    found: dict[int, set[str]] = defaultdict(set)
    with bulk.reading():
        for blank in _BLANK:
            for account_id in bulk.frame(_still_there(blank, account_ids), _IDS)["account_id"]:
                found[account_id].add(blank.kind)
    return {account_id: frozenset(kinds) for account_id, kinds in found.items()}


def _still_there(blank: _Blank, account_ids: Collection[int]) -> str:
    """The query for the accounts of the rows in which something is left to erase."""
    table = blank.model._meta.db_table  # noqa: SLF001 - Django's own name
    owner = "t.id" if blank.model is Account else "p.account_id" if blank.parent else "t.account_id"
    through = f" JOIN store_{blank.parent} p ON p.id = t.{blank.parent}_id" if blank.parent else ""
    empty = " AND ".join(
        f't."{name}" IS NULL' if value is None else f"t.\"{name}\" = '{value}'" for name, value in blank.values.items()
    )
    by_people = f" AND t.by <> '{RUN}'" if blank.is_move else ""
    own = bulk.among(owner, account_ids)
    return f"SELECT DISTINCT {owner} AS account_id FROM {table} t{through} WHERE {own} AND NOT ({empty}){by_people}"


_IDS = pl.Schema({"account_id": pl.Int64()})
_UNDER_WAY: Mapping[type[Model], Collection[str]] = {
    Letter: ("draft", "approved", "queued", "in_flight", "uncertain"),
    Hold: HOLD_LIVE,
    Promise: ("made",),
    Dispute: ("opened", "answered", "upheld"),
    Order: ("approved", "held", "released"),
    Plan: PLAN_LIVE,
    Offer: ("offered",),
    Application: ("received",),
    Referral: REFERRAL_LIVE,
}
"""The states in which something still goes on with a customer; an exclusion ends nothing and waits for nothing."""
_NAMED_BY: Mapping[type[Model], str] = {Letter: "reference", Order: "order_number", Hold: "currency"}
_FEW = 500


def waiting_on(account_ids: Collection[int]) -> dict[int, list[str]]:
    """Return what is still under way with customers, by account; those with nothing are left out."""
    found: dict[int, list[str]] = defaultdict(list)
    keys = sorted(account_ids)
    for model, states in _UNDER_WAY.items():
        kind = model.__name__.lower()
        for start in range(0, len(keys), _FEW):
            part = model._default_manager.filter(account_id__in=keys[start : start + _FEW], state__in=states)  # noqa: SLF001
            for account_id, name, state in part.values_list("account_id", _NAMED_BY.get(model, "pk"), "state"):
                found[account_id].append(f"{kind} {name} is {state.replace('_', ' ')}")
    for receipt in receipts(keys):
        found[receipt.account_id].append(f"bank entry {receipt.entry_id} may be theirs")
    return dict(found)


def erase(erasures: Sequence[Erasure], *, on: date, by: str, reason: str) -> None:
    """Remove the persons from every row about them; all of it or nothing. Each erasure is an entry of the trail.

    The last entry also says which digests of rows are different from then on.
    """
    with bulk.writing():
        for blank in _BLANK:
            account_ids = [one.account.pk for one in erasures if blank.kind in one.kinds]
            blank.rows(account_ids).update(**blank.values)
        ledger_columns.drop()
        restated = list(_restated(erasures))
        for place, one in enumerate(erasures, start=1):
            last = {"restated": restated} if place == len(erasures) else {}
            summary = {"reason": reason, "kinds": sorted(one.kinds), **last}
            audit.append(audit.Act(ERASE, by, on, one.account.pk, one.account.pk, summary))
    if bulk.is_sqlite():  # what was deleted would stay readable in the free pages of the file and in its log
        bulk.execute("VACUUM")
        bulk.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _restated(erasures: Sequence[Erasure]) -> Iterable[dict[str, Any]]:
    """Return the digests of rows that are different now, by entry and table."""
    account_ids = [one.account.pk for one in erasures]
    without_letters = {one.account.pk for one in erasures if "letters" in one.kinds}
    # what the bank booked may have been somebody else's before, or nobody's
    of_bank = Q(what=ACT, subject_id__in=BankEntry.objects.filter(account_id__in=account_ids).values("pk"))
    of_bank |= Q(what=ACT, account_id=None, subject_id=None)
    concerned = Q(account_id__in=account_ids) | Q(what__in=(audit.BEGIN, RUN)) | of_bank
    cases: dict[tuple[str, int], dict[str, Any]] = {}
    for entry in AuditEntry.objects.filter(concerned).order_by("number"):
        summary = json.loads(entry.summary)
        if "content_sha256" in summary and entry.account_id in without_letters:
            yield {"entry": entry.number, "table": "letter", "sha256": ""}
        for rows in summary.get("rows", ()):
            if rows["table"] not in COVERED:
                continue
            now = rows_between(rows["table"], rows["first"], rows["last"])
            if now.sha256 != rows["sha256"]:
                yield {"entry": entry.number, "table": rows["table"], "sha256": now.sha256}
        if ROW in summary and entry.subject_id is not None:
            digest = case_digest(CASE_OF[entry.what], entry.subject_id)
            cases[entry.what, entry.subject_id] = {"entry": entry.number, "table": ROW, "sha256": digest}
    yield from cases.values()
