"""A table that a run has filled is planned for as it is, from its next question on."""

from datetime import date

import pytest
from django.db import transaction

from dunwell.store import bulk
from dunwell.store.models import Run
from dunwell.store.planner import told_of_growth


def runs(count: int) -> None:
    with transaction.atomic(), told_of_growth():
        Run.objects.bulk_create(Run(as_of=date(2026, 1, 1)) for _ in range(count))


def believed() -> int:
    return int(bulk.scalar("SELECT reltuples FROM pg_class WHERE oid = CAST('store_run' AS regclass)"))


def test_postgresql_looks_at_a_table_that_has_grown_by_much_and_not_for_a_few_rows(database: str) -> None:
    if database == "sqlite":
        pytest.skip("SQLite plans without looking at the rows")
    before = believed()
    runs(10)
    assert believed() == before
    runs(100)
    assert believed() == 110
    runs(20)
    assert believed() == 110
