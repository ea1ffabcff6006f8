"""``dunwell check``: whether a customer may buy on credit."""

import click

from dunwell.assess.credit_check import check_credit
from dunwell.cli.cases import acting
from dunwell.cli.common import console, print_json
from dunwell.runs import ordering
from dunwell.runs.case_subject import amount_minor, subject
from dunwell.runs.desk import Desk
from dunwell.runs.wording import sentence


@click.command()
@click.argument("account")
@click.argument("sum_", metavar="AMOUNT")
@click.argument("currency", required=False, default="")
@click.option("--draft", is_flag=True, help="If it is refused, draft the letter that says so.")
@acting
def check(desk: Desk, account: str, sum_: str, currency: str, draft: bool, as_json: bool) -> None:
    """Say whether ACCOUNT may buy for AMOUNT on credit: approve, refuse, or refer to a person, with the reasons."""
    about = subject(desk, account, currency)
    minor = amount_minor(sum_, about.currency)
    state = ordering.standing(desk, about.account)
    found = check_credit(minor, about.currency, state)
    answer = ordering.check_json(about, minor, found, state)
    is_refused = draft and found.outcome == "refuse"
    answer["letter"] = ordering.draft_refusal(desk, about, minor).reference if is_refused else None
    if as_json:
        print_json({"as_of": desk.as_of.isoformat(), **answer})
        return
    console.print(sentence("check_outcome", found.outcome))
    for reason in answer["reasons"]:
        console.print(f"  {'✓' if reason['passed'] else '✗'} {reason['text']}", markup=False)
    if answer["alternatives"]:
        console.print("Instead: " + "; ".join(way["text"] for way in answer["alternatives"]) + ".", markup=False)
    if answer["letter"]:
        console.print(f"Its letter {answer['letter']} waits for approval.", markup=False)
