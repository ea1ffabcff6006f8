"""Backup, restore, moving to another database, doctor, and erasure, by the real command line."""

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.store.processes import Processes, running_processes
from tests.store.test_killed import AS_OF, CUSTOMERS, DAY_BEFORE, EVENTS, INVOICES, PAYMENTS


@pytest.fixture(scope="module")
def cli() -> Iterator[Processes]:
    with running_processes() as processes:
        yield processes


@pytest.fixture(scope="module")
def template(cli: Processes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a ledger, a run, letters approved and sent, and a document of the owner's."""
    tmp_path = tmp_path_factory.mktemp("template")
    path = tmp_path / "workspace"
    cli("init", path, workspace=path).ok()
    for name, text in (("customers", CUSTOMERS), ("invoices", INVOICES), ("payments", PAYMENTS), ("events", EVENTS)):
        (tmp_path / f"{name}.csv").write_text(text)
    files = [tmp_path / f"{name}.csv" for name in ("customers", "invoices", "payments", "events")]
    cli("import", "--bank-complete-through", DAY_BEFORE, *files, workspace=path).ok()
    cli("run", workspace=path, as_of=AS_OF).ok()
    cli("letters", "approve", "--all", "--by", "ann", workspace=path, as_of=AS_OF).ok()
    cli("letters", "sent", "--all", "--by", "ann", workspace=path, as_of=AS_OF).ok()
    cli("run", workspace=path, as_of=AS_OF).ok()
    for name, content in OWN_FILES.items():
        (path / name).parent.mkdir(exist_ok=True)
        (path / name).write_bytes(content)
    return path


OWN_FILES = {
    "documents/contract.pdf": b"%PDF-1.7 signed",
    "mappings/0123abcd.toml": b"[columns]\n",
    "rejects/invoices.rejects.csv": b"invoice_number,problem\n",
}
"""What an owner has put into the workspace, or is asked to correct there."""


@pytest.fixture
def lived_in(template: Path, tmp_path: Path) -> Path:
    """That workspace, to do with as one likes."""
    return Path(shutil.copytree(template, tmp_path / "workspace"))


def trail(cli: Processes, path: Path) -> list[str]:
    """The digests of the trail, which must be intact."""
    assert cli("audit", "verify", "--json", workspace=path).ok().json()["is_intact"] is True
    return [
        entry["sha256"] for entry in cli("audit", "list", "--last", 999, "--json", workspace=path).json()["entries"]
    ]


def decided(cli: Processes, path: Path) -> str:
    return cli("run", "--json", workspace=path, as_of=AS_OF).ok().stdout


def test_a_restored_backup_is_the_workspace_as_it_was(cli: Processes, lived_in: Path, tmp_path: Path) -> None:
    before, said = trail(cli, lived_in), decided(cli, lived_in)
    cli("backup", tmp_path / "one.backup", workspace=lived_in).ok()
    cli("restore", tmp_path / "one.backup", tmp_path / "again", workspace=tmp_path).ok()
    assert trail(cli, tmp_path / "again") == before
    assert decided(cli, tmp_path / "again") == said
    assert {name: (tmp_path / "again" / name).read_bytes() for name in OWN_FILES} == OWN_FILES
    for name in ("dunwell.toml", "policy.toml"):
        assert (tmp_path / "again" / name).read_text() == (lived_in / name).read_text()
    assert (tmp_path / "one.backup").stat().st_mode & 0o077 == 0


def test_nothing_is_overwritten(cli: Processes, lived_in: Path, tmp_path: Path) -> None:
    cli("backup", tmp_path / "one.backup", workspace=lived_in).ok()
    again = cli("backup", tmp_path / "one.backup", workspace=lived_in)
    over = cli("restore", tmp_path / "one.backup", lived_in, workspace=tmp_path)
    assert (again.exit_code, over.exit_code) == (2, 2)
    assert "exists already" in again.stderr
    assert "not empty" in over.stderr


def test_a_damaged_backup_is_refused_and_leaves_nothing(cli: Processes, lived_in: Path, tmp_path: Path) -> None:
    whole = tmp_path / "one.backup"
    cli("backup", whole, workspace=lived_in).ok()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(tmp_path / "bad.backup", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b"Sample", b"Simple") if name == "dunwell.toml" else data)
    (tmp_path / "half.backup").write_bytes(whole.read_bytes()[:5_000])
    for name in ("bad", "half"):
        said = cli("restore", tmp_path / f"{name}.backup", tmp_path / "again", workspace=tmp_path)
        assert said.exit_code == 2
        assert "damaged" in said.stderr
        assert not (tmp_path / "again").exists()


def test_a_backup_is_consistent_while_somebody_writes(cli: Processes, lived_in: Path, tmp_path: Path) -> None:
    before = trail(cli, lived_in)
    with sqlite3.connect(lived_in / "dunwell.sqlite3", isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE store_account SET name = 'half done'")
        copy = sqlite3.connect(lived_in / "dunwell.sqlite3")
        copy.execute("VACUUM INTO ?", (str(tmp_path / "copy.sqlite3"),))
        copy.close()
        writer.execute("ROLLBACK")
    names = sqlite3.connect(tmp_path / "copy.sqlite3").execute("SELECT name FROM store_account ORDER BY id").fetchall()
    assert names == [("First Ltd",), ("Second Ltd",)]
    assert trail(cli, lived_in) == before


def test_data_moves_to_postgresql_and_back(cli: Processes, lived_in: Path, postgres_url: str, tmp_path: Path) -> None:
    cli("people", "add", "bob", "--role", "approver", workspace=lived_in).ok()
    before, said, settings = trail(cli, lived_in), decided(cli, lived_in), (lived_in / "dunwell.toml").read_text()
    there = cli("migrate-store", "--to", postgres_url, "--json", workspace=lived_in).ok().json()
    assert not (lived_in / "dunwell.sqlite3").exists()
    assert trail(cli, lived_in)[: len(before)] == before
    assert decided(cli, lived_in) == said
    cli("backup", tmp_path / "pg.backup", workspace=lived_in).ok()
    cli("restore", tmp_path / "pg.backup", tmp_path / "again", workspace=tmp_path).ok()
    assert trail(cli, tmp_path / "again")[: len(before)] == before
    assert decided(cli, tmp_path / "again") == said
    assert "bob" in cli("people", "list", workspace=tmp_path / "again").ok().stdout
    back = cli("migrate-store", "--to", "sqlite", "--json", workspace=lived_in).ok().json()
    assert decided(cli, lived_in) == said
    assert trail(cli, lived_in)[: len(before)] == before
    assert [row for row in back["tables"] if row["table"] != "store_auditentry"] == [
        row for row in there["tables"] if row["table"] != "store_auditentry"
    ]
    assert (lived_in / "dunwell.toml").read_text() == settings.replace(
        '# database = "postgresql://user@localhost/dunwell"\n', ""
    )
    cli("note", "add", "C1", "still writable", "--by", "ann", workspace=lived_in, as_of=AS_OF).ok()


def test_a_full_target_is_refused_and_the_workspace_stays(
    cli: Processes, lived_in: Path, template: Path, postgres_url: str
) -> None:
    other = lived_in.parent / "other"
    cli("init", other, "--database", postgres_url, workspace=other).ok()
    cli("import", template.parent / "customers.csv", workspace=other).ok()
    said = cli("migrate-store", "--to", postgres_url, workspace=lived_in)
    assert said.exit_code == 2
    assert "holds other rows" in said.stderr
    assert (lived_in / "dunwell.sqlite3").exists()
    assert trail(cli, lived_in)
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM store_account").fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM store_letter").fetchone() == (0,)


def states(cli: Processes, path: Path) -> dict[str, str]:
    checks = json.loads(cli("doctor", "--json", workspace=path).stdout)["checks"]
    return {check["name"]: check["state"] for check in checks}


def test_the_doctor_finds_everything_well(cli: Processes, lived_in: Path) -> None:
    assert set(states(cli, lived_in).values()) == {"well"}
    cli("doctor", workspace=lived_in).ok()


def test_the_doctor_names_what_is_wrong_and_what_to_do(cli: Processes, lived_in: Path, tmp_path: Path) -> None:
    with sqlite3.connect(lived_in / "dunwell.sqlite3") as attacker:
        attacker.execute("UPDATE store_letter SET state = 'cancelled'")
    (lived_in / "policy.toml").write_text("[hold]\ndays_past_due = -1\n")
    found = states(cli, lived_in)
    assert {name for name, state in found.items() if state == "ill"} == {"audit", "policy"}
    broken = tmp_path / "broken"
    shutil.copytree(lived_in, broken)
    data = bytearray((broken / "dunwell.sqlite3").read_bytes())
    data[20_000:40_000] = bytes(20_000)
    (broken / "dunwell.sqlite3").write_bytes(data)
    assert states(cli, broken)["database"] == "ill"
    assert "restore" in cli("doctor", workspace=broken).stdout


def test_a_customer_gets_everything_and_is_forgotten(cli: Processes, lived_in: Path, tmp_path: Path) -> None:
    owed = cli("privacy", "erase", "C2", "--reason", "asked on 1 March", workspace=lived_in, as_of=AS_OF)
    assert owed.exit_code == 2
    assert "still open" in owed.stderr
    cli("note", "add", "C1", "Mr First was rude", "--by", "ann", workspace=lived_in, as_of=AS_OF).ok()
    cli("letters", "render", "C1-20260302-reminder-EUR", workspace=lived_in, as_of=AS_OF).ok()
    paid = tmp_path / "paid.csv"
    paid.write_text(PAYMENTS.splitlines()[0] + f"\nP9,C1,I1,{AS_OF},EUR,100.00\n")
    cli("import", paid, workspace=lived_in).ok()
    told = cli("privacy", "export", "C1", "--out", tmp_path / "c1.zip", "--json", workspace=lived_in, as_of=AS_OF).ok()
    assert told.json()["files"] == ["outbox/C1-20260302-reminder-EUR.pdf"]
    with zipfile.ZipFile(tmp_path / "c1.zip") as archive:
        data = archive.read("data.json").decode()
    assert "First Ltd" in data
    assert "Mr First was rude" in data
    assert "Second Ltd" not in data
    cli("privacy", "erase", "C1", "--reason", "asked on 1 March", workspace=lived_in, as_of=AS_OF).ok()
    with sqlite3.connect(lived_in / "dunwell.sqlite3") as connection:
        kept = "\n".join(connection.iterdump())
    assert [word for word in ("First Ltd", "Mr First", "1 High Street", "a@example.com") if word in kept] == []
    assert "Second Ltd" in kept
    assert list((lived_in / "outbox").iterdir()) == []
    assert trail(cli, lived_in)
    with sqlite3.connect(lived_in / "dunwell.sqlite3") as connection:
        rows = connection.execute("SELECT amount_minor FROM store_invoice ORDER BY id").fetchall()
        assert rows == [(10_000,), (90_000,)]
        connection.execute("UPDATE store_note SET text = 'something else'")
    assert cli("audit", "verify", workspace=lived_in).exit_code == 1
