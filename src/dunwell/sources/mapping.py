"""Mapping files: how a foreign file's columns and habits become canonical tables (docs/guide/import.md).

A mapping is TOML. Without ``[[table]]`` blocks it describes one table, and canonical columns it does not
mention are taken by their own names; with them, one file feeds several tables and only what is written is
taken. Everything wrong in a mapping is reported at once, with its line.
"""

import re
import tomllib
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, cast

from dunwell.errors import Problem
from dunwell.money import is_currency
from dunwell.sources.nearest import one_of
from dunwell.sources.rows import COLUMNS, KINDS, Kind

NegativeForm = Literal["parentheses", "trailing_minus"]
Rounding = Literal["half_up", "half_even"]
Duplicates = Literal["conflict", "first"]


@dataclass(frozen=True, slots=True)
class Format:
    """How a file writes amounts and dates. The defaults are the canonical format.

    ``date_formats`` are tried in order (``%Y-%m-%d`` when there are none); ``round_amounts`` rounds surplus
    decimals to the currency's own, for amounts that went through binary floating point: ``half_up`` as
    bookkeepers do, or ``half_even`` as much software does.
    """

    decimal: str = "."
    thousands: str = ""
    currency_signs: tuple[str, ...] = ()
    negative_forms: tuple[NegativeForm, ...] = ()
    date_formats: tuple[str, ...] = ()
    round_amounts: Rounding | None = None


CANONICAL = Format()


@dataclass(frozen=True, slots=True)
class ColumnFrom:
    """Where a canonical column's text comes from, and the few things that may be done to it.

    In order: ``strip_float`` takes ``.0`` off the end, ``strip_zeros`` zeros off the front, an empty cell
    becomes ``default``, ``prefix`` is put before what is not empty. ``terms`` and ``since`` name the columns
    that give a missing due date: terms such as ``Net 30``, counted from that day.
    """

    column: str
    strip_float: bool = False
    strip_zeros: bool = False
    default: str = ""
    prefix: str = ""
    terms: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class TableMap:
    """How one canonical table is taken from a file.

    ``when`` and ``unless`` choose rows by the text of foreign columns (``""``: empty). ``is_open``: columns
    of canonical name are taken without being named, unknown ones kept as extra. ``negatives`` says what
    becomes of negative amounts: ``keep`` them (an invoice then has a problem), ``drop`` them, or ``only``
    them with the sign taken off. ``early_due`` accepts invoices that are due before they were issued.
    """

    kind: Kind | None = None
    columns: AbstractMapping[str, ColumnFrom] = field(default_factory=dict)
    constants: AbstractMapping[str, str] = field(default_factory=dict)
    values: AbstractMapping[str, AbstractMapping[str, str]] = field(default_factory=dict)
    when: AbstractMapping[str, tuple[str, ...]] = field(default_factory=dict)
    unless: AbstractMapping[str, tuple[str, ...]] = field(default_factory=dict)
    extra: tuple[str, ...] = ()
    duplicates: Duplicates = "conflict"
    negatives: Literal["keep", "drop", "only"] = "keep"
    early_due: bool = False
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """What is done to the rows of a file before its tables are taken, in the order of the fields.

    ``group_heading``: a row with one filled cell names the group of the rows below it, in a new column of this name.
    ``leave_out_totals`` leaves out rows that add others up. ``fill_down`` repeats what stands only in the first row of
    a group. ``derive`` adds columns that are sums of others (``-Paid`` subtracts), ``first_of`` columns that take the
    first filled one of several. ``fold_by`` makes one row of those with the same text there, adding up ``fold_sum``.
    ``recognise`` decides from the whole file how dates and amounts are written, instead of being told.
    """

    group_heading: str = ""
    leave_out_totals: bool = False
    fill_down: tuple[str, ...] = ()
    recognise: bool = False
    derive: AbstractMapping[str, tuple[str, ...]] = field(default_factory=dict)
    first_of: AbstractMapping[str, tuple[str, ...]] = field(default_factory=dict)
    fold_by: str = ""
    fold_sum: tuple[str, ...] = ()

    def names(self) -> list[str]:
        """Return the headers that the shape makes use of."""
        parts = [part.lstrip("-+") for parts in self.derive.values() for part in parts]
        firsts = [name for names in self.first_of.values() for name in names]
        return [*parts, *firsts, *self.fill_down, *filter(None, [self.fold_by]), *self.fold_sum]


NO_SHAPE = Shape()


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping file as values; :data:`NO_MAPPING` reads a canonical file.

    ``tells_left_out``: nobody chose which rows to take, so those that feed nothing are told of.
    """

    name: str = ""
    tables: tuple[TableMap, ...] = (TableMap(is_open=True),)
    format: Format = CANONICAL
    encoding: str | None = None
    delimiter: str | None = None
    skip_rows: int = 0
    currency: str | None = None
    shape: Shape = NO_SHAPE
    tells_left_out: bool = False


NO_MAPPING = Mapping()

_FILE_KEYS: dict[str, type] = {
    "encoding": str, "delimiter": str, "skip_rows": int, "currency": str, "date_format": list, "decimal": str,
    "thousands": str, "currency_signs": list, "negative_forms": list, "round_amounts": str, "table": list,
    "formats": str, "group_heading": str, "total_rows": str, "fill_down": list, "derive": dict, "first_of": dict,
    "fold": dict,
}  # fmt: skip
_TABLE_KEYS: dict[str, type] = {
    "kind": str, "columns": dict, "constants": dict, "values": dict, "when": dict, "unless": dict,
    "extra": list, "duplicates": str, "negative_invoices": str, "due_before_issue": str,
}  # fmt: skip
_COLUMN_KEYS: dict[str, type] = {
    "column": str, "strip_float": bool, "strip_zeros": bool, "default": str, "prefix": str, "terms": str, "from": str,
}  # fmt: skip
_CHOICES = {
    "kind": KINDS,
    "duplicates": ("conflict", "first"),
    "negative_invoices": ("problem", "credit_note"),
    "due_before_issue": ("problem", "accept"),
    "decimal": (".", ","),
    "round_amounts": ("half_up", "half_even"),
    "formats": ("stated", "recognise"),
    "total_rows": ("keep", "leave_out"),
}
_FOLD_KEYS: dict[str, type] = {"by": str, "sum": list}
_TYPE_NAMES = {str: "text", int: "a whole number", list: "a list", dict: "a table", bool: "true or false"}
_DATE_CODES = frozenset({"%Y", "%y", "%m", "%b", "%B", "%d", "%H", "%M", "%S"})
_DATE_PARTS = (("%Y", "%y"), ("%m", "%b", "%B"), ("%d",))
MAPPING_KEYS = frozenset(_FILE_KEYS) | frozenset(_TABLE_KEYS) | frozenset(_COLUMN_KEYS) | frozenset(_FOLD_KEYS)
"""Every key a mapping may have; the documentation names each."""


def read_mapping(path: Path) -> tuple[Mapping | None, tuple[Problem, ...]]:
    """Read a mapping file; with problems there is no mapping."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        return None, (Problem(path.name, 0, "", f"The mapping cannot be read: {error}.", "It must be UTF-8 text."),)
    return parse_mapping(text, path.name)


def parse_mapping(text: str, name: str) -> tuple[Mapping | None, tuple[Problem, ...]]:
    """Read the TOML ``text`` of a mapping called ``name``; with problems there is no mapping."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, (_syntax_problem(name, str(error)),)
    return mapping_of(data, name, text)


def mapping_of(data: dict[str, Any], name: str, text: str = "") -> tuple[Mapping | None, tuple[Problem, ...]]:
    """Read a mapping that is TOML already; ``text`` is what it was read from, for the lines of problems."""
    reader = _Reader(name, text.split("\n"), [])
    mapping = reader.mapping(data)
    return (None if reader.problems else mapping), tuple(sorted(reader.problems))


def _syntax_problem(name: str, message: str) -> Problem:
    found = re.search(r"line (\d+)", message)
    return Problem(name, int(found[1]) if found else 0, "", f"This is not TOML: {message}.", "See the guide.")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads parsed TOML and gathers problems, each on the line where its key stands."""

    name: str
    lines: list[str]
    problems: list[Problem]

    def mapping(self, data: dict[str, Any]) -> Mapping:
        flat = "table" not in data
        self._check_keys(data, _FILE_KEYS | _TABLE_KEYS if flat else _FILE_KEYS, 0)
        blocks = [data] if flat else [b for b in _list(data.get("table")) if isinstance(b, dict)]
        tables = [
            part
            for number, block in enumerate(blocks, 0 if flat else 1)
            for part in self._tables(block, number, flat=flat)
        ]
        currency = data.get("currency")
        if isinstance(currency, str) and not is_currency(currency):
            self._report(0, "currency", f'"{currency}" is no ISO 4217 currency code.', "Write for example EUR.")
        return Mapping(
            name=self.name,
            tables=tuple(tables),
            format=self._format(data),
            encoding=data.get("encoding"),
            delimiter=self._delimiter(data),
            skip_rows=max(0, cast("int", data.get("skip_rows", 0))) if _is(data.get("skip_rows", 0), int) else 0,
            currency=currency,
            shape=self._shape(data),
        )

    def _shape(self, data: dict[str, Any]) -> Shape:
        fold = _dict(data, "fold")
        self._check_keys(fold, _FOLD_KEYS, 0)
        return Shape(
            group_heading=str(data.get("group_heading", "")),
            leave_out_totals=data.get("total_rows") == "leave_out",
            fill_down=self._texts(data, "fill_down", 0),
            recognise=data.get("formats") == "recognise",
            derive={name: self._texts(_dict(data, "derive"), name, 0) for name in _dict(data, "derive")},
            first_of={name: self._texts(_dict(data, "first_of"), name, 0) for name in _dict(data, "first_of")},
            fold_by=str(fold.get("by", "")),
            fold_sum=self._texts(fold, "sum", 0),
        )

    def _report(self, block: int, key: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.name, self._line(block, key), key, message, hint))

    def _line(self, block: int, key: str) -> int:
        """Return the line of ``key`` in the ``block``-th ``[[table]]`` (0: before the first), else of the block."""
        starts = [i for i, line in enumerate(self.lines, 1) if re.match(r"\s*\[\[\s*table\s*\]\]", line)]
        first = starts[block - 1] if 0 < block <= len(starts) else 1
        last = starts[block] - 1 if block < len(starts) else len(self.lines)
        named = re.compile(rf"(?:^|[\s{{,\[.])[\"']?{re.escape(key)}[\"']?\s*(?:=|\])")
        found = (i for i in range(first, last + 1) if named.search(self.lines[i - 1]))
        return next(found, first)

    def _check_keys(self, data: dict[str, Any], keys: dict[str, type], block: int) -> None:
        for key, value in data.items():
            if key not in keys:
                self._report(block, key, "A mapping has no such key.", one_of(key, keys))
            elif not _is(value, keys[key]) and not (key == "date_format" and isinstance(value, str)):
                self._report(block, key, f"This must be {_TYPE_NAMES[keys[key]]}.")
            elif key in _CHOICES and value not in _CHOICES[key]:
                self._report(block, key, f'"{value}" is not a choice here.', one_of(str(value), _CHOICES[key]))

    def _delimiter(self, data: dict[str, Any]) -> str | None:
        delimiter = data.get("delimiter")
        if isinstance(delimiter, str) and (len(delimiter) != 1 or delimiter in '"\n\r\0 '):
            self._report(0, "delimiter", "The delimiter must be one character, not a space or quote.")
            return None
        return delimiter

    def _format(self, data: dict[str, Any]) -> Format:
        made = Format(
            decimal=str(data.get("decimal", ".")),
            thousands=str(data.get("thousands", "")),
            currency_signs=self._texts(data, "currency_signs", 0),
            negative_forms=cast("tuple[NegativeForm, ...]", self._texts(data, "negative_forms", 0)),
            date_formats=self._texts(data, "date_format", 0),
            round_amounts=cast("Rounding | None", data.get("round_amounts")),
        )
        if len(made.thousands) > 1 or made.thousands.isdigit() or made.thousands == made.decimal:
            self._report(0, "thousands", "The thousands sign must be one character, not the decimal sign.")
        for form in made.negative_forms:
            if form not in ("parentheses", "trailing_minus"):
                self._report(0, "negative_forms", f'"{form}" is not a choice here.', "parentheses, trailing_minus")
        for pattern in made.date_formats:
            unknown = set(re.findall(r"%.?", pattern, re.DOTALL)) - _DATE_CODES
            if unknown or ("%H" in pattern) != ("%M" in pattern):
                hint = f"Known are {', '.join(sorted(_DATE_CODES))}; %H and %M go together."
                self._report(0, "date_format", f'"{pattern}" is no date format.', hint)
            elif not all(any(part in pattern for part in parts) for parts in _DATE_PARTS):
                message = f'"{pattern}" does not name day, month and year.'
                self._report(0, "date_format", message, 'Write for example "%d.%m.%Y".')
        return made

    def _texts(self, data: dict[str, Any], key: str, block: int) -> tuple[str, ...]:
        values = _list(data.get(key))
        if not all(isinstance(value, str) for value in values):
            self._report(block, key, "Every value here must be text.")
        return tuple(value for value in values if isinstance(value, str))

    def _tables(self, data: dict[str, Any], block: int, *, flat: bool) -> list[TableMap]:
        """Read one block: one table, or two when its negative invoices become credit notes."""
        if not flat:
            self._check_keys(data, _TABLE_KEYS, block)
            if "kind" not in data:
                self._report(block, "kind", "A table must say its kind.", f"One of: {', '.join(KINDS)}.")
        kind = data.get("kind") if data.get("kind") in KINDS else None
        table = TableMap(
            kind=kind,
            columns=self._columns(data, block),
            constants=self._constants(data, block),
            values={key: self._text_table(value, block, key) for key, value in _dict(data, "values").items()},
            when=self._conditions(data, "when", block),
            unless=self._conditions(data, "unless", block),
            extra=self._texts(data, "extra", block),
            duplicates="first" if data.get("duplicates") == "first" else "conflict",
            early_due=data.get("due_before_issue") == "accept",
            is_open=flat,
        )
        self._check_columns(table, block)
        return self._with_credit_notes(table, data, block)

    def _columns(self, data: dict[str, Any], block: int) -> dict[str, ColumnFrom]:
        return {name: self._column(name, value, block) for name, value in _dict(data, "columns").items()}

    def _column(self, name: str, value: object, block: int) -> ColumnFrom:
        if isinstance(value, str):
            return ColumnFrom(value)
        if not isinstance(value, dict) or not isinstance(value.get("column"), str):
            self._report(block, name, "This must be a header or a table with a column.", '{ column = "..." }')
            return ColumnFrom("")
        before = len(self.problems)
        self._check_keys(value, _COLUMN_KEYS, block)
        if ("terms" in value) != ("from" in value) or ("terms" in value and name != "due_on"):
            self._report(block, name, "Terms and from go together, and only with due_on.")
        if len(self.problems) > before:
            return ColumnFrom("")
        given = {("since" if key == "from" else key): item for key, item in value.items()}
        return ColumnFrom(**given)

    def _constants(self, data: dict[str, Any], block: int) -> dict[str, str]:
        return self._text_table(_dict(data, "constants"), block, "constants")

    def _text_table(self, value: object, block: int, key: str) -> dict[str, str]:
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
            self._report(block, key, "Every value here must be text.", 'Put it in quotes: "...".')
            return {}
        return value

    def _conditions(self, data: dict[str, Any], key: str, block: int) -> dict[str, tuple[str, ...]]:
        return {column: self._texts(_dict(data, key), column, block) for column in _dict(data, key)}

    def _check_columns(self, table: TableMap, block: int) -> None:
        kinds = (table.kind,) if table.kind else KINDS
        known = {column.name: column for kind in kinds for column in COLUMNS[kind]}
        for name in (*table.columns, *table.constants, *table.values):
            if name not in known:
                self._report(block, name, "Dunwell has no such column.", one_of(name, known))
        for name, column in known.items() if table.kind else ():
            if column.required and not table.is_open and name not in table.columns and name not in table.constants:
                self._report(block, "kind", f'The table needs "{name}".', "Name its column or give a constant.")

    def _with_credit_notes(self, table: TableMap, data: dict[str, Any], block: int) -> list[TableMap]:
        if data.get("negative_invoices") != "credit_note":
            return [table]
        needed = {
            "payment_reference": "invoice_number",
            "account_number": "account_number",
            "paid_on": "issued_on",
        }
        sources = {**needed, "amount": "amount", "currency": "currency"}
        columns = {name: table.columns[old] for name, old in sources.items() if old in table.columns}
        if table.kind != "invoices" or not {*needed, "amount"} <= set(columns):
            message = "This takes an invoices table that names invoice_number, account_number, issued_on and amount."
            self._report(block, "negative_invoices", message)
        kept = {name: value for name, value in table.constants.items() if name == "currency"}
        notes = replace(
            table, kind="payments", columns=columns, constants={**kept, "kind": "credit_note"}, negatives="only",
            extra=(), values={}, is_open=False,
        )  # fmt: skip
        return [replace(table, negatives="drop"), notes]


def _is(value: object, wanted: type) -> bool:
    return isinstance(value, wanted) and not (wanted is int and isinstance(value, bool))


def _list(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _dict(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key, {})
    return value if isinstance(value, dict) else {}
