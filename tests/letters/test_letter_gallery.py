"""The gallery shows every kind in every language and country form, on a page that asks nothing of the network."""

import re
import shutil
from pathlib import Path

import pytest

from dunwell.letters import gallery
from dunwell.letters.gallery import COUNTS, Picture, cases, gallery_page, make_gallery
from dunwell.letters.kinds import kinds
from dunwell.letters.sample import RECIPIENTS
from dunwell.letters.texts import Texts

TEXTS = Texts()


def test_every_kind_language_and_country_form_is_in_the_gallery() -> None:
    found = cases(TEXTS)
    assert {(country, kind, count) for _, country, kind, _, count in found} == {
        (country, kind, count) for country in RECIPIENTS for kind in kinds() for count in COUNTS
    }
    assert len(found) == len(set(found)) == len(RECIPIENTS) * (len(kinds()) + 1) * len(COUNTS)


def test_letters_are_written_with_their_pictures_and_linked_from_one_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = [case for case in cases(TEXTS) if case[1] in {"DE", "VN"} and case[2] == "hold"]
    monkeypatch.setattr(gallery, "cases", lambda _: few)
    made = list(make_gallery(TEXTS, tmp_path))
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert [picture.pdf for picture in made] == [f"hold_{c[0]}_{c[1]}_{c[4]}.pdf" for c in few]
    linked = set(re.findall(r'(?:href|src)="([^"#]+)"', page))
    assert {path.name for path in tmp_path.iterdir()} == linked | {"index.html"}
    assert all((tmp_path / picture.pdf).read_bytes().startswith(b"%PDF") for picture in made)
    assert [bool(picture.thumbnail) for picture in made] == [shutil.which("pdftoppm") is not None] * len(few)


def test_the_page_asks_nothing_of_the_network_and_shows_faults_and_missing_pictures() -> None:
    pictures = [
        Picture("de", "DE", "hold", "", 1, "hold_de_DE_1.pdf"),
        Picture("de", "DE", "hold", "", 3, "", fault="<no> text"),
    ]
    page = gallery_page(pictures)
    assert re.findall(r"https?:|//[a-z]|<script|@import|<link", page) == []
    assert ("&lt;no&gt; text" in page, "pdftoppm (poppler) is not installed" in page) == (True, True)
