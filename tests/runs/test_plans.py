"""Nobody who waits for one customer waits for a table that is read from end to end, on either database.

SQLite plans without statistics here, so its plans are those of large tables. PostgreSQL would read tables of a few
rows as a whole; it is told to do so only where no index serves.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from dunwell.assess.credit_check import check_credit
from dunwell.runs import ordering
from dunwell.runs.case_subject import subject
from dunwell.runs.desk import Desk
from dunwell.runs.nightly import assess_account, run_day
from dunwell.runs.reporting import why_json
from dunwell.runs.rules import read_rules
from dunwell.runs.timeline import timeline
from dunwell.store import queries
from dunwell.store.fingerprint import data_fingerprint
from dunwell.store.models import Account, Letter
from dunwell.store.workspace import init_workspace
from dunwell.store.workspace_settings import Beginning
from tests.store.tables import customer, invoice, payment, put

ON = date(2026, 3, 2)
SMALL = {"store_run", "store_policyversion", "store_importbatch"}
"""Tables of a row per run, policy or import: to read them all is no wait."""
_WHOLE = re.compile(r"(?:\bSCAN|Seq Scan on) (?!CONSTANT)(\w+)")


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """The day after a run, at a desk where somebody asks about a customer; what the tables hold changes no plan."""
    database = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    workspace = init_workspace(tmp_path / "workspace", Beginning(database=database))
    put("customers", customer("C1", credit_limit_minor=100_000), customer("C2"))
    put("invoices", invoice("I1", due_on=ON - timedelta(days=5)), invoice("I2", "C2"))
    put("payments", payment("P1", "I1", 1_000), bank_complete_through=ON)
    run_day(workspace, ON)
    if request.param == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET enable_seqscan = off")
    yield Desk(workspace, read_rules(workspace, ON + timedelta(days=1)), ON + timedelta(days=1), "Ann")
    connections.close_all()


def why(desk: Desk, account: Account) -> None:
    why_json(assess_account(desk.workspace, account.pk, desk.as_of), account)


def story(desk: Desk, account: Account) -> None:
    del desk
    timeline(account)


def check(desk: Desk, account: Account) -> None:
    about = subject(desk, account.account_number)
    state = ordering.standing(desk, about.account)
    ordering.check_json(about, 100, check_credit(100, about.currency, state), state)


def unchanged(desk: Desk, account: Account) -> None:
    del account
    data_fingerprint(desk.rules.version)


def waiting(desk: Desk, account: Account) -> None:
    del desk, account
    list(queries.letters(states=["draft"]))
    list(queries.holds())


def test_what_a_person_waits_for_is_found_by_an_index(desk: Desk) -> None:
    account = Account.objects.get(account_number="C1")
    found = {ask.__name__: plans(desk, ask, account) for ask in (why, story, check, unchanged, waiting)}
    assert {name for name, questions in found.items() if not questions} == set()
    read = {(name, sql): whole for name, questions in found.items() for sql, whole in questions if whole}
    assert read == {}
    # and the look itself finds a table that is read from end to end
    assert [whole for _, whole in plans(desk, by_channel, account)] == [{"store_letter"}]


def by_channel(desk: Desk, account: Account) -> None:
    del desk
    list(Letter.objects.filter(channel=account.language))


def plans(desk: Desk, ask: Callable[[Desk, Account], None], account: Account) -> list[tuple[str, set[str]]]:
    """The questions that somebody's question puts to the database, each with the tables it reads as a whole."""
    with asked() as found:
        ask(desk, account)
    return [(sql, read_whole(sql, parameters)) for sql, parameters in found]


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """Every question that goes to the database within the block."""
    found: list[tuple[str, Any]] = []

    def noted(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith("SELECT"):
            found.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(noted):
        yield found


def read_whole(sql: str, parameters: Any) -> set[str]:
    """The tables that grow with the business and that a question reads from end to end."""
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        cursor.execute(explain + sql, parameters)
        lines = [str(row[-1]) for row in cursor.fetchall()]
    named = {name for line in lines for name in _WHOLE.findall(line)}
    return {table for table in (_table(sql, name) for name in named) if table.startswith("store_")} - SMALL


def _table(sql: str, name: str) -> str:
    """The table that a question calls ``name``."""
    found = re.search(rf'"?(store_\w+)"?(?= (?:AS )?"?{name}\b)', sql)
    return found[1] if found else name
