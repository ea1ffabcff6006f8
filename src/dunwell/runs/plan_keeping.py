"""What the run recognises of plans and offers: lapsed, instalments paid, completed, defaulted (product §4)."""

from datetime import date, timedelta

from dunwell.casework.cases import Act, advance, close, is_ahead
from dunwell.casework.recognition import Fulfilled, Settlement, paid_instalments
from dunwell.runs import case_letters
from dunwell.runs.case_letters import Wanted, withdraw_drafts
from dunwell.store.cases import EntryRow, cases, entries, net_open_minor
from dunwell.store.cash import complete_for
from dunwell.store.claims import Move, place_hold
from dunwell.store.fingerprint import RUN
from dunwell.store.models import HOLD_LIVE, CaseLetter, Hold, Instalment, Letter, Offer, Plan


def keep_plans(as_of: date, known_through: date) -> None:
    """Move plans on: ``known_through`` is the last day of which all payments are known."""
    offered: list[Plan] = cases("plan", states=("offered",))
    for plan in offered:
        if plan.expires_on < as_of and not is_ahead(plan, as_of):
            advance(plan, "lapse", Act(as_of, RUN, f"open through {plan.expires_on}"), closed_on=as_of)
            withdraw_drafts("plan", plan.pk, as_of, RUN, "The offer has lapsed.")
    active: list[Plan] = cases("plan", states=("active",))
    for plan in active:
        if not is_ahead(plan, as_of):
            _keep(plan, as_of, known_through)


def lapse_offers(as_of: date) -> None:
    """Close the offers that nobody accepted in time."""
    offered: list[Offer] = cases("offer", states=("offered",))
    for found in offered:
        if found.expires_on < as_of and not is_ahead(found, as_of):
            advance(found, "lapse", Act(as_of, RUN, f"open through {found.expires_on}"), closed_on=as_of)
            withdraw_drafts("offer", found.pk, as_of, RUN, "The offer has lapsed.")


def _keep(plan: Plan, as_of: date, known_through: date) -> None:
    instalments = list(plan.instalments.order_by("number"))
    paid = paid_instalments([one.amount_minor for one in instalments], settlements_of(plan, as_of))
    for one, fulfilled in zip(instalments, paid, strict=True):
        _mark(one, fulfilled)
    if all(paid):
        last = paid[-1]
        references = ", ".join(last.references) if last else ""
        close(plan, "complete", Act(as_of, RUN, "every instalment is paid", references))
        return
    missed = next(one for one in instalments if one.paid_on is None)
    if missed.due_on + timedelta(days=plan.grace_days) <= complete_for(plan.account_id, known_through):
        _default(plan, missed, as_of, known_through)


def settlements_of(plan: Plan, as_of: date) -> list[Settlement]:
    """Return the money that came in for a plan since it was offered.

    It counts unless it was for an invoice issued later, which the plan does not cover. What was paid before the offer
    and booked only afterwards shows in what is still owed, and counts as well.
    """
    found = [
        Settlement(entry.on, entry.amount_minor, entry.invoice_id, entry.reference)
        for entry in entries([plan.account_id], plan.opened_on + timedelta(days=1), as_of)
        if entry.currency == plan.currency and _is_covered(plan, entry)
    ]
    open_now = net_open_minor(plan.account_id, plan.currency, plan.opened_on, as_of)
    late_minor = plan.covered_minor - open_now - sum(one.amount_minor for one in found)
    if late_minor > 0:
        found.insert(0, Settlement(plan.opened_on, late_minor, None, "booked late"))
    return found


def _is_covered(plan: Plan, entry: EntryRow) -> bool:
    return entry.invoice_issued_on is None or entry.invoice_issued_on <= plan.opened_on


def _mark(one: Instalment, fulfilled: Fulfilled | None) -> None:
    paid_on = fulfilled.on if fulfilled else None
    if one.paid_on != paid_on:
        one.paid_on = paid_on
        one.save(update_fields=["paid_on"])


def _default(plan: Plan, missed: Instalment, as_of: date, known_through: date) -> None:
    """End a plan: chased again from the next assessment on; its letter is drafted, and brings its hold back."""
    reason = f"instalment {missed.number} of {missed.due_on} is unpaid past its grace of {plan.grace_days} days"
    close(plan, "default", Act(as_of, RUN, reason, f"bank data complete through {known_through}"))
    withdraw_drafts("plan", plan.pk, as_of, RUN, "The plan has ended.")
    rest_minor = max(net_open_minor(plan.account_id, plan.currency, plan.opened_on, as_of), 0)
    wanted = Wanted("plan_default", plan.account, plan.currency, "plan", plan.pk, total_minor=rest_minor)
    case_letters.draft(wanted, as_of, RUN, reason)


def returning_hold(letter: Letter) -> Plan | None:
    """Return the plan whose default brings back, with its letter, the hold that the plan had released.

    ``None`` when it had released none, or the account has another live hold by now.
    """
    plan = Plan.objects.select_related("account").get(pk=CaseLetter.objects.get(letter=letter).case_id)
    others = Hold.objects.filter(account=plan.account, currency=plan.currency, state__in=HOLD_LIVE)
    return plan if plan.suspended_hold_id is not None and not others.exclude(letter=letter).exists() else None


def propose_hold_again(letter: Letter, on: date, by: str) -> None:
    """Propose the hold that comes back with the approved letter of a plan's default: no hold without its letter."""
    plan = returning_hold(letter)
    if plan is None:
        return
    again = Hold(
        account=plan.account,
        currency=plan.currency,
        proposed_on=on,
        demanded_minor=letter.total_due_minor,
        letter=letter,
    )
    place_hold(again, Move("", "proposed", on, by, f"Plan {plan.pk} was not kept."))
