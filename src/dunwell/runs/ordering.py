"""Orders on credit (product §4): the check, and what becomes of an order.

An order that the check approves counts into the exposure at once. Any other is held: for the hold on its account to
end, or for a person, who releases or refuses it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

import polars as pl

from dunwell.assess.credit_check import CreditCheck, Finding, Outcome, Standing, check_credit
from dunwell.assess.engine import assess
from dunwell.assess.reasons import PLAIN
from dunwell.casework.cases import Act, advance, begin, is_ahead
from dunwell.errors import RefusedError, UsageError
from dunwell.money import parse_minor
from dunwell.runs import case_letters
from dunwell.runs.answers import Said, act
from dunwell.runs.case_subject import Subject, situation_of
from dunwell.runs.decided import still_stands
from dunwell.runs.desk import Desk
from dunwell.runs.gate import stale_data_reason
from dunwell.runs.versions import ledger_on
from dunwell.runs.wording import amount, sentence
from dunwell.store.bulk import writing
from dunwell.store.cases import net_open_minor
from dunwell.store.models import HOLD_LIVE, Account, Hold, Letter, Order
from dunwell.store.reading import read_ledger

OVERDUE_LIMIT = "overdue_limit"
"""The column of customers.csv that says how much may be past due while orders still go out, in the currency of the
credit limit; kept among the columns Dunwell does not know."""

_REFUSAL_REASONS = {"on_hold": "on_hold", "over_limit": "over_limit", "over_overdue_limit": "past_due"}


def standing(desk: Desk, account: Account) -> Standing:
    """Return how an account stands: exposure, limit, overdue, hold.

    Somebody waits for it: where nothing has happened since the latest run, its decisions say it; else the account is
    assessed.
    """
    currency = account.currency or desk.workspace.currency
    rows = _rows(desk, account)
    own = next((row for row in rows if row["currency"] == currency), None)
    hold = Hold.objects.filter(account=account, state__in=HOLD_LIVE).order_by("-in_force_on").first()
    policy = desk.rules.policy(own["policy"] if own else account.policy)
    return Standing(
        currency=currency,
        limit_minor=account.credit_limit_minor,
        exposure_minor=own["exposure_minor"] if own else 0,
        overdue_minor=own["overdue_minor"] if own else 0,
        overdue_limit_minor=_overdue_limit_minor(account, currency),
        hold=_hold_state(hold, rows),
        has_exposure_elsewhere=sum(row["exposure_minor"] for row in rows if row["currency"] != currency) > 0,
        is_data_fresh=not stale_data_reason(policy, desk.as_of),
    )


def _rows(desk: Desk, account: Account) -> list[dict[str, Any]]:
    """The decisions on an account as of the day, one per currency."""
    found = still_stands(account.pk, desk.rules, desk.as_of)
    if found is None:
        ledger = ledger_on(desk.as_of, [account.pk])
        found = assess(ledger, desk.rules.policies, desk.rules.legal, desk.as_of).accounts
    return list(found.iter_rows(named=True))


def _hold_state(hold: Hold | None, rows: Sequence[Mapping[str, Any]]) -> str:
    """The case's own state; a hold from before Dunwell is no case, but the ledger tells of it."""
    if hold is not None:
        return hold.state
    return "in_force" if any(row["is_held"] for row in rows) else "none"


def _overdue_limit_minor(account: Account, currency: str) -> int | None:
    written = str((account.extra or {}).get(OVERDUE_LIMIT, "")).strip()
    if not written:
        return None
    try:
        return parse_minor(written, currency)
    except ValueError as error:
        raise UsageError(f"{OVERDUE_LIMIT} of {account.account_number}: {error}.") from error


def check_json(
    about: Subject, amount_minor: int, found: CreditCheck, state: Standing, language: str = PLAIN
) -> dict[str, Any]:
    """Return a check as plain values, its reasons in words and figures."""
    return {
        "account_number": about.account.account_number,
        "name": about.account.name,
        "currency": about.currency,
        "amount_minor": amount_minor,
        "outcome": found.outcome,
        "reasons": [reason_json(finding, state.currency, language) for finding in found.findings],
        "limit_currency": state.currency,
        "credit_limit_minor": state.limit_minor,
        "exposure_minor": state.exposure_minor,
        "overdue_minor": state.overdue_minor,
        "available_minor": found.available_minor,
        "hold": state.hold,
        "alternatives": [_way_json(way, found, state, language) for way in found.ways],
    }


def reason_json(finding: Finding, currency: str, language: str = PLAIN) -> dict[str, Any]:
    """Return one reason of a check with its sentence; its figures are in the ``currency`` of the limit."""
    figures = {
        "need": amount(finding.need_minor or 0, currency, language),
        "have": amount(finding.have_minor or 0, currency, language),
        "currency": currency,
    }
    text = sentence(f"check_{finding.key}", "yes" if finding.passed else "no", figures, language)
    return {
        "rule": finding.key,
        "passed": finding.passed,
        "outcome": finding.outcome,
        "need_minor": finding.need_minor,
        "have_minor": finding.have_minor,
        "text": text,
        "currency": currency,
    }


def kept_reasons(order: Order, language: str) -> list[dict[str, Any]]:
    """Return why an order was not approved, as kept with it, in a language; the sentences are made from the figures."""
    return [_in_language(reason, language) for reason in order.reasons or ()]


def _in_language(kept: dict[str, Any], language: str) -> dict[str, Any]:
    if "currency" not in kept:  # kept by an earlier version: its sentence is all there is
        return kept
    outcome = cast("Outcome", kept["outcome"])
    finding = Finding(kept["rule"], kept["passed"], outcome, kept["need_minor"], kept["have_minor"])
    return reason_json(finding, kept["currency"], language)


def _way_json(way: str, found: CreditCheck, state: Standing, language: str) -> dict[str, Any]:
    deposit, available = found.deposit_minor, found.available_minor or 0
    minors = {"deposit": deposit, "available": available}
    figures = {name: amount(minor, state.currency, language) for name, minor in minors.items()}
    minor = {"part_payment": deposit, "smaller_order": available}.get(way)
    return {"way": way, "amount_minor": minor, "text": sentence("way", way, figures, language)}


def draft_refusal(desk: Desk, about: Subject, amount_minor: int, order: Order | None = None) -> Letter:
    """Draft the letter that refuses an order on credit and names the other ways to buy.

    Raises ``RefusedError`` when the check does not refuse, or the order is in another currency than the limit.
    """
    state = standing(desk, about.account)
    found = check_credit(amount_minor, about.currency, state)
    if found.outcome != "refuse" and (order is None or order.state != "refused"):
        raise RefusedError(f"The check does not refuse this order ({found.outcome}); there is nothing to write.")
    if about.currency != state.currency:
        raise RefusedError(f"The order is in {about.currency}, the limit in {state.currency}: write it by hand.")
    failed = [one.key for one in found.findings if not one.passed]
    details = {
        "requested_on": (order.ordered_on if order else desk.as_of).isoformat(),
        "requested_minor": amount_minor,
        "limit_minor": state.limit_minor,
        "exposure_minor": state.exposure_minor,
        "deposit_minor": found.deposit_minor,
        "reasons": sorted({_REFUSAL_REASONS[key] for key in failed if key in _REFUSAL_REASONS}) or ["no_application"],
        "ways": list(found.ways) or ["cash", "prepay"],
        "order_id": order.pk if order else None,
    }
    kind, key = ("order", order.pk) if order else ("check", about.account.pk)
    wanted = case_letters.Wanted("credit_refusal", about.account, about.currency, kind, key, details=details)
    return case_letters.draft(wanted, desk.as_of, desk.by)


@writing()
def add(desk: Desk, about: Subject, order_number: str, amount_minor: int, said: Said) -> Order:
    """Register an order and check it: approved, or held with the reasons; the customer of a hold is told."""
    state = standing(desk, about.account)
    found = check_credit(amount_minor, about.currency, state)
    failed = [reason_json(one, state.currency) for one in found.findings if not one.passed]
    if Order.objects.filter(account=about.account, order_number=order_number).exists():
        raise UsageError(f"{about.account.account_number} already has an order {order_number}.")
    made = Order(
        account=about.account,
        order_number=order_number,
        ordered_on=desk.as_of,
        currency=about.currency,
        amount_minor=amount_minor,
        description=said.note,
        waits_for_hold=state.hold == "in_force" and found.outcome != "approve",
        reasons=failed,
    )
    why = Said(" ".join(one["text"] for one in failed) or said.note, said.evidence)
    with writing():
        begin(made, "approve" if found.outcome == "approve" else "hold", act(desk, why))
        if made.waits_for_hold:
            tell_of_waiting(desk, about)
    return made


def tell_of_waiting(desk: Desk, about: Subject) -> Letter | None:
    """Draft the letter that names every order that waits for the hold of an account to end."""
    waiting = held_for_hold(about.account, about.currency)
    now = situation_of(desk, about)
    if not waiting or now is None or now.row["chaseable_minor"] <= 0:
        return None
    total_minor = now.row["total_due_minor"]
    wanted = case_letters.Wanted(
        "order_on_hold", about.account, about.currency, "order", waiting[-1].pk, total_minor=total_minor
    )
    return case_letters.draft(wanted, desk.as_of, desk.by)


def held_for_hold(account: Account, currency: str = "") -> list[Order]:
    """Return the orders that wait for the hold on an account to end, first ordered first."""
    found = Order.objects.select_related("account").filter(account=account, state="held", waits_for_hold=True)
    return list((found.filter(currency=currency) if currency else found).order_by("ordered_on", "id"))


def hold(desk: Desk, order: Order, said: Said) -> None:
    """Hold an order by hand: a person releases it."""
    advance(order, "hold", act(desk, said), waits_for_hold=False)


def release(desk: Desk, order: Order, said: Said) -> None:
    """Release a held order by hand, whatever the check says; the reason is kept."""
    advance(order, "release", act(desk, said), waits_for_hold=False)


def refuse(desk: Desk, order: Order, said: Said) -> Letter | None:
    """Refuse an order and draft the letter, in the currency of the limit."""
    with writing():
        advance(order, "refuse", act(desk, said), waits_for_hold=False)
        about = Subject(order.account, order.currency)
        if order.currency != (order.account.currency or desk.workspace.currency):
            return None
        return draft_refusal(desk, about, order.amount_minor, order)


def release_waiting(account: Account, limit_left_minor: int | None, deed: Act) -> list[Order]:
    """Release the orders that waited for a hold to end, in the order in which they came.

    The first one that no longer fits the limit stays, and so do those behind it: nobody overtakes, a person decides.
    ``limit_left_minor``: what is left of the limit; ``None`` where there is none.
    """
    released: list[Order] = []
    left, currency = limit_left_minor, account.currency
    for order in held_for_hold(account):
        if left is not None and (order.currency != currency or order.amount_minor > left):
            break
        if is_ahead(order, deed.on):
            break
        advance(order, "release", deed, waits_for_hold=False)
        released.append(order)
        left = None if left is None else left - order.amount_minor
    return released


def limit_left_minor(account: Account, as_of: date) -> int | None:
    """Return what is left of an account's limit: what is open and ordered taken off; ``None`` without a limit."""
    if account.credit_limit_minor is None:
        return None
    ledger = read_ledger(as_of, [account.pk])
    ordered = ledger.orders.filter(pl.col("currency").cast(pl.String) == account.currency)["amount_minor"].sum()
    owed = net_open_minor(account.pk, account.currency, as_of, as_of)
    return max(account.credit_limit_minor - owed - int(ordered), 0)
