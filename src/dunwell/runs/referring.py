"""Referrals (product §4): proposed with the cost-benefit test, approved, handed over, and how they ended."""

from dataclasses import dataclass
from typing import Any

from dunwell.casework.cases import advance, begin, close
from dunwell.errors import RefusedError, UsageError
from dunwell.runs.answers import Said, act
from dunwell.runs.case_subject import Subject, required_situation
from dunwell.runs.desk import Desk, is_same_person
from dunwell.runs.gate import require_fresh_data, require_money_placed
from dunwell.runs.letter_facts import Situation
from dunwell.runs.offering import Customer, referral
from dunwell.store.bulk import writing
from dunwell.store.models import REFERRAL_LIVE, Referral

_NOTHING_YET = frozenset({"proposed", "approved"})


@dataclass(frozen=True, slots=True)
class ReferralWish:
    """To whom a debt is to be handed; without ``option``, the first that policy and law allow."""

    option: str = ""
    against_test: bool = False


@writing()
def propose(desk: Desk, about: Subject, wish: ReferralWish, said: Said) -> tuple[Referral, dict[str, Any]]:
    """Propose a referral of what is demanded today; return it with its cost-benefit test.

    Raises ``RefusedError`` when nothing is demanded, the law forbids the option, the test speaks against it (unless
    ``against_test``, with a reason), or one is under way.
    """
    now = required_situation(desk, about)
    policy = desk.rules.policy(now.row["policy"])
    if now.row["total_due_minor"] <= 0:
        raise RefusedError(f"Nothing is demanded of {about.account.account_number} in {about.currency}.")
    if Referral.objects.filter(account=about.account, currency=about.currency, state__in=REFERRAL_LIVE).exists():
        raise RefusedError(f"{about.account.account_number} already has a referral under way in {about.currency}.")
    customer = Customer(about.account.country, about.account.party_type)
    test = referral(now.row, policy, customer, desk.rules.legal, desk.language)
    option = wish.option or next(iter(test["options"]), "")
    if option not in test["options"]:
        allowed = ", ".join(test["options"]) or "none"
        raise RefusedError(f"{option or 'A referral'} is not allowed here by policy and law; allowed: {allowed}.")
    if not test["is_worth_it"] and not wish.against_test:
        raise RefusedError(f"The test speaks against it: {test['text']}")
    if wish.against_test and not said.note:
        raise UsageError("Against the test only with a reason: --note.")
    made = Referral(
        account=about.account,
        currency=about.currency,
        option=option,
        opened_on=desk.as_of,
        amount_minor=now.row["total_due_minor"],
        proposed_by=desk.by,
        note=said.note,
    )
    begin(made, "propose", act(desk, said))
    return made, test


@writing()
def approve(desk: Desk, found: Referral, said: Said) -> None:
    """Approve a proposal; where the policy wants four eyes, who proposed it may not."""
    now = required_situation(desk, Subject(found.account, found.currency))
    if desk.rules.policy(now.row["policy"]).four_eyes and is_same_person(found.proposed_by, desk.by):
        raise RefusedError(
            f"Referral {found.pk} was proposed by {found.proposed_by}; the policy wants somebody else to approve it."
        )
    _still_demanded(desk, found)
    advance(found, "approve", act(desk, said))


@writing()
def hand_over(desk: Desk, found: Referral, said: Said) -> None:
    """Record that the case file was handed over: from today we chase no more.

    Raises ``RefusedError`` on stale bank data, while money waits that may be theirs, or when nothing is demanded now.
    """
    now = _still_demanded(desk, found)
    require_fresh_data(desk.rules.policy(now.row["policy"]), desk.as_of)
    require_money_placed(found.account_id, found.currency)
    advance(found, "hand over", act(desk, said), handed_over_on=desk.as_of)


def _still_demanded(desk: Desk, found: Referral) -> Situation:
    now = required_situation(desk, Subject(found.account, found.currency))
    if now.row["total_due_minor"] <= 0:
        raise RefusedError(
            f"Nothing is demanded of {found.account.account_number} any more; withdraw referral {found.pk}."
        )
    return now


def end(desk: Desk, found: Referral, event: str, said: Said, recovered_minor: int | None = None) -> None:
    """Withdraw a referral that was not handed over, or record how one ended: ``recover`` or ``close``."""
    if found.state in _NOTHING_YET:
        advance(found, event, act(desk, said), closed_on=desk.as_of)
    else:
        close(found, event, act(desk, said), recovered_minor=recovered_minor)
