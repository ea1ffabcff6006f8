"""The commands of cases, used wrongly: each says what is wrong, with status 2, in JSON too, and does nothing."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine

ON = "2026-10-02"
CUSTOMERS = "account_number,name,country,language,party_type,currency\nC1,Berger AG,DE,en,business,EUR\n"
INVOICES = (
    "invoice_number,account_number,issued_on,due_on,currency,amount\n"
    "I1,C1,2026-08-01,2026-09-25,EUR,500.00\n"
)  # fmt: skip


@pytest.fixture
def place(cli: CommandLine, workspace: Callable[..., Path], tmp_path: Path) -> Path:
    """A workspace in which C1 owes 500.00, and the run of the day has drafted a reminder."""
    made = workspace()
    for name, text in (("customers", CUSTOMERS), ("invoices", INVOICES)):
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    files = [tmp_path / "customers.csv", tmp_path / "invoices.csv"]
    cli("import", *files, "--bank-complete-through", ON, workspace=made).ok()
    cli("run", workspace=made, as_of=ON).ok()
    return made


def refusal(cli: CommandLine, place: Path, *words: str, as_of: str | None = ON) -> str:
    """What is said to a person, which a script reads in JSON; nothing may have been done."""
    before = cli("audit", "verify", "--json", workspace=place).ok().json()
    told = cli(*words, workspace=place, as_of=as_of)
    read = cli(*words, "--json", workspace=place, as_of=as_of)
    assert (told.exit_code, read.exit_code, told.stdout) == (2, 2, ""), f"{told}{read}"
    assert "Traceback" not in told.stderr, told.stderr
    message: str = json.loads(read.stdout)["error"]["message"]
    assert message in told.stderr.replace("\n", " "), f"{told}{read}"
    assert cli("audit", "verify", "--json", workspace=place).ok().json() == before
    return message


REASONS = [
    ("hold", "place", "C1"), ("hold", "release", "C1"), ("exclude", "add", "C1"), ("dispute", "reject", "1"),
    ("promise", "withdraw", "1"), ("plan", "cancel", "1"), ("letters", "cancel", "C1-20261002-reminder-EUR"),
]  # fmt: skip


def test_a_reason_of_blanks_is_none(cli: CommandLine, place: Path) -> None:
    for words in REASONS:
        assert "it is empty; say why" in refusal(cli, place, *words, "--reason", "  "), words


WRONG = [
    (("order", "add", "C1", " ", "10.00"), "write a number of 1 to 200 characters"),
    (("order", "add", "C1", "O" * 201, "10.00"), "write a number of 1 to 200 characters"),
    (("promise", "add", "C1", "", "--until", "2026-10-09"), "'' is no amount"),
    (("promise", "add", "C1", "99999999999999999999", "--until", "2026-10-09"), "is out of range"),
    (("dispute", "add", "C1", "--invoice", "I1", "--amount", ""), "'' is no amount"),
    (("promise", "add", "C1", "10", "--until", "2026-W41-5"), "'2026-W41-5' is no date; write it like 2026-11-22."),
    (("promise", "add", "C1", "10", "--until", "20261009"), "'20261009' is no date"),
    (("promise", "add", "C1", "10"), "Say --until DATE"),
    (("call", "add", "C1", "--outcome", "no_answer", "--amount", "10"), "the outcome is no_answer"),
    (("referral", "approve"), "Name the referrals, or say --all."),
    (("letters", "approve", "--all", "--kind", "remainder"), "'remainder' is no kind of letter; one of"),
    (("hold", "place", "C1", "--currency", "USD", "--reason", "x"), "C1 owes nothing in USD."),
    (("hold", "place", "C1", "--currency", "ZZZ", "--reason", "x"), "'ZZZ' is no currency"),
    (("bogus",), "No such command 'bogus'."),
]


@pytest.mark.parametrize(("words", "said"), WRONG)
def test_wrong_use_is_said_and_nothing_is_done(
    cli: CommandLine, place: Path, words: tuple[str, ...], said: str
) -> None:
    assert said in refusal(cli, place, *words, as_of=None if words == ("bogus",) else ON)


LISTS = [
    ("promise", "list", "--account", "C9"), ("order", "list", "--account", "C9"), ("call", "list", "--account", "C9"),
    ("letters", "list", "--account", "C9"),
]  # fmt: skip


def test_a_list_of_an_unknown_account_is_not_an_empty_list(cli: CommandLine, place: Path) -> None:
    for words in LISTS:
        assert refusal(cli, place, *words, as_of=None) == "There is no account C9.", words
    assert "'sended' is not one of" in refusal(cli, place, "letters", "list", "--state", "sended", as_of=None)
    assert "'remainder' is no kind" in refusal(cli, place, "letters", "list", "--kind", "remainder", as_of=None)


def test_a_mistyped_year_is_not_recorded_but_may_be_looked_at(cli: CommandLine, place: Path) -> None:
    for words in (("run",), ("hold", "place", "C1", "--reason", "x"), ("letters", "approve", "--all")):
        assert refusal(cli, place, *words, as_of="2062-10-02").startswith(
            "2062-10-02 lies more than a year after today"
        ), words
    assert cli("run", "--dry-run", "--json", workspace=place, as_of="2062-10-02").ok().json()["is_recorded"] is False


def test_of_several_referrals_one_that_is_refused_does_not_stop_the_others(cli: CommandLine, place: Path) -> None:
    cli("referral", "propose", "C1", "--against-test", "--note", "principle", workspace=place, as_of=ON).ok()
    cli("referral", "approve", "1", workspace=place, as_of=ON).ok()
    cli("referral", "withdraw", "1", "--reason", "x", workspace=place, as_of=ON).ok()
    cli("referral", "propose", "C1", "--against-test", "--note", "principle", workspace=place, as_of=ON).ok()
    done = cli("referral", "approve", "1", "2", "--json", workspace=place, as_of=ON)
    assert (done.exit_code, done.json()["approved"]) == (1, [2])
    assert [one["id"] for one in done.json()["refused"]] == [1]


def test_a_list_of_applications_shows_what_was_granted(cli: CommandLine, place: Path) -> None:
    cli("application", "add", "C1", "5000", workspace=place, as_of=ON).ok()
    cli("application", "grant", "1", "--reason", "good", "--amount", "7500", workspace=place, as_of=ON).ok()
    assert "7,500.00 EUR" in cli("application", "list", "--all", workspace=place).ok().stdout
