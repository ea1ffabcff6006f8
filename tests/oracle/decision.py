"""The six conditions, the ladder and the action (decisions/0002)."""

from dataclasses import dataclass
from datetime import date, timedelta

from dunwell.calendar import deadline_after
from dunwell.policy.model import Step

from . import balances
from .history import History
from .records import Pair


def days(count: int) -> timedelta:
    return timedelta(days=count)


def last_on(pair: Pair, kind: str) -> date | None:
    return max((event.on for event in pair.events_of(kind)), default=None)


def held_on(pair: Pair) -> date | None:
    """The day of the hold in force; a release on the day of the hold ends it."""
    held, released = last_on(pair, "hold"), last_on(pair, "release")
    if held is None or (released is not None and held <= released):
        return None
    return held


def held_open(pair: Pair, held: date) -> int:
    """What is still to be paid of what the hold demanded, less disputed parts and unapplied credit."""
    demanded = [
        invoice
        for invoice in pair.invoices
        if balances.was_issued(invoice, held) and balances.is_past_due(pair, invoice, held)
    ]
    left = sum(
        balances.open_now(pair, invoice) - balances.disputed(pair, invoice)
        for invoice in demanded
        if not balances.is_settled_on(pair, invoice, pair.as_of)
    )
    return max(0, left - balances.unapplied(pair))


def cure_by_on(pair: Pair) -> date | None:
    """The hold's own last day, or its day and the cure days; of two holds on one day, the longer one."""
    held = held_on(pair)
    if held is None:
        return None
    rule, country = pair.policy.hold, pair.account.country
    return max(
        event.until_on or deadline_after(held, rule.cure_days, country)
        for event in pair.events_of("hold")
        if event.on == held
    )


def is_cured(pair: Pair) -> bool:
    held = held_on(pair)
    return held is not None and (bool(pair.active("plan")) or held_open(pair, held) == 0)


def is_cure_missed(pair: Pair) -> bool:
    """The hold is in force, its last day is over, and it is not cured."""
    cure_by = cure_by_on(pair)
    return cure_by is not None and pair.as_of > cure_by and not is_cured(pair)


@dataclass(frozen=True, slots=True)
class Conditions:
    """The six conditions of a hold, and what the fifth is made of."""

    is_over_hold_days: bool
    is_unanswered: bool
    is_warned: bool
    is_hold_allowed: bool
    exceeds_credits: bool
    has_promise: bool
    has_plan: bool
    is_fully_disputed: bool
    is_excluded: bool
    is_in_regrace: bool
    meets_hold_minimum: bool

    @property
    def is_unprotected(self) -> bool:
        return self.meets_hold_minimum and not (
            self.has_promise or self.has_plan or self.is_fully_disputed or self.is_excluded or self.is_in_regrace
        )

    @property
    def all_but_allowed(self) -> bool:
        return (
            self.is_over_hold_days
            and self.is_unanswered
            and self.is_warned
            and self.is_unprotected
            and self.exceeds_credits
        )

    @property
    def all_six(self) -> bool:
        return self.all_but_allowed and self.is_hold_allowed


def is_hold_allowed(pair: Pair) -> bool:
    """A contract that says no wins over the policy, a policy that says no over a contract that says yes."""
    return pair.policy.hold.allowed and pair.account.contract_allows_hold is not False


def is_paused(pair: Pair, past: History) -> bool:
    return past.paused_until_on is not None and pair.as_of <= past.paused_until_on


def conditions(pair: Pair, past: History) -> Conditions:
    rule = pair.policy.hold
    oldest = balances.oldest_days_past_due(pair)
    total = sum(balances.chaseable(pair, invoice) for invoice in pair.invoices)
    released = last_on(pair, "release")
    return Conditions(
        is_over_hold_days=oldest is not None and oldest > rule.days_past_due,
        is_unanswered=past.unanswered >= rule.min_unanswered_requests and not is_paused(pair, past),
        is_warned=not rule.warn_first or (past.warning_pay_by_on is not None and pair.as_of > past.warning_pay_by_on),
        is_hold_allowed=is_hold_allowed(pair),
        exceeds_credits=total > balances.unapplied(pair),
        has_promise=bool(balances.active_promises(pair)),
        has_plan=bool(pair.active("plan")),
        is_fully_disputed=balances.is_fully_disputed(pair),
        is_excluded=balances.is_account_excluded(pair),
        is_in_regrace=released is not None and pair.as_of <= released + days(rule.regrace_days),
        meets_hold_minimum=total >= rule.minimum_minor.get(pair.currency, 0),
    )


def position(pair: Pair, past: History) -> int:
    """The number of the highest step taken; −1 before the first."""
    taken = [number for number, step in enumerate(pair.policy.steps) if past.took(step)]
    return max(taken, default=-1)


def is_deadline_passed(pair: Pair, past: History) -> bool:
    """The last letter's own pay-by date, and the grace days, are over."""
    return past.last_pay_by_on is None or pair.as_of > past.last_pay_by_on + days(pair.policy.grace_days)


def is_gap_passed(pair: Pair, past: History, step: Step) -> bool:
    """The minimum gap since the last letter is over."""
    return past.last_letter_on is None or pair.as_of >= past.last_letter_on + days(step.min_gap_days)


def ripe_from(due_on: date, step: Step) -> date:
    """The step's own day for an invoice, or the last day of that day's month."""
    day = due_on + days(step.day)
    while step.at == "month_end" and (day + days(1)).month == day.month:
        day += days(1)
    return day


def is_step_due(pair: Pair, step: Step) -> bool:
    """The oldest chaseable invoice is old enough for the step."""
    oldest = balances.oldest_days_past_due(pair)
    return oldest is not None and pair.as_of >= ripe_from(pair.as_of - days(oldest), step)


def is_ripe(pair: Pair, past: History, step: Step) -> bool:
    return is_step_due(pair, step) and is_deadline_passed(pair, past) and is_gap_passed(pair, past, step)


def hold_step(pair: Pair, past: History) -> Step | None:
    """The hold step, wherever it stands, unless it was taken or a hold is in force: never a second hold."""
    if held_on(pair) is not None:
        return None
    return next((step for step in pair.policy.steps if step.letter == "hold" and not past.took(step)), None)


def next_step(pair: Pair, past: History, met: Conditions) -> Step | None:
    hold = hold_step(pair, past)
    if hold is not None and met.all_six:
        return hold
    above = pair.policy.steps[position(pair, past) + 1 :]
    return next((step for step in above if step.letter != "hold"), None)


def is_at_the_end(pair: Pair, past: History) -> bool:
    """No step is left above the position."""
    return position(pair, past) == len(pair.policy.steps) - 1


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done today, and the step it is done by; without an action, the step that comes next."""

    action: str
    step: Step | None

    @property
    def letter_kind(self) -> str | None:
        if self.action == "release":
            return "hold_release"
        return self.step.letter if self.step and self.action in {"letter", "hold"} else None


def climb(pair: Pair, past: History, met: Conditions, step: Step | None) -> Decision:
    """Rules 6 to 8: the next step, the end of the ladder, or the alternatives to a forbidden hold."""
    if step is not None and is_ripe(pair, past, step):
        return Decision("hold" if step.letter == "hold" else "letter" if step.letter else "refer", step)
    if step is None and is_at_the_end(pair, past) and is_deadline_passed(pair, past):
        return Decision("refer", None)
    hold = hold_step(pair, past)
    if hold and met.all_but_allowed and not met.is_hold_allowed and is_ripe(pair, past, hold):
        return Decision("review", step)
    return Decision("none", step)


def decide(pair: Pair, past: History, met: Conditions) -> Decision:
    step = next_step(pair, past, met)
    if is_cured(pair):
        return Decision("release", step)
    total = sum(balances.chaseable(pair, invoice) for invoice in pair.invoices)
    if total == 0:
        return Decision("none", step)
    if total <= balances.unapplied(pair):
        return Decision("match_cash", step)
    if total < pair.policy.minimum_minor.get(pair.currency, 0):
        return Decision("none", step)
    if is_paused(pair, past):
        return Decision("none", step)
    return climb(pair, past, met, step)


def pay_by_on(pair: Pair, decision: Decision) -> date | None:
    if decision.action not in {"letter", "hold"} or decision.step is None:
        return None
    return deadline_after(pair.as_of, decision.step.pay_by_days, pair.account.country)
