"""What a file's columns are, as a person points at them: one question for each column, the rest recognised.

The answer becomes a mapping like one written by hand and is kept for the layout, so that it is asked once.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dunwell.errors import Problem, UsageError
from dunwell.runs.uploads import Upload, look_anew, name_in
from dunwell.sources.contract import SourceFile
from dunwell.sources.delimited import cell_name
from dunwell.sources.mapping import parse_mapping
from dunwell.sources.rows import Kind, Options
from dunwell.sources.tabular import choosing, reader
from dunwell.sources.tabular.drafting import draft
from dunwell.sources.tabular.lacking import missing
from dunwell.sources.tabular.reader import Understood
from dunwell.sources.unpacking import unpack

KINDS: tuple[Kind, ...] = ("customers", "invoices", "payments")
SAMPLE_ROWS = 6

FIELDS: Mapping[Kind, tuple[str, ...]] = {
    "customers": (
        "account_number", "name", "email", "street", "postcode", "city", "country", "phone", "contact_name",
        "language", "party_type", "segment", "currency", "credit_limit",
    ),
    "invoices": (
        "invoice_number", "account_number", "name", "issued_on", "due_on", "terms", "amount", "open_amount",
        "paid_amount", "settled_on", "status", "currency", "order_number", "delivered_on", "debit", "credit",
        "description",
    ),
    "payments": (
        "payment_reference", "account_number", "name", "invoice_number", "paid_on", "amount", "currency",
    ),
}  # fmt: skip
"""What a column of a table may be, the necessary first."""

DATE_ORDERS: Mapping[str, tuple[str, ...]] = {
    "dmy": ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%d/%m/%y", "%d-%m-%y", "%d %b %Y", "%d %B %Y"),
    "mdy": ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%m-%d-%y"),
    "ymd": ("%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"),
}
_ISO = "%Y-%m-%d"
_THOUSANDS = {",": ".", ".": ","}


@dataclass(frozen=True, slots=True)
class Layout:
    """A table to be pointed at: its headers, its first rows as they stand, and what was guessed."""

    understood: Understood = field(repr=False)
    name: str
    kind: Kind
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    guessed: Mapping[str, str]

    @property
    def currency(self) -> str:
        """The currency that the file itself names, if it does."""
        return str(tomllib.loads(self.understood.draft).get("currency", "")) if self.understood.draft else ""


@dataclass(frozen=True, slots=True)
class Pointed:
    """What somebody said of a table: its kind, the header of each column that matters, and how it is written.

    ``date_order`` (``dmy``, ``mdy``, ``ymd``) and ``decimal`` (``,`` or ``.``) are empty where the file decides.
    """

    kind: Kind
    columns: Mapping[str, str]
    date_order: str = ""
    decimal: str = ""
    currency: str = ""


def layout_of(upload: Upload, source: str, kind: str) -> Layout:
    """Return one table of an upload as it would be understood; raises ``UsageError`` where it is none."""
    options = _options(upload)
    understood = reader.understand(_file(upload, source, options), options)
    if isinstance(understood, Problem):
        raise UsageError(f"{understood.message} {understood.suggestion}")
    raw = understood.raw
    headers = tuple(name for name in raw.columns if name)
    chosen = kind if kind in KINDS else _likeliest(headers)
    cells = [cell_name(raw.columns.index(header)) for header in headers]
    rows = tuple(tuple(text or "" for text in row) for row in raw.cells.select(cells).head(SAMPLE_ROWS).iter_rows())
    found = {name: header for name, header in choosing.matched(headers, _kind(chosen)).items() if header}
    return Layout(understood, raw.source, _kind(chosen), headers, rows, found)


def _options(upload: Upload) -> Options:
    return Options(currency=upload.workspace.currency, country=upload.workspace.creditor.country)


def _kind(name: str) -> Kind:
    return next(kind for kind in KINDS if kind == name)


def _likeliest(headers: Sequence[str]) -> Kind:
    """The kind that lacks least, and of those the one that recognises most columns; invoices where nothing tells."""
    found = {kind: choosing.matched(headers, kind) for kind in ("invoices", "payments", "customers")}
    if not any(found.values()):
        return "invoices"
    ranked = sorted(found, key=lambda kind: (len(missing(_kind(kind), found[kind])), -len(found[kind])))
    return _kind(ranked[0])


def _file(upload: Upload, source: str, options: Options) -> SourceFile:
    for file in unpack(upload.files, options.limits).files:
        if name_in(upload, file.name if isinstance(file.content, bytes) else str(file.content)) == source:
            return file
    raise UsageError("This file is not among those handed over any more.")


def point(upload: Upload, layout: Layout, pointed: Pointed) -> None:
    """Keep what was pointed out for this layout; raises ``UsageError`` that says what is still missing."""
    lacking = missing(pointed.kind, pointed.columns, is_said=True)
    if lacking:
        raise UsageError(f"Still missing: the column with the {', and the one with the '.join(lacking)}.")
    answered = reader.answered(layout.understood, pointed.kind, dict(pointed.columns), _options(upload))
    text = draft(_as_said(tomllib.loads(answered.draft), pointed))
    mapping, problems = parse_mapping(text, "pointed")
    if mapping is None or answered.problems:
        raise UsageError(" ".join(str(problem) for problem in (*answered.problems, *problems)))
    (upload.pointed / f"{layout.understood.fingerprint}.toml").write_text(text, encoding="utf-8")
    look_anew(upload)


def _as_said(mapping: dict[str, Any], pointed: Pointed) -> dict[str, Any]:
    """Write into a mapping how dates and amounts are written, where somebody said so."""
    said = dict(mapping)
    if pointed.currency:
        said["currency"] = pointed.currency
    if pointed.date_order:
        said["date_format"] = [_ISO, *DATE_ORDERS[pointed.date_order]]
    if pointed.decimal:
        orders = [pointed.date_order] if pointed.date_order else ["dmy"]
        said["formats"] = "stated"
        said["decimal"], said["thousands"] = pointed.decimal, _THOUSANDS[pointed.decimal]
        said["date_format"] = [_ISO, *(pattern for order in orders for pattern in DATE_ORDERS[order])]
    return said
