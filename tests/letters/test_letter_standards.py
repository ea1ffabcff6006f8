"""What veraPDF says of the letters: each kind passes PDF/A-3a and PDF/UA-1 in one file."""

import io
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from dunwell.letters.lint_samples import shapes
from dunwell.letters.sample import RECIPIENTS, sample_facts
from tests.letters.letter_pdf import pdf_of
from tests.support import verapdf

PROFILES = ("3a", "ua1")


def one_of_each_kind() -> list[tuple[str, str, str]]:
    """Return each kind and step once, the countries taking turns so that every language and page form is among them."""
    countries = sorted(RECIPIENTS)
    return [(kind, step, countries[i % len(countries)]) for i, (kind, step) in enumerate(shapes())]


def without_language(pdf: bytes) -> bytes:
    """Take the document's language out, which PDF/UA-1 asks for."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    del writer.root_object["/Lang"]
    changed = io.BytesIO()
    writer.write(changed)
    return changed.getvalue()


@pytest.fixture
def needs_verapdf() -> None:
    if verapdf.missing():
        pytest.skip(verapdf.missing())


@pytest.mark.usefixtures("needs_verapdf")
def test_each_kind_is_archival_and_accessible_in_one_file_and_the_validator_can_fail(tmp_path: Path) -> None:
    files = []
    for kind, step, country in one_of_each_kind():
        files.append(tmp_path / f"{step or kind}_{country}.pdf")
        files[-1].write_bytes(pdf_of(sample_facts(kind, country, step)))
    damaged = tmp_path / "damaged.pdf"
    damaged.write_bytes(without_language(files[0].read_bytes()))
    failed = verapdf.faults(PROFILES, [*files, damaged])
    assert [line for line in failed if line.startswith("FAIL") and str(damaged) not in line] == []
    assert f"FAIL ua1 {damaged}" in failed


def test_every_language_and_page_form_is_among_the_validated_letters() -> None:
    assert {country for _, _, country in one_of_each_kind()} == set(RECIPIENTS)
