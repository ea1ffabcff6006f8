"""Payment plans and other offers (product §4): offered by the policy's terms, accepted, declined, cancelled.

Whether instalments are paid, and when a plan is completed or defaulted, the run recognises (``runs.plan_keeping``).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dunwell.calendar import deadline_after
from dunwell.casework import hold_states, letter_states
from dunwell.casework.cases import Act, advance, begin, close
from dunwell.errors import RefusedError, UsageError
from dunwell.policy.model import Policy
from dunwell.policy.plan import PlanRequest, max_instalments, plan_schedule
from dunwell.runs import case_letters
from dunwell.runs.answers import Said, act
from dunwell.runs.case_subject import Subject, required_situation
from dunwell.runs.desk import Desk
from dunwell.runs.letter_facts import Situation
from dunwell.runs.offering import Customer, alternatives
from dunwell.runs.ordering import limit_left_minor, release_waiting
from dunwell.store import audit
from dunwell.store.bulk import writing
from dunwell.store.cases import failed_plans, net_open_minor
from dunwell.store.models import HOLD_LIVE, OFFER_KINDS, PLAN_LIVE, Hold, Instalment, Offer, Plan, Promise

ANSWER_DAYS = 7
"""Days to accept a plan; its first instalment is due at least as many days later."""
FIRST_DAYS_MAX = 366
"""So many days ahead the first instalment of a plan may lie."""
HOWS = ("email", "letter", "call", "portal")
"""How a plan can be accepted."""


@dataclass(frozen=True, slots=True)
class PlanWish:
    """What a person wants of a plan; what they leave out follows the policy.

    ``against_policy`` offers it although a condition of the policy has not passed; the reason is kept.
    """

    instalments: int | None = None
    first_on: date | None = None
    reason: str = ""
    against_policy: bool = False


@writing()
def offer_plan(desk: Desk, about: Subject, wish: PlanWish) -> Plan:
    """Offer a payment plan for what is demanded today and draft its letter.

    Raises ``RefusedError`` when the policy does not offer one here (with its conditions), nothing is demanded, or
    a plan is already on the table.
    """
    now = required_situation(desk, about)
    policy = desk.rules.policy(now.row["policy"])
    _require_offered(desk, about, now, policy, wish)
    expires_on = deadline_after(desk.as_of, ANSWER_DAYS, about.account.country)
    first_on = wish.first_on or expires_on + timedelta(days=ANSWER_DAYS)
    require_first_day(desk.as_of, expires_on, first_on)
    total_minor, terms = int(now.row["total_due_minor"]), policy.plan
    count = wish.instalments or max(max_instalments(terms, total_minor, about.currency), 1)
    request = PlanRequest(
        total_minor,
        count,
        desk.as_of,
        first_on,
        terms.interval,
        about.account.country,
        terms.interest_percent_hundredths,
    )
    plan = Plan(
        account=about.account,
        currency=about.currency,
        opened_on=desk.as_of,
        expires_on=expires_on,
        total_minor=0,
        covered_minor=net_open_minor(about.account.pk, about.currency, desk.as_of, desk.as_of),
        interest_hundredths=terms.interest_percent_hundredths,
        grace_days=terms.grace_days,
    )
    schedule = plan_schedule(request)
    plan.total_minor = sum(one.amount_minor for one in schedule)
    with writing():
        begin(plan, "offer", Act(desk.as_of, desk.by, wish.reason))
        Instalment.objects.bulk_create(
            Instalment(
                plan=plan,
                number=one.number,
                due_on=one.due_on,
                principal_minor=one.principal_minor,
                interest_minor=one.interest_minor,
                amount_minor=one.amount_minor,
                rest_minor=one.rest_minor,
            )
            for one in schedule
        )
        audit.instalments_added(plan, on=desk.as_of, by=desk.by)
        _draft(desk, plan, "plan_offer")
    return plan


def require_first_day(as_of: date, expires_on: date, first_on: date) -> None:
    """Raise ``UsageError`` for a first instalment before the offer has ended, or so late that a year is mistyped."""
    if first_on <= expires_on:
        raise UsageError(f"The offer is open through {expires_on}; the first instalment must be later.")
    if first_on > as_of + timedelta(days=FIRST_DAYS_MAX):
        raise UsageError(f"{first_on} lies more than a year after {as_of}; write the day you mean.")


def _require_offered(desk: Desk, about: Subject, now: Situation, policy: Policy, wish: PlanWish) -> None:
    live = Plan.objects.filter(account=about.account, currency=about.currency, state__in=PLAN_LIVE).first()
    if live is not None:
        raise RefusedError(f"Plan {live.pk} of {about.account.account_number} is {live.state}; one at a time.")
    if now.row["total_due_minor"] <= 0:
        raise RefusedError(f"Nothing is demanded of {about.account.account_number} in {about.currency}.")
    conditions = _alternatives(desk, about, now, policy)["payment_plan"]["conditions"]
    missing = [one["text"] for one in conditions if not one["passed"]]
    if missing and not wish.against_policy:
        raise RefusedError("The policy offers no plan here: " + " ".join(missing))
    most = max(max_instalments(policy.plan, int(now.row["total_due_minor"]), about.currency), 1)
    if (wish.instalments or 1) > most and not wish.against_policy:
        raise RefusedError(f"The policy allows at most {most} instalments here.")
    if wish.against_policy and not wish.reason.strip():
        raise UsageError("Against the policy only with a reason: --reason.")


def _alternatives(desk: Desk, about: Subject, now: Situation, policy: Policy) -> dict[str, Any]:
    customer = Customer(about.account.country, about.account.party_type, failed_plans(about.account.pk, desk.as_of))
    return alternatives(now.row, policy, customer, desk.as_of, desk.language)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who accepted on the customer's side, by which channel, and what proves it."""

    by: str
    how: str
    evidence: str = ""


def accept_plan(desk: Desk, plan: Plan, acceptance: Acceptance) -> Plan:
    """Accept a plan: it is active from today, its hold is released, waiting orders go out, its letter is drafted."""
    if acceptance.how not in HOWS:
        raise UsageError(f"{acceptance.how!r} is no way to accept; one of {', '.join(HOWS)}.")
    words = f"accepted by {acceptance.by} ({acceptance.how})"
    deed = Act(desk.as_of, desk.by, words, acceptance.evidence)
    with writing():
        agreed = {"agreed_on": desk.as_of, "agreed_by": acceptance.by, "agreed_how": acceptance.how}
        advance(plan, "accept", deed, **agreed)
        suspended = _suspend_hold(desk, plan)
        advance(plan, "start", deed, suspended_hold=suspended)
        case_letters.withdraw_drafts("plan", plan.pk, desk.as_of, desk.by, "The plan was accepted.")
        _draft(desk, plan, "plan_confirmation")
    return plan


def _suspend_hold(desk: Desk, plan: Plan) -> Hold | None:
    """Release the hold in force, withdraw one that is not in force yet; return the one released."""
    hold = (
        Hold.objects.select_related("account", "letter")
        .filter(account=plan.account, currency=plan.currency, state__in=HOLD_LIVE)
        .first()
    )
    if hold is None:
        return None
    reason = f"Plan {plan.pk} was accepted."
    if hold.state != "in_force":
        if hold.letter is not None and hold.letter.state in ("draft", "approved", "queued"):
            letter_states.cancel(hold.letter, on=desk.as_of, by=desk.by, reason=reason)
        hold_states.advance(hold, "withdrawn", on=desk.as_of, by=desk.by, reason=reason)
        return None
    hold_states.release(hold, on=desk.as_of, by=desk.by, reason=reason)
    left = limit_left_minor(plan.account, desk.as_of)
    release_waiting(plan.account, left, Act(desk.as_of, desk.by, f"The hold was released: {reason}"))
    return hold


def decline_plan(desk: Desk, plan: Plan, said: Said) -> None:
    """Record that the customer declined a plan."""
    with writing():
        advance(plan, "decline", act(desk, said), closed_on=desk.as_of)
        case_letters.withdraw_drafts("plan", plan.pk, desk.as_of, desk.by, "The plan was declined.")


def cancel_plan(desk: Desk, plan: Plan, said: Said) -> None:
    """Cancel a plan by hand, offered or active; an active one stops suspending."""
    with writing():
        close(plan, "cancel", act(desk, said))
        case_letters.withdraw_drafts("plan", plan.pk, desk.as_of, desk.by, "The plan was cancelled.")


def _draft(desk: Desk, plan: Plan, kind: str) -> None:
    wanted = case_letters.Wanted(kind, plan.account, plan.currency, "plan", plan.pk, total_minor=plan.total_minor)
    case_letters.draft(wanted, desk.as_of, desk.by)


@writing()
def make_offer(desk: Desk, about: Subject, kind: str, said: Said) -> Offer:
    """Offer a longer credit line or a discount by the policy's terms and draft its letter.

    Raises ``RefusedError`` with the conditions that have not passed.
    """
    if kind not in OFFER_KINDS:
        raise UsageError(f"{kind!r} is no offer; one of {', '.join(OFFER_KINDS)}.")
    now = required_situation(desk, about)
    policy = desk.rules.policy(now.row["policy"])
    found = _alternatives(desk, about, now, policy)[kind]
    if not found["is_offered"]:
        missing = [one["text"] for one in found["conditions"] if not one["passed"]]
        raise RefusedError("The policy does not offer it here: " + " ".join(missing))
    if Offer.objects.filter(account=about.account, currency=about.currency, kind=kind, state="offered").exists():
        raise RefusedError(f"{about.account.account_number} already has an open offer of this kind.")
    owed_minor = int(now.row["total_due_minor"])
    made = Offer(
        account=about.account,
        currency=about.currency,
        kind=kind,
        opened_on=desk.as_of,
        expires_on=date.fromisoformat(found["expires_on"]),
        pay_by_on=date.fromisoformat(found["pay_by_on"]),
        pay_minor=found.get("pay_minor", owed_minor),
        discount_minor=found.get("discount_minor", 0),
        discount_hundredths=found.get("percent_hundredths", 0),
    )
    if made.pay_minor <= 0:
        raise RefusedError(f"Nothing is demanded of {about.account.account_number} in {about.currency}.")
    with writing():
        begin(made, "offer", act(desk, said))
        wanted = case_letters.Wanted("alternatives", about.account, about.currency, "offer", made.pk)
        case_letters.draft(wanted, desk.as_of, desk.by)
    return made


def accept_offer(desk: Desk, found: Offer, said: Said) -> Promise:
    """Accept an offer: a promise to pay its amount by its day is recorded and suspends chasing."""
    with writing():
        promise = Promise(
            account=found.account,
            currency=found.currency,
            amount_minor=found.pay_minor,
            opened_on=desk.as_of,
            until_on=found.pay_by_on,
            note=said.note,
        )
        begin(promise, "make", Act(desk.as_of, desk.by, said.note, f"offer {found.pk}"))
        advance(found, "accept", act(desk, said), closed_on=desk.as_of, promise=promise)
        case_letters.withdraw_drafts("offer", found.pk, desk.as_of, desk.by, "The offer was accepted.")
    return promise


def decline_offer(desk: Desk, found: Offer, said: Said) -> None:
    """Record that the customer declined an offer."""
    with writing():
        advance(found, "decline", act(desk, said), closed_on=desk.as_of)
        case_letters.withdraw_drafts("offer", found.pk, desk.as_of, desk.by, "The offer was declined.")
