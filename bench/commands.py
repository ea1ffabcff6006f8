"""What a command costs a person who waits for it: ``python -m bench.commands [--rounds N]``.

Each command is a process of its own, as in a terminal, on the sample business of ``examples/wholesaler``.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measure import Usage, measured, median_of, print_table, say
from dunwell.runs.demo import DEMO_ON

ROUNDS = 5
EXAMPLES = Path(__file__).parent.parent / "examples" / "wholesaler"
DONE = (0, 1)
"""Exit status: done, or done with problems listed."""


def dunwell(*words: str) -> Usage:
    """Run one command and measure it; stop when it fails."""
    with measured() as used:
        done = subprocess.run([sys.executable, "-m", "dunwell", *words], capture_output=True, text=True, check=False)
    if done.returncode not in DONE:
        raise SystemExit(f"dunwell {' '.join(words)} failed with {done.returncode}:\n{done.stderr}")
    return used


def law_interest() -> tuple[str, ...]:
    """The calculator on one invoice, half a year late."""
    debt = ("--jurisdiction", "DE", "--party", "business", "--amount", "10000.00", "--currency", "EUR")
    return ("law", "interest", *debt, "--due", "2026-05-22", "--to", "2026-11-22", "--json")


def measure(folder: Path, rounds: int) -> dict[str, list[Usage]]:
    """Run every command some times; the first run of the day has a workspace of its own each time."""
    found: dict[str, list[Usage]] = {}

    def timed(name: str, *words: str) -> None:
        found.setdefault(name, []).append(dunwell(*words))

    for turn in range(rounds):
        say(f"round {turn + 1} of {rounds}")
        timed("dunwell --version", "--version")
        timed("dunwell law interest", *law_interest())
        if EXAMPLES.is_dir():
            workspace = folder / str(turn)
            where = ("--workspace", str(workspace))
            day = ("--as-of", DEMO_ON.isoformat())
            timed("dunwell init", "init", str(workspace))
            timed("dunwell import (four files)", "import", *where, "--bank-complete-through", day[1], *_files())
            timed("dunwell run, first", "run", *where, *day)
            timed("dunwell run, again", "run", *where, *day)
            timed("dunwell why", "why", *where, *day, _an_account())
            timed("dunwell worklist", "worklist", *where, *day)
    return found


def _files() -> list[str]:
    return [str(EXAMPLES / f"{name}.csv") for name in ("customers", "invoices", "payments", "events")]


def _an_account() -> str:
    """The first customer of the sample business."""
    header, first = (EXAMPLES / "customers.csv").read_text(encoding="utf-8").splitlines()[:2]
    return first.split(",")[header.split(",").index("account_number")]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.commands", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each command")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dunwell-commands-") as folder:
        found = measure(Path(folder), options.rounds)
    medians = {name: median_of(used) for name, used in found.items()}
    rows = [(name, f"{used.wall_seconds:.2f}", f"{used.cpu_seconds:.2f}") for name, used in medians.items()]
    notes = [f"Median of {options.rounds} rounds, one process per command."]
    notes += [] if EXAMPLES.is_dir() else ["Left out: commands on a workspace (examples/wholesaler is missing)."]
    print_table("commands, sample business", ("command", "wall s", "CPU s"), rows, notes)


if __name__ == "__main__":
    main()
