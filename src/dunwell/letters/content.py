"""The content model of a letter: localised plain strings in blocks, five parts in a fixed order (product §3).

PDF, e-mail and annexes are made from this and from nothing else. No string here is markup: whatever a name
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
    ``annexes_label`` heads the list of annexes; ``email_note`` tells the reader of an e-mail that the letter is
    attached; ``pair`` is how a label and its value are written in running text (French sets a blank before the colon).
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
    annexes_label: str = ""
    email_note: str = ""
    pair: str = "{label}: {value}"


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that rides with the letter as a file: its name in the workspace, and what it is to the reader."""

    file_name: str
    title: str


@dataclass(frozen=True, slots=True)
class SlipPart:
    """One heading of a Swiss payment slip and the lines below it."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SwissSlip:
    """A Swiss QR-bill: the receipt at the left, the payment part at the right (SIX implementation guidelines 2.3).

    ``receipt`` and ``details`` are their texts, ``currency`` and ``amount`` heading and value, ``words`` the fixed
    words of the form by their English names. ``payload`` is the text inside the QR code.
    """

    payload: str
    receipt: tuple[SlipPart, ...]
    details: tuple[SlipPart, ...]
    currency: tuple[str, str]
    amount: tuple[str, str]
    words: dict[str, str]
    alt: str


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form to fill in: ``name`` is the same in every language, ``lines`` how tall it is."""

    name: str
    label: str
    lines: int = 1
    half: bool = False


@dataclass(frozen=True, slots=True)
class Annex:
    """One annex of a letter: ``mark`` is what stands on it ("Annex 2"), ``title`` what the list calls it.

    What it shows is one of: ``blocks`` that we write, ``papers`` that are copies of files, a Swiss payment ``slip``, a
    sheet with an ``address`` for a window envelope, the ``fields`` of a form.
    """

    kind: str
    number: int
    mark: str
    title: str
    blocks: tuple[Block, ...] = ()
    papers: tuple[Paper, ...] = ()
    slip: SwissSlip | None = None
    address: tuple[str, ...] = ()
    fields: tuple[FormField, ...] = ()


@dataclass(frozen=True, slots=True)
class LetterContent:
    """A whole letter, ready to be typeset; ``region`` is the country form of its language (GB, US, CH).

    ``reference`` names the letter in its e-mail.
    """

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
    annexes: tuple[Annex, ...] = ()
    reference: str = ""
