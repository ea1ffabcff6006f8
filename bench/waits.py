"""What a person waits for, one account of many: the queries of ``why``, ``timeline`` and ``check`` with their plans."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

from django.db import connection

from dunwell.assess.credit_check import check_credit
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
    """One command in process: whole and query time of the slowest account, CPU time of the middle one (ms).

    ``scans`` are the plans that read a large table from end to end, ``slowest`` is the slowest query with its plan.
    """

    name: str
    whole_ms: float = 0.0
    cpu_ms: float = 0.0
    query_ms: float = 0.0
    queries: int = 0
    scans: list[str] = field(default_factory=list)
    slowest: str = ""


def waits(workspace: Workspace, on: date) -> list[Wait]:
    """Ask about some accounts in each of three ways."""
    desk = Desk(workspace, read_rules(workspace, on), on, "bench")

    def checked(account: Account) -> None:
        about = subject(desk, account.account_number, account.currency)
        state = ordering.standing(desk, about.account)
        found = check_credit(AMOUNT_MINOR, about.currency, state)
        ordering.check_json(about, AMOUNT_MINOR, found, state)

    asked: dict[str, Callable[[Account], Any]] = {
        "why": lambda account: why_json(assess_account(workspace, account.pk, on), account),
        "timeline": timeline,
        "check": checked,
    }
    accounts = asked_about()
    return [_waited(name, ask, accounts) for name, ask in asked.items()]


def asked_about() -> list[Account]:
    """The accounts that are asked about."""
    every = max(1, Account.objects.count() // ACCOUNTS)
    keys = list(Account.objects.order_by("pk").values_list("pk", flat=True))[::every]
    return list(Account.objects.filter(pk__in=keys[:ACCOUNTS]).order_by("pk"))


def _waited(name: str, ask: Callable[[Account], Any], accounts: list[Account]) -> Wait:
    ask(accounts[0])  # what is loaded once is not waited for again
    found = [_once(name, ask, account) for account in accounts]
    slowest = max(found, key=lambda one: one.query_ms)
    slowest.whole_ms = max(one.whole_ms for one in found)
    slowest.cpu_ms = median(one.cpu_ms for one in found)
    return slowest


@dataclass(frozen=True, slots=True)
class _Query:
    ms: float
    sql: str
    parameters: Any


def _once(name: str, ask: Callable[[Account], Any], account: Account) -> Wait:
    asked: list[_Query] = []
    with _watched(asked):
        began, cpu = time.perf_counter(), time.process_time()
        ask(account)
        whole_ms = 1000 * (time.perf_counter() - began)
        cpu_ms = 1000 * (time.process_time() - cpu)
    plans = {query.sql: _plan(query) for query in asked}
    slowest = max(asked, key=lambda query: query.ms)
    shown = f"{slowest.ms:.1f} ms, {'; '.join(plans[slowest.sql])} for {slowest.sql[:SHOWN_CHARS]}"
    scans = [
        f"{line} for {sql[:SHOWN_CHARS]}" for sql, lines in plans.items() for line in lines if _is_large(line, sql)
    ]
    return Wait(name, whole_ms, cpu_ms, sum(query.ms for query in asked), len(asked), scans, shown)


@contextmanager
def _watched(asked: list[_Query]) -> Iterator[None]:
    """Time every statement that goes through Django."""

    def timed(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, parameters, many, context)
        finally:
            asked.append(_Query(1000 * (time.perf_counter() - began), sql, parameters))

    with connection.execute_wrapper(timed):
        yield


def _plan(query: _Query) -> list[str]:
    """Return the lines of a query's plan."""
    if not query.sql.lstrip().upper().startswith("SELECT"):
        return []
    with connection.cursor() as cursor:
        explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
        cursor.execute(explain + query.sql, query.parameters)
        return [str(row[-1]).strip() for row in cursor.fetchall()]


def _is_large(line: str, sql: str) -> bool:
    """Tell whether a line of a plan reads a table of the store from end to end that has many rows."""
    found = _WHOLE_TABLE.search(line)
    table = found and re.search(rf"store_\w+(?= (?:AS )?{found[1]}\b)|{found[1]}\b", sql)
    if not table or not table[0].startswith("store_"):
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM (SELECT 1 FROM {table[0]} LIMIT {LARGE_ROWS}) t")
        return bool(cursor.fetchone()[0] >= LARGE_ROWS)


_WHOLE_TABLE = re.compile(r"(?:SCAN|Seq Scan on) (\w+)")
"""What a line of a plan says that reads a table from end to end, on SQLite and on PostgreSQL."""
LARGE_ROWS = 10_000
SHOWN_CHARS = 160
