"""Credit applications (product §4): what a customer asked for, and what was decided."""

from dataclasses import replace

from dunwell.casework.cases import advance, begin
from dunwell.errors import RefusedError
from dunwell.runs.answers import Said, act
from dunwell.runs.case_subject import Subject
from dunwell.runs.desk import Desk
from dunwell.store.bulk import writing
from dunwell.store.models import Account, Application


@writing()
def receive(desk: Desk, about: Subject, requested_minor: int, said: Said) -> Application:
    """Record an application for a credit limit; one at a time."""
    if Application.objects.filter(account=about.account, state="received").exists():
        raise RefusedError(f"{about.account.account_number} already has an application that waits for a decision.")
    made = Application(
        account=about.account,
        currency=about.currency,
        opened_on=desk.as_of,
        requested_minor=requested_minor,
        document=said.evidence,
        note=said.note,
    )
    begin(made, "receive", act(desk, said))
    return made


def grant(desk: Desk, found: Application, granted_minor: int, said: Said) -> None:
    """Grant credit: the amount becomes the account's limit, in the currency that the account is kept in.

    Raises ``RefusedError`` when the account's limit is kept in another currency: nothing is converted.
    """
    kept_in = found.account.currency
    if kept_in and kept_in != found.currency:
        raise RefusedError(f"The limit of {found.account.account_number} is kept in {kept_in}, not {found.currency}.")
    with writing():
        before = Account.objects.get(pk=found.account_id)
        was = {"credit_limit_minor": before.credit_limit_minor, "currency": before.currency}
        deed = replace(act(desk, said), was=was)
        advance(found, "grant", deed, closed_on=desk.as_of, granted_minor=granted_minor)
        limit = {"credit_limit_minor": granted_minor, "currency": found.currency}
        Account.objects.filter(pk=found.account_id).update(**limit)


def refuse(desk: Desk, found: Application, said: Said) -> None:
    """Refuse an application; the limit stays as it was."""
    advance(found, "refuse", act(desk, said), closed_on=desk.as_of)
