"""Accepted texts of the letters.

To renew them after a wanted change: ``DUNWELL_RENEW_GOLDEN=1 pytest tests/letters -k golden``. Then read the
difference before it is committed. A language is compared once it has a folder here.
"""

import io
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from dunwell.letters.facts import LetterFacts
from dunwell.letters.kinds import kinds
from dunwell.letters.sample import FURTHER, RECIPIENTS, sample_facts
from tests.letters.letter_pdf import TEXTS, pdf_of

GOLDEN = Path(__file__).parent / "golden"
RENEW = bool(os.environ.get("DUNWELL_RENEW_GOLDEN"))
SHAPES = {
    "reminder": ("reminder", ""),
    "second_request": ("collection", "second_request"),
    "third_request": ("collection", "third_request"),
    "hold": ("hold", ""),
    "hold_release": ("hold_release", ""),
}
SHAPES |= {kind: (kind, "") for kind in kinds() if kind not in {*SHAPES, "collection"}}
WITHOUT_INVOICES = ("terms", "credit_refusal", "problem_apology")
COUNTRY_CASES = [
    (recipient.language, country, shape, invoices)
    for country, recipient in sorted(RECIPIENTS.items())
    if RENEW or (GOLDEN / recipient.language).is_dir()
    for shape, (kind, _) in SHAPES.items()
    if TEXTS.path_of(recipient.language, kind)
    for invoices in ((3,) if shape in WITHOUT_INVOICES else (1, 3))
]
FORM_CASES = [
    (language, form, shape, invoices)
    for language, form in (("de", "DE-A"), *((name[:2], name) for name in sorted(FURTHER)))
    for shape in ("reminder", "third_request", "hold", "final_demand", "statement")
    for invoices in ((1, 3) if shape == "reminder" else (3,))
]
"""DIN 5008 form A, and the country forms of a language that no country's own sample shows."""


def facts_of(form: str, shape: str, invoices: int) -> LetterFacts:
    """Return the facts of a case; ``form`` is a country, a page form or a country's form of a language."""
    kind, step = SHAPES[shape]
    if form == "DE-A":
        return replace(sample_facts(kind, "DE", step, invoices), layout=form)
    return sample_facts(kind, form, step, invoices)


def extract(form: str, shape: str, invoices: int) -> str:
    """Return the pages of a letter as text, blanks collapsed within lines."""
    pages = PdfReader(io.BytesIO(pdf_of(facts_of(form, shape, invoices)))).pages
    lines = (f"--- page {n} of {len(pages)}\n{page.extract_text()}" for n, page in enumerate(pages, 1))
    return re.sub(r"[ \u00a0\u202f]+", " ", "\n".join(lines)).replace("\u200b", "") + "\n"


@pytest.mark.parametrize(("language", "form", "shape", "invoices"), [*COUNTRY_CASES, *FORM_CASES])
def test_the_golden_text_is_what_the_letter_says(language: str, form: str, shape: str, invoices: int) -> None:
    path = GOLDEN / language / f"{shape}_{form}_{invoices}.txt"
    text = extract(form, shape, invoices)
    if RENEW:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if not path.is_file():
        pytest.fail(f"{path} is missing; renew the golden texts and read them.")
    assert path.read_text(encoding="utf-8") == text
