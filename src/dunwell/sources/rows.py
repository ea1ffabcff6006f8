"""The contract of the room: the canonical tables as parsed, and what reading a file gives (design §3).

Rows are Polars frames because a file may have a million of them. Keys are the natural keys as text; amounts
are int64 minor units of the row's currency; nothing here knows the database. Every frame carries ``extra``
(JSON object of the columns Dunwell does not know, null when there are none) and ``source_line`` (physical
line of the file on which the row begins, from 1).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from dunwell.errors import Problem

Kind = Literal["customers", "invoices", "payments", "events"]
"""The four canonical tables."""

KINDS: tuple[Kind, ...] = ("customers", "invoices", "payments", "events")
"""In the order in which they must go in: what a row refers to comes before the row."""

ValueType = Literal[
    "key", "text", "date", "amount", "whole", "yes_no",
    "currency", "country", "language", "party_type", "payment_kind", "event_kind",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a canonical file.

    ``required``: the column must be in the file. ``filled``: every row must have a value in it, after
    defaults.
    """

    name: str
    type: ValueType
    required: bool = False
    filled: bool = False

    @property
    def field(self) -> str:
        """Return the column's name in the parsed frame; amounts say their unit."""
        return f"{self.name}_minor" if self.type == "amount" else self.name


def _needed(name: str, value_type: ValueType) -> Column:
    return Column(name, value_type, required=True, filled=True)


COLUMNS: Mapping[Kind, tuple[Column, ...]] = {
    "customers": (
        _needed("account_number", "key"),
        _needed("name", "text"),
        Column("language", "language"),
        Column("country", "country"),
        Column("party_type", "party_type"),
        Column("segment", "text"),
        Column("email", "text"),
        Column("street", "text"),
        Column("postcode", "text"),
        Column("city", "text"),
        Column("contact_name", "text"),
        Column("salutation", "text"),
        Column("phone", "text"),
        Column("currency", "currency"),
        Column("credit_limit", "amount"),
        Column("policy", "text"),
        Column("contract_allows_hold", "yes_no"),
        Column("contract_document", "text"),
    ),
    "invoices": (
        _needed("invoice_number", "key"),
        _needed("account_number", "key"),
        Column("order_number", "text"),
        Column("issued_on", "date"),
        Column("delivered_on", "date"),
        Column("due_on", "date", required=True),
        Column("currency", "currency", filled=True),
        _needed("amount", "amount"),
        Column("description", "text"),
        Column("document", "text"),
        Column("instalment", "whole"),
    ),
    "payments": (
        _needed("payment_reference", "key"),
        _needed("account_number", "key"),
        Column("invoice_number", "key"),
        _needed("paid_on", "date"),
        Column("currency", "currency", filled=True),
        _needed("amount", "amount"),
        Column("kind", "payment_kind"),
    ),
    "events": (
        _needed("account_number", "key"),
        _needed("on", "date"),
        _needed("kind", "event_kind"),
        Column("channel", "text"),
        Column("invoice_number", "key"),
        Column("currency", "currency"),
        Column("amount", "amount"),
        Column("until_on", "date"),
        Column("step", "text"),
        Column("note", "text"),
    ),
}
"""Every canonical column; the page docs/guide/import.md explains each."""

NATURAL_KEYS: Mapping[Kind, tuple[str, ...]] = {
    "customers": ("account_number",),
    "invoices": ("invoice_number", "instalment"),
    "payments": ("account_number", "payment_reference", "invoice_number", "kind"),
    "events": ("account_number", "on", "kind", "channel", "invoice_number", "currency", "step"),
}
"""What identifies a row, so that importing it again updates it instead of doubling it.

One payment may settle several invoices: then its reference stands on several rows, one per invoice. The rows of a
reference in a file are all there is of that payment.
"""

_DTYPES: Mapping[str, type[pl.DataType]] = {
    "date": pl.Date,
    "amount": pl.Int64,
    "whole": pl.Int64,
    "yes_no": pl.Boolean,
}


def schema(kind: Kind) -> pl.Schema:
    """Return the schema of the parsed frame of ``kind``: its columns, then ``extra`` and ``source_line``."""
    fields = {column.field: _DTYPES.get(column.type, pl.String)() for column in COLUMNS[kind]}
    return pl.Schema({**fields, "extra": pl.String(), "source_line": pl.Int64()})


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what is read, each named in the message when it is hit (design §5.7)."""

    file_bytes_max: int = 1_000_000_000
    """Size of a file, after unpacking a ``.gz``."""
    rows_max: int = 10_000_000
    columns_max: int = 500
    field_chars_max: int = 100_000
    """Length of one field; longer ones reject their row."""
    key_chars_max: int = 200
    """Length of an account, invoice or payment number."""
    problems_max: int = 10_000
    """Problems listed per file; the rejects file always holds every rejected row."""
    files_max: int = 100_000
    """Files of one import, members of archives and folders counted."""
    archive_bytes_max: int = 2_000_000_000
    """Size of all members of one archive together, unpacked."""
    archive_ratio_max: int = 200
    """How many times larger than packed an archive or a spreadsheet may become."""
    archive_depth_max: int = 2
    """Archives within archives."""
    sheet_bytes_max: int = 200_000_000
    """Size of a spreadsheet (XLSX, XLS, ODS) after unpacking."""
    sheet_seconds_max: int = 300
    """Time for reading one spreadsheet."""
    xml_bytes_max: int = 500_000_000
    xml_depth_max: int = 100
    pdf_bytes_max: int = 100_000_000


Watch = Callable[[int, int, str], None]
"""Hears how much of one file is read, of how much, and of what: rows, characters or bytes, as the format counts."""
TOLD_EVERY = 2_000
"""After so many lines or entries it is told how far the reading is."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to read a file, beside its mapping.

    ``kind`` overrides the recognition by header. ``currency`` and ``country`` are the creditor's own, the
    defaults for rows that name none. ``name`` is the file's name in messages when bytes are given. ``invoices``
    (``references.INVOICE_FACTS``) tell whose a payment is that names its invoice only. ``terms`` are days to pay by
    account number, a witness where dates can be read in two ways. ``statuses_say_paid``: an invoice called paid gets
    a payment; not so where the payments come in a file of their own. ``knows_nobody``: neither the ledger nor another
    file has customers, so a list that only numbers them brings them in. ``own_names`` and ``own_tax_ids`` are the
    creditor's: an invoice of somebody else is none of ours. ``watch`` hears how far the reading of the file is.
    """

    kind: Kind | None = None
    currency: str | None = None
    country: str | None = None
    name: str = ""
    limits: Limits = field(default_factory=Limits)
    invoices: pl.DataFrame | None = field(default=None, repr=False, compare=False)
    terms: Mapping[str, int] = field(default_factory=dict, repr=False)
    statuses_say_paid: bool = True
    knows_nobody: bool = False
    own_names: tuple[str, ...] = ()
    own_tax_ids: tuple[str, ...] = ()
    watch: Watch | None = field(default=None, repr=False, compare=False)

    def tell(self, done: int, whole: int, unit: str) -> None:
        """Say how much of the file is read, and of how much, to whoever watches."""
        if self.watch is not None:
            self.watch(done, whole, unit)


@dataclass(frozen=True, slots=True)
class Table:
    """The good rows of one kind that a file holds; ``frame`` has :func:`schema` of ``kind``."""

    kind: Kind
    frame: pl.DataFrame


@dataclass(frozen=True, slots=True)
class RawFile:
    r"""A delimited file before its words mean anything: a header and rows of text.

    ``cells`` has one text column per header name (trimmed, null when empty), ``line`` (physical line on which
    the row begins) and ``lines`` (how many it takes up); rows that could not be read as cells are in
    ``broken`` instead, as (line, lines, problem). ``text`` is the whole file with its line ends made ``\n``;
    ``head_lines`` counts the lines through the header.
    """

    source: str
    text: str
    head_lines: int
    delimiter: str
    encoding: str
    columns: tuple[str, ...]
    cells: pl.DataFrame
    derived: int = 0
    """How many of ``columns``, at the end, are not in the file but made from others."""
    broken: tuple[tuple[int, int, Problem], ...] = ()
    notices: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file holds: its tables in the order of :data:`KINDS`, and everything there is to say about it.

    A row with a problem is in no table but in ``rejects``, a file of the same header plus a ``problem``
    column that can be corrected and imported again; ``None`` when there is nothing to correct row by row.
    Notices reject nothing. ``recognised`` says in one sentence what the file was taken for.
    """

    source: str
    tables: tuple[Table, ...]
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...]
    rejects: bytes | None
    recognised: str
    rows: int = 0
    """Rows in the file below the header, blank lines not counted."""
    rejected_lines: frozenset[int] = frozenset()
    """Physical lines on which rejected rows begin."""
    currency: str | None = None
    """In which currency amounts were read whose row names none."""
    raw: RawFile | None = field(default=None, repr=False)
    """The file's text, kept so that rows found wrong later can join the rejects."""


_BLOCK_ROWS = 40_000


def blocks_of(cells: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the rows of a file in blocks, at least one: what is made of them on the way fits into memory."""
    yield from cells.iter_slices(_BLOCK_ROWS) if cells.height > _BLOCK_ROWS else (cells,)


def joined(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Put blocks into one frame of whole columns, one after another: Polars would otherwise do it all at once later."""
    columns = {name: [frame.get_column(name) for frame in frames] for name in frames[0].columns}
    frames.clear()
    return pl.DataFrame([pl.concat(columns.pop(name), rechunk=True) for name in list(columns)])
