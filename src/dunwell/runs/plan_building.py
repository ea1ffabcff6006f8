"""A payment plan as it is being built: its schedule to the cent before it is offered, by the same sums as the offer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dunwell.calendar import deadline_after
from dunwell.errors import RefusedError, UsageError
from dunwell.policy.model import PlanTerms
from dunwell.policy.plan import Instalment, PlanRequest, max_instalments, plan_schedule
from dunwell.runs.case_subject import Subject, required_situation
from dunwell.runs.desk import Desk
from dunwell.runs.offering import Customer, alternatives
from dunwell.runs.plan_keeping import settlements_of
from dunwell.runs.planning import ANSWER_DAYS, PlanWish, offer_plan, require_first_day
from dunwell.store.cases import failed_plans
from dunwell.store.models import Plan


@dataclass(frozen=True, slots=True)
class Wish:
    """A plan as a person wants it; ``interest_hundredths`` of a percent a year, ``None``: as the policy has it."""

    instalments: int | None = None
    first_on: date | None = None
    interest_hundredths: int | None = None
    reason: str = ""
    against_policy: bool = False


@dataclass(frozen=True, slots=True)
class Sketch:
    """A plan before it is offered: what it divides, its instalments, and the policy's conditions with their numbers."""

    currency: str
    demanded_minor: int
    instalments: Sequence[Instalment]
    interest_hundredths: int
    interval: str
    expires_on: date
    conditions: Sequence[dict[str, object]]
    policy: str

    @property
    def total_minor(self) -> int:
        """What the customer pays in all."""
        return sum(one.amount_minor for one in self.instalments)

    @property
    def interest_minor(self) -> int:
        """How much of it is interest of the plan."""
        return sum(one.interest_minor for one in self.instalments)

    @property
    def is_offered(self) -> bool:
        """Whether the policy offers a plan here."""
        return all(one["passed"] for one in self.conditions)


def sketch(desk: Desk, about: Subject, wish: Wish) -> Sketch:
    """Return the schedule of a plan for what is demanded today.

    Raises ``RefusedError`` when nothing is demanded or it cannot be divided so, ``UsageError`` for a first day that
    lies before the last day to accept.
    """
    now = required_situation(desk, about)
    demanded_minor = int(now.row["total_due_minor"])
    if demanded_minor <= 0:
        raise RefusedError(f"Nothing is demanded of {about.account.account_number} in {about.currency}.")
    policy = desk.rules.policy(now.row["policy"])
    expires_on = deadline_after(desk.as_of, ANSWER_DAYS, about.account.country)
    customer = Customer(about.account.country, about.account.party_type, failed_plans(about.account.pk, desk.as_of))
    offered = alternatives(now.row, policy, customer, desk.as_of, desk.language)["payment_plan"]
    terms = _terms(policy.plan, wish)
    request = _request(about, wish, terms, demanded_minor, desk.as_of, expires_on)
    return Sketch(
        currency=about.currency,
        demanded_minor=demanded_minor,
        instalments=plan_schedule(request),
        interest_hundredths=terms.interest_percent_hundredths,
        interval=terms.interval,
        expires_on=expires_on,
        conditions=offered["conditions"],
        policy=policy.name,
    )


def _terms(terms: PlanTerms, wish: Wish) -> PlanTerms:
    asked = wish.interest_hundredths
    return terms if asked is None else replace(terms, interest_percent_hundredths=asked)


def _request(
    about: Subject, wish: Wish, terms: PlanTerms, demanded_minor: int, as_of: date, expires_on: date
) -> PlanRequest:
    """The same request that the offer makes (``planning.offer_plan``)."""
    first_on = wish.first_on or expires_on + timedelta(days=ANSWER_DAYS)
    require_first_day(as_of, expires_on, first_on)
    count = wish.instalments or max(max_instalments(terms, demanded_minor, about.currency), 1)
    interest = terms.interest_percent_hundredths
    return PlanRequest(demanded_minor, count, as_of, first_on, terms.interval, about.account.country, interest)


def offer(desk: Desk, about: Subject, wish: Wish) -> Plan:
    """Offer the plan and draft its letter; interest other than the policy's needs a reason.

    Raises what ``planning.offer_plan`` raises.
    """
    now = required_situation(desk, about)
    policy = desk.rules.policy(now.row["policy"])
    terms = _terms(policy.plan, wish)
    if terms != policy.plan and not wish.reason:
        raise UsageError("Interest other than the policy's needs a reason; it is kept with the plan.")
    policies = desk.rules.policies
    changed = {**policies.policies, policy.name: replace(policy, plan=terms)}
    at_these_terms = replace(desk, rules=replace(desk.rules, policies=replace(policies, policies=changed)))
    asked = PlanWish(wish.instalments, wish.first_on, wish.reason, wish.against_policy)
    return offer_plan(at_these_terms, about, asked)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a plan has come: what it is in all, what came in for it, what is still to come."""

    paid_minor: int
    rest_minor: int


def progress(plan: Plan, as_of: date) -> Progress:
    """Return what came in for a plan through a day; before it is accepted nothing does."""
    paid_minor = 0 if plan.agreed_on is None else sum(one.amount_minor for one in settlements_of(plan, as_of))
    paid_minor = min(max(paid_minor, 0), plan.total_minor)
    return Progress(paid_minor, plan.total_minor - paid_minor)
