"""What services say in English is told in the language of the screen, with its values as that language writes them."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from dunwell.law.tables import load_law
from dunwell.letters.lint_law import rules
from dunwell.policy.check import check_policy
from dunwell.runs.wording import texts
from dunwell.web.languages import LANGUAGES
from dunwell.web.retelling import in_sentences, retold
from dunwell.web.sentences import PHRASES, SENTENCES
from dunwell.web.sentences.english import ENGLISH

pytestmark = pytest.mark.usefixtures("sample")  # the screens' settings name the catalogues


@pytest.mark.parametrize(
    ("language", "said", "expected"),
    [
        ("de", "its letter was approved", "ihr Brief wurde freigegeben"),
        ("de", "paid in full on 2026-11-20", "vollständig bezahlt am 20.11.2026"),
        (
            "de",
            "No longer asked for on 2026-11-20: Write to the customer: second request, to pay by 2026-11-27.",
            "Am 20.11.2026 nicht mehr verlangt: Dem Kunden schreiben:"
            " 2.\N{NO-BREAK SPACE}Mahnung, zahlbar bis 27.11.2026.",
        ),
        (
            "fr",
            'There is no customer "9999".',
            "Il n’y a pas de client «\N{NARROW NO-BREAK SPACE}9999\N{NARROW NO-BREAK SPACE}».",
        ),
        (
            "fr",
            "policy.standard.terms_days is -1; it must be from 0 to 365.",
            "policy.standard.terms_days vaut -1\N{NARROW NO-BREAK SPACE};"
            " il faut\N{NARROW NO-BREAK SPACE}: de 0 à 365.",
        ),
        (
            "de",
            "The text names the customer 1003. The amount is exactly what is open.",
            "Der Verwendungszweck nennt den Kunden 1003. Der Betrag ist genau der offene.",
        ),
        (
            "ro",
            'The payer "Ana" is known: paid 3 times, last on 2026-11-02; a person has confirmed it.',
            "Plătitorul „Ana” este cunoscut: a plătit de 3 ori, ultima dată la 2 nov. 2026; confirmat de o persoană.",
        ),
        (
            "es",
            "3 runs were begun and never finished; 1 approved letters have no text",
            "procesos empezados y nunca terminados: 3; cartas aprobadas sin texto: 1",
        ),
        (
            "fr",
            "3 runs were begun and never finished; 1 approved letters have no text",
            "traitements commencés et jamais terminés\N{NARROW NO-BREAK SPACE}: 3\N{NARROW NO-BREAK SPACE};"
            " courriers approuvés sans texte\N{NARROW NO-BREAK SPACE}: 1",
        ),
        (
            "es",
            "A credit hold is being prepared; a person decides. EUR 8975.00 is past due; a person decides.",
            "Se prepara un bloqueo de crédito; lo decide una persona."
            " Hay 8975,00\N{NO-BREAK SPACE}€ vencidos; lo decide una persona.",
        ),
        (
            "es",
            "This looks like invoices, but no column says the invoice number, the due date.",
            "Parece una lista de facturas, pero falta la columna con: n.º de factura, vencimiento.",
        ),
        (
            "de",
            "Still missing: the column with the name, and the one with the account number or address.",
            "Es fehlt noch die Spalte mit: Name, Kundennummer oder Anschrift.",
        ),
        ("es", "There is no placeholder 'nada'.", "No hay ningún marcador «nada»."),
        ("es", '"it\'s" is no party type.', "«it's» no es un tipo de cliente."),
        ("es", '"alien" is no party type.', "«alien» no es un tipo de cliente."),
        (
            "fr",
            'The columns are not those of customers, invoices, payments or events: "Kto", "Beleg".',
            "Les colonnes ne sont ni celles de clients, ni de factures, ni de règlements, ni d’événements"
            "\N{NARROW NO-BREAK SPACE}: «\N{NARROW NO-BREAK SPACE}Kto\N{NARROW NO-BREAK SPACE}»,"
            " «\N{NARROW NO-BREAK SPACE}Beleg\N{NARROW NO-BREAK SPACE}».",
        ),
        ("de", "accepted by Frau Petersen (email)", "angenommen von Frau Petersen (per E-Mail)"),
        ("de", "There is no section 'posit'.", "Es gibt keinen Abschnitt „posit“."),
        ("vi", 'There is no customer "9999".', "Không có khách hàng “9999”."),
        (
            "de",
            "2 duplicate rows of invoices left out, identical to an earlier one (here line 4).",
            "2 doppelte Zeilen (Rechnungen) ausgelassen, gleich einer früheren (hier Zeile 4).",
        ),
        (
            "vi",
            "2 customers, 2 invoices from 2 rows (utf-8, semicolon): invoices by the words of their headers",
            "2 khách hàng, 2 hóa đơn từ 2 dòng (utf-8, dấu chấm phẩy): hóa đơn, nhận ra theo tiêu đề cột",
        ),
        ("de", "2026-11-22 23:00 UTC", "22.11.2026, 23:00 UTC"),
        ("de", "12,500 MB free", "12.500\N{NO-BREAK SPACE}MB frei"),
        (
            "de",
            "2 customers, 1 invoice from 14 rows (utf-8, semicolon)",
            "Kunden: 2, Rechnungen: 1 (Zeilen: 14; utf-8, Semikolon)",
        ),
        (
            "vi",
            "The policy offers no plan here: EUR 20.00 is demanded; a plan needs more than nothing"
            " and at least EUR 30.00.",
            "Chính sách không cho phép kế hoạch trả nợ dần trong trường hợp này:"
            " Số tiền yêu cầu là 20,00\N{NO-BREAK SPACE}EUR;"
            " kế hoạch trả nợ dần cần số tiền lớn hơn không và ít nhất 30,00\N{NO-BREAK SPACE}EUR.",
        ),
        ("es", "1 customer without country: taken to be in DE.", "Clientes sin país: 1. Se supone DE."),
        ("es", "12 customers without country: taken to be in DE.", "Clientes sin país: 12. Se supone DE."),
        ("vi", "They pay by standing order now.", "They pay by standing order now."),
        ("en", "its letter was approved", "its letter was approved"),
        ("en", "1 customer from 1 row (utf-8, comma)", "1 customer from 1 row (utf-8, comma)"),
        ("en", "paid in full on 2026-11-20", "paid in full on 20 Nov 2026"),
        ("en", "Say what is disputed: --note.", "Say what is disputed."),
        (
            "ro",
            "Held back: EUR 500.00 of 2026-11-18 and 1 more may be theirs (60 of 100). Say whose it is.",
            "Reținut: suma de 500,00\N{NO-BREAK SPACE}EUR din 18 nov. 2026 și altele (încă 1) ar putea fi ale acestui"
            " client (60 din 100). Indicați ale cui sunt sumele.",
        ),
        (
            "en",
            "A credit hold is being prepared; a person decides.; With this order EUR 15000.00 would be owed or ordered;"
            " the limit is EUR 9000.00.; EUR 120.50 is past due; a person decides.",
            "A credit hold is being prepared; a person decides. With this order EUR\N{NO-BREAK SPACE}15,000.00 would be"
            " owed or ordered; the limit is EUR\N{NO-BREAK SPACE}9,000.00. EUR\N{NO-BREAK SPACE}120.50 is past due;"
            " a person decides.",
        ),
        (
            "ro",
            "A credit hold is being prepared; a person decides. EUR 8975.00 is past due; a person decides.",
            "Se pregătește o blocare; decide o persoană."
            " Suma restantă este de 8.975,00\N{NO-BREAK SPACE}EUR; decide o persoană.",
        ),
        (
            "ro",
            "1 customer, 21 invoices from 3 rows (utf-8, comma)",
            "1 client, 21 de facturi din 3 rânduri (utf-8, virgulă)",
        ),
        ("ro", "12 entries fit", "12 înregistrări corespund"),
        ("ro", "1,036 entries fit", "1.036 de înregistrări corespund"),
        ("ro", "accepted by Ana (email)", "acceptată de Ana (prin e-mail)"),
        ("de", "2026-11-22 22:45 UTC", "22.11.2026, 22:45 UTC"),
        (
            "de",
            "'seize' threatens what the law forbids: Only a court's title or an enforcement office opens the way to"
            " seizure; a creditor's letter has none.",
            "„seize“ droht mit etwas, das das Gesetz verbietet: Nur ein Titel eines Gerichts oder eine"
            " Vollstreckungsbehörde macht den Weg zur Pfändung frei; der Brief eines Gläubigers ist keins von beiden.",
        ),
    ],
)
def test_a_sentence_is_told_in_the_language_of_the_screen(language: str, said: str, expected: str) -> None:
    with translation.override(language):
        assert retold(said) == expected


def test_a_screen_names_no_command_where_it_has_a_button() -> None:
    told = {sentence for language in LANGUAGES for sentence in texts(language)["held_back"].values()}
    assert len(told) == 2 * len(LANGUAGES)
    assert [sentence for sentence in told if "dunwell" in sentence] == []


def test_no_sentence_hides_another() -> None:
    with translation.override("de"):
        plain = [sentence for sentence in SENTENCES if "%(" not in sentence]
        assert {one: retold(one) for one in plain if retold(one) == one} == {}


def test_an_english_screen_names_no_option_of_the_command_line() -> None:
    said = [told for one in SENTENCES if " --" in (told := ENGLISH.get(one, one))]
    assert said == []
    assert sorted(set(ENGLISH) - {*SENTENCES, *PHRASES}) == []


def test_an_english_sentence_for_a_screen_has_the_same_values_or_fewer() -> None:
    names = re.compile(r"%\((\w+)\)s")
    assert [one for one, told in ENGLISH.items() if set(names.findall(told)) - set(names.findall(one))] == []


def test_every_reason_of_the_law_against_a_letter_is_told() -> None:
    assert sorted({rule.reason for rule in rules()} - set(SENTENCES)) == []


ERRORS = sorted((Path(__file__).resolve().parents[1] / "policy" / "errors").glob("*.toml"))


@pytest.mark.parametrize("path", ERRORS, ids=lambda path: path.stem)
def test_every_problem_of_a_policy_is_told_whole(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    _, problems = check_policy(text, path.name, load_law(), text[len("# creditor: ") :][:2])
    with translation.override("vi"):
        pieces = [piece for one in problems for part in (one.message, one.suggestion) for piece in in_sentences(part)]
    assert [said for said, told in pieces if said and told is None] == []


def test_a_refusal_reaches_the_person_in_their_language(client_as) -> None:  # type: ignore[no-untyped-def]
    client: Client = client_as("approver")
    client.post("/language", {"language": "de", "next": "/"})
    answer = client.post("/customer/1003/promise", {"until_on": "2026-01-02", "currency": "EUR"})
    assert answer.status_code == 422
    assert "Der zugesagte Tag, 02.01.2026, liegt vor dem 20.11.2026." in answer.content.decode()
