"""A person's word: approve, mark as sent, cancel (product §2.1, §2.4).

Everything is looked at again in the moment of approval and once more in the moment of sending: a customer who paid in
between is not written to, the letter is withdrawn with its reason.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from dunwell.assess.reasons import summarise
from dunwell.calendar import deadline_after
from dunwell.casework import hold_states, letter_states
from dunwell.errors import Problem, RefusedError
from dunwell.letters.compose import compose
from dunwell.letters.content import LetterContent
from dunwell.letters.facts import LetterFacts
from dunwell.letters.lint_letter import lint_facts, lint_letter
from dunwell.letters.texts import Texts
from dunwell.policy.model import Policy
from dunwell.runs.annexes import with_annexes
from dunwell.runs.case_facts import case_facts, no_longer_wanted
from dunwell.runs.case_letters import is_case_letter
from dunwell.runs.desk import Desk, is_same_person
from dunwell.runs.frozen import freeze
from dunwell.runs.gate import require_fresh_data, require_money_placed
from dunwell.runs.letter_facts import Situation, facts_of, situation
from dunwell.runs.occasion import occasion_of
from dunwell.runs.plan_keeping import propose_hold_again
from dunwell.runs.withdrawing import withdraw_hold_of
from dunwell.store import audit
from dunwell.store.bulk import writing
from dunwell.store.fingerprint import RUN
from dunwell.store.models import Hold, Letter
from dunwell.store.queries import has_happened

Deed = Callable[[], None]
TRIES_MAX = 5
_MAY_CHANGE = ("state", "language", "channel", "pay_by_on", "total_due_minor", "content")
"""What of a letter somebody else may have changed since it was read."""


def approve(desk: Desk, letter: Letter) -> None:
    """Approve a draft: check it against today's ledger, write it, lint it, and freeze what it says.

    Raises ``RefusedError`` when bank data is stale, the letter is no longer asked for (it is withdrawn then), or the
    linter finds a fault.
    """
    _done_as_seen(letter, lambda: _approval(desk, letter))


def _approval(desk: Desk, letter: Letter) -> Deed:
    now = _still_asked_for(desk, letter)
    _require_four_eyes(desk, letter, desk.rules.policy(now.row["policy"]))
    facts, content = written(desk, letter, now)
    problems = faults(desk, facts, content)
    if problems:
        listed = "\n".join(str(problem) for problem in problems)
        raise RefusedError(f"Letter {letter.reference} cannot be approved:\n{listed}")
    return partial(_keep_approved, desk, letter, facts, content)


def _keep_approved(desk: Desk, letter: Letter, facts: LetterFacts, content: LetterContent) -> None:
    letter.pay_by_on, letter.total_due_minor = facts.pay_by_on, facts.total_minor
    letter.save(update_fields=["pay_by_on", "total_due_minor"])
    letter_states.approve(letter, on=desk.as_of, by=desk.by, content=freeze(content))
    if letter.kind == "plan_default" and is_case_letter(letter):
        propose_hold_again(letter, desk.as_of, desk.by)
    for hold in Hold.objects.select_related("account").filter(letter=letter, state="proposed"):
        hold_states.advance(hold, "approved", on=desk.as_of, by=desk.by, reason="its letter was approved")


def mark_sent(desk: Desk, letter: Letter) -> None:
    """Record that an approved letter has really gone out on the as-of date; a hold comes into force with it.

    Raises ``RefusedError`` when bank data is stale or the letter is no longer asked for (it is withdrawn then).
    """
    _done_as_seen(letter, lambda: _sending(desk, letter))


def _sending(desk: Desk, letter: Letter) -> Deed:
    now = _still_asked_for(desk, letter)
    _require_time_to_pay(desk, letter)
    return partial(_keep_sent, desk, letter, now)


def _keep_sent(desk: Desk, letter: Letter, now: Situation) -> None:
    if now.row["pay_by_on"] is not None and letter.pay_by_on is not None:
        letter.pay_by_on = max(letter.pay_by_on, now.row["pay_by_on"])  # nobody is pressed before the full term
        letter.save(update_fields=["pay_by_on"])
    letter_states.mark_sent(letter, on=desk.as_of, by=desk.by)
    for hold in Hold.objects.filter(letter=letter, state="approved"):
        hold_states.advance(hold, "notified", on=desk.as_of, by=desk.by, reason="its letter was sent")
        hold_states.start(hold, on=desk.as_of, cure_by_on=_cure_by_on(desk, letter, now), by=desk.by)


def _done_as_seen(letter: Letter, prepare: Callable[[], Deed]) -> None:
    """Do what was prepared if nothing has happened to the account since; else prepare it anew.

    To look, to write and to lint takes a moment, in which others may import a payment or choose another language.
    """
    for _ in range(TRIES_MAX):
        seen = audit.head()[0]
        letter.refresh_from_db(fields=_MAY_CHANGE)
        deed = prepare()
        with writing():
            if not has_happened(letter.account_id, seen):
                return deed()
    raise RefusedError(f"Others are at work on {letter.account}; nothing was done with {letter.reference}. Try again.")


def require_fresh(desk: Desk, letter: Letter) -> None:
    """Raise ``RefusedError`` when bank data is too old today for a letter to go out."""
    now = situation(desk.rules, letter.account_id, letter.currency, desk.as_of)
    require_fresh_data(desk.rules.policy(now.row["policy"]), desk.as_of)


def _require_time_to_pay(desk: Desk, letter: Letter) -> None:
    if letter.pay_by_on is not None and letter.pay_by_on <= desk.as_of:
        raise RefusedError(
            f"Letter {letter.reference} asks for payment by {letter.pay_by_on}, which has passed; cancel it, and the"
            " next run drafts it anew."
        )


def cancel(desk: Desk, letter: Letter, reason: str) -> None:
    """Cancel a letter that has not gone out; its step can be taken again, and its hold is withdrawn."""
    with writing():
        letter_states.cancel(letter, on=desk.as_of, by=desk.by, reason=reason)
        withdraw_hold_of(letter, desk.as_of, desk.by, reason)


def written(desk: Desk, letter: Letter, now: Situation) -> tuple[LetterFacts, LetterContent]:
    """Write a letter as of now: its facts and what it says."""
    is_of_case = is_case_letter(letter)
    facts = case_facts(desk, letter, now) if is_of_case else facts_of(desk.workspace, desk.rules, letter, now)
    facts = with_annexes(desk, letter, now, facts)
    return facts, compose(facts, texts_at(desk.workspace.texts))


@lru_cache(maxsize=1)
def texts_at(folder: Path) -> Texts:
    """Return the letter texts with the owner's own; read once, so that a batch of letters does not read them anew."""
    return Texts(folder)


def faults(desk: Desk, facts: LetterFacts, content: LetterContent) -> list[Problem]:
    """Return everything the linter finds in a letter."""
    return [*lint_facts(facts, facts.reference), *lint_letter(facts, content, texts_at(desk.workspace.texts))]


def _still_asked_for(desk: Desk, letter: Letter) -> Situation:
    now = situation(desk.rules, letter.account_id, letter.currency, desk.as_of)
    policy = desk.rules.policy(now.row["policy"])
    require_fresh_data(policy, desk.as_of)
    if letter.is_request:
        require_money_placed(letter.account_id, letter.currency)
    if is_case_letter(letter):
        _require_wanted(desk, letter, now.row)
    if letter.is_request and letter.state in ("draft", "approved") and not _asks_for(desk, letter, now.row):
        reason = f"No longer asked for on {desk.as_of}: {summarise(now.row, policy)}"
        cancel(desk, letter, reason)
        raise RefusedError(f"Letter {letter.reference} was withdrawn. {reason}")
    return now


def _require_wanted(desk: Desk, letter: Letter, row: Mapping[str, Any]) -> None:
    """Withdraw a letter whose case has moved on."""
    reason = no_longer_wanted(letter, row)
    if reason and letter.state in ("draft", "approved"):
        cancel(desk, letter, f"No longer true on {desk.as_of}: {reason}.")
        raise RefusedError(f"Letter {letter.reference} was withdrawn: {reason}.")


def _require_four_eyes(desk: Desk, letter: Letter, policy: Policy) -> None:
    """Where the policy wants it, who drafted a letter by hand does not approve it; the run's drafts anybody may."""
    if policy.four_eyes and is_same_person(letter.drafted_by, desk.by):
        raise RefusedError(
            f"Letter {letter.reference} was drafted by {letter.drafted_by};"
            " the policy wants somebody else to approve it."
        )


def _asks_for(desk: Desk, letter: Letter, row: Mapping[str, Any]) -> bool:
    """Whether the day's assessment still asks for a letter; one by hand or of a case only needs something chaseable."""
    if letter.drafted_by != RUN or is_case_letter(letter):
        return int(row["chaseable_minor"]) > 0
    policy = desk.rules.policy(row["policy"])
    asked_since_on = occasion_of(row, policy, desk.as_of, is_hold=row["action"] == "hold")
    is_asked = row["action"] in ("letter", "hold") and row["step"] == letter.step
    return is_asked and asked_since_on == letter.episode_start_on


def _cure_by_on(desk: Desk, letter: Letter, now: Situation) -> date:
    """The last day to cure: ``cure_days`` from receipt, that is the sending plus the channel's delivery days."""
    policy = desk.rules.policy(now.row["policy"])
    days = policy.delivery_days.get(letter.channel, 0) + policy.hold.cure_days
    return deadline_after(desk.as_of, days, letter.account.country)
