"""Everything about one customer on a day, for the screen that shows it: figures, decision, invoices, papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dunwell.assess.assessment import Assessment
from dunwell.assess.engine import assess
from dunwell.runs.case_lists import ListedCase, cases_of
from dunwell.runs.desk import Desk
from dunwell.runs.nightly import DayReport
from dunwell.runs.reporting import why_json
from dunwell.runs.versions import ledger_on
from dunwell.store import privacy, queries
from dunwell.store.models import Account, Hold, Letter

LETTERS_SHOWN = 12
BUCKETS = ("current", "1_30", "31_60", "61_90", "over_90")
_WHOLE = 1000

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is open at an age; ``start`` and ``width`` are its place in a bar, in thousandths."""

    name: str
    minor: int
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Money:
    """A customer in one currency: the figures of the assessment (``why``), invoices, hold, use of the limit."""

    currency: str
    why: Json
    buckets: Sequence[Bucket]
    invoices: Sequence[Json]
    hold: Hold | None
    next_look_on: date | None
    limit_used: int | None

    @property
    def charges_minor(self) -> int:
        """Fees, interest and compensation together."""
        return int(self.why["late_fee_minor"] + self.why["interest_minor"] + self.why["compensation_minor"])

    @property
    def has_disputes(self) -> bool:
        """Whether a part of an open invoice is disputed."""
        return any(row["disputed_minor"] for row in self.invoices)

    @property
    def is_over_limit(self) -> bool:
        """Whether more is owed and ordered than the agreed limit."""
        return self.limit_used is not None and self.limit_used > _WHOLE


@dataclass(frozen=True, slots=True)
class Paper:
    """A file of the workspace's documents that rows about the customer name; ``size_bytes`` ``None``: it is missing."""

    name: str
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """A customer: in each currency, their cases and letters, and the documents that are about them."""

    account: Account
    money: Sequence[Money]
    cases: Sequence[ListedCase]
    letters: Sequence[Letter]
    papers: Sequence[Paper]

    @property
    def waiting(self) -> Letter | None:
        """The letter that waits for a person."""
        return next((letter for letter in self.letters if letter.state in ("draft", "approved")), None)


def customer_page(desk: Desk, account: Account, language: str = "en") -> CustomerPage:
    """Return everything about a customer as it stands now; the reasons in a language."""
    letters = queries.letters(account_number=account.account_number).order_by("-id")[:LETTERS_SHOWN]
    return CustomerPage(
        account=account,
        money=_money(desk, account, language),
        cases=cases_of(account),
        letters=list(letters),
        papers=papers_of(desk, account),
    )


def _money(desk: Desk, account: Account, language: str) -> list[Money]:
    """Assess the customer now, by the same engine as the run; the account's own currency comes first."""
    ledger = ledger_on(desk.as_of, [account.pk])
    found = assess(ledger, desk.rules.policies, desk.rules.legal, desk.as_of)
    report = DayReport(desk.as_of, desk.rules, found.accounts, (), is_recorded=False)
    holds = {hold.currency: hold for hold in queries.holds(account_number=account.account_number)}
    answers = why_json(report, account, language=language)
    invoices = _invoices(found)
    money = [
        _in_currency(answer, holds.get(answer["currency"]), invoices.get(answer["currency"], [])) for answer in answers
    ]
    return sorted(money, key=lambda one: (one.currency != account.currency, one.currency))


def _in_currency(why: Json, hold: Hold | None, invoices: Sequence[Json]) -> Money:
    look_on = why["next_look_on"]
    limit_minor = why["credit_limit_minor"]
    return Money(
        currency=why["currency"],
        why=why,
        buckets=_buckets(why["buckets_minor"]),
        invoices=invoices,
        hold=hold,
        next_look_on=date.fromisoformat(look_on) if look_on else None,
        limit_used=why["exposure_minor"] * _WHOLE // limit_minor if limit_minor else None,
    )


def _buckets(minors: Mapping[str, int]) -> list[Bucket]:
    """The ages of what is open, as parts of a bar that add up to the whole."""
    total = sum(minors[name] for name in BUCKETS)
    found, before = [], 0
    for name in BUCKETS:
        start, end = (sum_minor * _WHOLE // total if total else 0 for sum_minor in (before, before + minors[name]))
        found.append(Bucket(name, minors[name], start, end - start))
        before += minors[name]
    return found


def _invoices(found: Assessment) -> dict[str, list[Json]]:
    """The open invoices by currency, the oldest due first."""
    details = queries.invoice_details(found.invoices["invoice_id"].to_list())
    known = found.invoices.drop("due_on", "amount_minor", "account_id", "currency")
    rows = details.join(known, on="invoice_id").sort("due_on", "invoice_number", nulls_last=True)
    by_currency: dict[str, list[Json]] = {}
    for row in rows.iter_rows(named=True):
        by_currency.setdefault(row["currency"], []).append(row)
    return by_currency


def papers_of(desk: Desk, account: Account) -> list[Paper]:
    """Return the documents that rows about a customer name, those that are missing too."""
    return [Paper(name, _size_bytes(desk, name)) for name in privacy.documents_of(account)]


def _size_bytes(desk: Desk, name: str) -> int | None:
    path = _path_of(desk, name)
    return path.stat().st_size if path else None


def paper_path(desk: Desk, account: Account, name: str) -> Path | None:
    """Return where a document of this customer lies; ``None`` for any other file, named or not."""
    return _path_of(desk, name) if name in privacy.documents_of(account) else None


def _path_of(desk: Desk, name: str) -> Path | None:
    """A file of the workspace's documents, never one outside of the folder, not even by a link that lies in it."""
    folder = desk.workspace.documents.resolve()
    try:
        path = (folder / name).resolve()
        return path if path.is_relative_to(folder) and path.is_file() else None
    except (OSError, ValueError):
        return None
