"""Decisions in chunks: found by account, and whole after an upgrade from rows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from polars.testing import assert_frame_equal

from dunwell.assess.assessment import DECISION, FACTS
from dunwell.store import bulk, decision_chunks
from dunwell.store.audit_rows import decisions_kept
from dunwell.store.decision_chunks import CHUNK_DECISIONS, chunks_of, decoded
from dunwell.store.models import DecisionChunk
from dunwell.store.queries import record_policy, start_run
from dunwell.store.recording import Outcome, finish_run, kept_rows, read_decisions, read_history
from dunwell.store.setup import use_database
from tests.store.tables import JAN, customer, put
from tests.store.test_recording import decisions
from tests.support.postgres import Postgres

OLD = ("store", "0005_found_at_once")
NEW = ("store", "0006_cheaper_decisions")
KEY = pl.Schema({"account_id": pl.Int64(), "currency": pl.String()})
COLUMNS = [*FACTS, *DECISION, "reasons"]


def keys(*pairs: tuple[int, str]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema=KEY, orient="row")


def test_an_account_is_never_cut_in_two() -> None:
    accounts = [(number, "EUR") for number in range(CHUNK_DECISIONS - 1)]
    several = [(CHUNK_DECISIONS, code) for code in ("CHF", "EUR", "USD")]
    chunks = list(chunks_of(keys(*accounts, *several, (CHUNK_DECISIONS + 1, "EUR"))))
    assert [(one.first_account_id, one.last_account_id, one.count) for one in chunks] == [
        (0, CHUNK_DECISIONS, CHUNK_DECISIONS + 2),
        (CHUNK_DECISIONS + 1, CHUNK_DECISIONS + 1, 1),
    ]
    assert chunks[1].account_ids == f",{CHUNK_DECISIONS + 1},"
    assert_frame_equal(decoded(chunks[0].content, KEY), keys(*accounts, *several))
    assert all(one.fits() for one in chunks)


@pytest.mark.parametrize(
    "pairs",
    [
        [(2, "EUR"), (1, "EUR")],
        [(1, "EUR"), (1, "EUR")],
        [(1, "USD"), (1, "EUR")],
        [(1, "EUR"), (2, "EUR"), (1, "USD")],
    ],
)
def test_decisions_out_of_order_or_twice_are_refused(pairs: list[tuple[int, str]]) -> None:
    with pytest.raises(ValueError, match="one decision per account and currency"):
        list(chunks_of(keys(*pairs)))


def test_a_column_that_was_not_kept_is_null() -> None:
    (chunk,) = chunks_of(keys((1, "EUR")))
    found = decoded(chunk.content, pl.Schema({**KEY, "later_minor": pl.Int64()}))
    assert found.row(0) == (1, "EUR", None)


def test_a_chunk_that_names_other_accounts_does_not_fit() -> None:
    (chunk,) = chunks_of(keys((1, "EUR"), (3, "EUR")))
    numbers = (replace(chunk, first_account_id=2), replace(chunk, last_account_id=4), replace(chunk, count=3))
    assert [one.fits() for one in (*numbers, replace(chunk, account_ids=",1,"))] == [False] * 4


@pytest.mark.usefixtures("database")
def test_an_account_is_found_in_every_run_that_looked_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision_chunks, "CHUNK_DECISIONS", 3)
    put("customers", *(customer(f"C{number:02}") for number in range(10)))
    everybody = decisions()
    ids = everybody["account_id"].to_list()
    looks = [ids, ids[2:5], ids[:1] + ids[9:], ids]
    for ahead, looked_at in enumerate(looks):
        run = start_run(JAN[20] + timedelta(days=ahead), record_policy("v1", "text", None))
        counts = {} if len(looked_at) == 10 else {"whole_run_id": 1}
        finish_run(run.pk, run.as_of, Outcome(everybody.filter(pl.col("account_id").is_in(looked_at)), counts=counts))
    for key in ids:
        runs = [number for number, looked_at in enumerate(looks, start=1) if key in looked_at]
        found = read_history(key)
        assert found["run_id"].to_list() == runs
        assert set(found["account_id"]) == {key}
        assert_frame_equal(read_decisions(3, key), everybody.filter(account_id=key))
    assert read_history(max(ids) + 1).is_empty()
    assert_frame_equal(read_decisions(3), everybody)


@pytest.fixture(params=["sqlite", "postgresql"])
def old_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with the tables from before the chunks; its value is its kind."""
    if request.param == "sqlite":
        use_database(tmp_path / "dunwell.sqlite3")
        yield request.param
        connections.close_all()
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = postgres.create_database()
    use_database(postgres.url(name))
    yield request.param
    connections.close_all()
    postgres.drop_database(name)


def fill_old(apps: Any) -> None:
    """Two runs with the same decisions, and a letter and a hold of the second, as they were kept before."""
    account, run, decision, letter, hold = (
        apps.get_model("store", name) for name in ("Account", "Run", "Decision", "Letter", "Hold")
    )
    own = [account.objects.create(account_number=f"C{number}", country="DE", currency="EUR") for number in (1, 2, 3)]
    for day in (20, 21):
        made = run.objects.create(as_of=JAN[day], state="finished", finished_at=f"{JAN[day]}T10:00:00Z")
        for currency in ("USD", "EUR"):  # kept in no order
            rows = kept_rows(decisions()).with_columns(currency=pl.lit(currency), run_id=pl.lit(made.pk, pl.Int64))
            bulk.append("store_decision", rows)
    last = decision.objects.latest("pk")
    draft = letter.objects.create(
        account=own[1], currency="EUR", kind="reminder", step="reminder", language="de", reference="R",
        episode_start_on=JAN[9], drafted_on=JAN[21], total_due_minor=1, decision=last,
    )  # fmt: skip
    proposed = {"currency": "EUR", "proposed_on": JAN[21], "demanded_minor": 1}
    hold.objects.create(account=own[1], decision=last, letter=draft, **proposed)
    hold.objects.create(account=own[2], **proposed)


def old_digest(run_id: int) -> str:
    """The digest of a run's decisions, row by row, as the audit trail had it before."""
    shown = ", ".join(f"COALESCE(CAST({name} AS text), '')" for name in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {shown} FROM store_decision WHERE run_id = {run_id} ORDER BY account_id, currency")
        return sha256("\x1e".join("\x1f".join(row) for row in cursor.fetchall()).encode()).hexdigest()


def test_an_upgrade_keeps_every_decision_and_fits_the_digests_of_the_trail(old_database: str) -> None:
    fill_old(MigrationExecutor(connection).migrate([OLD]).apps)
    before = [old_digest(run_id) for run_id in (1, 2)]
    MigrationExecutor(connection).migrate([NEW])
    assert [decisions_kept(run_id, COLUMNS).sha256 for run_id in (1, 2)] == before
    assert [decisions_kept(run_id, COLUMNS).count for run_id in (1, 2)] == [6, 6]
    assert set(DecisionChunk.objects.values_list("run_id", "count")) == {(1, 6), (2, 6)}
    assert (old_database, runs_of("letter"), runs_of("hold")) == (old_database, [2], [2, None])


def runs_of(table: str) -> list[int | None]:
    return bulk.frame(f"SELECT id, run_id FROM store_{table}", RUNS).sort("id")["run_id"].to_list()


RUNS = pl.Schema({"id": pl.Int64(), "run_id": pl.Int64()})


def test_a_changed_decision_of_before_the_upgrade_is_still_found(old_database: str) -> None:
    fill_old(MigrationExecutor(connection).migrate([OLD]).apps)
    before = old_digest(1)
    MigrationExecutor(connection).migrate([NEW])
    chunk = DecisionChunk.objects.get(run_id=1)
    rows = pl.read_ipc(BytesIO(chunk.content))
    (other,) = chunks_of(rows.with_columns(total_due_minor=pl.col("total_due_minor") + 1))
    changes: list[dict[str, Any]] = [
        {"content": other.content},
        {"content": b"no Arrow file"},
        {"account_ids": f"{chunk.account_ids}99,"},
        {"count": 7},
    ]
    for change in changes:
        DecisionChunk.objects.filter(run_id=1).update(**change)
        assert decisions_kept(1, COLUMNS).sha256 != before, (old_database, change)
        chunk.save()
    assert decisions_kept(1, COLUMNS).sha256 == before
