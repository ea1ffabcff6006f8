"""Holds placed and lifted by a person, with the reason kept (product §2.1: a role with the right to override)."""

from datetime import date
from typing import NamedTuple

import polars as pl

from dunwell.calendar import deadline_after
from dunwell.casework import hold_states, letter_states
from dunwell.casework.in_order import too_early
from dunwell.errors import RefusedError
from dunwell.ledger.frames import CURRENCY
from dunwell.policy.model import Policy, Step
from dunwell.runs.case_letters import CASE_LETTERS
from dunwell.runs.case_subject import Subject, required_situation, situation_of
from dunwell.runs.desk import Desk
from dunwell.runs.drafting import RELEASE_STEP
from dunwell.runs.letter_facts import Situation
from dunwell.runs.occasion import occasion_of
from dunwell.runs.releasing import Deed, HeldBefore, release_earlier
from dunwell.store.bulk import writing
from dunwell.store.fingerprint import RUN
from dunwell.store.models import HOLD_LIVE, Account, Hold, Letter
from dunwell.store.models.holds import HOLD_STATES
from dunwell.store.recording import HOLDS, LETTERS, write_holds, write_letters

LIVE_STATES = HOLD_LIVE
ALL_STATES = HOLD_STATES
_HOLD_STEP = Step("hold", 31, "hold", pay_by_days=10)


@writing()
def place(desk: Desk, account: Account, currency: str, reason: str) -> Hold:
    """Propose a hold and draft its letter, whatever the rule says; it still starts only when the letter is sent.

    What the ladder has drafted and not sent is taken back: one letter goes out, not two. Raises ``RefusedError`` when
    the contract forbids holds, nothing is chaseable, a hold is already live, or one was released on a later day.
    """
    now = required_situation(desk, Subject(account, currency))
    _require_place(account, now)
    _require_later(desk, account, currency)
    policy = desk.rules.policy(now.row["policy"])
    step = _hold_step(policy)
    pay_by_on = deadline_after(desk.as_of, step.pay_by_days, account.country)
    letter = {
        "account_id": account.pk,
        "currency": currency,
        "kind": "hold",
        "step": step.id,
        "is_request": True,
        "language": account.language,
        "channel": step.channel,
        "episode_start_on": occasion_of(now.row, policy, desk.as_of, is_hold=True),
        "reference": f"{account.account_number}-{desk.as_of:%Y%m%d}-{step.id.replace('_', '-')}-{currency}",
        "pay_by_on": pay_by_on,
        "total_due_minor": now.row["total_due_minor"],
    }
    proposal = {**letter, "demanded_minor": now.row["total_due_minor"]}
    with writing():
        _take_back_drafts(desk, account, currency)
        write_letters(None, desk.as_of, pl.DataFrame([letter], schema=LETTERS), desk.by, reason)
        holds = pl.DataFrame([{name: proposal[name] for name in HOLDS}], schema=HOLDS)
        write_holds(None, desk.as_of, holds, desk.by, reason)
    return Hold.objects.select_related("account", "letter").get(account=account, currency=currency, state__in=HOLD_LIVE)


def _require_place(account: Account, now: Situation) -> None:
    if now.ledger.accounts["contract_allows_hold"].item() is False:
        raise RefusedError(
            f"The contract of {account.account_number}, or the policy it was signed under, does not allow holds;"
            " offer a payment plan instead."
        )
    if now.row["chaseable_minor"] <= 0:
        raise RefusedError(
            f"Nothing of {account.account_number} is chaseable in {now.row['currency']}; there is nothing to hold for."
        )
    if Hold.objects.filter(account=account, currency=now.row["currency"], state__in=HOLD_LIVE).exists():
        raise RefusedError(f"{account.account_number} already has a live hold in {now.row['currency']}.")


def _require_later(desk: Desk, account: Account, currency: str) -> None:
    """Refuse a hold, or its release, that is dated before the release of another: a day mistyped."""
    own = Hold.objects.filter(account=account, currency=currency, released_on__gt=desk.as_of)
    last_on = own.order_by("-released_on").values_list("released_on", flat=True).first()
    if last_on is not None:
        raise RefusedError(too_early(f"The hold on {account}", last_on, desk.as_of))


def _take_back_drafts(desk: Desk, account: Account, currency: str) -> None:
    """Cancel the letters of the ladder that have not gone out: the letter of the hold takes their place."""
    waiting = Letter.objects.filter(account=account, currency=currency, drafted_by=RUN, is_request=True)
    for letter in waiting.filter(state__in=("draft", "approved")).exclude(kind__in=CASE_LETTERS):
        letter_states.cancel(letter, on=desk.as_of, by=desk.by, reason="Replaced by a newer draft.")


@writing()
def release(desk: Desk, account: Account, currency: str, reason: str) -> Hold:
    """Lift a hold by hand, withdraw one that is not in force yet; a release letter is drafted for the former.

    A hold from before Dunwell, of which only the imported history tells, is lifted the same way. Raises
    ``RefusedError`` when there is none.
    """
    hold = (
        Hold.objects.select_related("account", "letter")
        .filter(account=account, currency=currency, state__in=HOLD_LIVE)
        .first()
    )
    if hold is None:
        return _release_earlier(desk, account, currency, reason)
    if hold.state != "in_force":
        _cancel_letter(desk, hold, reason)
        hold_states.advance(hold, "withdrawn", on=desk.as_of, by=desk.by, reason=reason)
        return hold
    hold_states.release(hold, on=desk.as_of, by=desk.by, reason=reason)
    channel = hold.letter.channel if hold.letter else "email"
    _draft_release_letter(desk, account, _Lifted(currency, hold.in_force_on, channel))
    return hold


def _release_earlier(desk: Desk, account: Account, currency: str, reason: str) -> Hold:
    now = situation_of(desk, Subject(account, currency))
    if now is None or not now.row["is_held"]:
        raise RefusedError(f"{account.account_number} has no live hold in {currency}.")
    _require_later(desk, account, currency)
    held_on = now.row["held_on"]
    channel = _hold_step(desk.rules.policy(now.row["policy"])).channel
    _draft_release_letter(desk, account, _Lifted(currency, held_on, channel))
    earlier = HeldBefore(account.pk, currency, held_on, now.row["cure_by_on"])
    return release_earlier(earlier, Deed(desk.as_of, desk.by, reason))


class _Lifted(NamedTuple):
    """The hold that a release letter is about: since when it was in force, and how its own letter went out."""

    currency: str
    held_on: date | None
    channel: str


def _hold_step(policy: Policy) -> Step:
    return next((step for step in policy.steps if step.letter == "hold"), _HOLD_STEP)


def _cancel_letter(desk: Desk, hold: Hold, reason: str) -> None:
    """Cancel the letter of a hold that is given up: sent, it would announce a hold that nobody keeps."""
    if hold.letter is not None and hold.letter.state in ("draft", "approved", "queued"):
        letter_states.cancel(hold.letter, on=desk.as_of, by=desk.by, reason=reason)


def _draft_release_letter(desk: Desk, account: Account, lifted: _Lifted) -> None:
    letter = {
        "account_id": account.pk,
        "currency": lifted.currency,
        "kind": "hold_release",
        "step": RELEASE_STEP,
        "is_request": False,
        "language": account.language,
        "channel": lifted.channel,
        "episode_start_on": lifted.held_on,
        "reference": f"{account.account_number}-{desk.as_of:%Y%m%d}-hold-release-{lifted.currency}",
        "pay_by_on": None,
        "total_due_minor": 0,
    }
    with writing():
        frame = pl.DataFrame([letter], schema=LETTERS).with_columns(pl.col("currency").cast(CURRENCY))
        write_letters(None, desk.as_of, frame, desk.by, "hold released by hand")
