"""Call sheets: complete in six languages, with the figures of the letter, for money and for other matters."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dunwell.letters.call_page import render_call_sheet
from dunwell.letters.calls import OUTCOMES, answers_of, call_sheet, sheet_as_text
from dunwell.letters.compose import setting_for
from dunwell.letters.kinds import kinds
from dunwell.letters.lint_calls import lint_calls
from dunwell.letters.render import page_count
from dunwell.letters.sample import RECIPIENTS, sample_facts
from dunwell.letters.texts import SHIPPED, Texts, languages
from dunwell.store.models import CALL_OUTCOMES
from tests.letters.letter_pdf import text_of
from tests.support.command_line import CommandLine

TEXTS = Texts()
AS_OF = "2026-02-09"


@pytest.mark.parametrize("language", languages(TEXTS))
def test_the_shipped_call_sheets_are_complete_and_have_no_problem(language: str) -> None:
    assert [str(problem) for problem in lint_calls(TEXTS, language)] == []


@pytest.mark.parametrize("country", sorted(RECIPIENTS))
def test_a_call_about_money_gives_its_amount_and_asks_for_a_date(country: str) -> None:
    facts = sample_facts("hold", country)
    sheet = call_sheet(facts, TEXTS, "+49 30 1234")
    days = {
        "en": "which day",
        "de": "welchem Tag",
        "fr": "quelle date",
        "es": "Qué día",
        "ro": "ce zi",
        "vi": "ngày nào",
    }
    assert str(setting_for(facts, TEXTS).values["total"]) in sheet.purpose
    assert days[facts.language].casefold() in sheet.ask.casefold()
    assert [answer.key for answer in sheet.answers] == [
        "has_paid", "disputes", "cannot_pay", "wrong_person", "calls_back",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_kind_has_its_own_reason_and_question(kind: str) -> None:
    sheet = call_sheet(sample_facts(kind), TEXTS)
    assert sheet.purpose.startswith("I am calling")
    assert sheet.ask.endswith(("?", "goes on."))
    assert len(sheet.answers) == len(answers_of(kind))


def test_a_sheet_reads_from_the_opening_to_what_is_noted() -> None:
    text = sheet_as_text(call_sheet(sample_facts("reminder", invoices=1), TEXTS, "+44 20 7946 0000"))
    order = [
        "Telephone: +44 20 7946 0000",
        "Hello",
        "May I speak to",
        "invoice 2026-1180, £1,000.00;",
        "hold, or shall I call",
    ]
    places = [text.index(words) for words in [*order, "Goodbye", "[ ] Whom you spoke to"]]
    assert places == sorted(places)


def test_typography_of_the_country_holds_on_the_telephone_too() -> None:
    swiss = call_sheet(sample_facts("statement", "CH"), TEXTS)
    assert ("schliesst" in swiss.purpose, "ß" in str(swiss)) == (True, False)
    assert "paiement.\u202f?" not in str(call_sheet(sample_facts("reminder", "FR"), TEXTS))


def test_an_owners_entry_replaces_the_shipped_one_and_is_checked(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    path = tmp_path / "en" / "calls.toml"
    path.write_text('[shared]\nopening = "Hello, {{ firm }} here."\n', "utf-8")
    assert call_sheet(sample_facts(), Texts(tmp_path)).opening == "Hello, Harrow & Finch Bottles Ltd here."
    path.write_text('[shared]\nopening = "Hello, {{ frim }} here: you failed!"\nopning = "x"\n', "utf-8")
    found = {(p.source, p.line, p.column, p.message.split(":")[0]) for p in lint_calls(Texts(tmp_path), "en")}
    assert found == {
        (str(path), 2, "22", "shared.opening"),
        (str(path), 2, "36", "shared.opening"),
        (str(path), 2, "12", "shared.opening"),
        (str(path), 3, "1", "No call sheet has an entry shared.opning."),
    }


OVER = {
    "GB": ("Our letter asked for it by", "That date has passed"),
    "ES": ("Nuestra carta daba de plazo hasta el", "Ese plazo ya ha vencido"),
    "DE": ("Die Frist in unserem Schreiben ist am", "Diese Frist ist abgelaufen"),
    "FR": ("Notre courrier vous donnait jusqu’au", "Cette date est passée"),
    "RO": ("Scrisoarea noastră dădea termen până la", "Termenul a trecut"),
    "VN": ("Hạn thanh toán trong thư của chúng tôi là", "Hạn này đã qua"),
}
"""How the question begins once the day is over: in a collection letter, in a final demand."""


@pytest.mark.parametrize("country", OVER)
def test_nobody_is_asked_to_pay_by_a_day_that_is_over(country: str) -> None:
    for kind, step, beginning in zip(("collection", "final_demand"), ("third_request", ""), OVER[country], strict=True):
        facts = sample_facts(kind, country, step)
        over = call_sheet(replace(facts, pay_by_on=facts.written_on - timedelta(days=1)), TEXTS)
        last_day = call_sheet(replace(facts, pay_by_on=facts.written_on), TEXTS)
        assert (over.ask.startswith(beginning), last_day.ask.startswith(beginning)) == (True, False)


def test_what_may_come_of_a_call_is_what_is_recorded_of_one() -> None:
    assert set(OUTCOMES) == set(CALL_OUTCOMES) - {"called_us"}


@pytest.mark.parametrize("country", sorted(RECIPIENTS))
def test_a_call_sheet_is_one_page_that_says_all_of_it_in_order(country: str) -> None:
    for kind, invoices in (("collection", 1), ("final_demand", 250), ("statement", 3)):
        facts = sample_facts(kind, country, "third_request" if kind == "collection" else "", invoices)
        sheet = call_sheet(facts, TEXTS, "+49 30 1234")
        pdf = render_call_sheet(sheet, facts.written_on)
        assert page_count(pdf) == 1
        said = [sheet.title, "+49 30 1234", sheet.opening, sheet.purpose, sheet.ask]
        said += [part for answer in sheet.answers for part in (answer.says, answer.reply)]
        said += [sheet.wait, sheet.closing, *sheet.outcomes, *sheet.note]
        text = unspaced(text_of(pdf))
        places = [text.find(unspaced(words)) for words in said]
        assert -1 not in places
        assert places == sorted(places)


def unspaced(text: str) -> str:
    return "".join(text.split())


def test_the_page_of_a_call_is_the_same_bytes_each_time_and_survives_any_name() -> None:
    facts = sample_facts("reminder", "GB")
    named = replace(facts, recipient=replace(facts.recipient, name="Wein 🍷 訂單 \ue000 #read() " + "x" * 200))
    sheet = call_sheet(named, TEXTS)
    assert render_call_sheet(sheet, named.written_on) == render_call_sheet(sheet, named.written_on)


def test_a_language_without_call_sheets_is_named(tmp_path: Path) -> None:
    (tmp_path / "nl").mkdir()
    (tmp_path / "nl" / "common.toml").write_text((SHIPPED / "en" / "common.toml").read_text("utf-8"), "utf-8")
    assert [(p.source, p.message) for p in lint_calls(Texts(tmp_path), "nl")] == [
        ("nl/calls.toml", "This text is missing.")
    ]


def test_the_command_shows_the_sheet_of_a_letter(
    workspace: Callable[..., Path], cli: CommandLine, tmp_path: Path
) -> None:
    folder = workspace("workspace", "--country", "GB", "--time-zone", "Europe/London")
    customers, invoices = tmp_path / "customers.csv", tmp_path / "invoices.csv"
    customers.write_text("account_number,name,country,party_type,phone\nC1,Aurora Ltd,GB,business,+44 117 1\n", "utf-8")
    invoices.write_text(
        "invoice_number,account_number,issued_on,due_on,currency,amount\nR1,C1,2026-01-02,2026-02-01,GBP,250.00\n",
        "utf-8",
    )
    cli("import", customers, invoices, "--bank-complete-through", AS_OF, workspace=folder).ok()
    cli("run", workspace=folder, as_of=AS_OF).ok()
    reference = cli("letters", "list", "--json", workspace=folder).json()["letters"][0]["reference"]
    sheet = cli("letters", "call-sheet", reference, "--json", workspace=folder, as_of=AS_OF).ok().json()
    assert (sheet["phone"], sheet["account_number"], sheet["kind"]) == ("+44 117 1", "C1", "reminder")
    assert "invoice R1, £250.00;" in sheet["purpose"]
    shown = cli("letters", "call-sheet", reference, workspace=folder, as_of=AS_OF).ok().stdout
    assert "On which day can we expect the payment?" in shown
    page = tmp_path / "call.pdf"
    cli("letters", "call-sheet", reference, "--pdf", page, workspace=folder, as_of=AS_OF).ok()
    assert "R1 01/02/2026 8 250.00" in text_of(page.read_bytes())
    nobody = cli("letters", "call-sheet", "2026-9999", workspace=folder, as_of=AS_OF)
    assert (nobody.exit_code, "There is no letter" in nobody.stderr) == (2, True)
