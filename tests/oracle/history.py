"""What was asked and answered before (decisions/0002, "Episode" and "Requests and responses")."""

from dataclasses import dataclass
from datetime import date, timedelta

from dunwell.calendar import deadline_after
from dunwell.policy.model import Step

from .balances import chaseable_invoices, is_settled_on
from .records import OracleEvent, OracleInvoice, Pair

ONE_DAY = timedelta(days=1)
UNKNOWN_STEP_PAY_BY_DAYS = 7


def past_due_from(pair: Pair, invoice: OracleInvoice) -> date | None:
    """The first day on which the invoice is past due."""
    if invoice.due_on is None:
        return None
    return invoice.due_on + timedelta(days=pair.policy.grace_days + 1)


def settled_on(pair: Pair, invoice: OracleInvoice) -> date | None:
    """The day its balance last fell to zero or the tolerance; none while it is open, however often it was paid."""
    if not is_settled_on(pair, invoice, pair.as_of):
        return None
    moves = {entry.paid_on for entry in pair.applied[invoice.invoice_id]}
    falls = [
        day for day in moves if is_settled_on(pair, invoice, day) and not is_settled_on(pair, invoice, day - ONE_DAY)
    ]
    return max(falls, default=None)


def spans(pair: Pair) -> list[tuple[date, date]]:
    """For each dated invoice its days open and past due: the first, and the day after the last."""
    found = []
    for invoice in pair.invoices:
        first, settled = past_due_from(pair, invoice), settled_on(pair, invoice)
        if first is None or (settled is None and is_settled_on(pair, invoice, pair.as_of)):
            continue
        found.append((first, settled or pair.as_of + ONE_DAY))
    return found


def episode_start(pair: Pair) -> date | None:
    """Walk back from the as-of date, from span to span, for as long as a day has an open past-due invoice."""
    days, day, start = spans(pair), pair.as_of, None
    while covering := [first for first, end in days if first <= day < end]:
        start = min(covering)
        day = start - ONE_DAY
    return start


def counting_start(pair: Pair) -> date | None:
    """The first day of the episode or, with ``restart_on_cure``, of the oldest invoice chaseable now."""
    start = episode_start(pair)
    firsts = [past_due_from(pair, invoice) for invoice in chaseable_invoices(pair)]
    if pair.policy.restart_on_cure and firsts:
        return min(first for first in firsts if first is not None)
    return start


def step_named(pair: Pair, name: str | None) -> Step | None:
    return next((step for step in pair.policy.steps if step.id == name), None)


def pay_by(pair: Pair, request: OracleEvent) -> date:
    if request.until_on is not None:
        return request.until_on
    step = step_named(pair, request.step)
    days = UNKNOWN_STEP_PAY_BY_DAYS if step is None else step.pay_by_days
    return deadline_after(request.on, days, pair.account.country)


def latest(pair: Pair, requests: list[OracleEvent]) -> tuple[date | None, date | None]:
    """The day of the latest of these requests and its pay-by date; of two on one day, the longer one."""
    if not requests:
        return None, None
    return max((request.on, pay_by(pair, request)) for request in requests)


@dataclass(frozen=True, slots=True)
class History:
    """The episode so far. Without one everything is empty but the last response, which is a plain fact."""

    start_on: date | None
    requests: tuple[OracleEvent, ...]
    unanswered: int
    last_request_on: date | None
    last_response_on: date | None
    paused_until_on: date | None
    last_letter_on: date | None
    last_pay_by_on: date | None
    warned_on: date | None
    warning_pay_by_on: date | None
    released_on: date | None = None

    def took(self, step: Step) -> bool:
        """Whether a request of the episode took the step; a release has given the hold step back."""
        return any(
            request.step == step.id
            and not (step.letter == "hold" and self.released_on is not None and request.on <= self.released_on)
            for request in self.requests
        )


def warns(pair: Pair, request: OracleEvent) -> bool:
    step = step_named(pair, request.step)
    return step is not None and step.warns_of_hold


def history(pair: Pair) -> History:
    episode, start = episode_start(pair), counting_start(pair)
    responded = max(pair.answers_on, default=None)
    if episode is None or start is None:
        return History(None, (), 0, None, responded, None, None, None, None, None)
    requests = [event for event in pair.events_of("request", "call") if event.on >= start]
    unanswered = sum(responded is None or request.on > responded for request in requests)
    letter_on, letter_pay_by = latest(pair, [event for event in requests if event.kind == "request"])
    warned_on, warning_pay_by = latest(pair, [event for event in requests if warns(pair, event)])
    paused = None
    if responded is not None and responded >= episode:
        paused = responded + timedelta(days=pair.policy.response_pause_days)
    return History(
        start_on=episode,
        requests=tuple(requests),
        unanswered=unanswered,
        last_request_on=max((event.on for event in requests), default=None),
        last_response_on=responded,
        paused_until_on=paused,
        last_letter_on=letter_on,
        last_pay_by_on=letter_pay_by,
        warned_on=warned_on,
        warning_pay_by_on=warning_pay_by,
        released_on=max((event.on for event in pair.events_of("release")), default=None),
    )
