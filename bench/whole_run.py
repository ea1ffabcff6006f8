"""What a whole run costs beside its assessment: ``python -m bench.whole_run [SIZES…] [--database postgresql://…]``.

A new workspace in a temporary folder takes the generated ledger through the import's own way into the store; then
the day is run for the first time, again unchanged, again after some payments, and the next day; then one account is
asked about. Each size has a fresh process. On PostgreSQL the server's own CPU time is not seen; compare wall times
there. A database that is given is filled: give an empty one.
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import polars as pl

from bench.ledgers import AS_OF, make_ledger, read_ledger, write_ledger
from bench.measure import Usage, in_fresh_process, measured, print_table, say
from bench.waits import Wait, waits
from dunwell.assess.engine import assess
from dunwell.ledger.frames import Ledger
from dunwell.runs.nightly import run_day
from dunwell.runs.rules import read_rules
from dunwell.sources.rows import KINDS, Kind, schema
from dunwell.store import reading
from dunwell.store.bulk import writing
from dunwell.store.importing import Origin, import_parsed
from dunwell.store.models import Run
from dunwell.store.workspace import Beginning, Workspace, init_workspace

SIZES = (100_000, 1_000_000)
TOUCHED_INVOICES = 1_000
WARM_UP_INVOICES = 1_000
ASSESS = "assess, in process"


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
        "customers": ledger.accounts.with_columns(name),
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


def measure(folder: Path, database: str) -> tuple[list[Stage], list[Wait]]:
    """Measure every stage in this process, which should be a fresh one."""
    ledger = read_ledger(folder)
    tables = canonical_tables(ledger)
    with tempfile.TemporaryDirectory(prefix="dunwell-workspace-") as place:
        with measured() as made:
            workspace = init_workspace(Path(place) / "workspace", Beginning(database=database))
        stages = [Stage("init", made), _staged("import", lambda: _import(tables))]
        stages += _runs(workspace, ledger)
        say("what a person waits for")
        return stages, waits(workspace, AS_OF + timedelta(days=1))


def _import(tables: dict[Kind, pl.DataFrame]) -> str:
    with writing():
        for kind, table in tables.items():
            import_parsed(kind, table, Origin("bench", bank_complete_through=AS_OF))
    return f"{sum(table.height for table in tables.values()):,} rows"


def _runs(workspace: Workspace, ledger: Ledger) -> list[Stage]:
    """The assessment alone, then run after run."""
    rules = read_rules(workspace)

    def assessed(rows: Ledger) -> str:
        return f"{assess(rows, rules.policies, rules.legal, AS_OF).accounts.height:,} decisions"

    assessed(make_ledger(WARM_UP_INVOICES))
    return [
        _staged(ASSESS, lambda: assessed(ledger)),
        _staged("read the ledger", lambda: f"{reading.read_ledger(AS_OF).invoices.height:,} invoices"),
        _staged("first run", lambda: _run(workspace, 0)),
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
    options = parser.parse_args()
    for size in options.sizes if not options.database else options.sizes[:1]:
        say(f"whole run, {size:,} invoices")
        with tempfile.TemporaryDirectory(prefix="dunwell-bench-") as kept:
            in_fresh_process(write_ledger, size, Path(kept))
            stages, waited = in_fresh_process(measure, Path(kept), options.database)
        print_stages(size, stages, options.database)
        print_waits(size, waited)


def print_waits(size: int, waited: list[Wait]) -> None:
    """Print what one account costs a person who asks, with the plans that read a whole table."""
    rows = [(one.name, f"{one.query_ms:.1f}", f"{one.whole_ms:.1f}", str(one.queries)) for one in waited]
    notes = ["The slowest of some accounts, in process, each number for itself; COPY on PostgreSQL is not in query ms."]
    notes += [f"{one.name}: {plan} in {sql[:160]}" for one in waited for sql, plan in one.plans.items()]
    head = ("one account", "query ms", "whole ms", "queries")
    print_table(f"what a person waits for, {size:,} invoices", head, rows, notes)


def print_stages(size: int, stages: list[Stage], database: str) -> None:
    """Print every stage with its ratio to the assessment alone."""
    base = next(stage.used for stage in stages if stage.name == ASSESS)
    first = next(stage.used for stage in stages if stage.name == "first run")
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
    kind = "PostgreSQL" if database else "SQLite"
    head = ("stage", "CPU s", "wall s", "to assess in process", "faster than the first run", "did")
    notes = ["One run per stage, one after the other in a fresh process."]
    notes += ["Left out: the database server's CPU time."] if database else ["Left out: PostgreSQL (--database)."]
    print_table(f"whole run, {size:,} invoices, {kind}, default policy", head, rows, notes)


if __name__ == "__main__":
    main()
