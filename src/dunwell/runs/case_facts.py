"""What the letters off the ladder say: plans, offers, orders, refusals; from their cases and the ledger."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

import polars as pl

from dunwell.assess.engine import assess
from dunwell.calendar import deadline_after
from dunwell.casework.cases import name_of
from dunwell.errors import RefusedError
from dunwell.letters import facts as letter
from dunwell.runs import case_letters
from dunwell.runs.desk import Desk
from dunwell.runs.letter_facts import Situation, basic_facts, with_demand
from dunwell.runs.plan_keeping import returning_hold
from dunwell.runs.statements import statement_facts
from dunwell.runs.versions import ledger_on
from dunwell.store.cases import case_by
from dunwell.store.models import CaseLetter, Instalment, Letter, Offer, Order, Plan

GOES_OUT_DAYS = 1
"""An order that waits goes out on the next business day after the money has come in."""

_HOW: Mapping[str, letter.Channel] = {"email": "email", "letter": "letter", "call": "call", "portal": "portal"}


def case_facts(desk: Desk, draft: Letter, now: Situation) -> letter.LetterFacts:
    """Gather the facts of a letter off the ladder, from its case; a statement is about the account alone."""
    if draft.kind == case_letters.STATEMENT:
        return statement_facts(desk, draft, now)
    link = CaseLetter.objects.get(letter=draft)
    return _FACTS[draft.kind](desk, draft, now, link)


def no_longer_wanted(draft: Letter, row: Mapping[str, Any]) -> str:
    """Say why a letter that belongs to a case should not go out any more; empty when it should.

    ``row`` is the account as assessed now: who has paid since is offered nothing any more.
    """
    if draft.kind in ("plan_offer", "alternatives") and not row["total_due_minor"]:
        return "nothing is demanded any more"
    if draft.kind == case_letters.STATEMENT:
        return ""
    link = CaseLetter.objects.get(letter=draft)
    if draft.kind == "credit_refusal":
        return ""  # what was refused then was refused; a person decides whether to say so
    if draft.kind == "order_on_hold":
        is_waiting = Order.objects.filter(account=draft.account, state="held", waits_for_hold=True).exists()
        return "" if is_waiting else "no order waits any more"
    case = case_by(link.kind, link.case_id)
    return "" if case.state in _STATES[draft.kind] else f"{name_of(case)} is {case.state}"


_STATES = {
    "plan_offer": ("offered",),
    "plan_confirmation": ("active",),
    "plan_default": ("defaulted",),
    "alternatives": ("offered",),
}
"""In which state of its case a letter is still true."""


def without_plan(desk: Desk, draft: Letter, on: date) -> Situation:
    """Assess the account as of a day as if no plan suspended anything: what the plan is about."""
    found = ledger_on(on, [draft.account_id])
    ledger = replace(found, events=found.events.filter(pl.col("kind") != "plan"))
    assessment = assess(ledger, desk.rules.policies, desk.rules.legal, on)
    own = assessment.accounts.filter(pl.col("currency").cast(pl.String) == draft.currency)
    return Situation(ledger, assessment, own.row(0, named=True), on)


def _plan_offer(desk: Desk, draft: Letter, now: Situation, link: CaseLetter) -> letter.LetterFacts:
    plan = Plan.objects.get(pk=link.case_id)
    said = _as_of_offer(desk, draft, now, plan.opened_on)
    return replace(said, plan=plan_terms(plan), reply_by_on=plan.expires_on, pay_by_on=None)


def _plan_confirmation(desk: Desk, draft: Letter, now: Situation, link: CaseLetter) -> letter.LetterFacts:
    plan = Plan.objects.get(pk=link.case_id)
    said = _as_of_offer(desk, draft, now, plan.opened_on)
    terms = plan_terms(plan)
    hold = replace(said.hold, released_on=plan.agreed_on) if said.hold and plan.suspended_hold_id else said.hold
    first = terms.instalments[0]
    return replace(said, plan=terms, hold=hold, pay_minor=first.amount_minor, pay_by_on=first.due_on)


def _plan_default(desk: Desk, draft: Letter, now: Situation, link: CaseLetter) -> letter.LetterFacts:
    plan = Plan.objects.get(pk=link.case_id)
    terms = plan_terms(plan)
    missed = next((one for one in terms.instalments if one.paid_on is None), terms.instalments[-1])
    said = _demanding(desk, draft, now)
    hold = replace(said.hold, in_force_on=desk.as_of) if said.hold and returning_hold(draft) else said.hold
    return replace(said, plan=replace(terms, missed=missed, ended_on=plan.closed_on), hold=hold, tone="firm")


def _alternatives(desk: Desk, draft: Letter, now: Situation, link: CaseLetter) -> letter.LetterFacts:
    found = Offer.objects.get(pk=link.case_id)
    said = _as_of_offer(desk, draft, now, found.opened_on)
    offer = letter.Offer(
        kind="early_discount" if found.kind == "discount" else "longer_terms",
        open_until_on=found.expires_on,
        pay_by_on=found.pay_by_on,
        discount_percent=Decimal(found.discount_hundredths) / 100,
        discount_minor=found.discount_minor,
        pay_minor=found.pay_minor,
    )
    return replace(said, offers=(offer,), reply_by_on=found.expires_on, pay_by_on=found.pay_by_on)


def _order_on_hold(desk: Desk, draft: Letter, now: Situation, link: CaseLetter) -> letter.LetterFacts:
    del link
    said = _demanding(desk, draft, now)
    paid_on = said.pay_by_on or desk.as_of
    goes_out_on = deadline_after(paid_on, GOES_OUT_DAYS, desk.workspace.creditor.country)
    waiting = Order.objects.filter(
        account=draft.account, currency=draft.currency, state="held", waits_for_hold=True
    ).order_by("ordered_on", "id")
    lines = tuple(
        letter.OrderLine(one.order_number, one.amount_minor, one.ordered_on, one.description, goes_out_on)
        for one in waiting
    )
    return replace(said, orders=lines)


def _credit_refusal(desk: Desk, draft: Letter, now: Situation, link: CaseLetter) -> letter.LetterFacts:
    details = cast("Mapping[str, Any]", link.details)
    order = Order.objects.filter(pk=details["order_id"]).first() if details["order_id"] else None
    orders = [order] if order else []
    lines = tuple(letter.OrderLine(x.order_number, x.amount_minor, x.ordered_on, x.description) for x in orders)
    decision = letter.CreditDecision(
        requested_on=date.fromisoformat(details["requested_on"]),
        requested_minor=details["requested_minor"],
        limit_minor=details["limit_minor"],
        exposure_minor=details["exposure_minor"],
        deposit_minor=details["deposit_minor"],
        reasons=frozenset(details["reasons"]),
        ways=frozenset(details["ways"]),
    )
    country = draft.account.country
    return replace(
        basic_facts(desk.workspace, desk.rules, draft, now),
        written_on=desk.as_of,
        orders=lines,
        credit_decision=decision,
        credit_limit_minor=decision.limit_minor,
        reply_by_on=deadline_after(desk.as_of, case_letters.REPLY_DAYS, country),
    )


def _demanding(desk: Desk, draft: Letter, now: Situation) -> letter.LetterFacts:
    """The facts of a letter that asks for all that is chaseable, with a full term from today."""
    said = with_demand(basic_facts(desk.workspace, desk.rules, draft, now), desk.rules, draft, now)
    return replace(said, written_on=desk.as_of, pay_by_on=case_letters.pay_by_on(draft, desk.as_of))


def _as_of_offer(desk: Desk, draft: Letter, now: Situation, offered_on: date) -> letter.LetterFacts:
    """The facts of a letter about an agreement: the debt as it stood when it was offered."""
    then = without_plan(desk, draft, offered_on)
    if not then.row["total_due_minor"]:
        raise RefusedError(f"Nothing was demanded of {draft.account} on {offered_on} any more; make a new offer.")
    said = with_demand(basic_facts(desk.workspace, desk.rules, draft, now), desk.rules, draft, then)
    return replace(said, written_on=desk.as_of)


def plan_terms(plan: Plan) -> letter.PlanTerms:
    """Return a plan as letters print it."""
    percent = Decimal(plan.interest_hundredths) / 100 if plan.interest_hundredths else None
    return letter.PlanTerms(
        instalments=tuple(_instalment(one) for one in plan.instalments.order_by("number")),
        interest_percent=percent,
        grace_days=plan.grace_days,
        agreed_on=plan.agreed_on,
        agreed_by=plan.agreed_by,
        agreed_how=_HOW.get(plan.agreed_how, "letter"),
    )


def _instalment(one: Instalment) -> letter.Instalment:
    return letter.Instalment(one.number, one.due_on, one.amount_minor, one.interest_minor, one.paid_on)


_FACTS: Mapping[str, Callable[[Desk, Letter, Situation, CaseLetter], letter.LetterFacts]] = {
    "plan_offer": _plan_offer,
    "plan_confirmation": _plan_confirmation,
    "plan_default": _plan_default,
    "alternatives": _alternatives,
    "order_on_hold": _order_on_hold,
    "credit_refusal": _credit_refusal,
}
