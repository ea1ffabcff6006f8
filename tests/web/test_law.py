"""The law of a country on its page, with sources and doubts, and the calculator."""

from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from dunwell.law import load_law


def text(client: Client, query: str) -> str:
    response = client.get(f"/law{query}")
    assert response.status_code == 200
    return unescape(response.content.decode()).replace("\u00a0", " ")


def test_the_creditors_own_country_is_shown_first(client_as: Callable[[str], Client]) -> None:
    page = text(client_as("viewer"), "")
    assert "Late-payment law: Germany (DE)" in page
    assert "10.52%" in page
    assert "6.52%" in page


@pytest.mark.parametrize("country", load_law().jurisdictions)
def test_every_country_shows_its_rule_doubts_and_sources(country: str, client_as: Callable[[str], Client]) -> None:
    law, page = load_law(), text(client_as("viewer"), f"?country={country}")
    for party in ("business", "consumer", "public"):
        rule = law.rule(country, party)
        assert rule.legal_basis in page
        assert rule.source in page
        assert all(doubt in page for doubt in law.doubts_of(rule))
        assert all(limit.note in page for limit in law.limits_of(rule))
    if not all(law.rule(country, party).verified for party in ("business", "consumer", "public")):
        assert "not verified" in page


def test_the_rate_is_that_of_the_day(client_as: Callable[[str], Client]) -> None:
    page = text(client_as("viewer"), "?country=DE&on=2026-03-01")
    assert "10.27%" in page
    assert "1 Jan 2026" in page


def test_a_country_that_the_tables_do_not_know_is_said_so(client_as: Callable[[str], Client]) -> None:
    page = text(client_as("viewer"), "?country=ZZ")
    assert "The tables know no late-payment law for ZZ." in page


LATE = "?country=DE&amount=10000&currency=eur&party=business&due_on=2026-05-01&to_on=2026-11-20"


def test_a_scale_is_written_with_its_shares_as_the_reader_does(client_as: Callable[[str], Client]) -> None:
    client = client_as("viewer")
    client.post("/language", {"language": "de", "next": "/"})
    page = text(client, "?country=NL").replace("\N{NO-BREAK SPACE}", " ")
    assert "15 % der Forderung, mindestens 40,00 €" in page
    assert "über 2.500,00 €" in page
    assert "375,00 € und 10 % des Teils über 2.500,00 €" in page
    assert "Inkassokosten erst nach dem kostenfreien 14-Tage-Brief" in page


def test_the_calculator_takes_an_amount_as_its_reader_writes_it(client_as: Callable[[str], Client]) -> None:
    client, query = client_as("viewer"), "&currency=EUR&party=business&due_on=2026-05-01&to_on=2026-11-20"
    page = text(client, f"?country=DE&amount=1.234,50{query}")
    assert "EUR 1,234.50" in page


def test_a_late_payment_is_calculated_segment_by_segment(client_as: Callable[[str], Client]) -> None:
    page = text(client_as("viewer"), LATE)
    for figure in ("EUR 168.82", "EUR 412.16", "EUR 580.98", "EUR 40.00", "60", "143"):
        assert figure in page


def test_the_calculator_alone_is_exchanged(client_as: Callable[[str], Client]) -> None:
    response = client_as("viewer").get(f"/law{LATE}", headers={"HX-Request": "true"})
    part = response.content.decode()
    assert "<html" not in part
    assert "580.98" in part


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("&amount=ten&currency=EUR&party=business&due_on=2026-05-01&to_on=2026-11-20", "is no amount"),
        ("&amount=10&currency=QQQ&party=business&due_on=2026-05-01&to_on=2026-11-20", "no currency"),
        ("&amount=10&currency=EUR&party=business&due_on=2026-05-01&to_on=2026-04-20", "before the due date"),
        ("&amount=10&currency=EUR&party=business&due_on=2026-05-01&to_on=2099-01-01", "2099"),
        ("&amount=10&currency=EUR&party=business&due_on=2026-05-01&to_on=2026-11-20&contract_rate=x", "no percentage"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(query: str, said: str, client_as: Callable[[str], Client]) -> None:
    assert said in text(client_as("viewer"), f"?country=DE{query}")


def test_a_consumers_debt_bears_no_interest_before_default(client_as: Callable[[str], Client]) -> None:
    page = text(client_as("viewer"), LATE.replace("business", "consumer"))
    assert "The law asks for a reminder first" in page
    assert "EUR 0.00" in page
