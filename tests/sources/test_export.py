"""What goes out: other programs take it, formulas do not run, and importing it again changes nothing."""

import csv
import importlib
import io
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.sources import read_table
from dunwell.sources.guarding import guarded, guarded_text, unguarded, unguarded_text
from dunwell.sources.outgoing.charges import Demand, charges_of
from dunwell.sources.outgoing.datev_batch import COLUMNS, year_of
from dunwell.sources.outgoing.journals import Booking, beancount, component, hledger
from tests.support.command_line import CommandLine

CUSTOMERS = """account_number,name,country,party_type,email,Region
C-100,"=HYPERLINK(""http://example.com"") GmbH",DE,business,a@example.com,@home
10001,Borealis & Söhne; KG,DE,business,b@example.com,-x
'=quoted,Cumulus | Co,DE,business,c@example.com,+49 30 1234
"""
INVOICES = """invoice_number,account_number,issued_on,due_on,currency,amount
RE-1,C-100,2026-08-01,2026-09-01,EUR,1250.00
RE-2,10001,2026-08-01,2026-09-01,EUR,990.00
+RE/3,C-100,2026-08-01,2026-09-05,EUR,110.10
"""
PAYMENTS = """payment_reference,account_number,invoice_number,paid_on,currency,amount,kind
P1,C-100,RE-1,2026-09-20,EUR,250.00,payment
P2,10001,,2026-09-20,EUR,20.00,credit_note
P3,10001,,2026-09-21,EUR,1.00,refund
"""
CHARGING = (
    ("\ncompensation = false", "\ncompensation = true"),
    ('[policy.standard.interest]\nkind = "none"', '[policy.standard.interest]\nkind = "statutory"'),
    (
        '# [policy.standard.late_fee]\n# kind = "percent"\n# percent = "10.00"',
        '[policy.standard.late_fee]\nkind = "flat"\namount = { EUR = "5.00" }',
    ),
)
DATEV = """
[datev]
consultant = "1001"
client = "7"
receivables = "1400"
income_late_fees = "2700"
income_interest = "2650"
income_compensation = "2701"
"""


@dataclass(frozen=True)
class Business:
    """A workspace whose letters have gone out twice."""

    cli: CommandLine
    place: Path
    folder: Path

    def out(self, *options: str, ends: int = 0) -> list[Path]:
        done = self.cli("export", self.folder, *options, "--json", workspace=self.place)
        assert done.exit_code == ends, str(done)
        return [Path(name) for name in done.json()["files"]]


@pytest.fixture(scope="module")
def business(fresh_workspace: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Business:
    folder = tmp_path_factory.mktemp("business")
    cli, place = CommandLine(folder), folder / "workspace"
    shutil.copytree(fresh_workspace(), place)
    policy = (place / "policy.toml").read_text(encoding="utf-8")
    for before, after in CHARGING:
        assert before in policy
        policy = policy.replace(before, after)
    (place / "policy.toml").write_text(policy, encoding="utf-8")
    with (place / "dunwell.toml").open("a", encoding="utf-8") as settings_file:
        settings_file.write(DATEV)
    for name, text in (("customers", CUSTOMERS), ("invoices", INVOICES), ("payments", PAYMENTS)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    files = [folder / f"{name}.csv" for name in ("customers", "invoices", "payments")]
    cli("import", *files, "--bank-complete-through", "2026-10-10", workspace=place).ok()
    for day in ("2026-09-25", "2026-10-08"):
        cli("run", workspace=place, as_of=day).ok()
        cli("letters", "approve", "--all", workspace=place, as_of=day).ok()
        waiting = cli("letters", "list", "--state", "approved", "--json", workspace=place).json()["letters"]
        cli("letters", "sent", *(letter["reference"] for letter in waiting), workspace=place, as_of=day).ok()
    return Business(cli, place, folder / "out")


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_a_charge_is_booked_once_with_the_letter_that_first_demanded_it(business: Business) -> None:
    (path,) = business.out("--what", "charges")
    charged = [
        (row["booked_on"], row["invoice_number"], row["kind"], row["charge_amount"], row["demanded_so_far"])
        for row in rows_of(path)
        if row["account_number"] == "10001"
    ]
    # Nine percentage points above a base rate of 1.52 % in 2026 (BGB § 288 II): 24 days, then 37 days, on 990.00.
    assert charged == [
        ("2026-09-25", "RE-2", "late_fee", "5.00", "5.00"),
        ("2026-09-25", "RE-2", "interest", "6.85", "6.85"),
        ("2026-09-25", "RE-2", "compensation", "40.00", "40.00"),
        ("2026-10-08", "RE-2", "interest", "3.71", "10.56"),
    ]


def test_what_is_charged_is_what_the_letters_said_in_all(business: Business) -> None:
    (path,) = business.out("--what", "charges")
    letters = business.cli("letters", "list", "--json", workspace=business.place).json()["letters"]
    assert {letter["state"] for letter in letters} == {"sent"}
    charged = sum(Decimal(row["charge_amount"]) for row in rows_of(path))
    assert charged == Decimal("158.64")  # 55.56 and 103.08


def test_charges_can_be_bounded_by_days(business: Business) -> None:
    (path,) = business.out("--what", "charges", "--from", "2026-09-26", "--until", "2026-10-31")
    assert {row["booked_on"] for row in rows_of(path)} == {"2026-10-08"}


def test_decisions_are_those_of_the_run(business: Business) -> None:
    (path,) = business.out("--what", "decisions", "--as-of", "2026-09-25")
    found = {row["account_number"]: (row["action"], row["total_due_amount"]) for row in rows_of(path)}
    assert found["10001"] == ("letter", "1022.85")
    assert (
        business.cli("export", "x", "--what", "decisions", workspace=business.place, as_of="2020-01-01").exit_code == 2
    )


def test_a_datev_batch_has_its_header_and_every_column(business: Business) -> None:
    (path,) = business.out("--what", "charges", "--format", "datev", ends=1)
    head, columns, first, *_ = csv.reader(io.StringIO(path.read_bytes().decode("cp1252")), delimiter=";")
    assert len(head) == 31
    assert [head[i] for i in (0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 15, 21)] == [
        "EXTF", "700", "21", "Buchungsstapel", "13", "1001", "7", "20260101", "4", "20260925", "20261008", "EUR",
    ]  # fmt: skip
    assert (len(columns), tuple(columns)) == (125, COLUMNS)
    booked = {name: value for name, value in zip(columns, first, strict=True) if value}
    assert booked == {
        "Umsatz (ohne Soll/Haben-Kz)": "5,00",
        "Soll/Haben-Kennzeichen": "S",
        "WKZ Umsatz": "EUR",
        "Konto": "10001",
        "Gegenkonto (ohne BU-Schlüssel)": "2700",
        "Belegdatum": "2509",
        "Belegfeld 1": "RE-2",
        "Buchungstext": "Mahngebühr RE-2 Borealis & Söhne; KG",
        "Festschreibung": "0",
    }


def test_a_financial_year_may_begin_on_any_day() -> None:
    assert year_of(date(2026, 3, 31), (4, 1)) == date(2025, 4, 1)
    assert year_of(date(2026, 4, 1), (4, 1)) == date(2026, 4, 1)


@pytest.mark.parametrize("what", ["charges", "ledger"])
def test_hledger_takes_the_journal_and_finds_it_in_balance(business: Business, what: str) -> None:
    program = shutil.which("hledger")
    if program is None:
        pytest.skip("hledger is not installed (Debian: apt-get install hledger)")
    (path,) = business.out("--what", what, "--format", "hledger")
    subprocess.run([program, "-f", str(path), "check"], check=True)
    shown = subprocess.run(
        [program, "-f", str(path), "balance", "--flat", "-O", "csv", "-N"], check=True, capture_output=True, text=True
    )
    balances = dict(csv.reader(io.StringIO(shown.stdout)))
    expected = {
        "charges": {"Assets:Receivable:10001": "55.56 EUR", "Assets:Receivable:C-100": "103.08 EUR"},
        "ledger": {"Assets:Receivable:10001": "971.00 EUR", "Assets:Receivable:C-100": "1110.10 EUR"},
    }
    assert {name: value for name, value in balances.items() if "Receivable" in name} == expected[what]


@pytest.mark.parametrize("what", ["charges", "ledger"])
def test_beancount_takes_the_journal(business: Business, what: str) -> None:
    loader = importlib.import_module("beancount.loader")
    (path,) = business.out("--what", what, "--format", "beancount")
    entries, errors, _ = loader.load_file(str(path))
    assert errors == []
    assert sum(type(entry).__name__ == "Transaction" for entry in entries) == {"charges": 10, "ledger": 6}[what]


def test_importing_any_export_changes_nothing(business: Business, tmp_path: Path) -> None:
    for what, form in (
        ("ledger", "csv"), ("ledger", "hledger"), ("ledger", "beancount"), ("decisions", "csv"), ("charges", "csv"),
        ("charges", "hledger"), ("charges", "beancount"), ("charges", "datev"),
    ):  # fmt: skip
        business.cli("export", tmp_path / "all", "--what", what, "--format", form, workspace=business.place)
    done = business.cli("import", tmp_path / "all", "--json", workspace=business.place)
    files = done.json()["files"]
    assert (done.exit_code, [problem for file in files for problem in file["problems"]]) == (0, [])
    changed = [(t["inserted"], t["updated"], t["removed"]) for file in files for t in file["tables"]]
    assert changed == [(0, 0, 0)] * 4
    assert sum("left out" in file["recognised"] for file in files) == 7
    business.cli("export", tmp_path / "again", workspace=business.place).ok()
    for name in ("customers", "invoices", "payments", "events"):
        assert (tmp_path / "again" / f"{name}.csv").read_bytes() == (tmp_path / "all" / f"{name}.csv").read_bytes()


def test_formulas_are_guarded_and_numbers_stay_numbers(business: Business) -> None:
    found = {path.name: path for path in business.out()}
    customers = rows_of(found["customers.csv"])
    assert [row["name"] for row in customers] == [
        '\'=HYPERLINK("http://example.com") GmbH', "Borealis & Söhne; KG", "Cumulus | Co",
    ]  # fmt: skip
    assert [row["Region"] for row in customers] == ["'@home", "'-x", "+49 30 1234"]
    assert {row["amount"] for row in rows_of(found["payments.csv"])} == {"250.00", "20.00", "1.00"}


TEXTS = st.text(st.sampled_from("'=+-@\t\r 1a.,\""), max_size=6)


@given(st.lists(TEXTS, min_size=1, max_size=20))
@settings(max_examples=200, deadline=None)
def test_a_guarded_text_is_read_as_it_was(texts: list[str]) -> None:
    safe = [guarded_text(text) for text in texts]
    frame = pl.DataFrame({"text": texts, "safe": safe})
    assert frame.select(guarded(pl.col("text")))["text"].to_list() == safe
    assert frame.select(unguarded(pl.col("safe")))["safe"].to_list() == texts
    assert [unguarded_text(text) for text in safe] == texts
    assert all(text[:1] not in tuple("=@\t\r") for text in safe)


def test_headers_are_guarded_as_well() -> None:
    table = read_table(b"account_number,name,'=cmd|\nC1,Ana,x\n").tables[0].frame
    assert table["extra"].to_list() == ['{"=cmd|":"x"}']


def demand(letter: str, day: int, **charges: int) -> Demand:
    return Demand(letter, date(2026, 1, day), "C1", "Ana", "R1", "EUR", charges)


def test_a_letter_that_demands_less_books_the_difference_back() -> None:
    found = charges_of([demand("L1", 1, interest=500), demand("L2", 9, interest=300), demand("L3", 20, interest=300)])
    assert [(charge.reference, charge.amount_minor, charge.demanded_minor) for charge in found] == [
        ("L1/R1/interest", 500, 500),
        ("L2/R1/interest", -200, 300),
    ]


NAMES = st.text(max_size=30)


@given(NAMES, NAMES)
@settings(max_examples=200, deadline=None)
def test_any_customer_has_an_account_of_its_own(one: str, other: str) -> None:
    assert (component(one) == component(other)) == (one == other)
    assert component(one).replace("-", "").isalnum()


def booking(words: str, value: str) -> Booking:
    return Booking(date(2026, 1, 5), words, f"Assets:{component(value)}", "Income:X", "EUR", -5, (("note", value),))


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=12))
@settings(max_examples=15, deadline=None)
def test_any_words_leave_the_journals_readable(texts: list[tuple[str, str]]) -> None:
    bookings = [booking(words, value) for words, value in texts]
    program = shutil.which("hledger")
    if program is not None:
        subprocess.run([program, "-f", "-", "check"], input="".join(hledger(bookings)), check=True, encoding="utf-8")
    loader = importlib.import_module("beancount.loader")
    assert loader.load_string("".join(beancount(bookings)))[1] == []


def test_a_form_that_there_is_not_and_accounts_that_are_not_named_are_refused(
    cli: CommandLine, workspace: Callable[..., Path]
) -> None:
    place = workspace()
    done = cli("export", "out", "--what", "ledger", "--format", "datev", workspace=place)
    assert (done.exit_code, done.stderr) == (
        2,
        "dunwell: There is no ledger as datev. Choose one of csv, hledger, beancount.\n",
    )
    done = cli("export", "out", "--what", "charges", "--format", "datev", workspace=place)
    assert "consultant, client, receivables" in done.stderr
