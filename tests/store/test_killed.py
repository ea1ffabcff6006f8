"""`kill -9` at every write of an import, a run, an approval and the moves of a hold; then the command once more.

Nothing is lost, nothing is doubled, there is no half state, and the audit trail is whole. Every transaction is all or
nothing, so a killed command leaves one of the states between its transactions.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.store.processes import Processes, running_processes
from tests.support.postgres import Postgres

AS_OF = "2026-03-02"
DAY_BEFORE = "2026-03-01"
CUSTOMERS = """account_number,name,language,country,email,street,postcode,city,currency
C1,First Ltd,en,GB,a@example.com,1 High Street,AB1 2CD,London,EUR
C2,Second Ltd,en,GB,b@example.com,2 High Street,AB1 2CD,London,EUR
"""
INVOICES = """invoice_number,account_number,issued_on,due_on,currency,amount
I1,C1,2026-01-10,2026-02-20,EUR,100.00
I2,C2,2025-12-01,2026-01-10,EUR,900.00
"""
PAYMENTS = """payment_reference,account_number,invoice_number,paid_on,currency,amount
P1,C2,I2,2026-01-20,EUR,50.00
P1,C2,,2026-01-20,EUR,25.00
"""
EVENTS = """account_number,on,kind,channel,step,until_on
C2,2026-01-14,request,email,reminder,2026-01-21
C2,2026-01-26,request,email,second_request,2026-02-02
C2,2026-02-08,request,email,third_request,2026-02-16
"""
STAGES: dict[str, list[str]] = {
    "import": ["import", "{folder}/payments.csv", "{folder}/events.csv", "--bank-complete-through", DAY_BEFORE],
    "run": ["run", "--as-of", AS_OF],
    "approve": ["letters", "approve", "--all", "--as-of", AS_OF, "--by", "ann"],
    "sent": ["letters", "sent", "--all", "--as-of", AS_OF, "--by", "ann"],
    "release": ["hold", "release", "C2", "--reason", "paid by cheque", "--as-of", AS_OF, "--by", "ann"],
}
"""The commands that are killed, each beginning where the one before it ended."""

TRANSACTIONS_MAX = {"import": 2, "run": 1, "approve": 2, "sent": 2, "release": 1}


class Server:
    """The server of processes, and the workspace that each stage begins with."""

    def __init__(self, folder: Path, postgres: Postgres | None, processes: Processes) -> None:
        """``postgres``: keep the data there, not in SQLite."""
        self.folder, self.postgres, self.processes = folder, postgres, processes
        self.place = folder / "workspace"
        self.database = postgres.create_database() if postgres else ""

    def ask(self, **job: Any) -> dict[str, Any]:
        """Have a job done in a process of its own."""
        return self.processes.ask(self.place, **job)

    def keep(self, name: str) -> None:
        """Keep the workspace as it is now under a name."""
        shutil.copytree(self.place, self.folder / name)
        if self.postgres:
            self._sql(f"CREATE DATABASE {self.database}_{name} TEMPLATE {self.database}")

    def back_to(self, name: str) -> None:
        """Put back what was kept."""
        shutil.rmtree(self.place)
        shutil.copytree(self.folder / name, self.place)
        if self.postgres:
            self._sql(f"DROP DATABASE {self.database} WITH (FORCE)")
            self._sql(f"CREATE DATABASE {self.database} TEMPLATE {self.database}_{name}")

    def _sql(self, statement: str) -> None:
        assert self.postgres is not None
        with psycopg.connect(self.postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    with running_processes() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path: Path, processes: Processes) -> Server:
    kind: str = request.param
    made = Server(tmp_path, request.getfixturevalue("postgres") if kind == "postgresql" else None, processes)
    for name, text in (("customers", CUSTOMERS), ("invoices", INVOICES), ("payments", PAYMENTS), ("events", EVENTS)):
        (tmp_path / f"{name}.csv").write_text(text)
    database = ["--database", made.postgres.url(made.database)] if made.postgres else []
    assert made.ask(command=["init", str(made.place), *database])["status"] == 0
    files = [str(tmp_path / "customers.csv"), str(tmp_path / "invoices.csv")]
    assert made.ask(command=["import", *files])["status"] == 0
    return made


@pytest.mark.parametrize("stage", STAGES)
def test_a_command_killed_at_any_write_can_be_repeated(server: Server, stage: str) -> None:
    for earlier in list(STAGES)[: list(STAGES).index(stage)]:
        done = server.ask(command=[word.format(folder=server.folder) for word in STAGES[earlier]])
        assert done["status"] == 0, done["errors"]
    count = _stage(server, stage)
    assert count > 5
    print(f"\n{stage}: killed at {count} points")


def _stage(server: Server, stage: str) -> int:
    """Kill one command at each of its writes; return how many there are."""
    command = [word.format(folder=server.folder) for word in STAGES[stage]]
    server.keep(stage)
    first = server.ask(command=command, before=True, after=True)
    before, done = first["before"], first["after"]
    assert (first["status"], done["findings"]) == (0, []), first["errors"]
    assert done["contents"] != before["contents"]
    states = {before["contents"], done["contents"]}
    for deadly in range(1, first["writes"] + 1):
        server.back_to(stage)
        assert server.ask(command=command, deadly=deadly)["killed"], f"{stage} was not killed at write {deadly}"
        again = server.ask(command=command, before=True, after=True)
        assert again["before"]["findings"] == [], f"{stage} killed at write {deadly}"
        assert again["after"] == done, f"{stage} killed at write {deadly}: {again['errors']}"
        states.add(again["before"]["contents"])
    assert len(states) <= TRANSACTIONS_MAX[stage] + 1
    return int(first["writes"])
