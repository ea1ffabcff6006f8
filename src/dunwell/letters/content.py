"""The content model of a letter: localised plain strings in blocks, five parts in a fixed order (product §3).

PDF, and later e-mail, are made from this and from nothing else. No string here is markup: whatever a name
contains is printed literally.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

PARTS = ("reference", "notice", "remedy", "position", "close")
"""The five parts of every letter, in their order."""

Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style."""

    text: str
    strong: bool = False
    emphasis: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``quote`` sets it apart, for a clause of the policy; ``own`` is no where others said it.

    The words of the policy are checked where the policy is, not in each letter.
    """

    runs: tuple[Run, ...]
    quote: bool = False
    own: bool = True


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short points; ``ordered`` numbers them."""

    items: tuple[tuple[Run, ...], ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A table column: ``key`` is stable across languages, ``label`` is its head.

    ``note`` names the cells' notes.
    """

    key: str
    label: str
    align: Align = "left"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell; ``note`` is a second, quieter line below the text."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A row of sums: a label over the leading columns, one string per column ("" where nothing is summed)."""

    label: str
    cells: tuple[str, ...]
    final: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its sums; ``name`` is the directive it came from.

    ``caption`` a line above it (may be empty).
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[TotalRow, ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class PaymentCode:
    """The text inside a payment QR code; ``label`` is printed below it, ``alt`` is read aloud."""

    scheme: Literal["epc", "swiss", "vietqr"]
    payload: str
    label: str
    alt: str


@dataclass(frozen=True, slots=True)
class Payment:
    """How to pay: labelled values such as IBAN and reference, and a payment code where there is one."""

    rows: tuple[tuple[str, str], ...]
    code: PaymentCode | None = None


Block = Paragraph | Bullets | Table | Payment


@dataclass(frozen=True, slots=True)
class Part:
    """One of the five parts; ``name`` is one of ``PARTS``."""

    name: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the text: letterhead, address, info block, dating, signature, page numbers.

    ``letterhead`` are the creditor's lines under its name, ``footer`` the columns of company data, ``info``
    labelled values, ``page_label`` contains ``{page}`` and ``{pages}``. ``head_left`` and ``head_right`` are
    the two columns above a Vietnamese business letter, empty elsewhere; ``head_to`` the lines below its
    opening, ``copies`` its "Nơi nhận" lines. ``subject_prefix`` ("Objet :") stands before the subject on paper only.
    """

    creditor_name: str
    letterhead: tuple[str, ...]
    return_line: str
    address: tuple[str, ...]
    info: tuple[tuple[str, str], ...]
    dated: str
    footer: tuple[tuple[str, ...], ...]
    page_label: str
    head_left: tuple[str, ...] = ()
    head_right: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    logo: bytes = b""
    head_to: tuple[str, ...] = ()
    subject_prefix: str = ""


@dataclass(frozen=True, slots=True)
class LetterContent:
    """A whole letter, ready to be typeset; ``region`` is the country form of its language (GB, US, CH)."""

    kind: str
    language: str
    region: str
    layout: str
    written_on: date
    subject: str
    opening: str
    parts: tuple[Part, ...]
    closing: str
    signature: tuple[str, ...]
    frame: Frame
