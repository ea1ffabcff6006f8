"""Cases in lists: of a kind by state, or of one customer, each as one line that says the same things."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from dunwell.runs.called import accounts_called
from dunwell.runs.kept import moment
from dunwell.store.case_lines import FIRST_OF, case_lines
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
        since_on=_first(case, "since_on"),
        until_on=_first(case, "until_on"),
        amount_minor=_first(case, "amount_minor"),
        currency=case.currency,
        about=str(invoice) if invoice else getattr(case, "order_number", ""),
        choice=_first(case, "choice") or "",
        note=_first(case, "note") or "",
    )


def _first(case: Case, said: str) -> Any:
    return next((value for name in FIRST_OF[said] if (value := getattr(case, name, None)) is not None), None)


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
    found = [
        ListedCase(kind, number, account.account_number, account.name, *rest)
        for kind, number, *rest in case_lines(account.pk)
    ]
    return sorted(found, key=lambda one: (not one.is_open, -(one.since_on or date.min).toordinal(), -one.number))
