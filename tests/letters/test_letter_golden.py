"""Accepted texts of the letters.

To renew them after a wanted change: ``DUNWELL_RENEW_GOLDEN=1 pytest tests/letters -k golden``. Then read the
difference before it is committed. A language is compared once it has a folder here.
"""

import io
import os
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from dunwell.letters.kinds import kinds
from dunwell.letters.sample import RECIPIENTS, sample_facts
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
BOTH_COUNTS = ("reminder", "second_request", "third_request", "hold", "hold_release")
CASES = [
    (language, country, shape, invoices)
    for country, recipient in sorted(RECIPIENTS.items())
    for language in (recipient.language,)
    if RENEW or (GOLDEN / language).is_dir()
    for shape, (kind, _) in SHAPES.items()
    if TEXTS.path_of(language, kind)
    for invoices in ((1, 3) if shape in BOTH_COUNTS else (3,))
]


def extract(country: str, shape: str, invoices: int) -> str:
    """Return the pages of a letter as text, blanks collapsed within lines."""
    kind, step = SHAPES[shape]
    pages = PdfReader(io.BytesIO(pdf_of(sample_facts(kind, country, step, invoices)))).pages
    lines = (f"--- page {n} of {len(pages)}\n{page.extract_text()}" for n, page in enumerate(pages, 1))
    return re.sub(r"[ \u00a0\u202f]+", " ", "\n".join(lines)).replace("\u200b", "") + "\n"


@pytest.mark.parametrize(("language", "country", "shape", "invoices"), CASES)
def test_the_golden_text_is_what_the_letter_says(language: str, country: str, shape: str, invoices: int) -> None:
    path = GOLDEN / language / f"{shape}_{country}_{invoices}.txt"
    text = extract(country, shape, invoices)
    if RENEW:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if not path.is_file():
        pytest.fail(f"{path} is missing; renew the golden texts and read them.")
    assert path.read_text(encoding="utf-8") == text
