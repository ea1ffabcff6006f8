"""What the doctor finds in the data itself, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from django.utils import timezone

from dunwell.store import queries
from dunwell.store.doctor import examine
from dunwell.store.models import Account, CaseLetter, Letter, Promise
from dunwell.store.workspace import Beginning, Workspace, init_workspace
from tests.store.tables import JAN, customer, put


def a_letter(owner: Account, reference: str) -> Letter:
    return Letter.objects.create(
        account=owner, currency="EUR", kind="plan_default", step=reference, language="de", reference=reference,
        episode_start_on=JAN[9], drafted_on=JAN[9], total_due_minor=1,
    )  # fmt: skip


def orphans(workspace: Workspace) -> str:
    """What the doctor says of what nothing belongs to."""
    return next(check.found for check in examine(workspace, timezone.now()) if check.name == "orphans")


@pytest.fixture(params=["sqlite", "postgresql"])
def a_workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    url = request.getfixturevalue("migrated_url") if request.param == "postgresql" else ""
    yield init_workspace(tmp_path / "workspace", Beginning(database=url))
    connections.close_all()


def test_what_was_begun_and_not_finished_and_letters_of_lost_cases_are_named(a_workspace: Workspace) -> None:
    put("customers", customer())
    owner = Account.objects.get()
    kept = Promise.objects.create(account=owner, currency="EUR", amount_minor=1, opened_on=JAN[9], until_on=JAN[19])
    CaseLetter.objects.create(letter=a_letter(owner, "R1"), kind="promise", case_id=kept.pk)
    CaseLetter.objects.create(letter=a_letter(owner, "R2"), kind="check", case_id=owner.pk + 1)
    assert orphans(a_workspace) == "nothing is left over"
    CaseLetter.objects.create(letter=a_letter(owner, "R3"), kind="plan", case_id=kept.pk)
    queries.start_run(JAN[9], queries.record_policy("v1", "", None))
    assert orphans(a_workspace) == "1 runs were begun and never finished; 1 letters belong to cases that are not there"
    (a_workspace.path / ".moving-killed").mkdir()
    assert orphans(a_workspace).endswith(
        "1 folders .moving-… are left of moves to another database, with all data readable"
    )
