"""What services say in English is told in the language of the screen, with its values as that language writes them."""

import pytest
from django.test import Client
from django.utils import translation

from dunwell.web.retelling import SENTENCES, retold

pytestmark = pytest.mark.usefixtures("sample")  # the screens' settings name the catalogues


@pytest.mark.parametrize(
    ("language", "said", "expected"),
    [
        ("de", "its letter was approved", "ihr Brief wurde freigegeben"),
        ("de", "paid in full on 2026-11-20", "vollständig bezahlt am 20.11.2026"),
        (
            "de",
            "No longer asked for on 2026-11-20: Write to the customer: second request, to pay by 2026-11-27.",
            "Am 20.11.2026 nicht mehr verlangt: Dem Kunden schreiben: 2. Mahnung, zahlbar bis 27.11.2026.",
        ),
        ("fr", 'There is no customer "9999".', 'Il n’y a pas de client "9999".'),
        ("es", "1 customer without country: taken to be in DE.", "Clientes sin país: 1. Se supone DE."),
        ("es", "12 customers without country: taken to be in DE.", "Clientes sin país: 12. Se supone DE."),
        ("vi", "They pay by standing order now.", "They pay by standing order now."),
        ("en", "its letter was approved", "its letter was approved"),
    ],
)
def test_a_sentence_is_told_in_the_language_of_the_screen(language: str, said: str, expected: str) -> None:
    with translation.override(language):
        assert retold(said) == expected


def test_no_sentence_hides_another() -> None:
    with translation.override("de"):
        plain = [sentence for sentence in SENTENCES if "%(" not in sentence]
        assert {one: retold(one) for one in plain if retold(one) == one} == {}


def test_a_refusal_reaches_the_person_in_their_language(client_as) -> None:  # type: ignore[no-untyped-def]
    client: Client = client_as("approver")
    client.post("/language", {"language": "de", "next": "/"})
    answer = client.post("/customer/1003/promise", {"until_on": "2026-01-02", "currency": "EUR"})
    assert answer.status_code == 422
    assert "Der zugesagte Tag 02.01.2026 liegt vor dem 20.11.2026." in answer.content.decode()
