"""How many letters a processor sets in a second: ``python -m bench.letters [COUNT] [--rivals N] [--memory N]``.

Every kind and language there is in turn, each letter with another customer, other invoices and other amounts, from
the facts to PDF/A-3a with PDF/UA-1: in one process, then in two spawned ones. Memory is looked at along the way. The
others get letters of one page, the same ones for all, and so does Dunwell in the comparison.
"""

import argparse
import multiprocessing
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from bench.measure import Usage, in_fresh_process, measured, median_of, print_table, resident_bytes, say
from bench.rivals import Renders, rivals
from dunwell.letters.compose import compose
from dunwell.letters.content import LetterContent
from dunwell.letters.facts import LetterFacts
from dunwell.letters.render import render_pdf
from dunwell.letters.sample import RECIPIENTS, sample_facts, with_totals
from dunwell.letters.texts import Texts

COUNT = 500
RIVAL_COUNT = 30
RIVAL_ROUNDS = 3
STEPS = ("reminder", "second_request", "third_request", "hold", "hold_release")
INVOICES_MAX = 5
WARM_UP_LETTERS = 10
WARM_UP_RIVALS = 2
MEMORY_MARKS = (100, 1_000, 2_000, 5_000, 10_000)
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Set:
    """What setting some letters took: the time, the size of the last PDF, memory after the start and at the end."""

    count: int
    used: Usage
    bytes_each: int
    resident: tuple[int | None, ...]


def facts_of(number: int) -> LetterFacts:
    """The n-th letter's facts: kinds and countries in turn, everything else by the number."""
    shapes = list(product(STEPS, sorted(RECIPIENTS)))
    step, country = shapes[number % len(shapes)]
    kind = "collection" if step.endswith("_request") else step
    facts = sample_facts(kind, country, step, invoices=1 + number % INVOICES_MAX)
    return renumbered(facts, number)


def renumbered(facts: LetterFacts, number: int) -> LetterFacts:
    """The same letter to another customer about other invoices and amounts."""
    invoices = tuple(
        replace(
            line,
            invoice_number=f"{line.invoice_number}-{number}",
            open_minor=line.open_minor + number,
            total_minor=line.total_minor + number,
        )
        for line in facts.invoices
    )
    recipient = replace(facts.recipient, name=f"{facts.recipient.name} {number}")
    return with_totals(replace(facts, reference=f"2026-{number:06}", recipient=recipient, invoices=invoices))


def set_letters(first: int, count: int) -> Set:
    """Compose and set letters in this process, which should be a fresh one."""
    texts = Texts()
    for number in range(WARM_UP_LETTERS):
        render_pdf(compose(facts_of(number), texts))
    resident = [resident_bytes()]
    size = 0
    with measured() as used:
        for number in range(first, first + count):
            size += len(render_pdf(compose(facts_of(number), texts)))
            if number == first + count // 2:
                resident.append(resident_bytes())
    return Set(count, used, size // count, (*resident, resident_bytes()))


def set_in_two(count: int) -> tuple[Usage, list[Set]]:
    """Share the letters between two spawned processes; the wall time is taken here, the CPU time in them."""
    half = count // 2
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.starmap(set_letters, [(0, 1), (1, 1)], chunksize=1)
        with measured() as used:
            sets = pool.starmap(set_letters, [(0, half), (half, count - half)], chunksize=1)
    return used, sets


def memory_of(count: int) -> list[tuple[int, int | None]]:
    """Set letters of all kinds in this process and return the memory in use after each of the marks."""
    texts = Texts()
    found: list[tuple[int, int | None]] = []
    for number in range(1, count + 1):
        render_pdf(compose(facts_of(number), texts))
        if number in MEMORY_MARKS or number == count:
            found.append((number, resident_bytes()))
            say(f"{number:,} letters")
    return found


def print_memory(count: int) -> None:
    """Print the memory of one process along so many letters."""
    rows = [
        (f"{letters:,}", "?" if used is None else f"{used / MEGABYTE:.1f}")
        for letters, used in in_fresh_process(memory_of, count)
    ]
    print_table("memory along the letters", ("letters", "MB resident"), rows, ["One process, all kinds in turn."])


def main() -> None:
    """Measure, then compare with whatever else is installed."""
    parser = argparse.ArgumentParser(prog="python -m bench.letters", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=COUNT, help="how many letters")
    parser.add_argument("--rivals", type=int, default=RIVAL_COUNT, help="how many letters to compare by; 0: none")
    parser.add_argument("--memory", type=int, default=0, help="how many letters to watch the memory over; 0: not")
    options = parser.parse_args()
    print_own(options.count)
    if options.memory:
        print_memory(options.memory)
    if options.rivals:
        print_comparison(options.rivals)


def print_own(count: int) -> None:
    """Print letters per second of one process and of two."""
    say(f"{count:,} letters in one process")
    one = in_fresh_process(set_letters, 0, count)
    say(f"{count:,} letters in two processes")
    both, sets = set_in_two(count)
    spent = sum(part.used.cpu_seconds for part in sets)
    wall = max(part.used.wall_seconds for part in sets)
    rows = [_own_row("one process", one, one.used), _own_row("two processes", sets[0], Usage(spent, wall), count)]
    head = ("", "letters", "per CPU s", "per second", "kB each", "MB at start, half, end")
    kinds = f"{len(STEPS)} letters × {len(RECIPIENTS)} countries in turn, 1 to {INVOICES_MAX} invoices each"
    notes = [
        f"From facts to PDF/A-3a + PDF/UA-1; {kinds}; after {WARM_UP_LETTERS} letters to warm up.",
        f"Two processes: {wall:.1f} s of setting, {both.wall_seconds:.1f} s with handing out; memory of the first one.",
    ]
    print_table("letters", head, rows, notes)


def _own_row(name: str, found: Set, used: Usage, count: int | None = None) -> tuple[str, ...]:
    letters = count or found.count
    megabytes = " ".join("?" if value is None else f"{value // MEGABYTE}" for value in found.resident)
    return (
        name,
        f"{letters:,}",
        f"{letters / used.cpu_seconds:.1f}",
        f"{letters / used.wall_seconds:.1f}",
        f"{found.bytes_each / 1000:.0f}",
        megabytes,
    )


def one_page_contents(first: int, count: int) -> list[LetterContent]:
    """Reminders with three invoices, other data each: one page in every country's form."""
    texts = Texts()
    countries = sorted(RECIPIENTS)
    numbers = range(first, first + count)
    return [compose(renumbered(sample_facts("reminder", countries[n % len(countries)]), n), texts) for n in numbers]


def print_comparison(count: int) -> None:
    """Set the same letters by every engine in turn, several rounds, and print the medians."""
    found = rivals()
    engines: list[tuple[str, str, Renders]] = [("Dunwell (Typst)", "PDF/A-3a + UA-1", _dunwell)]
    engines += [(rival.name, rival.note, rival.render) for rival in found if not rival.missing]
    for _, _, render in engines:
        _timed(render, one_page_contents(0, WARM_UP_RIVALS))
    rounds: dict[str, list[Usage]] = {name: [] for name, _, _ in engines}
    for turn in range(RIVAL_ROUNDS):
        contents = one_page_contents((turn + 1) * count, count)  # other data each round: nothing is remembered
        for name, _, render in engines:
            say(f"{count} letters by {name}, round {turn + 1} of {RIVAL_ROUNDS}")
            rounds[name].append(_timed(render, contents))
    own = median_of(rounds[engines[0][0]])
    rows = [_comparison_row(name, note, median_of(rounds[name]), own, count) for name, note, _ in engines]
    head = ("engine", "letters per CPU s", "CPU ms per letter", "Dunwell is faster by", "output")
    notes = [f"Median of {RIVAL_ROUNDS} interleaved rounds of {count} letters, child processes counted."]
    notes += [f"Left out: {rival.name} ({rival.missing})." for rival in found if rival.missing]
    print_table("one-page letters side by side", head, rows, notes)


def _comparison_row(name: str, note: str, used: Usage, own: Usage, count: int) -> tuple[str, ...]:
    each = used.cpu_seconds / count
    ratio = used.cpu_seconds / own.cpu_seconds
    return (name, f"{1 / each:.1f}", f"{each * 1000:.1f}", f"{ratio:.1f}×", note)


def _timed(render: Renders, contents: Sequence[LetterContent]) -> Usage:
    with tempfile.TemporaryDirectory(prefix="dunwell-letters-") as place, measured() as used:
        render(contents, Path(place))
        _require_all(contents, Path(place))
    return used


def _dunwell(contents: Sequence[LetterContent], folder: Path) -> None:
    for number, content in enumerate(contents):
        (folder / f"{number}.pdf").write_bytes(render_pdf(content))


def _require_all(contents: Sequence[LetterContent], folder: Path) -> None:
    """An engine that set fewer letters than it was given was not measured."""
    made = len(list(folder.glob("*.pdf")))
    if made != len(contents):
        raise SystemExit(f"{made} letters instead of {len(contents)} in {folder}")


if __name__ == "__main__":
    main()
