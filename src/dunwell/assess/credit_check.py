"""May this order go out on credit? Order amount + exposure against limit, hold and overdue (product §4). Pure.

A hold or a limit that is exceeded refuses; what the figures cannot decide is referred to a person: a hold that is being
prepared, something past due, no limit agreed, another currency. Currencies are never converted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["approve", "refuse", "refer"]
Way = Literal["cash", "prepay", "part_payment", "smaller_order", "application"]

_PENDING_HOLDS = ("proposed", "approved", "notified")


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands on the day: amounts in minor units of ``currency``, that of its credit limit.

    ``limit_minor`` is ``None`` where no limit was agreed, ``overdue_limit_minor`` where none was agreed for what may be
    past due while orders still go out. ``hold`` is the state of its hold, or ``none``. ``has_exposure_elsewhere``: it
    also owes in other currencies, which the limit says nothing about. ``is_data_fresh``: bank data is as new as the
    policy wants it.
    """

    currency: str
    limit_minor: int | None
    exposure_minor: int = 0
    overdue_minor: int = 0
    overdue_limit_minor: int | None = None
    hold: str = "none"
    has_exposure_elsewhere: bool = False
    is_data_fresh: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """One named reason with its numbers (minor units, where it has any); not passed, it leads to ``outcome``."""

    key: str
    passed: bool
    outcome: Outcome
    need_minor: int | None = None
    have_minor: int | None = None


@dataclass(frozen=True, slots=True)
class CreditCheck:
    """The answer, its reasons, and for an order that is not approved the ways to buy all the same.

    ``deposit_minor`` is the part payment with which the rest stays within the limit, ``available_minor`` what is left
    of the limit before the order.
    """

    outcome: Outcome
    findings: tuple[Finding, ...]
    ways: tuple[Way, ...]
    deposit_minor: int
    available_minor: int | None


def check_credit(amount_minor: int, currency: str, standing: Standing) -> CreditCheck:
    """Decide an order of ``amount_minor`` in ``currency``."""
    findings = tuple(_findings(amount_minor, currency, standing))
    failed = {finding.outcome for finding in findings if not finding.passed}
    outcome: Outcome = "refuse" if "refuse" in failed else "refer" if "refer" in failed else "approve"
    if outcome == "refuse" and not standing.is_data_fresh and standing.hold != "in_force":
        outcome = "refer"  # somebody who may have paid is not refused
    available = None if standing.limit_minor is None else max(standing.limit_minor - standing.exposure_minor, 0)
    deposit = _deposit_minor(amount_minor, currency, standing, findings)
    ways = tuple(_ways(outcome, deposit, available, findings))
    return CreditCheck(outcome, findings, ways, deposit, available)


def _findings(amount_minor: int, currency: str, standing: Standing) -> Iterator[Finding]:
    yield Finding("on_hold", standing.hold != "in_force", "refuse")
    yield Finding("hold_pending", standing.hold not in _PENDING_HOLDS, "refer")
    is_same = currency == standing.currency
    yield Finding("other_currency", is_same, "refer")
    yield Finding("no_limit", standing.limit_minor is not None, "refer")
    if is_same and standing.limit_minor is not None:
        wanted = standing.exposure_minor + amount_minor
        yield Finding("over_limit", wanted <= standing.limit_minor, "refuse", standing.limit_minor, wanted)
    yield _overdue(standing)
    yield Finding("exposure_elsewhere", not standing.has_exposure_elsewhere, "refer")
    yield Finding("stale_data", standing.is_data_fresh, "refer")


def _overdue(standing: Standing) -> Finding:
    """What is past due: above what was agreed it refuses; where nothing was agreed, a person decides."""
    overdue, agreed = standing.overdue_minor, standing.overdue_limit_minor
    if agreed is None:
        return Finding("past_due", overdue == 0, "refer", 0, overdue)
    return Finding("over_overdue_limit", overdue <= agreed, "refuse", agreed, overdue)


def _deposit_minor(amount_minor: int, currency: str, standing: Standing, findings: tuple[Finding, ...]) -> int:
    """The part payment that brings the order within the limit, where nothing but the limit refuses it."""
    refused = [finding.key for finding in findings if not finding.passed and finding.outcome == "refuse"]
    if refused != ["over_limit"] or currency != standing.currency or standing.limit_minor is None:
        return 0
    missing = standing.exposure_minor + amount_minor - standing.limit_minor
    return missing if missing < amount_minor else 0


def _ways(outcome: Outcome, deposit: int, available: int | None, findings: tuple[Finding, ...]) -> Iterator[Way]:
    if outcome == "approve":
        return
    yield "cash"
    yield "prepay"
    if deposit:
        yield "part_payment"
        if available:
            yield "smaller_order"
    failed = {finding.key for finding in findings if not finding.passed}
    if failed & {"no_limit", "over_limit"}:
        yield "application"
