"""What else can be done about a debt: the alternatives that the policy offers, and whether a referral is worth it.

Computed for one assessed row and explained line by line (product §4); nothing is offered or decided here, a person
does that. Amounts are minor units of the row's currency.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from dunwell.assess.legal import LegalSetting
from dunwell.assess.reasons import PLAIN
from dunwell.law.model import Limit
from dunwell.policy.model import Policy
from dunwell.policy.plan import (
    Condition,
    Debt,
    PlanRequest,
    discount,
    longer_line,
    longer_line_conditions,
    max_instalments,
    plan_conditions,
    plan_schedule,
)
from dunwell.policy.referral import Line, allowed_options, referral_test
from dunwell.runs.wording import amount, percent, sentence

FIRST_INSTALMENT_DAYS = 7
"""A plan's first instalment is due so many days after the offer: the usual time to pay of a letter."""

_MONEY_CONDITIONS = frozenset({"total_minor", "open_minor"})

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Customer:
    """What an offer must know of the customer: the country for business days, the party type for the law."""

    country: str
    party_type: str
    failed_plans: int = 0


def alternatives(
    row: Mapping[str, Any], policy: Policy, customer: Customer, as_of: date, language: str = PLAIN
) -> Json:
    """Return what the policy offers instead of a hold or a referral, each with its conditions and its figures.

    The plan divides what is demanded today, fees and interest included. The discount is for settling all open
    invoices, due or not, less the credit on the account.
    """
    currency = str(row["currency"])
    debt = Debt(row["total_due_minor"], currency, row["oldest_days_past_due"] or 0, customer.failed_plans)
    found = {
        "payment_plan": _plan(policy, debt, customer, as_of),
        "longer_line": _longer_line(policy, debt, customer, as_of),
        "discount": _discount(policy, max(row["open_minor"] - row["unapplied_minor"], 0), customer, as_of),
        "late_fee": _late_fee(policy, row["late_fee_minor"]),
    }
    return {kind: _told(kind, offer, currency, language) for kind, offer in found.items()}


def _told(kind: str, offer: Json, currency: str, language: str) -> Json:
    """Add the words: what the offer is called, and each condition in a sentence."""
    conditions = [_condition_json(condition, currency, language) for condition in offer["conditions"]]
    return {"title": sentence("alternative", kind, language=language), **offer, "conditions": conditions}


def referral(
    row: Mapping[str, Any], policy: Policy, customer: Customer, legal: LegalSetting, language: str = PLAIN
) -> Json:
    """Return the cost–benefit test of referring what is demanded today, with its arithmetic and the legal options."""
    currency = str(row["currency"])
    test = referral_test(policy.referral, row["total_due_minor"], currency, row["oldest_days_past_due"] or 0)
    forbidden = _forbidden(policy, customer, legal)
    options = allowed_options(policy.referral, frozenset(limit.option for limit in forbidden))
    values = {line.key: _written(line, currency, language) for line in test.lines}
    loss_minor = -sum(line.value for line in test.lines if line.key == "net_benefit")
    outcome = values | {"currency": currency, "loss": amount(loss_minor, currency, language)}
    return {
        "verdict": test.verdict,
        "is_worth_it": test.is_worth_it,
        "text": sentence("referral", test.verdict, outcome, language),
        "lines": [
            {"key": line.key, "value": line.value, "unit": line.unit, "text": _line_text(line, values, language)}
            for line in test.lines
        ],
        "options": list(options),
        "forbidden": [_limit_json(limit) for limit in forbidden],
    }


def _plan(policy: Policy, debt: Debt, customer: Customer, as_of: date) -> Json:
    terms = policy.plan
    found = _offer(plan_conditions(terms, debt))
    if not found["is_offered"]:
        return found
    request = PlanRequest(
        debt.total_minor,
        max_instalments(terms, debt.total_minor, debt.currency),
        as_of,
        as_of + timedelta(days=FIRST_INSTALMENT_DAYS),
        terms.interval,
        customer.country,
        terms.interest_percent_hundredths,
    )
    instalments = plan_schedule(request)
    return found | {
        "total_minor": sum(one.amount_minor for one in instalments),
        "interest_minor": sum(one.interest_minor for one in instalments),
        "instalments": [asdict(one) | {"due_on": one.due_on.isoformat()} for one in instalments],
    }


def _longer_line(policy: Policy, debt: Debt, customer: Customer, as_of: date) -> Json:
    found = _offer(longer_line_conditions(policy.longer_line, debt))
    if not found["is_offered"]:
        return found
    line = longer_line(policy.longer_line, as_of, customer.country)
    return found | {"pay_by_on": line.pay_by_on.isoformat(), "expires_on": line.expires_on.isoformat()}


def _discount(policy: Policy, open_minor: int, customer: Customer, as_of: date) -> Json:
    terms = policy.discount
    conditions = [
        Condition("discount_offered", 1, int(terms.offered), terms.offered),
        Condition("open_minor", 1, open_minor, open_minor > 0),
    ]
    found = _offer(conditions)
    if not found["is_offered"]:
        return found
    offer = discount(terms, open_minor, as_of, customer.country)
    return found | {
        "percent_hundredths": terms.percent_hundredths,
        "discount_minor": offer.discount_minor,
        "pay_minor": offer.pay_minor,
        "pay_by_on": offer.pay_by_on.isoformat(),
        "expires_on": offer.expires_on.isoformat(),
    }


def _late_fee(policy: Policy, late_fee_minor: int) -> Json:
    is_charged = policy.late_fee is not None or any(step.fee is not None for step in policy.steps)
    found = _offer([Condition("late_fee_charged", 1, int(is_charged), is_charged)])
    return found | {"late_fee_minor": late_fee_minor}


def _offer(conditions: list[Condition]) -> Json:
    return {"is_offered": all(condition.passed for condition in conditions), "conditions": conditions}


def _condition_json(condition: Condition, currency: str, language: str) -> Json:
    need, have = (
        amount(value, currency, language) if condition.key in _MONEY_CONDITIONS else str(value)
        for value in (condition.need, condition.have)
    )
    has_no_minimum = condition.key == "total_minor" and condition.passed and not condition.need
    variant = "no_minimum" if has_no_minimum else "yes" if condition.passed else "no"
    return {
        "key": condition.key,
        "need": condition.need,
        "have": condition.have,
        "passed": condition.passed,
        "text": sentence(condition.key, variant, {"need": need, "have": have}, language),
    }


def _forbidden(policy: Policy, customer: Customer, legal: LegalSetting) -> list[Limit]:
    """The policy's options that the law of the creditor's or the customer's country forbids against such a customer."""
    countries = {legal.jurisdiction, customer.country}
    return [
        limit
        for limit in legal.law.limits
        if limit.jurisdiction in countries
        and limit.party_type == customer.party_type
        and limit.effect == "forbidden"
        and limit.option in policy.referral.options
    ]


def _limit_json(limit: Limit) -> Json:
    return {
        "option": limit.option,
        "jurisdiction": limit.jurisdiction,
        "legal_basis": limit.legal_basis,
        "note": limit.note,
        "verified": limit.verified,
    }


def _written(line: Line, currency: str, language: str) -> str:
    if line.unit == "minor":
        return amount(line.value, currency, language)
    return percent(line.value, language) if line.unit == "percent_hundredths" else str(line.value)


def _line_text(line: Line, values: Mapping[str, str], language: str) -> str:
    key = "no_minimum" if line.key == "minimum" and not line.value else line.key
    return sentence("referral_line", key, values, language)
