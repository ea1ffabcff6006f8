"""The source keeps the rules of the house (docs/develop/style.md)."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.house import source_rules as rules

SOURCE = Path(__file__).resolve().parents[2] / "src" / "dunwell"

# Rooms where every number is exact, and rooms with effects: those may read the clock and the environment.
EXACT_ROOMS = {"money.py", "law", "policy", "ledger", "assess"}
ROOMS_WITH_EFFECTS = {"__main__.py", "runs", "sources", "delivery", "cli", "cli.py", "web", "api", "config"}
ROOMS_WITH_EFFECTS |= {"__init__.py"}  # the package itself tells the allocator once, before anything is loaded

Rule = Callable[[ast.AST], Iterator[rules.Finding]]


def _files() -> list[Path]:
    """Return our own source files; migrations are generated."""
    return sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)


def _room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0]


def _findings(rule: Rule, files: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(SOURCE.parent)}:{line}: {sentence}"
        for path in files
        for line, sentence in rule(ast.parse(path.read_text(encoding="utf-8")))
    ]


def test_no_function_is_longer_than_one_screen() -> None:
    assert _findings(rules.long_functions, _files()) == []


def test_no_file_is_longer_than_it_should_be() -> None:
    lengths = {str(p.relative_to(SOURCE)): len(p.read_text(encoding="utf-8").splitlines()) for p in _files()}
    assert {name: lines for name, lines in lengths.items() if lines >= rules.FILE_LINES_MAX} == {}


def test_no_exception_is_caught_unnamed() -> None:
    assert _findings(rules.broad_excepts, _files()) == []


def test_no_float_is_near_money() -> None:
    assert _findings(rules.floats, [path for path in _files() if _room(path) in EXACT_ROOMS]) == []


def test_pure_rooms_and_the_store_never_read_the_clock_or_the_environment() -> None:
    files = [path for path in _files() if _room(path) not in ROOMS_WITH_EFFECTS]
    assert _findings(rules.clock_reads, files) == []


def test_every_room_that_must_be_exact_is_there() -> None:
    """Guard the two tests above against a renamed room, which they would pass over in silence."""
    assert {path.name for path in SOURCE.iterdir()} >= EXACT_ROOMS


@pytest.mark.parametrize(
    ("rule", "wrong", "right"),
    [
        (rules.long_functions, "def f():\n" + "    x\n" * 60, "def f():\n" + "    x\n" * 59),
        (rules.broad_excepts, "try: f()\nexcept: g()", "try: f()\nexcept OSError: g()"),
        (
            rules.broad_excepts,
            "try: f()\nexcept (OSError, Exception): g()",
            "try: f()\nexcept Exception: raise",
        ),
        (rules.floats, "fee = 0.1", "fee = Decimal('0.1')"),
        (rules.floats, "fee = float(text)", "wrong = isinstance(fee, float)"),
        (rules.floats, "column.cast(pl.Float64)", "column.cast(pl.Int64)"),
        (rules.clock_reads, "as_of = date.today()", "as_of = today()"),
        (rules.clock_reads, "at = datetime.datetime.now()", "at = datetime.datetime(2026, 3, 2)"),
        (rules.clock_reads, "from time import time", "from datetime import date"),
        (rules.clock_reads, "home = os.environ['HOME']", "name = os.path.basename(path)"),
    ],
)
def test_each_rule_finds_what_it_is_for_and_nothing_else(rule: Rule, wrong: str, right: str) -> None:
    assert [line for line, _ in rule(ast.parse(wrong))] != []
    assert list(rule(ast.parse(right))) == []
