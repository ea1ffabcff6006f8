"""Which promises and instalments the money that came in has fulfilled, and on which day. Pure.

Money goes to what was agreed in the order of its days, and never counts twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Settlement:
    """What reduced a debt on a day (or, below zero, restored it): on an invoice, or unapplied on the account."""

    on: date
    amount_minor: int
    invoice_id: int | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Promised:
    """What was promised: ``amount_minor`` from ``opened_on`` through ``until_on``, on an invoice or on the account.

    ``is_kept``: an earlier look has found it kept, so its money goes to it before any other.
    """

    key: int
    opened_on: date
    until_on: date
    amount_minor: int
    invoice_id: int | None = None
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """The day on which something was paid in full, and the references of the money that did it."""

    on: date
    references: tuple[str, ...]


def kept_promises(promises: Sequence[Promised], settlements: Sequence[Settlement]) -> dict[int, Fulfilled]:
    """Return, by their keys, the promises that were paid in full within their days.

    A settlement of an invoice serves promises of that invoice and of the account; one without an invoice serves all.
    """
    missing = {promised.key: promised.amount_minor for promised in promises}
    used: dict[int, tuple[str, ...]] = {promised.key: () for promised in promises}
    found: dict[int, Fulfilled] = {}
    by_day = sorted(promises, key=lambda one: (not one.is_kept, one.until_on, one.opened_on, one.key))
    for settlement in _net(settlements):
        left = settlement.amount_minor
        for promised in by_day:
            taken = min(left, missing[promised.key]) if _serves(settlement, promised) else 0
            if taken <= 0:
                continue
            left -= taken
            missing[promised.key] -= taken
            used[promised.key] += (settlement.reference,)
            if not missing[promised.key]:
                found[promised.key] = Fulfilled(settlement.on, used[promised.key])
    return found


def paid_instalments(amounts_minor: Sequence[int], settlements: Sequence[Settlement]) -> list[Fulfilled | None]:
    """Return, for each instalment in turn, when it was paid in full; ``None``: it is not."""
    found: list[Fulfilled | None] = []
    money = _net(settlements)
    received, index, references = 0, 0, ()  # type: int, int, tuple[str, ...]
    needed = 0
    for amount_minor in amounts_minor:
        needed += amount_minor
        while received < needed and index < len(money):
            received += money[index].amount_minor
            references = (*references, money[index].reference)
            index += 1
        found.append(Fulfilled(money[index - 1].on, references) if index and received >= needed else None)
        references = references[-1:] if received > needed else ()
    return found


def _serves(settlement: Settlement, promised: Promised) -> bool:
    is_in_time = promised.opened_on <= settlement.on <= promised.until_on
    return is_in_time and (
        promised.invoice_id is None or settlement.invoice_id is None or settlement.invoice_id == promised.invoice_id
    )


def _net(settlements: Sequence[Settlement]) -> list[Settlement]:
    """Take what was refunded or bounced off the latest money before it, of the same invoice first."""
    kept: list[Settlement] = []
    for settlement in sorted(settlements, key=lambda one: (one.on, one.amount_minor < 0)):
        if settlement.amount_minor >= 0:
            kept.append(settlement)
        else:
            _take_back(kept, settlement)
    return [settlement for settlement in kept if settlement.amount_minor > 0]


def _take_back(kept: list[Settlement], lost: Settlement) -> None:
    left = -lost.amount_minor
    latest_first = sorted(range(len(kept)), key=lambda i: (kept[i].invoice_id == lost.invoice_id, i), reverse=True)
    for index in latest_first:
        taken = min(left, kept[index].amount_minor)
        kept[index] = replace(kept[index], amount_minor=kept[index].amount_minor - taken)
        left -= taken
