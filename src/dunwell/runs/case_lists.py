"""Cases in lists: of a kind by state, or of one customer, each as one line that says the same things."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Count, DateField, Expression, F, Field, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce

from dunwell.runs.called import accounts_called
from dunwell.runs.kept import moment
from dunwell.store.cases import MODELS
from dunwell.store.claims import Case, kind_of
from dunwell.store.models import Account
from dunwell.store.workspace import Workspace

OPEN_STATES: Mapping[str, tuple[str, ...]] = {
    "promise": ("made",),
    "dispute": ("opened", "answered", "upheld"),
    "exclusion": ("in_force",),
    "order": ("held", "approved", "released"),
    "plan": ("offered", "accepted", "active"),
    "offer": ("offered",),
    "application": ("received",),
    "referral": ("proposed", "approved", "handed_over"),
}
"""In which states a case of a kind is still open."""

_AMOUNTS = ("amount_minor", "total_minor", "pay_minor", "requested_minor")
_UNTIL = ("until_on", "pay_by_on", "expires_on")
_OPENED = ("opened_on", "ordered_on")
_CHOICES = ("kind", "option")
_NOTES = ("note", "description")
_OF_AN_INVOICE = ("promise", "dispute", "exclusion")


@dataclass(frozen=True, slots=True)
class ListedCase:
    """One line of a list of cases; ``about`` is the invoice or order, ``choice`` the kind of offer or the addressee."""

    kind: str
    number: int
    account_number: str
    name: str
    state: str
    since_on: date | None
    until_on: date | None
    amount_minor: int | None
    currency: str
    about: str
    choice: str
    note: str

    @property
    def is_open(self) -> bool:
        """Whether somebody still waits for its end."""
        return self.state in OPEN_STATES[self.kind]


def listed(case: Case) -> ListedCase:
    """Return a case as one line."""
    invoice = getattr(case, "invoice", None)
    return ListedCase(
        kind=kind_of(case),
        number=case.pk,
        account_number=case.account.account_number,
        name=case.account.name,
        state=case.state,
        since_on=_first(case, _OPENED),
        until_on=_first(case, _UNTIL),
        amount_minor=_first(case, _AMOUNTS),
        currency=case.currency,
        about=str(invoice) if invoice else getattr(case, "order_number", ""),
        choice=_first(case, _CHOICES) or "",
        note=_first(case, _NOTES) or "",
    )


def _first(case: Case, names: tuple[str, ...]) -> Any:
    return next((value for name in names if (value := getattr(case, name, None)) is not None), None)


def case_query(workspace: Workspace, kind: str, state: str = "", words: str = "") -> QuerySet[Any]:
    """Return the cases of a kind in a state (``open``: all that are; empty: any), of the customers called ``words``.

    Open ones come oldest first, as they are to be worked through; the others newest first.
    """
    found = _of_kind(kind)
    if words.strip():
        found = found.filter(account__in=accounts_called(moment(workspace), words))
    if state == "open":
        return found.filter(state__in=OPEN_STATES[kind]).order_by("id")
    return (found.filter(state=state) if state else found).order_by("-id")


def _of_kind(kind: str) -> QuerySet[Any]:
    names = ("account", "invoice") if kind in _OF_AN_INVOICE else ("account",)
    return MODELS[kind]._default_manager.select_related(*names)  # noqa: SLF001 - Django's own name


def state_counts(kind: str) -> dict[str, int]:
    """Return how many cases of a kind there are by state, and under ``open`` all that are open."""
    rows = MODELS[kind]._default_manager.order_by().values_list("state").annotate(Count("id"))  # noqa: SLF001
    counts: dict[str, int] = dict(rows)
    return counts | {"open": sum(counts.get(state, 0) for state in OPEN_STATES[kind])}


def cases_of(account: Account) -> list[ListedCase]:
    """Return every case of a customer, asked for at once: the open ones first, then the newest."""
    first, *others = (_lines(kind, account) for kind in MODELS)
    found = [
        ListedCase(kind, number, account.account_number, account.name, *rest)
        for kind, number, *rest in first.union(*others, all=True)
    ]
    return sorted(found, key=lambda one: (not one.is_open, -(one.since_on or date.min).toordinal(), -one.number))


def _lines(kind: str, account: Account) -> QuerySet[Any, Any]:
    """The cases of one kind as lines: kind, number and the further fields of :class:`ListedCase`, in its order."""
    has = {field.name for field in MODELS[kind]._meta.get_fields()}  # noqa: SLF001 - Django's own name

    def first_of(names: tuple[str, ...], field: "Field[Any, Any]") -> Expression:
        own = [F(name) for name in names if name in has]
        return Cast(own[0] if len(own) == 1 else Coalesce(*own) if own else Value(None), field)

    text, number = TextField(), BigIntegerField()
    about = "invoice__invoice_number" if "invoice" in has else "order_number" if "order_number" in has else ""
    own = MODELS[kind]._default_manager.filter(account=account)  # noqa: SLF001 - Django's own name
    return own.values_list(
        Value(kind, text),
        "pk",
        Cast("state", text),
        first_of(_OPENED, DateField()),
        first_of(_UNTIL, DateField()),
        first_of(_AMOUNTS, number),
        Cast("currency", text),
        Coalesce(Cast(about, text), Value("", text)) if about else Value("", text),
        first_of(_CHOICES, text) if has.intersection(_CHOICES) else Value("", text),
        first_of(_NOTES, text) if has.intersection(_NOTES) else Value("", text),
    )
