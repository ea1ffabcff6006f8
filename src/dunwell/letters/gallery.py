"""The gallery: every kind of letter in every language and country form, on one page that a person looks over.

It is made from sample facts, so that texts and layouts can be judged before any customer sees them.
"""

import html
import io
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pypdf import PdfReader

from dunwell.errors import RenderError
from dunwell.letters.compose import compose
from dunwell.letters.lint_samples import shapes
from dunwell.letters.render import render_pdf
from dunwell.letters.sample import RECIPIENTS, sample_facts
from dunwell.letters.texts import Texts

COUNTS = (1, 3)
"""How many invoices the sample letters list."""

_DPI = 60
_SECONDS_MAX = 60
_STYLE = Path(__file__).parent / "layouts" / "gallery.css"


@dataclass(frozen=True, slots=True)
class Picture:
    """One letter of the gallery: what it is, its file, its first page as a picture ("" without pdftoppm)."""

    language: str
    country: str
    kind: str
    step: str
    invoices: int
    pdf: str
    thumbnail: str = ""
    fault: str = ""
    pages: int = 1

    @property
    def title(self) -> str:
        """The kind, or the step of the ladder that a kind with several is for."""
        return self.step or self.kind


def cases(texts: Texts) -> list[tuple[str, str, str, str, int]]:
    """Return language, country, kind, step and number of invoices of every letter of the gallery."""
    return [
        (RECIPIENTS[country].language, country, kind, step, invoices)
        for kind, step in shapes()
        for country in sorted(RECIPIENTS, key=lambda code: (RECIPIENTS[code].language, code))
        for invoices in COUNTS
        if texts.path_of(RECIPIENTS[country].language, kind)
    ]


def make_gallery(texts: Texts, folder: Path) -> Iterator[Picture]:
    """Write a PDF and a picture of each letter into ``folder``, then ``index.html``; yields each letter once made."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = []
    for case in cases(texts):
        picture = _picture(texts, folder, case)
        pictures.append(picture)
        yield picture
    (folder / "index.html").write_text(gallery_page(pictures), encoding="utf-8")


def can_picture() -> bool:
    """Tell whether poppler's pdftoppm, which makes the pictures, is on this machine."""
    return shutil.which("pdftoppm") is not None


def _picture(texts: Texts, folder: Path, case: tuple[str, str, str, str, int]) -> Picture:
    language, country, kind, step, invoices = case
    stem = f"{step or kind}_{language}_{country}_{invoices}"
    try:
        pdf = render_pdf(compose(sample_facts(kind, country, step, invoices), texts))
    except RenderError as error:
        return Picture(*case, pdf="", fault=str(error))
    path = folder / f"{stem}.pdf"
    path.write_bytes(pdf)
    pages = len(PdfReader(io.BytesIO(pdf)).pages)
    return Picture(*case, pdf=path.name, thumbnail=_thumbnail(path), pages=pages)


def _thumbnail(pdf: Path) -> str:
    """Picture the first page beside the PDF; return the picture's name, "" where that is not possible."""
    if not can_picture():
        return ""
    stem = pdf.with_suffix("")
    command = ["pdftoppm", "-png", "-gray", "-r", str(_DPI), "-f", "1", "-l", "1", "-singlefile", str(pdf), str(stem)]
    done = subprocess.run(command, check=False, capture_output=True, timeout=_SECONDS_MAX)  # noqa: S603 - fixed words and our own paths
    return f"{stem.name}.png" if done.returncode == 0 else ""


def gallery_page(pictures: list[Picture]) -> str:
    """Return the page: one section per kind, one row per number of invoices, one picture per language and country."""
    kinds = {title: list(group) for title, group in groupby(pictures, key=lambda picture: picture.title)}
    links = " ".join(f'<a href="#{title}">{_words(title)}</a>' for title in kinds)
    sections = "\n".join(_section(title, group) for title, group in kinds.items())
    note = "" if any(p.thumbnail for p in pictures) else "<p>No pictures: pdftoppm (poppler) is not installed.</p>"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Letters</title><style>{_style()}</style></head><body>"
        f"<header><h1>{len(pictures)} letters from sample facts</h1><nav>{links}</nav>{note}</header>"
        f"<main>{sections}</main></body></html>\n"
    )


def _section(title: str, pictures: list[Picture]) -> str:
    rows = "".join(
        f'<h3>{count} {"invoice" if count == 1 else "invoices"}</h3><div class="row">'
        + "".join(_figure(picture) for picture in pictures if picture.invoices == count)
        + "</div>"
        for count in COUNTS
    )
    return f'<section id="{title}"><h2>{_words(title)}</h2>{rows}</section>'


def _figure(picture: Picture) -> str:
    name = f"{picture.language}-{picture.country}"
    length = f", {picture.pages} pages" if picture.pages > 1 else ""
    caption = f"<figcaption>{name}{length}</figcaption>"
    if picture.fault:
        return f'<figure class="fault">{caption}<p>{html.escape(picture.fault)}</p></figure>'
    alt = html.escape(f"{_words(picture.title)}, {name}")
    shown = f'<img src="{picture.thumbnail}" alt="{alt}" loading="lazy">' if picture.thumbnail else "PDF"
    return f'<figure><a href="{picture.pdf}">{shown}</a>{caption}</figure>'


def _words(title: str) -> str:
    return html.escape(title.replace("_", " ").capitalize())


def _style() -> str:
    return _STYLE.read_text(encoding="utf-8")
