"""How fast an assessment is, in process: ``python -m bench.assess [SIZES…] [--steps] [--no-oracle]``.

Each size has a fresh process that reads a kept ledger, assesses a small one once (imports, threads and calendars
are then warm), and measures. Median of three runs; one run from ten million invoices. Memory is the peak of the
first run above the loaded ledger. The plain-Python reference of ``tests/oracle`` assesses the same rows.
"""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bench.ledgers import AS_OF, make_ledger, read_ledger, write_ledger
from bench.measure import Usage, in_fresh_process, measured, median_of, peak_bytes, print_table, say
from bench.settings import JURISDICTION, Setting, settings_by_name
from bench.steps import Steps, cpu_by_function, cpu_by_line
from dunwell.assess.assessment import Assessment
from dunwell.assess.engine import assess
from dunwell.law import load_law
from dunwell.ledger.frames import ENTRIES, EVENTS, INVOICES, ORDERS, Ledger

SIZES = (100_000, 1_000_000, 10_000_000)
ORACLE_SIZES = {"default": (10_000, 100_000), "full": (10_000,)}
"""With everything on, plain Python takes minutes for 100,000 invoices; that size is left out."""
RUNS = 3
ONE_RUN_FROM = 10_000_000
WARM_UP_INVOICES = 1_000


@dataclass(frozen=True, slots=True)
class Result:
    """What one size took; ``peak`` is bytes per invoice above the loaded ledger, where it can be measured."""

    invoices: int
    used: Usage
    peak: float | None
    totals: dict[str, int]


def assessed(ledger: Ledger, setting: Setting) -> Assessment:
    """Assess the generated ledger on its day."""
    return assess(ledger, setting.policies, setting.legal, AS_OF)


def measure_engine(folder: Path, setting_name: str, runs: int) -> Result:
    """Measure in this process, which should be a fresh one."""
    setting = settings_by_name()[setting_name]
    assessed(make_ledger(WARM_UP_INVOICES), setting)
    ledger = read_ledger(folder)
    used = []
    with peak_bytes() as peak:
        used.append(_timed(ledger, setting))
    used += [_timed(ledger, setting) for _ in range(runs - 1)]
    count = ledger.invoices.height
    return Result(
        count,
        median_of(used),
        peak[0] / count if peak else None,
        totals(assessed(ledger, setting)) if count < ONE_RUN_FROM else {},
    )


def _timed(ledger: Ledger, setting: Setting) -> Usage:
    with measured() as usage:
        assessed(ledger, setting)
    return usage


def totals(assessment: Assessment) -> dict[str, int]:
    """Sums by which two assessments of one ledger are compared: demands, and how often each action."""
    demanded = int(assessment.accounts["total_due_minor"].sum())
    actions = assessment.accounts["action"].cast(pl.String).value_counts().iter_rows()
    return {"total_due_minor": demanded, **{str(action): int(count) for action, count in actions}}


def measure_oracle(folder: Path, setting_name: str) -> Result:
    """Measure the plain-Python reference on the same rows; making them into its records is not counted."""
    from tests.oracle.records import (
        Creditor,
        OracleAccount,
        OracleEntry,
        OracleEvent,
        OracleInvoice,
        OracleLedger,
        OracleOrder,
    )
    from tests.oracle.reference import assess_ledger

    setting = settings_by_name()[setting_name]
    ledger = read_ledger(folder)
    rows = OracleLedger(
        tuple(OracleAccount(**row) for row in ledger.accounts.drop("account_number").iter_rows(named=True)),
        tuple(OracleInvoice(**row) for row in ledger.invoices.select(list(INVOICES)).iter_rows(named=True)),
        tuple(OracleEntry(**row) for row in ledger.entries.select(list(ENTRIES)).iter_rows(named=True)),
        tuple(OracleEvent(**row) for row in ledger.events.select(list(EVENTS)).iter_rows(named=True)),
        tuple(OracleOrder(**row) for row in ledger.orders.select(list(ORDERS)).iter_rows(named=True)),
    )
    creditor = Creditor(load_law(), JURISDICTION) if setting.legal is not None else None
    with measured() as used:
        accounts, _ = assess_ledger(rows, setting.policies, AS_OF, creditor)
    counted: dict[str, int] = {"total_due_minor": sum(row.total_due_minor for row in accounts)}
    for row in accounts:
        counted[row.action] = counted.get(row.action, 0) + 1
    return Result(len(rows.invoices), used, None, counted)


def measure_steps(folder: Path, setting_name: str) -> tuple[Steps, Steps]:
    """CPU time of the engine's functions, and of its lines, on a ledger."""
    setting = settings_by_name()[setting_name]
    assessed(make_ledger(WARM_UP_INVOICES), setting)
    ledger = read_ledger(folder)
    return cpu_by_function(lambda: assessed(ledger, setting)), cpu_by_line(lambda: assessed(ledger, setting))


def main() -> None:
    """Measure the sizes asked for and print the tables."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="dunwell-bench-") as kept:
        folders = {size: _kept_ledger(size, Path(kept)) for size in options.sizes}
        for name, setting in settings_by_name().items():
            print_engine(folders, name, setting)
        if not options.no_oracle:
            print_oracle(Path(kept))
        if options.steps:
            for name in settings_by_name():
                print_steps(folders, name)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.assess", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES), help="numbers of invoices")
    parser.add_argument(
        "--steps", action="store_true", help="also say where the CPU time goes (largest size below 10M)"
    )
    parser.add_argument("--no-oracle", action="store_true", help="leave the plain-Python reference out")
    return parser.parse_args()


def _kept_ledger(size: int, kept: Path) -> Path:
    """Make a ledger in a process of its own and keep it, so that no measurement starts with the generator's rest."""
    folder = kept / str(size)
    if not folder.is_dir():
        folder.mkdir()
        say(f"making a ledger of {size:,} invoices")
        in_fresh_process(write_ledger, size, folder)
    return folder


def print_engine(folders: dict[int, Path], name: str, setting: Setting) -> None:
    """Measure every size under one setting and print the table."""
    results = []
    for size, folder in folders.items():
        say(f"assessing {size:,} invoices, {setting.name}")
        results.append(in_fresh_process(measure_engine, folder, name, 1 if size >= ONE_RUN_FROM else RUNS))
    rows = [_row(result, before) for result, before in zip(results, [None, *results], strict=False)]
    head = ("invoices", "CPU s", "wall s", "invoices per CPU s", "peak bytes per invoice", "growth of time per invoice")
    notes = [f"CPU and wall: median of {RUNS} runs in one fresh process per size, one run from {ONE_RUN_FROM:,}."]
    print_table(f"assess, in process, {setting.name}", head, rows, notes)


def _row(result: Result, before: Result | None) -> tuple[str, ...]:
    used = result.used
    growth = ""
    if before is not None:
        per_invoice = used.cpu_seconds / result.invoices
        growth = f"{per_invoice / (before.used.cpu_seconds / before.invoices):.2f}×"
    return (
        f"{result.invoices:,}",
        f"{used.cpu_seconds:.2f}",
        f"{used.wall_seconds:.2f}",
        f"{result.invoices / used.cpu_seconds:,.0f}",
        "not measured" if result.peak is None else f"{result.peak:,.0f}",
        growth,
    )


def print_oracle(kept: Path) -> None:
    """Measure engine and reference on the same small ledgers and print their ratio."""
    rows = []
    for name, setting in settings_by_name().items():
        for size in ORACLE_SIZES[name]:
            folder = _kept_ledger(size, kept)
            say(f"plain Python on {size:,} invoices, {setting.name}")
            slow = in_fresh_process(measure_oracle, folder, name)
            fast = in_fresh_process(measure_engine, folder, name, RUNS)
            rows.append(
                (
                    f"{size:,}, {setting.name}",
                    f"{size / slow.used.cpu_seconds:,.0f}",
                    f"{size / fast.used.cpu_seconds:,.0f}",
                    f"{slow.used.cpu_seconds / fast.used.cpu_seconds:.1f}×",
                    "yes" if slow.totals == fast.totals else "NO",
                )
            )
    head = ("invoices", "plain Python per CPU s", "engine per CPU s", "ratio", "same totals and actions")
    notes = [
        "One run of plain Python, median of three of the engine.",
        "Left out: 100,000 with everything on (minutes).",
    ]
    print_table("assess against the plain-Python reference", head, rows, notes)


def print_steps(folders: dict[int, Path], name: str) -> None:
    """Print where the CPU time goes, on the largest ledger below ten million invoices."""
    size = max((size for size in folders if size < ONE_RUN_FROM), default=min(folders))
    say(f"profiling {size:,} invoices")
    functions, lines = in_fresh_process(measure_steps, folders[size], name)
    for what, found in (("function, with what it calls", functions), ("line", lines)):
        rows = [(step, f"{seconds:.3f}", f"{share:.0%}") for step, seconds, share in found]
        print_table(f"where the CPU time goes, {size:,} invoices, {name}", (what, "CPU s", "share"), rows)


if __name__ == "__main__":
    main()
