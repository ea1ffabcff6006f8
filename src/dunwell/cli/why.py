"""``dunwell why``: the reasons of a decision, and what a person may choose from."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from dunwell.cli.common import (
    amount,
    as_of_option,
    command_errors,
    console,
    json_option,
    print_json,
    today,
    workspace_at,
    workspace_option,
)
from dunwell.errors import UsageError
from dunwell.runs.hindsight import SOURCE
from dunwell.runs.nightly import assess_account
from dunwell.runs.reporting import why_json
from dunwell.runs.wording import percent, sentence
from dunwell.store.queries import account_by_number, latest_run


@click.command()
@click.argument("account")
@click.option("--referral", is_flag=True, help="Show the cost-benefit test of a referral whatever the action is.")
@as_of_option
@workspace_option
@json_option
@command_errors
def why(account: str, referral: bool, as_of: date | None, workspace: Path | None, as_json: bool) -> None:
    """Explain the decision on ACCOUNT: each rule, its numbers, passed or not, and what would change it.

    Where a person decides (review, refer), the alternatives that the policy offers and the referral test follow.
    """
    opened = workspace_at(workspace)
    found = account_by_number(account)
    if found is None:
        raise UsageError(f"There is no account {account}.")
    latest = latest_run()
    day = as_of or (latest.as_of if latest else today(opened))
    report = assess_account(opened, found.pk, day)
    answers = why_json(report, found, wants_referral=referral)
    unsure = [str(problem) for problem in report.problems if problem.source == SOURCE]
    if as_json:
        print_json(
            {
                "as_of": day.isoformat(),
                "account_number": account,
                "name": found.name,
                "unsure": unsure,
                "currencies": answers,
            }
        )
        return
    _print(f"{found.account_number} {found.name}, as of {day}")
    for answer in answers:
        _print_answer(answer)
    for problem in unsure:
        _print(problem)


def _print(text: str) -> None:
    console.print(text, markup=False)


def _print_answer(answer: Mapping[str, Any]) -> None:
    currency = answer["currency"]
    parts = [f"{amount(answer[name + '_minor'], currency)} {name}" for name in ("open", "overdue", "chaseable")]
    _print(f"\n{currency}: {', '.join(parts)}; policy {answer['policy']}")
    _print(f"  {answer['summary']}")
    if answer["held_back"]:
        _print(f"  {answer['held_back']}")
        for number in answer["bank_entries"]:
            _print(f"      dunwell match show {number}")
    for reason in answer["reasons"]:
        _print(f"  {_mark(reason)} {reason['text']}")
        if reason["change"]:
            _print(f"      would change: {reason['change']}")
    if answer["next_look_on"]:
        _print(f"  Looked at again on {answer['next_look_on']}.")
    if answer["alternatives"]:
        _print_alternatives(answer["alternatives"], currency)
    if answer["referral"]:
        _print_referral(answer["referral"])


def _mark(checked: Mapping[str, Any]) -> str:
    return "✓" if checked["passed"] else "✗"


def _print_alternatives(alternatives: Mapping[str, Any], currency: str) -> None:
    _print("\n  Alternatives:")
    for kind, offer in alternatives.items():
        _print(f"  {offer['title']}: {'yes' if offer['is_offered'] else 'no'}")
        for condition in offer["conditions"]:
            _print(f"    {_mark(condition)} {condition['text']}")
        if offer["is_offered"]:
            for line in _FIGURES[kind](offer, currency):
                _print(f"    {line}")


def _plan_lines(offer: Mapping[str, Any], currency: str) -> list[str]:
    lines = [f"{one['due_on']}  {amount(one['amount_minor'], currency):>16}" for one in offer["instalments"]]
    interest = f", of which interest {amount(offer['interest_minor'], currency)}" if offer["interest_minor"] else ""
    return [*lines, f"in all {amount(offer['total_minor'], currency)}{interest}"]


def _line_lines(offer: Mapping[str, Any], _: str) -> list[str]:
    return [f"to pay by {offer['pay_by_on']}; the offer is open through {offer['expires_on']}"]


def _discount_lines(offer: Mapping[str, Any], currency: str) -> list[str]:
    off, pay = amount(offer["discount_minor"], currency), amount(offer["pay_minor"], currency)
    share = percent(offer["percent_hundredths"])
    dates = f"by {offer['pay_by_on']}; the offer is open through {offer['expires_on']}"
    return [f"{share} off, that is {off}: pays {pay} {dates}"]


def _fee_lines(offer: Mapping[str, Any], currency: str) -> list[str]:
    return [f"claimed today: {amount(offer['late_fee_minor'], currency)}"]


_FIGURES = {
    "payment_plan": _plan_lines,
    "longer_line": _line_lines,
    "discount": _discount_lines,
    "late_fee": _fee_lines,
}


def _print_referral(referral: Mapping[str, Any]) -> None:
    _print("\n  Referral, by the policy's own figures:")
    for line in referral["lines"]:
        _print(f"    {line['text']}")
    _print(f"  {referral['text']}")
    names = ", ".join(sentence("option", option) for option in referral["options"])
    _print(f"  Options: {names or 'none of those in the policy is allowed here'}.")
    for limit in referral["forbidden"]:
        doubt = "" if limit["verified"] else " (not verified)"
        name = sentence("option", limit["option"])
        _print(f"  Forbidden in {limit['jurisdiction']}: {name} ({limit['legal_basis']}){doubt}. {limit['note']}")
