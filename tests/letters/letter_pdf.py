"""Helpers to look into a PDF: text, boxes of words in millimetres, images of pages."""

import io
import re
import unicodedata
from dataclasses import dataclass

import zxingcpp
from PIL import Image
from pypdf import PdfReader

from dunwell.letters.compose import compose
from dunwell.letters.facts import LetterFacts
from dunwell.letters.render import render_pdf
from dunwell.letters.texts import Texts

MM_PER_POINT = 25.4 / 72
TEXTS = Texts()


@dataclass(frozen=True)
class Piece:
    """A piece of text on a page: its baseline's start in mm from the top left corner, and its size in points."""

    text: str
    x: float
    y: float
    size: float


def pdf_of(facts: LetterFacts) -> bytes:
    return render_pdf(compose(facts, TEXTS))


def text_of(pdf: bytes) -> str:
    """Return the text of all pages as it would be copied, blanks collapsed, invisible breaks dropped."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    joined = unicodedata.normalize("NFC", "\n".join(pages)).replace("\u200b", "").replace("\u00ad", "")
    return re.sub(r"[\s\u00a0\u202f]+", " ", joined)


def pieces_of(pdf: bytes, page_number: int = 0) -> list[Piece]:
    """Return the pieces of text of a page with their places."""
    page = PdfReader(io.BytesIO(pdf)).pages[page_number]
    height = float(page.mediabox.height)
    found: list[Piece] = []

    def visit(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        if text.strip():
            x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
            found.append(Piece(text.strip(), x * MM_PER_POINT, (height - y) * MM_PER_POINT, size))

    page.extract_text(visitor_text=visit)
    return found


def codes_on(png: bytes) -> list[str]:
    """Read every QR code on a picture."""
    return [result.text for result in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))]
