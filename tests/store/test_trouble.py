"""Two commands at once, a locked database, a full disk: one wins, the other waits or is told, nothing is half done."""

import os
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from dunwell.errors import WorkspaceError
from dunwell.store import audit, bulk
from dunwell.store.audit_verify import verify
from dunwell.store.models import Account, Hold, Letter, LetterTransition, Run
from dunwell.store.setup import use_database
from tests.store.tables import customer, put
from tests.store.test_killed import AS_OF, CUSTOMERS, DAY_BEFORE, EVENTS, INVOICES, PAYMENTS
from tests.support.command_line import CommandLine, executable
from tests.support.postgres import Account as ServerAccount


@pytest.fixture(params=["sqlite", "postgresql"])
def place(
    request: pytest.FixtureRequest, workspace: Callable[..., Path], cli: CommandLine, tmp_path: Path
) -> Iterator[tuple[Path, Path | str]]:
    """A workspace with customers and invoices, and where its database is."""
    kind: str = request.param
    url = request.getfixturevalue("migrated_url") if kind == "postgresql" else ""
    path = workspace("workspace", *(["--database", url] if url else []))
    for name, text in (("customers", CUSTOMERS), ("invoices", INVOICES), ("payments", PAYMENTS), ("events", EVENTS)):
        (tmp_path / f"{name}.csv").write_text(text)
    cli("import", tmp_path / "customers.csv", tmp_path / "invoices.csv", workspace=path).ok()
    yield path, url or path / "dunwell.sqlite3"
    connections.close_all()


def at_once(path: Path, *words: object) -> list[int]:
    """Run the same command twice at the same time; return both exit statuses."""
    command = [str(executable()), *(str(word) for word in words), "--workspace", str(path)]
    both = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(2)]
    return sorted(each.wait(timeout=200) for each in both)


def test_of_two_at_once_one_wins_and_nothing_is_doubled(place: tuple[Path, Path | str], tmp_path: Path) -> None:
    path, database = place
    files = [tmp_path / "payments.csv", tmp_path / "events.csv"]
    assert at_once(path, "import", *files, "--bank-complete-through", DAY_BEFORE) == [0, 0]
    assert at_once(path, "run", "--as-of", AS_OF) == [0, 0]
    statuses = at_once(path, "letters", "approve", "--all", "--as-of", AS_OF)
    use_database(database)
    assert [Account.objects.count(), Run.objects.count(), Letter.objects.count(), Hold.objects.count()] == [2, 1, 2, 1]
    assert LetterTransition.objects.filter(to_state="approved").count() == 2
    assert bulk.scalar("SELECT count(*) FROM store_entry") == 2
    assert bulk.scalar("SELECT count(*) FROM store_event") == 3
    assert verify().findings == []
    assert set(statuses) <= {0, 1, 2}
    assert 2 not in statuses[:1]


def test_who_waits_too_long_is_told_and_has_changed_nothing(
    database: str, postgres_or_none: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("customers", customer())
    before = audit.head()
    if database == "sqlite":
        bulk.execute("PRAGMA busy_timeout=50")
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
    else:
        monkeypatch.setattr(bulk, "BUSY_TIMEOUT_SECONDS", 1)
        other = psycopg.connect(postgres_or_none)  # type: ignore[assignment]
        other.execute(f"SELECT pg_advisory_xact_lock({bulk.WRITERS_LOCK})")
    with pytest.raises(WorkspaceError, match="Another program is writing"):
        put("customers", customer("C2"))
    other.close()
    assert (Account.objects.count(), audit.head(), verify().findings) == (1, before, [])
    put("customers", customer("C2"))


@pytest.fixture
def postgres_or_none(database: str) -> str:
    """The address of the open PostgreSQL database, empty on SQLite."""
    if database == "sqlite":
        return ""
    known = connection.settings_dict
    return f"postgresql://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


def test_a_full_disk_is_told_and_leaves_everything_as_it_was(database: str) -> None:
    put("customers", customer())
    before = audit.head()
    many = [customer(f"N{number}", name="x" * 200) for number in range(500)]
    with full_disk(database), pytest.raises(WorkspaceError, match=r"disk is full|free disk space"):
        put("customers", *many)
    assert (Account.objects.count(), audit.head(), verify().findings) == (1, before, [])
    assert put("customers", *many).inserted == 500


@contextmanager
def full_disk(database: str) -> Iterator[None]:
    """Let the open database grow by three pages at most.

    SQLite has a setting for it. Of PostgreSQL, the process that serves this connection may write no larger files: the
    server takes that for a full disk. A new segment of its log is begun first, because it may never run short there.
    """
    if database == "sqlite":
        pages = bulk.scalar("PRAGMA page_count")
        bulk.scalar(f"PRAGMA max_page_count={pages + 3}")
        yield
        bulk.scalar("PRAGMA max_page_count=1000000")
        return
    bulk.scalar("SELECT pg_switch_wal()")
    bulk.execute("UPDATE store_account SET name = name")
    server = bulk.scalar("SELECT pg_backend_pid()")
    _limit_files(server, "28672:")  # three pages of 8,192 bytes and a half
    yield
    _limit_files(server, "unlimited:")


def _limit_files(server: int, soft: str) -> None:
    """Say how large files a process of the test's server may write, as the account that it runs as."""
    account = ServerAccount.unprivileged()
    who: dict[str, Any] = {"user": account.uid, "group": account.gid, "extra_groups": []} if os.geteuid() == 0 else {}
    subprocess.run(["prlimit", f"--pid={server}", f"--fsize={soft}"], check=True, **who)


def test_a_disk_that_takes_no_more_bytes_ends_a_command_cleanly(
    workspace: Callable[..., Path], cli: CommandLine, tmp_path: Path
) -> None:
    path = workspace()
    rows = "".join(f"N{number},Customer {number} {'x' * 150}\n" for number in range(8_000))
    (tmp_path / "many.csv").write_text(f"account_number,name\n{rows}")
    limit = (path / "dunwell.sqlite3").stat().st_size + 200_000
    done = subprocess.run(
        [str(executable()), "import", str(tmp_path / "many.csv"), "--workspace", str(path)],
        check=False,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "nothing of this was kept" in done.stderr
    assert cli("audit", "verify", "--json", workspace=path).ok().json()["entries"] == 1
    cli("import", tmp_path / "many.csv", workspace=path).ok()
