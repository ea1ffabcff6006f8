"""``dunwell referral`` and ``dunwell refer``: handing a debt to somebody else, and the case file for them."""

from pathlib import Path
from typing import Any

import click

from dunwell.cli.cases import (
    acting,
    currency_option,
    listing,
    note_option,
    on_case,
    reason_option,
    saying,
    showing,
    tell,
)
from dunwell.cli.common import EXIT_NOTHING_DONE, EXIT_PROBLEMS, amount, console, print_json
from dunwell.errors import RefusedError, UsageError
from dunwell.runs import referring
from dunwell.runs.answers import Said
from dunwell.runs.case_file import write_case_file
from dunwell.runs.case_json import case_json
from dunwell.runs.case_subject import amount_minor, subject
from dunwell.runs.desk import Desk
from dunwell.store.cases import case_by, cases
from dunwell.store.models import Referral


@click.command()
@click.argument("account")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The ZIP; in the outbox by default.")
@currency_option
@acting
def refer(desk: Desk, account: str, out: Path | None, currency: str, as_json: bool) -> None:
    """Write the case file of ACCOUNT: one ZIP with statement, interest, letters, proofs, contract, policy, timeline."""
    about = subject(desk, account, currency)
    path = write_case_file(desk, about, out)
    if as_json:
        print_json({"account_number": account, "currency": about.currency, "file": str(path)})
    else:
        console.print(f"Case file of {account}: {path}", markup=False)


@click.group()
def referral() -> None:
    """Referrals: a debt handed to an attorney, a court, an agency."""


referral.add_command(listing("referral", ("proposed", "approved", "handed_over"), "those recovered, closed, withdrawn"))
referral.add_command(showing("referral"))


@referral.command()
@click.argument("account")
@click.option("--option", default="", help="To whom: attorney, small_claims_court …; the policy's first by default.")
@click.option("--against-test", is_flag=True, help="Although the cost-benefit test speaks against it; --note says why.")
@currency_option
@saying(note_option)
def propose(
    desk: Desk, account: str, option: str, against_test: bool, currency: str, said: Said, as_json: bool
) -> None:
    """Propose to refer what ACCOUNT owes, with the cost-benefit test."""
    about = subject(desk, account, currency)
    wish = referring.ReferralWish(option, against_test)
    made, test = referring.propose(desk, about, wish, said)
    if as_json:
        print_json({**case_json(made), "test": test})
        return
    for one in test["lines"]:
        console.print(f"  {one['text']}", markup=False)
    console.print(test["text"], markup=False)
    what = f"{amount(made.amount_minor, made.currency)} to {made.option.replace('_', ' ')}"
    console.print(f"Referral {made.pk}: {what}; waits for approval.", markup=False)


@referral.command()
@click.argument("numbers", nargs=-1, type=int)
@click.option("--all", "all_proposed", is_flag=True, help="All that are proposed.")
@saying(note_option)
def approve(desk: Desk, numbers: tuple[int, ...], all_proposed: bool, said: Said, as_json: bool) -> int:
    """Approve referrals: the named ones, or all that are proposed. One that is refused does not stop the others."""
    if not numbers and not all_proposed:
        raise UsageError("Name the referrals, or say --all.")
    chosen: list[Referral] = (
        cases("referral", states=("proposed",)) if all_proposed else [case_by("referral", one) for one in numbers]
    )
    done, refused = list[int](), list[dict[str, Any]]()
    for found in chosen:
        try:
            referring.approve(desk, found, said)
            done.append(found.pk)
        except RefusedError as error:
            refused.append({"id": found.pk, "reason": str(error)})
    if as_json:
        print_json({"approved": done, "refused": refused})
    else:
        console.print(f"Approved: {', '.join(map(str, done)) or 'nothing'}.")
        for one in refused:
            click.echo(f"Referral {one['id']}: {one['reason']}", err=True)
    return 0 if not refused else EXIT_PROBLEMS if done else EXIT_NOTHING_DONE


@referral.command("hand-over")
@on_case("referral", note_option)
def hand_over(desk: Desk, found: Referral, said: Said, as_json: bool) -> None:
    """Record that referral NUMBER was handed over; from today we chase no more."""
    referring.hand_over(desk, found, said)
    tell(found, as_json=as_json, sentence=f"Referral {found.pk} handed over.")


@referral.command()
@on_case("referral", note_option)
@click.argument("sum_", metavar="AMOUNT")
def recover(desk: Desk, found: Referral, sum_: str, said: Said, as_json: bool) -> None:
    """Record that referral NUMBER brought in AMOUNT and is over."""
    minor = amount_minor(sum_, found.currency)
    referring.end(desk, found, "recover", said, minor)
    tell(found, as_json=as_json, sentence=f"Referral {found.pk}: {amount(minor, found.currency)} recovered.")


@referral.command()
@on_case("referral", reason_option)
def close(desk: Desk, found: Referral, said: Said, as_json: bool) -> None:
    """Close referral NUMBER without result."""
    referring.end(desk, found, "close", said)
    tell(found, as_json=as_json, sentence=f"Referral {found.pk} closed.")


@referral.command()
@on_case("referral", reason_option)
def withdraw(desk: Desk, found: Referral, said: Said, as_json: bool) -> None:
    """Withdraw referral NUMBER before it is handed over."""
    referring.end(desk, found, "withdraw", said)
    tell(found, as_json=as_json, sentence=f"Referral {found.pk} withdrawn.")
