"""The policy in a few questions, as a new owner answers them; everything else stays as the policy file says.

Answers go into the default policy of the file, comments kept. What they lead to is shown before it is kept: the clauses
that letters will quote, and what stands in their way.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import tomlkit

from dunwell.errors import Problem, UsageError
from dunwell.policy.check import check_policy, earliest_days
from dunwell.policy.clauses import Clause, clauses
from dunwell.policy.parse import parse_policy
from dunwell.runs.rules import read_law
from dunwell.runs.setting_up import write_whole
from dunwell.store import audit
from dunwell.store.workspace import POLICY_FILE, Workspace

FEES = ("none", "flat", "percent")
INTERESTS = ("none", "contract", "statutory")


@dataclass(frozen=True, slots=True)
class Answers:
    """What the owner answers; amounts and percentages as they stand in the policy: ``25.00``, ``1.50``."""

    grace_days: int = 0
    hold_allowed: bool = True
    hold_days: int = 30
    minimum: str = ""
    fee: str = "none"
    fee_amount: str = ""
    fee_percent: str = ""
    interest: str = "none"
    contract_rate: str = ""
    compensation: bool = False


@dataclass(frozen=True, slots=True)
class Drafted:
    """What the answers make: the text of the policy, its clauses in a language, and what is wrong or doubtful."""

    text: str
    clauses: tuple[Clause, ...]
    problems: tuple[Problem, ...]
    is_sound: bool


def present_answers(workspace: Workspace) -> Answers:
    """Return the answers that the policy file gives now."""
    own = _own(tomllib.loads(_text(workspace)))
    fee, interest, hold = own.get("late_fee", {}), own.get("interest", {}), own.get("hold", {})
    kind = str(fee.get("kind", "none"))
    return Answers(
        grace_days=int(own.get("grace_days", 0)),
        hold_allowed=bool(hold.get("allowed", True)),
        hold_days=int(hold.get("days_past_due", 30)),
        minimum=str(own.get("minimum", {}).get(workspace.currency, "")),
        fee=kind if kind in FEES else "none",
        fee_amount=str(fee.get("amount", {}).get(workspace.currency, "")) if kind == "flat" else "",
        fee_percent=str(fee.get("percent", "")),
        interest=str(interest.get("kind", "none")),
        contract_rate=str(interest.get("contract_rate", "")),
        compensation=bool(own.get("compensation", False)),
    )


def draft(workspace: Workspace, answers: Answers, language: str) -> Drafted:
    """Return what the answers would make of the policy; nothing is written."""
    text = _answered(workspace, answers)
    home = workspace.creditor.jurisdiction or workspace.creditor.country
    policies, problems = check_policy(text, POLICY_FILE, read_law(workspace), home)
    if policies is None:
        return Drafted(text, (), tuple(problems), is_sound=False)
    shown = clauses(policies.policies[policies.default], language, workspace.currency)
    return Drafted(text, tuple(shown), tuple(problems), is_sound=True)


def keep_answers(workspace: Workspace, answers: Answers, by: str, on: date) -> None:
    """Write the answers into the policy file; raises ``UsageError`` with the mistakes when they make no policy."""
    drafted = draft(workspace, answers, "en")
    if not drafted.is_sound:
        raise UsageError("\n".join(problem.message for problem in drafted.problems))
    if drafted.text != _text(workspace):
        write_whole(workspace.policy_path, drafted.text)
        audit.append(audit.Act("policy_file", by, on, summary={"by": "questions"}))


def _text(workspace: Workspace) -> str:
    return workspace.policy_path.read_text(encoding="utf-8")


def _own(data: Mapping[str, Any]) -> Any:
    """Return the default policy's own table."""
    name = str(data.get("default", "standard"))
    try:
        return data["policy"][name]
    except KeyError as error:
        raise UsageError(f"The policy file has no policy called {name!r}.") from error


def _answered(workspace: Workspace, answers: Answers) -> str:
    document = tomlkit.parse(_text(workspace))
    own, currency = _own(document), workspace.currency
    old_hold_day = int(own.get("hold", {}).get("days_past_due", 30))
    _put(own, "grace_days", answers.grace_days, 0)
    _put(own, "compensation", answers.compensation, False)  # noqa: FBT003 - the value that is written
    if answers.minimum != str(own.get("minimum", {}).get(currency, "")):
        own["minimum"] = _amounts(own.get("minimum", {}), currency, answers.minimum)
    _put(_part(own, "hold"), "allowed", answers.hold_allowed, True)  # noqa: FBT003 - the value that is written
    _put(_part(own, "hold"), "days_past_due", answers.hold_days, 30)
    _move_steps(own.get("steps", []), answers.hold_days - old_hold_day)
    _set_fee(own, currency, answers)
    _set_interest(_part(own, "interest"), answers)
    _make_room(document, own.get("steps", []))
    return tomlkit.dumps(document)


def _make_room(document: tomlkit.TOMLDocument, steps: Any) -> None:
    """Move steps that would come before the deadline of the letter before them to the first day that they can be."""
    policies, _problems = parse_policy(tomlkit.dumps(document), POLICY_FILE)
    if policies is None or not steps:
        return
    for step, day in zip(steps, earliest_days(policies.policies[policies.default]), strict=False):
        if int(step["day"]) < day:
            step["day"] = day


def _put(table: Any, key: str, value: int | bool, default: int | bool) -> None:  # noqa: FBT001 - values of the file
    """Write a value, unless it is what holds anyway where nothing is written."""
    if table.get(key, default) != value:
        table[key] = value


def _part(own: Any, name: str) -> Any:
    if name not in own:
        own[name] = tomlkit.table()
    return own[name]


def _amounts(present: Mapping[str, str], currency: str, amount: str) -> Any:
    """The amounts by currency, with another one for the creditor's own."""
    made = tomlkit.inline_table()
    others = {code: str(value) for code, value in present.items() if code != currency}
    made.update(others | ({currency: amount} if amount else {}))
    return made


def _move_steps(steps: Any, days: int) -> None:
    """Let the hold letter, and what comes after it, keep its distance from the day of the hold."""
    is_after = False
    for step in steps:
        is_after = is_after or step.get("letter") == "hold"
        if is_after and days:
            step["day"] = max(1, int(step["day"]) + days)


def _set_fee(own: Any, currency: str, answers: Answers) -> None:
    if answers.fee == "none":
        own.pop("late_fee", None)
        return
    fee = _part(own, "late_fee")
    if fee.get("kind") != answers.fee:
        for key in [key for key in fee if key != "from_days_past_due"]:
            del fee[key]
    fee["kind"] = answers.fee
    if answers.fee == "flat":
        fee["amount"] = _amounts(fee.get("amount", {}), currency, answers.fee_amount or "0.00")
    else:
        fee["percent"] = answers.fee_percent or "0.00"


def _set_interest(interest: Any, answers: Answers) -> None:
    interest["kind"] = answers.interest
    if answers.interest == "contract":
        interest["contract_rate"] = answers.contract_rate or "0.00"
    else:
        interest.pop("contract_rate", None)
