"""What is told of a run: the JSON of design §3, the worklist, and the answer to "why?"."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from dunwell.assess.reasons import explain, summarise
from dunwell.errors import Problem
from dunwell.runs.gate import held_back_reason, waiting_receipts
from dunwell.runs.nightly import DayReport
from dunwell.runs.offering import Customer, alternatives, referral
from dunwell.store import queries
from dunwell.store.cases import failed_plans
from dunwell.store.cash import Receipt
from dunwell.store.lookups import account_names
from dunwell.store.models import Account

_BUCKETS = {
    "current": "current_minor",
    "1_30": "days_1_30_minor",
    "31_60": "days_31_60_minor",
    "61_90": "days_61_90_minor",
    "over_90": "days_over_90_minor",
}
_AMOUNTS_BEFORE = ("open_minor", "overdue_minor", "chaseable_minor", "unapplied_minor", "oldest_days_past_due")
_AMOUNTS_AFTER = (
    "late_fee_minor",
    "interest_minor",
    "compensation_minor",
    "total_due_minor",
    "requests_sent",
    "unanswered_requests",
    "exposure_minor",
    "credit_limit_minor",
)
_ON_THE_LADDER = ("letter", "hold", "refer")
_FEW = 500
_URGENCY = {"hold": 0, "release": 1, "refer": 2, "review": 3, "match_cash": 4, "letter": 5}


def day_json(report: DayReport) -> dict[str, Any]:
    """Return a run as design §3 promises it: one object with every account and currency."""
    names = _Names(report)
    return {
        "as_of": report.as_of.isoformat(),
        "policy_versions": [report.rules.policies.version],
        "is_replay": report.is_replay,
        "is_recorded": report.is_recorded,
        "drafted": report.drafted,
        "proposed": report.proposed,
        "withdrawn": report.withdrawn,
        "released": report.released,
        "problems": [problem_json(problem) for problem in report.problems],
        "accounts": [account_json(row, report, names) for row in report.accounts.iter_rows(named=True)],
    }


def problem_json(problem: Problem) -> dict[str, Any]:
    """Return a problem as plain values."""
    return {
        "source": problem.source,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "suggestion": problem.suggestion,
    }


class _Names:
    """Who the accounts of a report are, and how far their holds have come."""

    def __init__(self, report: DayReport, only: Account | None = None) -> None:
        account_ids = [only.pk] if only else report.accounts["account_id"].unique().to_list()
        self.accounts: Mapping[int, tuple[str, str]] = (
            {only.pk: (only.account_number, only.name)} if only else account_names(account_ids)
        )
        holds = [] if report.is_replay else queries.live_holds(account_ids).iter_rows(named=True)
        self.holds = {(hold["account_id"], hold["currency"]): str(hold["state"]) for hold in holds}
        asked = account_ids if len(account_ids) <= _FEW else None
        self.waiting: Mapping[tuple[int, str], list[Receipt]] = {} if report.is_replay else waiting_receipts(asked)

    def number(self, row: Mapping[str, Any]) -> str:
        return self.accounts[row["account_id"]][0]

    def name(self, row: Mapping[str, Any]) -> str:
        return self.accounts[row["account_id"]][1]

    def hold(self, row: Mapping[str, Any]) -> str:
        """The state of the hold: the case's own where there is one, else what the assessment proposes."""
        return self.holds.get((row["account_id"], row["currency"]), str(row["hold"]))

    def money(self, row: Mapping[str, Any], language: str = "en") -> dict[str, Any]:
        """Why no letter goes out while money waits that may be theirs, and the bank entries that it is."""
        waiting = self.waiting.get((row["account_id"], row["currency"]), [])
        reason = held_back_reason(waiting, language) or None
        return {"held_back": reason, "bank_entries": [receipt.entry_id for receipt in waiting]}


def account_json(row: Mapping[str, Any], report: DayReport, names: _Names, language: str = "en") -> dict[str, Any]:
    """Return one account and currency of a run; its reasons in a language."""
    policy = report.rules.policy(row["policy"])
    return {
        "account_number": names.number(row),
        "name": names.name(row),
        "currency": row["currency"],
        "policy": row["policy"],
        **{name: row[name] for name in _AMOUNTS_BEFORE},
        "buckets_minor": {bucket: row[column] for bucket, column in _BUCKETS.items()},
        **{name: row[name] for name in _AMOUNTS_AFTER},
        "hold": names.hold(row),
        "action": row["action"],
        "step": row["step"] if row["action"] in _ON_THE_LADDER else None,
        "next_step": row["step"],
        "letter_kind": row["letter_kind"],
        "reasons": [reason.as_json() for reason in explain(row, policy, language)],
        "pay_by_on": _iso(row["pay_by_on"]),
        "next_look_on": _iso(row["next_look_on"]),
        **names.money(row, language),
    }


def worklist(report: DayReport) -> list[dict[str, Any]]:
    """Return what there is to do, most urgent first, then by money: who, what, why in one sentence, how much."""
    names = _Names(report)
    references = {} if report.is_replay else _references()  # what waits today was drafted by later days
    rows = report.accounts.filter(pl.col("action") != "none").iter_rows(named=True)
    items = [_item(row, report, names, references) for row in rows]
    return sorted(items, key=lambda item: (_URGENCY[item["action"]], -item["total_due_minor"], item["account_number"]))


def _item(
    row: Mapping[str, Any], report: DayReport, names: _Names, references: Mapping[tuple[int, str], str]
) -> dict[str, Any]:
    return {
        "account_number": names.number(row),
        "name": names.name(row),
        "currency": row["currency"],
        "action": row["action"],
        "step": row["step"] if row["action"] in _ON_THE_LADDER else None,
        "letter_kind": row["letter_kind"],
        "hold": names.hold(row),
        "total_due_minor": row["total_due_minor"],
        "oldest_days_past_due": row["oldest_days_past_due"],
        "why": summarise(row, report.rules.policy(row["policy"])),
        "letter": references.get((row["account_id"], row["currency"])),
        "pay_by_on": _iso(row["pay_by_on"]),
        **names.money(row),
    }


def _references() -> dict[tuple[int, str], str]:
    waiting = queries.letters(states=("draft", "approved"))
    return {(letter.account_id, letter.currency): letter.reference for letter in waiting}


def why_json(
    report: DayReport, account: Account, *, wants_referral: bool = False, language: str = "en"
) -> list[dict[str, Any]]:
    """Return, per currency of one account, each rule with its numbers and what would change the outcome.

    Where the action leaves a decision to a person, what the policy offers stands beside it: ``alternatives``, and for
    a referral, or when it is asked for, its ``referral`` test.
    """
    names = _Names(report, account)
    return [
        _why(row, report, names, language) | _choices(row, report, account, language, wants_referral=wants_referral)
        for row in _own_rows(report, account.pk)
    ]


def _own_rows(report: DayReport, account_id: int) -> Iterator[Mapping[str, Any]]:
    yield from report.accounts.filter(pl.col("account_id") == account_id).iter_rows(named=True)


def _why(row: Mapping[str, Any], report: DayReport, names: _Names, language: str) -> dict[str, Any]:
    policy = report.rules.policy(row["policy"])
    reasons = [{**reason.as_json(), "change": reason.change} for reason in explain(row, policy, language)]
    return {
        **account_json(row, report, names, language),
        "as_of": report.as_of.isoformat(),
        "summary": summarise(row, policy, language),
        "reasons": reasons,
    }


def _choices(
    row: Mapping[str, Any], report: DayReport, account: Account, language: str, *, wants_referral: bool
) -> dict[str, Any]:
    """What a person may choose from; ``None`` where there is nothing to choose."""
    policy = report.rules.policy(row["policy"])
    is_open_question = row["action"] in ("review", "refer")
    is_referral = wants_referral or row["action"] == "refer"
    if not (is_open_question or is_referral):
        return {"alternatives": None, "referral": None}
    customer = Customer(account.country, account.party_type, failed_plans(account.pk, report.as_of))
    return {
        "alternatives": alternatives(row, policy, customer, report.as_of, language) if is_open_question else None,
        "referral": referral(row, policy, customer, report.rules.legal, language) if is_referral else None,
    }


def _iso(on: Any) -> str | None:
    return on.isoformat() if on is not None else None
