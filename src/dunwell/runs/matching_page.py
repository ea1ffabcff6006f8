"""Bank entries as the matching page shows them: a page at a time, each beside its proposals, in few questions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from dunwell.runs import matching
from dunwell.runs.called import accounts_called
from dunwell.runs.kept import moment
from dunwell.runs.matching import Wish
from dunwell.store.matches import read_parts
from dunwell.store.models import BANK_ENTRY_WAITING, Account, BankEntry, BankMove, BankProposal
from dunwell.store.workspace import Workspace

LISTS: Mapping[str, Sequence[str]] = {
    "waiting": BANK_ENTRY_WAITING,
    "applied": ("applied",),
    "set_aside": ("set_aside",),
}
"""What a person looks at: what waits, what was applied, what was set aside."""
PROPOSALS_SHOWN = 3
CUSTOMERS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Part:
    """So much for an invoice of a customer; without an invoice it stands on the account."""

    account_number: str
    name: str
    invoice_number: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way of applying an entry, with its reasons in sentences; ``score`` is from 0 to 100."""

    rank: int
    account_number: str
    name: str
    sureness: str
    score: int
    parts: Sequence[Part]
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry with what is proposed for it, or with what became of it and when, by whom and why."""

    entry: BankEntry
    proposals: Sequence[Proposal]
    parts: Sequence[Part] = ()
    last: BankMove | None = None

    @property
    def more(self) -> int:
        """How many further proposals there are."""
        return max(0, len(self.proposals) - PROPOSALS_SHOWN)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person types beside an open invoice: nothing, or how much of the entry pays it."""

    invoice_number: str
    amount_minor: int | None


def entries(workspace: Workspace, which: str, words: str) -> QuerySet[BankEntry]:
    """Return the entries of a list, whose payer, remittance or reference has ``words``; waiting ones oldest first."""
    rows = BankEntry.objects.filter(state__in=LISTS[which])
    if words:
        accounts = accounts_called(moment(workspace), words)
        rows = rows.filter(Q(payer_name__icontains=words) | Q(remittance__icontains=words) | _is_for(accounts))
    return rows.order_by("booked_on", "id") if which == "waiting" else rows.order_by("-booked_on", "-id")


def _is_for(accounts: Sequence[int]) -> Q:
    """Those proposed for, or applied to, some customers."""
    proposed = BankProposal.objects.filter(account__in=accounts).values("bankentry_id")
    return Q(pk__in=proposed) | Q(account__in=accounts)


def shown(page: Sequence[BankEntry]) -> list[Shown]:
    """Return a page of entries with all that stands beside them, in three questions."""
    keys = [entry.pk for entry in page]
    proposals: dict[int, list[Proposal]] = defaultdict(list)
    for one in BankProposal.objects.filter(bankentry__in=keys).select_related("account").order_by("rank"):
        proposals[one.bankentry_id].append(_proposal(one))
    decided = [entry.pk for entry in page if entry.state not in BANK_ENTRY_WAITING]
    last = {move.bankentry_id: move for move in BankMove.objects.filter(bankentry__in=decided).order_by("id")}
    names = _names(last.values())
    return [_shown(entry, proposals[entry.pk], last.get(entry.pk), names) for entry in page]


def _shown(entry: BankEntry, proposals: Sequence[Proposal], last: BankMove | None, names: Mapping[str, str]) -> Shown:
    parts = _parts(last, names) if last is not None and entry.state == "applied" else []
    return Shown(entry, proposals, parts, last)


def _parts(move: BankMove, names: Mapping[str, str]) -> list[Part]:
    return [_part(names.get(str(one[0]), ""), *one) for one in read_parts(move.parts)]


def _part(name: str, account_number: str, invoice_number: str | None, amount_minor: int) -> Part:
    return Part(account_number, name, invoice_number or "", amount_minor)


def _names(moves: Any) -> dict[str, str]:
    numbers = {str(part[0]) for move in moves for part in read_parts(move.parts)}
    return dict(Account.objects.filter(account_number__in=numbers).values_list("account_number", "name"))


def _proposal(one: BankProposal) -> Proposal:
    number, name = one.account.account_number, one.account.name
    parts = [_part(name, number, invoice, minor) for invoice, minor in one.parts]
    return Proposal(one.rank, number, name, one.sureness, one.score, parts, one.reasons)


def customers(workspace: Workspace, words: str) -> list[Account]:
    """Return the first customers whose number or name has ``words``."""
    if not words:
        return []
    found = Account.objects.filter(pk__in=accounts_called(moment(workspace), words)[:CUSTOMERS_SHOWN])
    return list(found.order_by("name", "account_number"))


def wishes_of(account_number: str, choices: Sequence[Choice]) -> list[Wish]:
    """Return what choices by hand wish; without any, the whole stands on the account."""
    chosen = [Wish(account_number, one.invoice_number, one.amount_minor) for one in choices]
    return chosen or [Wish(account_number)]


def moves_of(entry: BankEntry) -> list[BankMove]:
    """Return the steps in the life of an entry, oldest first."""
    return list(BankMove.objects.filter(bankentry=entry).order_by("id"))


def counts() -> dict[str, int]:
    """Return how many entries are on each list."""
    found = matching.counts()
    return {name: sum(found[state] for state in states) for name, states in LISTS.items()}
