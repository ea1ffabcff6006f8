"""`dunwell demo` on the sample business does what its table in examples/README.md says."""

import csv
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dunwell.runs.demo import DEMO_ON
from tests.support.command_line import CommandLine

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = REPOSITORY / "examples"
SAMPLE = EXAMPLES / "wholesaler"
STEPPING = {"letter", "hold", "refer"}
LANGUAGES = {"en", "es", "de", "fr", "ro", "vi"}


class Row(NamedTuple):
    """One line of the table: what happens to an account in one currency."""

    account: str
    currency: str
    action: str
    step: str


@dataclass(frozen=True)
class Demo:
    """The demo as it was run once for all tests of this page."""

    folder: Path
    printed: str
    exit_code: int
    accounts: list[dict[str, Any]]
    letters: list[dict[str, Any]]
    problems: list[dict[str, Any]]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Run the real command once; its letters and decisions are then read with the other commands."""
    place = tmp_path_factory.mktemp("sample")
    cli, folder = CommandLine(place), place / "demo"
    done = cli("demo", "--folder", folder, "--examples", SAMPLE)
    day = cli("run", "--dry-run", "--json", workspace=folder, as_of=DEMO_ON).json()
    letters = cli("letters", "list", "--json", workspace=folder).json()["letters"]
    return Demo(folder, str(done), done.exit_code, day["accounts"], letters, day["problems"])


def table() -> list[Row]:
    """Read the table of the README."""
    lines = (EXAMPLES / "README.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if re.match(r"\| \d{4} \|", line)]
    return [Row(*row[:4]) for row in cells]


def decided(demo: Demo) -> list[Row]:
    """Return every decision of the day in the form of the table; only some actions take a step of the ladder."""
    return [
        Row(one["account_number"], one["currency"], one["action"], one["step"] if one["action"] in STEPPING else "")
        for one in demo.accounts
        if one["action"] != "none"
    ]


def test_the_demo_ends_well(demo: Demo) -> None:
    """Status 1 says that problems are listed: the sample has an undated invoice."""
    assert demo.exit_code in (0, 1), demo.printed


def test_every_account_gets_what_the_table_says_and_no_other_gets_anything(demo: Demo) -> None:
    expected = [row for row in table() if row.action != "none"]
    assert sorted(decided(demo)) == sorted(expected)


def test_the_table_names_every_account_that_has_a_story() -> None:
    with (SAMPLE / "customers.csv").open(encoding="utf-8", newline="") as file:
        numbers = {row["account_number"] for row in csv.DictReader(file)}
    assert {row.account for row in table()} == {number for number in numbers if number < "2000"}


def test_every_action_and_every_step_of_the_ladder_occurs(demo: Demo) -> None:
    assert {row.action for row in table()} == {"none", "letter", "hold", "release", "match_cash", "refer", "review"}
    steps = {letter["step"] for letter in demo.letters if letter["kind"] != "hold_release"}
    assert steps == {"reminder", "second_request", "third_request", "hold", "final_demand"}


@pytest.mark.parametrize("kind", ["reminder", "collection", "hold"])
def test_letters_of_this_kind_are_written_in_all_six_languages(demo: Demo, kind: str) -> None:
    assert {letter["language"] for letter in demo.letters if letter["kind"] == kind} == LANGUAGES


def test_releases_are_written_in_several_languages(demo: Demo) -> None:
    releases = {letter["language"] for letter in demo.letters if letter["kind"] == "hold_release"}
    assert releases == {"de", "en", "fr", "ro", "vi"}


def test_every_letter_is_a_pdf_in_the_outbox(demo: Demo) -> None:
    made = {path.stem for path in (demo.folder / "outbox").glob("*.pdf") if path.read_bytes().startswith(b"%PDF-")}
    expected = {letter["reference"] for letter in demo.letters if has_text(letter["kind"])}
    assert made == expected


def has_text(kind: str) -> bool:
    """Whether a letter of this kind has been written yet."""
    return (REPOSITORY / "src" / "dunwell" / "letters" / "texts" / "en" / f"{kind}.md").is_file()


def test_the_undated_invoice_is_listed_as_a_problem(demo: Demo) -> None:
    assert [problem["source"] for problem in demo.problems] == ["account 1038"]


def test_the_day_after_brings_the_hold_and_the_final_demand_that_were_announced(demo: Demo) -> None:
    cli = CommandLine(demo.folder)
    day = cli("run", "--dry-run", "--json", workspace=demo.folder, as_of="2026-11-21").json()
    steps = {one["account_number"]: one["step"] for one in day["accounts"] if one["action"] in ("hold", "letter")}
    assert (steps["1002"], steps["1023"]) == ("hold", "final_demand")


def test_the_policy_of_the_sample_has_no_mistake(demo: Demo) -> None:
    answer = CommandLine(demo.folder)("policy", "check", "--json", workspace=demo.folder).ok().json()
    assert answer["problems"] == [], json.dumps(answer, ensure_ascii=False)


def test_the_ledger_files_are_what_their_generator_makes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, SAMPLE / "make.py", tmp_path], check=True)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {name: (SAMPLE / name).read_bytes() for name in ("invoices.csv", "payments.csv", "events.csv")}
