"""How letters are set: the same bytes whatever was set before, and no second look at pages where one is enough."""

from dataclasses import replace

import pytest

from dunwell.letters import render
from dunwell.letters.compose import compose
from dunwell.letters.content import LetterContent
from dunwell.letters.render import overflow_mm, page_count, render_pdf
from dunwell.letters.sample import sample_facts
from tests.letters.letter_pdf import TEXTS, pieces_of


def content_of(kind: str, country: str, invoices: int, step: str = "") -> LetterContent:
    return compose(sample_facts(kind, country, step, invoices), TEXTS)


@pytest.mark.parametrize(
    ("content", "pages"),
    [
        (content_of("reminder", "DE", 1), 1),
        (content_of("hold", "GB", 3), 2),
        (content_of("alternatives", "DE", 3), 1),  # set tighter, since it misses its page by a few lines
    ],
    ids=["one page", "two pages", "tightened"],
)
def test_a_letter_is_the_same_whatever_the_guess_at_its_pages(
    content: LetterContent, pages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[tuple[object, ...], int] = {}
    monkeypatch.setattr(render, "_pages", seen)
    unguessed, guessed = render_pdf(content), render_pdf(content)
    assert guessed == unguessed
    for guess in (0, 1, 2):
        seen.update(dict.fromkeys(seen, guess))
        assert render_pdf(content) == unguessed
    assert page_count(unguessed) == pages


def test_a_letter_of_two_pages_looks_as_if_it_had_looked_at_its_page_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    content = content_of("hold", "FR", 3)
    known = _pieces(render_pdf(content))
    monkeypatch.setattr(render._Typesetter, "known", lambda *_: 0)
    assert _pieces(render_pdf(content)) == known
    assert {text for page, text, _, _ in known if "sur 2" in text} == {"Page 1 sur 2", "Page 2 sur 2"}


def _pieces(pdf: bytes) -> set[tuple[int, str, float, float]]:
    return {
        (page, piece.text, round(piece.x, 1), round(piece.y, 1)) for page in (0, 1) for piece in pieces_of(pdf, page)
    }


def test_the_overflow_of_a_letter_is_measured_from_its_pages() -> None:
    letter = content_of("hold", "GB", 3)
    longer = replace(letter, parts=(*letter.parts[:-1], replace(letter.parts[-1], blocks=letter.parts[-1].blocks * 4)))
    less, more = (overflow_mm(each, render_pdf(each)) for each in (letter, longer))
    assert 0 < less < more


def test_a_letter_with_marks_that_are_put_together_keeps_them() -> None:
    facts = sample_facts("reminder", "GB", invoices=1)
    marked = replace(facts, recipient=replace(facts.recipient, name="Q\u0307uarry\u0323 Ltd"))
    assert page_count(render_pdf(compose(marked, TEXTS))) == 1
