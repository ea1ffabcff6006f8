"""``dunwell law``: the law tables and the late-payment calculator; no workspace needed."""

from datetime import date
from pathlib import Path
from typing import Any, cast

import click

from dunwell import money
from dunwell.cli.common import (
    DATE,
    EXIT_PROBLEMS,
    command_errors,
    console,
    json_option,
    print_json,
    print_problems,
    workspace_at,
    workspace_option,
)
from dunwell.cli.law_page import law_page
from dunwell.errors import UsageError
from dunwell.law import (
    Claim,
    Law,
    PartyType,
    agreed,
    interest,
    interest_as_dict,
    load_law,
    parse_percent,
    read_rates,
    show_as_dict,
)
from dunwell.runs.rules import add_rates

_PARTY = click.Choice(["business", "consumer", "public"])


@click.group()
def law() -> None:
    """Late-payment law: what the tables say, and what a late payment costs. Not legal advice."""


@law.command()
@click.argument("jurisdiction")
@click.option("--on", type=DATE, required=True, help="The day whose rates are shown.")
@json_option
@command_errors
def show(jurisdiction: str, on: date, as_json: bool) -> None:
    """Show rule, rate, source and doubts of JURISDICTION, such as DE."""
    shown = show_as_dict(load_law(), jurisdiction.upper(), on)
    if as_json:
        print_json(shown)
        return
    for line in law_page(shown):
        console.print(line, markup=False, highlight=False)


@law.command("interest")
@click.option("--jurisdiction", required=True, help="Whose law: two letters such as DE.")
@click.option("--party", type=_PARTY, required=True, help="Who owes: a business, a consumer or a public body.")
@click.option("--amount", required=True, help="The principal, such as 10000.00.")
@click.option("--currency", required=True, help="Three letters such as EUR.")
@click.option("--due", type=DATE, required=True, help="The due date.")
@click.option("--default-since", type=DATE, help="Since when the debtor is in default, where the law asks for it.")
@click.option("--to", "to_on", type=DATE, required=True, help="The last day that bears interest.")
@click.option("--paid", multiple=True, metavar="DATE=AMOUNT", help="A part payment; may be given several times.")
@click.option("--contract-rate", help="The agreed rate in percent a year, instead of the statutory one.")
@json_option
@command_errors
def law_interest(
    jurisdiction: str,
    party: str,
    amount: str,
    currency: str,
    due: date,
    default_since: date | None,
    to_on: date,
    paid: tuple[str, ...],
    contract_rate: str | None,
    as_json: bool,
) -> None:
    """Calculate interest and compensation on one late payment."""
    tables = load_law()
    claim = Claim(
        principal_minor=_minor(amount, currency),
        currency=currency.upper(),
        due_on=due,
        payments=tuple(_payment(text, currency) for text in paid),
        default_since=default_since,
    )
    rule = _rule(tables, jurisdiction, party, contract_rate)
    result = interest_as_dict(interest(tables, rule, claim, to_on))
    if as_json:
        print_json(result)
    else:
        _print_interest(result, currency.upper())


def _rule(tables: Law, jurisdiction: str, party: str, contract_rate: str | None) -> Any:
    rule = tables.rule(jurisdiction.upper(), cast("PartyType", party))
    if contract_rate is None:
        return rule
    try:
        return agreed(rule, parse_percent(contract_rate))
    except ValueError as error:
        raise UsageError(f"The contract rate {contract_rate!r} is no percentage: {error}") from error


def _minor(text: str, currency: str) -> int:
    if not money.is_currency(currency.upper()):
        raise UsageError(f"{currency!r} is no currency of ISO 4217.")
    try:
        minor = money.parse_minor(text, currency.upper())
    except ValueError as error:
        raise UsageError(f"The amount is wrong: {error}.") from error
    if not 0 < minor <= money.AMOUNT_MINOR_MAX:
        raise UsageError(f"The amount {text} is out of range.")
    return minor


def _payment(text: str, currency: str) -> tuple[date, int]:
    day, _, paid = text.partition("=")
    try:
        return date.fromisoformat(day), _minor(paid, currency)
    except ValueError as error:
        raise UsageError(f"--paid wants DATE=AMOUNT such as 2026-11-02=250.00, not {text!r}.") from error


def _print_interest(result: dict[str, Any], currency: str) -> None:
    for segment in result["segments"]:
        balance = money.format_plain(segment["balance_minor"], currency)
        earned = money.format_plain(segment["amount_minor"], currency)
        console.print(
            f"{segment['from_on']} to {segment['to_on']}: {segment['days']} days at {segment['rate_percent']} %"
            f" on {balance} = {earned} {currency}"
        )
    console.print(f"Interest: {money.format_plain(result['interest_minor'], currency)} {currency}")
    if result["compensation_minor"]:
        unit = result["compensation_currency"]
        console.print(f"Compensation: {money.format_plain(result['compensation_minor'], unit)} {unit}")
    console.print(f"Legal basis: {result['legal_basis']}", markup=False)
    for name in ("sources", "doubts"):
        for text in result[name]:
            console.print(f"{name[:-1].capitalize()}: {text}", markup=False)


@law.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@workspace_option
@json_option
@command_errors
def update(file: Path, workspace: Path | None, as_json: bool) -> int:
    """Add the rates of a new half-year from FILE to the workspace; nothing is taken when anything is wrong."""
    opened = workspace_at(workspace)
    found = read_rates(file.read_text(encoding="utf-8"), file.name, load_law())
    if not found.problems:
        add_rates(opened, found.rows)
    if as_json:
        print_json(
            {
                "rates": len(found.rows),
                "problems": [str(p) for p in found.problems],
                "warnings": [str(w) for w in found.warnings],
            }
        )
    else:
        print_problems(found.warnings, "To be looked at")
        print_problems(found.problems, "Nothing was taken")
        if not found.problems:
            console.print(f"{len(found.rows)} rates added.")
    return 2 if found.problems else EXIT_PROBLEMS if found.warnings else 0
