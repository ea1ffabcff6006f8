"""Contradictions in a policy that reads well: rules that stand in each other's way (product §2.1, §2.2).

Every check is a small function that takes one policy and yields what it found; the lines come from the text.
What the law of a country forbids is checked in ``legal.py``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from dunwell.errors import Problem
from dunwell.law.model import Law
from dunwell.policy.legal import check_law
from dunwell.policy.model import Policy, PolicySet, Step
from dunwell.policy.parse import read_policy
from dunwell.policy.places import Path
from dunwell.policy.reading import Report
from dunwell.policy.select import covers


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction inside a policy: ``path`` starts at the policy's own table."""

    path: Path
    message: str
    suggestion: str


def check_policy(
    text: str, source: str, law: Law | None = None, creditor_country: str = ""
) -> tuple[PolicySet | None, list[Problem]]:
    """Read a policy file and report its mistakes or, when there is none, its contradictions.

    A contradiction leaves the policy usable: the rules say what happens, though hardly what the owner meant.
    With ``law`` the tables of forbidden and capped options are held against ``creditor_country`` (ISO
    alpha-2) and the countries of the selection rules.
    """
    read = read_policy(text, source)
    if read.policies is None:
        return None, read.problems
    report = Report(source, read.places)
    for name, policy in read.policies.policies.items():
        for check in CHECKS:
            for found in check(policy):
                report.add(("policy", name, *found.path), found.message, found.suggestion)
    _check_rules(read.policies, report)
    if law is not None:
        check_law(read.policies, law, creditor_country, report)
    return read.policies, sorted(report.problems, key=lambda one: (one.line, int(one.column or 0)))


def earliest_days(policy: Policy) -> list[int]:
    """Return for each step the first day past due on which it can really be taken.

    Letters go out on the first possible day: a step waits for its day, for the grace days, for the previous
    letter's deadline and for the minimum gap; the hold also for ``hold.days_past_due``. Rest days and the end of
    the month can only add to it.
    """
    days: list[int] = []
    last_letter: tuple[Step, int] | None = None
    for step in policy.steps:
        day = _day_after(policy, last_letter, step)
        days.append(day)
        if step.letter is not None:
            last_letter = (step, day)
    return days


def _day_after(policy: Policy, last_letter: tuple[Step, int] | None, step: Step) -> int:
    """Return the first day past due for ``step``, the last letter having gone out on a given day."""
    day = max(step.day, policy.grace_days + 1)
    if step.letter == "hold":
        day = max(day, policy.hold.days_past_due + 1)
    if last_letter is None:
        return day
    before, sent = last_letter
    return max(day, sent + before.pay_by_days + policy.grace_days + 1, sent + step.min_gap_days)


def _hold_steps(policy: Policy) -> list[tuple[int, Step]]:
    return [(index, step) for index, step in enumerate(policy.steps) if step.letter == "hold"]


def _check_step_days(policy: Policy) -> Iterator[Finding]:
    """A step that cannot happen on its day says when it really can.

    Only a step too close to the one before it is reported, not the steps that are late because that one is.
    """
    for index, (step, earliest) in enumerate(zip(policy.steps, earliest_days(policy), strict=True)):
        before = policy.steps[index - 1] if index else None
        path: Path = ("steps", index, "day")
        if before is not None and step.day <= before.day:
            message = f'Step "{step.id}" has day {step.day}, not after day {before.day} of "{before.id}" above it.'
            hint = f"Steps are taken in order: it comes on day {earliest} at the earliest. Sort them by day."
            yield Finding(path, message, hint)
        elif _is_too_close(policy, index) and not _waits_for_hold_rule(policy, step):
            message = f'Step "{step.id}" cannot be taken on day {step.day}; day {earliest} is the earliest.'
            yield Finding(path, message, _why_late(policy, _last_letter(policy, index), step, earliest))


def _is_too_close(policy: Policy, index: int) -> bool:
    """Tell whether a step misses its day although the last letter before it went out on its own day."""
    before = _last_letter(policy, index)
    last_letter = (before, before.day) if before is not None else None
    return _day_after(policy, last_letter, policy.steps[index]) > policy.steps[index].day


def _last_letter(policy: Policy, index: int) -> Step | None:
    """Return the last step before ``index`` that sends a letter."""
    return next((step for step in reversed(policy.steps[:index]) if step.letter is not None), None)


def _waits_for_hold_rule(policy: Policy, step: Step) -> bool:
    """Tell whether the hold rule alone delays this step, which has a finding of its own."""
    return step.letter == "hold" and step.day <= policy.hold.days_past_due


def _why_late(policy: Policy, before: Step | None, step: Step, earliest: int) -> str:
    if before is None:
        return f"Nothing is past due during the {policy.grace_days} days of grace. Set day = {earliest}."
    grace = f", {policy.grace_days} of grace" if policy.grace_days else ""
    waits = f'"{before.id}" gives {before.pay_by_days} days to pay{grace}; the gap is {step.min_gap_days} days'
    return f"{waits}. Set day = {earliest}, or shorten these."


def _check_hold_day(policy: Policy) -> Iterator[Finding]:
    need = policy.hold.days_past_due
    for index, step in _hold_steps(policy):
        if policy.hold.allowed and step.day <= need:
            message = f'Step "{step.id}" has day {step.day}, but a hold needs more than {need} days past due.'
            hint = f"It waits until day {need + 1}. Set day = {need + 1}, or lower hold.days_past_due."
            yield Finding(("steps", index, "day"), message, hint)


def _check_hold_exists(policy: Policy) -> Iterator[Finding]:
    holds = _hold_steps(policy)
    if policy.hold.allowed and not holds:
        message = 'hold.allowed is true, but no step has letter = "hold": no hold is ever proposed.'
        yield Finding(("hold", "allowed"), message, "Add a hold step, or set allowed = false.")
    if not policy.hold.allowed:
        for index, step in holds:
            message = f'Step "{step.id}" is never taken: hold.allowed is false.'
            yield Finding(("steps", index, "letter"), message, "Take the step out, or set hold.allowed = true.")
    for index, step in holds[1:]:
        message = f'Step "{step.id}" is a second hold; an account on hold is not held again.'
        yield Finding(("steps", index, "letter"), message, "Keep one hold step.")


def _check_warning(policy: Policy) -> Iterator[Finding]:
    """Nobody is held by surprise: the warning must come before the hold, in a letter."""
    holds = _hold_steps(policy)
    if policy.hold.allowed and policy.hold.warn_first and holds:
        first, hold = holds[0]
        if not any(step.warns_of_hold and step.letter for step in policy.steps[:first]):
            message = f'No step before "{hold.id}" warns of the hold, so no hold is ever proposed in its turn.'
            hint = "Set warns_of_hold = true on a letter before it, or hold.warn_first = false."
            yield Finding(("steps", first), message, hint)
    for index, step in enumerate(policy.steps):
        if step.warns_of_hold and step.letter is None:
            message = f'Step "{step.id}" sends no letter, so it cannot warn of the hold.'
            yield Finding(("steps", index, "warns_of_hold"), message, "Set warns_of_hold on a step with a letter.")
        elif step.warns_of_hold and not policy.hold.allowed:
            message = f'Step "{step.id}" warns of a hold that is never placed: hold.allowed is false.'
            yield Finding(("steps", index, "warns_of_hold"), message, "Set warns_of_hold = false.")


def _check_requests(policy: Policy) -> Iterator[Finding]:
    need = policy.hold.min_unanswered_requests
    for index, step in _hold_steps(policy)[:1]:
        sent = sum(before.letter is not None for before in policy.steps[:index])
        if policy.hold.allowed and sent < need:
            message = f'The hold needs {need} unanswered requests, but "{step.id}" comes after {sent} of them.'
            hint = "Add letters before it, or lower min_unanswered_requests."
            yield Finding(("hold", "min_unanswered_requests"), message, hint)


def _check_cure(policy: Policy) -> Iterator[Finding]:
    for index, step in _hold_steps(policy)[:1]:
        cure = policy.hold.cure_days + policy.delivery_days.get(step.channel, 0)
        if policy.hold.allowed and step.pay_by_days > cure:
            gives = f'"{step.id}" gives {step.pay_by_days} days to pay'
            message = f"{gives}, but the time to cure the hold ends after {cure}."
            hint = "Raise hold.cure_days or lower pay_by_days."
            yield Finding(("steps", index, "pay_by_days"), message, hint)


def _check_month_ends(policy: Policy) -> Iterator[Finding]:
    """Two steps at the end of one month cannot both keep to it: the second waits for the first one's deadline."""
    steps = list(enumerate(policy.steps))
    for (_, before), (index, step) in pairwise(steps):
        is_close = 0 < step.day - before.day < _MONTH_DAYS_MAX
        if step.at == before.at == "month_end" and is_close and before.letter is not None:
            message = (
                f'"{before.id}" and "{step.id}" can come to the same end of month; "{step.id}" then goes out later.'
            )
            hint = f'Set day = {before.day + _MONTH_DAYS_MAX}, or take at = "month_end" out of one of them.'
            yield Finding(("steps", index, "at"), message, hint)


_MONTH_DAYS_MAX = 31
"""So many days apart, two days never lie in one month."""


def _check_decisions(policy: Policy) -> Iterator[Finding]:
    """A decision is the end of the ladder: it stays open until a person takes it."""
    decision: Step | None = None
    for index, step in enumerate(policy.steps):
        if decision is not None and step.letter != "hold":
            message = f'Step "{step.id}" is never reached: it comes after "{decision.id}", which sends no letter.'
            yield Finding(("steps", index), message, f'Put it before "{decision.id}".')
        if step.letter is None:
            decision = decision or step
            if step.fee is not None:
                message = f'Step "{step.id}" has a fee but sends no letter: the fee is never charged.'
                yield Finding(("steps", index, "fee"), message, "Take the fee out, or give the step a letter.")


CHECKS: tuple[Callable[[Policy], Iterator[Finding]], ...] = (
    _check_step_days,
    _check_hold_day,
    _check_hold_exists,
    _check_warning,
    _check_requests,
    _check_cure,
    _check_month_ends,
    _check_decisions,
)
"""All checks of one policy; each yields findings and knows nothing of the others."""


def _check_rules(policies: PolicySet, report: Report) -> None:
    """Report selection rules that match everybody or that an earlier rule leaves nobody for."""
    for index, rule in enumerate(policies.rules):
        number = index + 1
        if (rule.country, rule.party_type, rule.segment) == (None, None, None):
            message = f"select[{number}] has no condition, so it matches every customer."
            report.add(("select", index), message, f'Add a condition, or set default = "{rule.policy}".')
        for before, earlier in enumerate(policies.rules[:index]):
            if covers(earlier, rule):
                message = f"select[{number}] is never used: select[{before + 1}] matches the same customers first."
                report.add(("select", index), message, "Put the narrower rule first.")
                break
