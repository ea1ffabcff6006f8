"""What stands decided after a run, as a table: one row for each account and currency."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from dunwell.assess.reasons import summarise
from dunwell.errors import UsageError
from dunwell.money import format_plain
from dunwell.runs.decided import decided_by
from dunwell.runs.rules import Rules, rules_on
from dunwell.sources.outgoing.own import DECISION_COLUMNS
from dunwell.sources.writing import safe_csv
from dunwell.store import queries
from dunwell.store.lookups import account_names
from dunwell.store.models import Run
from dunwell.store.workspace import Workspace

_AMOUNTS = (
    "open", "overdue", "chaseable", "current", "days_1_30", "days_31_60", "days_61_90", "days_over_90", "unapplied",
    "exposure", "credit_limit", "late_fee", "interest", "compensation", "total_due",
)  # fmt: skip


def decisions_csv(workspace: Workspace, as_of: date | None) -> tuple[bytes, int]:
    """Return what stands decided for a day (``None``: by the last run) as CSV, and its number of rows.

    Raises ``UsageError`` where no run of that day has finished.
    """
    run = queries.latest_run() if as_of is None else queries.finished_run(as_of)
    if run is None:
        raise UsageError("No run has decided anything yet." if as_of is None else f"There is no run as of {as_of}.")
    newest = queries.latest_run()
    rules = rules_on(workspace, run.as_of)
    decided = decided_by(run, rules, is_replay=newest is not None and newest.pk != run.pk)
    rows = list(_rows(run, rules, decided))
    texts = pl.DataFrame(rows, schema=dict.fromkeys(DECISION_COLUMNS, pl.String))
    return safe_csv(texts), len(rows)


def _rows(run: Run, rules: Rules, decided: pl.DataFrame) -> Iterator[dict[str, str | None]]:
    names: Mapping[int, tuple[str, str]] = account_names(decided["account_id"].unique().to_list())
    for row in decided.iter_rows(named=True):
        number, name = names[row["account_id"]]
        yield {
            "as_of": run.as_of.isoformat(),
            "account_number": number,
            "name": name,
            "currency": row["currency"],
            "policy": row["policy"],
            "action": row["action"],
            "step": row["step"],
            "letter_kind": row["letter_kind"],
            "hold": row["hold"],
            **{f"{amount}_amount": _amount(row, amount) for amount in _AMOUNTS},
            "oldest_days_past_due": _text(row["oldest_days_past_due"]),
            "requests_sent": _text(row["requests_sent"]),
            "unanswered_requests": _text(row["unanswered_requests"]),
            "pay_by_on": _text(row["pay_by_on"]),
            "next_look_on": _text(row["next_look_on"]),
            "why": summarise(row, rules.policy(row["policy"])),
        }


def _amount(row: Mapping[str, Any], name: str) -> str | None:
    minor = row[f"{name}_minor"]
    return None if minor is None else format_plain(minor, row["currency"])


def _text(value: object) -> str | None:
    return None if value is None else str(value)
