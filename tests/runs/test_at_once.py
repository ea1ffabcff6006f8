"""Two people at the same time: who comes second is judged by what the first has done. On both databases."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections

from dunwell.errors import DunwellError
from dunwell.runs import applying, cash, holding, nightly, ordering, referring
from dunwell.runs.answers import Said
from dunwell.runs.case_subject import subject
from dunwell.runs.desk import Desk
from dunwell.runs.referring import ReferralWish
from dunwell.runs.rules import read_rules
from dunwell.store import audit_verify
from dunwell.store.models import Hold, Letter, Order, Referral, Run
from dunwell.store.workspace import Workspace, init_workspace
from dunwell.store.workspace_settings import Beginning
from tests.store.tables import customer, event, invoice, put

ON = date(2026, 10, 2)


@pytest.fixture(params=["sqlite", "postgresql"])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """C1 may order for 1,000.00 on credit; C2 owes 10,000.00 for months."""
    database = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    made = init_workspace(tmp_path / "workspace", Beginning(database=database))
    put("customers", customer("C1", credit_limit_minor=100_000), customer("C2"))
    put("invoices", invoice("I2", "C2", 1_000_000, due_on=ON - timedelta(days=90)))
    put("payments", bank_complete_through=ON)
    yield made
    connections.close_all()


def desk(workspace: Workspace, by: str) -> Desk:
    return Desk(workspace, read_rules(workspace, ON), ON, by)


def at_once(acts: list[Callable[[], str]]) -> list[str]:
    """What each of some people is told who act in the same moment."""
    start, told = Barrier(len(acts)), []

    def acted(act: Callable[[], str]) -> None:
        start.wait()
        try:
            told.append(act())
        except DunwellError as error:
            told.append(str(error))
        finally:
            connections.close_all()

    threads = [Thread(target=acted, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def test_a_hold_from_before_is_lifted_once_by_two_at_once(workspace: Workspace) -> None:
    put("events", event("hold", account_number="C2", currency="EUR", on=ON - timedelta(days=20)))

    def lift(by: str) -> str:
        own = desk(workspace, by)
        about = subject(own, "C2")
        return holding.release(own, about.account, about.currency, by).state

    assert at_once([lambda: lift("Ann"), lambda: lift("Bob")]) == ["C2 has no live hold in EUR.", "released"]
    assert list(Hold.objects.values_list("state", flat=True)) == ["released"]
    assert Letter.objects.filter(kind="hold_release").count() == 1
    assert audit_verify.verify().findings == []


def test_of_two_who_act_at_once_the_second_is_judged_by_what_the_first_did(workspace: Workspace) -> None:
    def order(number: str) -> str:
        own = desk(workspace, number)
        return ordering.add(own, subject(own, "C1"), number, 60_000, Said()).state

    def refer(by: str) -> str:
        own = desk(workspace, by)
        return referring.propose(own, subject(own, "C2"), ReferralWish(), Said())[0].state

    def apply(by: str) -> str:
        own = desk(workspace, by)
        return applying.receive(own, subject(own, "C1"), 500_000, Said(by)).state

    assert at_once([lambda: order("O1"), lambda: order("O2")]) == ["approved", "held"]
    assert Order.objects.filter(state="approved").count() == 1
    assert at_once([lambda: order("O3"), lambda: order("O3")]) == ["C1 already has an order O3.", "held"]
    assert at_once([lambda: refer("Ann"), lambda: refer("Bob")]) == [
        "C2 already has a referral under way in EUR.",
        "proposed",
    ]
    assert Referral.objects.count() == 1
    assert at_once([lambda: apply("Ann"), lambda: apply("Bob")]) == [
        "C1 already has an application that waits for a decision.",
        "received",
    ]
    assert audit_verify.verify().findings == []


def test_a_run_that_waited_while_another_decided_the_day_decides_nothing_more(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [lambda: nightly.run_day(workspace, ON)]

    def waited(*args: Any) -> bool:
        if others:
            others.pop()()
        return cash.renew(*args)

    monkeypatch.setattr(nightly, "renew", waited)
    report = nightly.run_day(workspace, ON)
    assert (Run.objects.count(), report.is_recorded, others) == (1, True, [])
