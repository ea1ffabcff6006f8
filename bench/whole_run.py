"""What a whole run costs beside its assessment.

``python -m bench.whole_run [SIZES…] [--years 3] [--database postgresql://…]``

A new workspace in a temporary folder takes the generated ledger through the import's own way into the store; then
the day is run for the first time, again unchanged, again after some payments, and the next day; then one account is
asked about. With ``--years`` the ledger has a history of so many years (``bench.ledgers``), and a run of every quarter
goes before that of the day, after each of which the letters of those who are asked about are approved and sent. Each
size has a fresh process. On PostgreSQL the server's own CPU time is not seen; compare wall times
there. A database that is given is filled: give an empty one.
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import polars as pl

from bench.ledgers import AS_OF, QUARTER_DAYS, QUARTERS, make_ledger, read_ledger, write_ledger
from bench.measure import Usage, in_fresh_process, measured, print_table, say
from bench.waits import Wait, asked_about, waits
from dunwell.assess.engine import assess
from dunwell.errors import RefusedError
from dunwell.ledger.frames import Ledger
from dunwell.runs import approving
from dunwell.runs.desk import Desk
from dunwell.runs.nightly import run_day
from dunwell.runs.rules import read_rules
from dunwell.sources.rows import KINDS, Kind, schema
from dunwell.store import reading
from dunwell.store.bulk import writing
from dunwell.store.importing import Origin, import_parsed
from dunwell.store.models import Letter, Run
from dunwell.store.workspace import Beginning, Workspace, init_workspace

SIZES = (100_000, 1_000_000)
TOUCHED_INVOICES = 1_000
WARM_UP_INVOICES = 1_000
ASSESS = "assess, in process"
FIRST = "first run"


@dataclass(frozen=True, slots=True)
class Stage:
    """One measured part of a run; ``did`` says in a word or two what it left behind."""

    name: str
    used: Usage
    did: str = ""


_NUMBER = pl.col("account_id").cast(pl.String).alias("account_number")
_INVOICE_NUMBER = pl.concat_str(pl.lit("INV-"), pl.col("invoice_id")).alias("invoice_number")


def canonical_tables(ledger: Ledger) -> dict[Kind, pl.DataFrame]:
    """The ledger as an import parses it: natural keys as text, in the columns of ``sources.rows``."""
    name = pl.concat_str(pl.lit("Customer "), pl.col("account_number")).alias("name")
    frames: dict[Kind, pl.DataFrame] = {
        "customers": ledger.accounts.with_columns(name, pl.lit("en").alias("language")),
        "invoices": ledger.invoices.with_columns(_NUMBER, _INVOICE_NUMBER),
        "events": ledger.events.with_columns(_NUMBER),
    }
    return {
        kind: payments_table(ledger.entries, "P") if kind == "payments" else _shaped(kind, frames[kind])
        for kind in KINDS
    }


def payments_table(entries: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Entries as an import parses them, with references of their own."""
    reference = pl.concat_str(pl.lit(f"{prefix}-"), pl.int_range(pl.len())).alias("payment_reference")
    return _shaped("payments", entries.with_columns(_NUMBER, _INVOICE_NUMBER, reference))


def _shaped(kind: Kind, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in schema(kind).items()
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to measure: on which database (empty: SQLite), with a history of how many years, kept where (if at all)."""

    database: str = ""
    years: int = 0
    keep: Path | None = None


def measure(folder: Path, wanted: Wanted) -> tuple[list[Stage], list[Wait]]:
    """Measure every stage in this process, which should be a fresh one."""
    ledger = read_ledger(folder)
    tables = canonical_tables(ledger)
    with tempfile.TemporaryDirectory(prefix="dunwell-workspace-") as place:
        with measured() as made:
            own = wanted.keep or Path(place) / "workspace"
            workspace = init_workspace(own, Beginning(database=wanted.database))
        stages = [Stage("init", made), _staged("import", lambda: _import(tables))]
        stages += _history(workspace, wanted.years) + _runs(workspace, ledger, has_begun=wanted.years > 0)
        say("what a person waits for")
        return stages, waits(workspace, AS_OF + timedelta(days=1))


def _import(tables: dict[Kind, pl.DataFrame]) -> str:
    with writing():
        for kind, table in tables.items():
            import_parsed(kind, table, Origin("bench", bank_complete_through=AS_OF))
        reading.keep_columns()
    return f"{sum(table.height for table in tables.values()):,} rows"


def _history(workspace: Workspace, years: int) -> list[Stage]:
    """A run in each quarter, the first of them the workspace's first, and the letters that followed."""
    days = [QUARTER_DAYS * number for number in range(QUARTERS * years - 1, 0, -1)]
    if not days:
        return []
    first = _staged(FIRST, lambda: _run(workspace, -days[0]))
    sent = _letters_sent(workspace, -days[0])
    with measured() as used:
        for day in days[1:]:
            _run(workspace, -day)
            sent += _letters_sent(workspace, -day)
    return [first, Stage(f"{len(days) - 1} runs, one a quarter", used, f"{sent} letters approved and sent")]


def _letters_sent(workspace: Workspace, days: int) -> int:
    """Approve and send what was drafted for those who are asked about later; return how many letters that were."""
    on = AS_OF + timedelta(days=days)
    desk, sent = Desk(workspace, read_rules(workspace, on), on, "bench"), 0
    for letter in Letter.objects.select_related("account").filter(account__in=asked_about(), state="draft"):
        try:
            approving.approve(desk, letter)
            approving.mark_sent(desk, letter)
            sent += 1
        except RefusedError as error:
            say(f"{letter.reference}: {error}")
    return sent


def _runs(workspace: Workspace, ledger: Ledger, *, has_begun: bool) -> list[Stage]:
    """The assessment alone, then run after run; the first one is the day's own where there is no history."""
    rules = read_rules(workspace)

    def assessed(rows: Ledger) -> str:
        return f"{assess(rows, rules.policies, rules.legal, AS_OF).accounts.height:,} decisions"

    assessed(make_ledger(WARM_UP_INVOICES))
    return [
        _staged(ASSESS, lambda: assessed(ledger)),
        _staged("read the ledger", lambda: f"{reading.read_ledger(AS_OF).invoices.height:,} invoices"),
        _staged("run of the day" if has_begun else FIRST, lambda: _run(workspace, 0)),
        _staged("second run, unchanged", lambda: _run(workspace, 0)),
        Stage("(payments imported)", *_paid(ledger)),
        _staged(f"third run, {TOUCHED_INVOICES:,} payments later", lambda: _run(workspace, 0)),
        _staged("next day's run", lambda: _run(workspace, 1)),
        _staged("figures of that day for everybody", lambda: _figures(workspace, 1)),
    ]


def _run(workspace: Workspace, days: int) -> str:
    report = run_day(workspace, AS_OF + timedelta(days=days))
    kept = report.decided.counts if isinstance(report.decided, Run) else {}
    looked_at = f"{kept['looked_at']:,}" if "looked_at" in kept else "all"
    return f"{looked_at} accounts, {report.drafted:,} letters, {report.proposed:,} holds"


def _figures(workspace: Workspace, days: int) -> str:
    """What ``run --json`` and the worklist read after a run."""
    return f"{run_day(workspace, AS_OF + timedelta(days=days)).accounts.height:,} decisions"


def _paid(ledger: Ledger) -> tuple[Usage, str]:
    """Import one more payment for some invoices."""
    unpaid = ledger.invoices.join(ledger.entries, on="invoice_id", how="anti").head(TOUCHED_INVOICES)
    paid = unpaid.select(
        "account_id", "invoice_id", "currency", "amount_minor",
        pl.lit(AS_OF).alias("paid_on"), pl.lit("payment").alias("kind"),
    )  # fmt: skip
    frame = payments_table(paid, "LATE")
    with measured() as used:
        import_parsed("payments", frame, Origin("bench, later", bank_complete_through=AS_OF))
    return used, f"{frame.height:,} payments"


def _staged(name: str, work: Callable[[], str]) -> Stage:
    say(name)
    with measured() as used:
        did = work()
    return Stage(name, used, did)


def main() -> None:
    """Measure the sizes asked for and print a table for each."""
    parser = argparse.ArgumentParser(prog="python -m bench.whole_run", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES), help="numbers of invoices")
    parser.add_argument("--database", default="", help="postgresql://… of an empty database; SQLite without it")
    parser.add_argument("--years", type=int, default=0, help="a history of so many years; none without it")
    parser.add_argument("--keep", type=Path, help="make the workspace in this new folder and leave it there")
    options = parser.parse_args()
    wanted = Wanted(options.database, options.years, options.keep)
    for size in options.sizes[:1] if options.database or options.keep else options.sizes:
        say(f"whole run, {size:,} invoices")
        with tempfile.TemporaryDirectory(prefix="dunwell-bench-") as kept:
            in_fresh_process(write_ledger, size, Path(kept), options.years)
            stages, waited = in_fresh_process(measure, Path(kept), wanted)
        print_stages(size, stages, wanted)
        print_waits(size, waited)


def print_waits(size: int, waited: list[Wait]) -> None:
    """Print what one account costs a person who asks, with the plans that read a whole table."""
    rows = [
        (one.name, f"{one.query_ms:.1f}", f"{one.whole_ms:.1f}", f"{one.cpu_ms:.1f}", str(one.queries))
        for one in waited
    ]
    notes = ["The slowest of some accounts, in process and warm; COPY counts as a query.", "CPU: the median account's."]
    notes += [f"{one.name} reads a table from end to end: {plan}" for one in waited for plan in one.scans]
    notes += [f"{one.name}, its slowest query: {one.slowest}" for one in waited]
    head = ("one account", "query ms", "whole ms", "CPU ms", "queries")
    print_table(f"what a person waits for, {size:,} invoices", head, rows, notes)


def print_stages(size: int, stages: list[Stage], wanted: Wanted) -> None:
    """Print every stage with its ratio to the assessment alone."""
    base = next(stage.used for stage in stages if stage.name == ASSESS)
    first = next(stage.used for stage in stages if stage.name == FIRST)
    rows = [
        (
            stage.name,
            f"{stage.used.cpu_seconds:.2f}",
            f"{stage.used.wall_seconds:.2f}",
            f"{stage.used.cpu_seconds / base.cpu_seconds:.2f}×",
            f"{first.cpu_seconds / max(stage.used.cpu_seconds, 0.001):.1f}×",
            stage.did,
        )
        for stage in stages
    ]
    kind = "PostgreSQL" if wanted.database else "SQLite"
    history = f", {wanted.years} years" if wanted.years else ""
    head = ("stage", "CPU s", "wall s", "to assess in process", "faster than the first run", "did")
    notes = ["One run per stage, one after the other in a fresh process."]
    notes += (
        ["Left out: the database server's CPU time."] if wanted.database else ["Left out: PostgreSQL (--database)."]
    )
    print_table(f"whole run, {size:,} invoices{history}, {kind}, default policy", head, rows, notes)


if __name__ == "__main__":
    main()
