"""What a person waits for, one account of many: the queries of ``why``, ``timeline`` and ``check`` with their plans."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from dunwell.runs import ordering
from dunwell.runs.case_subject import subject
from dunwell.runs.desk import Desk
from dunwell.runs.nightly import assess_account
from dunwell.runs.reporting import why_json
from dunwell.runs.rules import read_rules
from dunwell.runs.timeline import timeline
from dunwell.store.models import Account
from dunwell.store.workspace import Workspace

ACCOUNTS = 20
"""So many accounts are asked about, spread over all; the slowest counts."""
AMOUNT_MINOR = 100_000


@dataclass(slots=True)
class Wait:
    """One command in process: whole and query time of the slowest account (ms), and which plans read whole tables."""

    name: str
    whole_ms: float = 0.0
    query_ms: float = 0.0
    queries: int = 0
    plans: dict[str, str] = field(default_factory=dict)


def waits(workspace: Workspace, on: date) -> list[Wait]:
    """Ask about some accounts in each of three ways."""
    desk = Desk(workspace, read_rules(workspace, on), on, "bench")

    def checked(account: Account) -> None:
        about = subject(desk, account.account_number, account.currency)
        found = ordering.check(desk, about, AMOUNT_MINOR)
        ordering.check_json(about, AMOUNT_MINOR, found, ordering.standing(desk, account))

    asked: dict[str, Callable[[Account], Any]] = {
        "why": lambda account: why_json(assess_account(workspace, account.pk, on), account.pk),
        "timeline": timeline,
        "check": checked,
    }
    accounts = _spread()
    return [_waited(name, ask, accounts) for name, ask in asked.items()]


def _spread() -> list[Account]:
    every = max(1, Account.objects.count() // ACCOUNTS)
    keys = list(Account.objects.order_by("pk").values_list("pk", flat=True))[::every]
    return list(Account.objects.filter(pk__in=keys[:ACCOUNTS]))


def _waited(name: str, ask: Callable[[Account], Any], accounts: list[Account]) -> Wait:
    ask(accounts[0])  # what is loaded once is not waited for again
    found = [_once(name, ask, account) for account in accounts]
    slowest = max(found, key=lambda one: one.query_ms)
    slowest.whole_ms = max(one.whole_ms for one in found)
    return slowest


def _once(name: str, ask: Callable[[Account], Any], account: Account) -> Wait:
    found = Wait(name)
    statements: dict[str, tuple[str, Any]] = {}
    with _watched(found, statements):
        began = time.perf_counter()
        ask(account)
        found.whole_ms = 1000 * (time.perf_counter() - began)
    found.plans = {sql: plan for sql, parameters in statements.values() if (plan := _scans(sql, parameters))}
    return found


@contextmanager
def _watched(found: Wait, statements: dict[str, tuple[str, Any]]) -> Iterator[None]:
    """Time every statement; those of PostgreSQL's COPY go past Django and are not seen."""

    def timed(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, parameters, many, context)
        finally:
            found.query_ms += 1000 * (time.perf_counter() - began)
            found.queries += 1
            statements[sql] = (sql, parameters)

    with connection.execute_wrapper(timed):
        yield


def _scans(sql: str, parameters: Any) -> str:
    """Return the lines of a query's plan that read a table of the store from end to end."""
    if not sql.lstrip().upper().startswith("SELECT"):
        return ""
    with connection.cursor() as cursor:
        explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
        cursor.execute(explain + sql, parameters)
        lines = [str(row[-1]) for row in cursor.fetchall()]
    return "; ".join(line.strip() for line in lines if line.strip().startswith(_WHOLE_TABLE))


_WHOLE_TABLE = ("SCAN store", "Seq Scan", "->  Seq Scan")
"""How a line of a plan begins that reads a table from end to end, on SQLite and on PostgreSQL."""
