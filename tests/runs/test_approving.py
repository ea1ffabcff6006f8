"""What happens to an account while its letter is being written counts: as if the letter had been begun afterwards.

Somebody else's act falls between the look at the ledger and the approval; it goes through the same import and the same
services as ever, and only its moment is chosen here. On both databases.
"""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import connections

from dunwell.errors import RefusedError
from dunwell.letters.compose import compose
from dunwell.runs import approving, desk_letters
from dunwell.runs.desk import Desk
from dunwell.runs.nightly import run_day
from dunwell.runs.rules import read_rules
from dunwell.store import audit_verify
from dunwell.store.models import Letter
from dunwell.store.workspace import Workspace, init_workspace
from dunwell.store.workspace_settings import Beginning
from tests.store.tables import customer, invoice, payment, put

ON = date(2026, 10, 2)
ON_BOTH = pytest.mark.parametrize("workspace", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """One customer with one overdue invoice and the draft of its reminder."""
    database = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    made = init_workspace(tmp_path / "workspace", Beginning(database=database))
    put("customers", customer("C1", language="en"))
    put("invoices", invoice("I1", "C1", 50_000, issued_on=date(2026, 8, 1), due_on=date(2026, 9, 25)))
    put("payments", bank_complete_through=ON)
    run_day(made, ON)
    yield made
    connections.close_all()


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let something happen, once, when the next letter has been written and before it is approved."""

    def arranged(act: Callable[[], object]) -> None:
        acts = [act]
        write = compose

        def written(*args: object) -> object:
            content = write(*args)  # type: ignore[arg-type]
            if acts:
                acts.pop()()
            return content

        monkeypatch.setattr(approving, "compose", written)

    return arranged


def desk(workspace: Workspace, by: str = "Ann") -> Desk:
    return Desk(workspace, read_rules(workspace, ON), ON, by)


@ON_BOTH
def test_who_pays_while_the_letter_is_written_is_not_written_to(
    workspace: Workspace, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    meanwhile(lambda: put("payments", payment("P1", "I1", 50_000, paid_on=ON)))
    with pytest.raises(RefusedError, match="was withdrawn"):
        approving.approve(desk(workspace), Letter.objects.get())
    assert Letter.objects.get().state == "cancelled"
    assert audit_verify.verify().findings == []


@ON_BOTH
def test_a_language_chosen_while_the_letter_is_written_is_the_language_it_is_written_in(
    workspace: Workspace, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    meanwhile(lambda: desk_letters.change_form(desk(workspace, "Bob"), Letter.objects.get(), "fr", "letter"))
    approving.approve(desk(workspace), Letter.objects.get())
    letter = Letter.objects.get()
    content = letter.content or {}
    assert (letter.state, letter.language, content["language"]) == ("approved", "fr", "fr")


@ON_BOTH
def test_what_happens_to_others_does_not_delay_an_approval(
    workspace: Workspace, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    put("customers", customer("C2"))
    meanwhile(lambda: put("invoices", invoice("I2", "C2", 10_000, due_on=date(2026, 10, 30))))
    approving.approve(desk(workspace), Letter.objects.get(account__account_number="C1"))
    assert Letter.objects.get().state == "approved"
