"""The story of a table: decode, find the header, know the layout or choose the columns, read, say what was done."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from dunwell.errors import Problem
from dunwell.sources.contract import Confidence, Reading, SourceFile, Sureness, nothing_read
from dunwell.sources.decoding import Decoded, decode
from dunwell.sources.delimited import PROBLEM_COLUMN, cell_name, split
from dunwell.sources.mapping import NO_MAPPING, Mapping, mapping_of
from dunwell.sources.noticing import UNUSED
from dunwell.sources.reading import raw_file, read_raw
from dunwell.sources.rows import COLUMNS, KINDS, Kind, Options, Parsed, RawFile
from dunwell.sources.tabular import ageing, layouts
from dunwell.sources.tabular.choosing import Choice, choose, choose_by, matched
from dunwell.sources.tabular.drafting import draft
from dunwell.sources.tabular.header import Located, locate
from dunwell.sources.tabular.shaping import INVOICE_CUSTOMER
from dunwell.sources.tabular.words import folded
from dunwell.sources.terms import terms_days

_BY_HEADERS = "its headers"
_NOT_TEXT = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x7fELF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")


@dataclass(frozen=True, slots=True)
class Understood:
    """What a file was taken for, before its rows are read.

    ``fingerprint`` names the layout: the same for every file with the same headers. ``draft`` is the mapping as TOML,
    to be kept or corrected. With ``problems`` nothing can be read before somebody says more.
    """

    raw: RawFile
    layout: str
    sureness: Sureness
    mapping: Mapping
    fingerprint: str
    draft: str = ""
    why: str = ""
    titles: tuple[str, ...] = ()
    notices: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()


def recognise(name: str, head: bytes) -> Confidence | None:
    """Take any text for a table, if nothing else claims it."""
    if head.startswith(_NOT_TEXT) or head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<?xml", b"<", b"{", b"[")):
        return None
    suffix = name.lower().rpartition(".")[2]
    is_named = suffix in ("csv", "tsv", "tab", "gz") or name.endswith("]")
    return Confidence("possible", "a table", "its name" if is_named else "it is text")


def read(file: SourceFile, options: Options) -> Reading:
    """Read a table whose layout the file itself shows."""
    understood = understand(file, options)
    return nothing_read(file.name, understood) if isinstance(understood, Problem) else reading_of(understood, options)


def understand(file: SourceFile, options: Options, mapping: Mapping | None = None) -> Understood | Problem:
    """Find out what ``file`` is; ``mapping`` decides it if given."""
    if mapping is not None:
        raw = raw_file(file.content, file.name, mapping, options)
        if isinstance(raw, Problem):
            return raw
        return Understood(raw, f"the mapping {mapping.name}", "certain", mapping, fingerprint(raw.columns))
    decoded = decode(file.content, file.name, None, options.limits)
    if isinstance(decoded, Problem):
        return decoded
    located = locate(decoded.text, _is_header)
    raw = _split(decoded, located, file.name, options)
    return raw if isinstance(raw, Problem) else _understood(raw, located, options)


def _is_header(word: str) -> bool:
    return layouts.is_known(word) or ageing.is_bucket(word)


def read_as(file: SourceFile, mapping: Mapping, before: Understood, options: Options) -> Understood | Problem:
    """Read a file, whose header was found ``before``, by a mapping that somebody chose for its layout."""
    raw = replace(before.raw, source=file.name)
    if mapping.encoding is not None or mapping.skip_rows:
        return understand(file, options, mapping)
    return replace(before, raw=raw, layout=f"the mapping {mapping.name}", mapping=mapping, draft="", problems=())


def reconsidered(understood: Understood, options: Options) -> Understood:
    """Choose the columns again where the other files of the import matter: a status is no payment beside payments."""
    if (
        understood.sureness != "likely"
        or (options.statuses_say_paid and not options.knows_nobody)
        or not understood.draft
    ):
        return understood
    choice = choose(understood.raw, understood.titles, options)
    return understood if choice is None else _chosen(understood.raw, understood.fingerprint, choice)


def answered(understood: Understood, kind: Kind, columns: dict[str, str], options: Options) -> Understood:
    """Take the columns that a person named."""
    choice = choose_by(understood.raw, understood.titles, replace(options, kind=kind), kind, columns)
    return _chosen(understood.raw, understood.fingerprint, choice)


def without_rows(understood: Understood) -> Understood:
    """Let go of the text and the cells of a file that has been read: there may be many files in one import."""
    return replace(understood, raw=replace(understood.raw, text="", cells=understood.raw.cells.clear()))


def own_kinds(columns: tuple[str, ...]) -> set[Kind]:
    """Return the kinds whose required columns are all among canonical ``columns``."""
    names = {name.strip().lower() for name in columns}
    return {kind for kind in KINDS if {column.name for column in COLUMNS[kind] if column.required} <= names}


def needs_invoices(understood: Understood) -> bool:
    """Tell whether the file has payments that name their invoice only."""
    sources = [source.column for table in understood.mapping.tables for source in table.columns.values()]
    return INVOICE_CUSTOMER in sources


def columns_of(understood: Understood) -> dict[str, dict[str, str]]:
    """Return by table which header each canonical column comes from."""
    if understood.mapping == NO_MAPPING:
        return {}
    return {
        f"{table.kind} {number}" if number > 1 else str(table.kind): {
            name: source.column for name, source in table.columns.items() if source.column
        }
        for number, table in enumerate(understood.mapping.tables, 1)
    }


def terms_of(understood: Understood) -> dict[str, int]:
    """Return the days to pay that a list of customers names, by account number."""
    found = matched(understood.raw.columns, "invoices")
    if "terms" not in found or "account_number" not in found or "invoice_number" in found:
        return {}
    cells = [cell_name(understood.raw.columns.index(found[name])) for name in ("account_number", "terms")]
    rows = understood.raw.cells.select(cells).drop_nulls().iter_rows()
    return {number: days for number, text in rows if (days := terms_days(text)) is not None}


def _split(decoded: Decoded, located: Located | None, name: str, options: Options) -> RawFile | Problem:
    if located is None:
        return split(decoded, name, 0, None, options)
    text = replace(decoded, text=located.text)
    return split(text, name, located.skip, located.delimiter, options)


def fingerprint(columns: tuple[str, ...]) -> str:
    """Name a layout by its headers, whatever their order, case and punctuation; rejects have that of their file."""
    if columns and columns[-1] == PROBLEM_COLUMN:
        columns = columns[:-1]
    return sha256("\n".join(sorted(filter(None, map(folded, columns)))).encode()).hexdigest()[:16]


def _understood(raw: RawFile, located: Located | None, options: Options) -> Understood:
    mark = fingerprint(raw.columns)
    if _is_canonical(raw.columns, options.kind):
        return Understood(raw, "Dunwell's own columns", "certain", NO_MAPPING, mark)
    titles = located.titles if located else ()
    layout = layouts.find(raw.columns)
    if layout is not None:
        notices = _told(raw, (layout.note,) if layout.note else ())
        return Understood(raw, layout.name, "certain", layout.mapping, mark, why=_BY_HEADERS, notices=notices)
    report = ageing.aged(raw, titles, options)
    if report is not None:
        return _aged(report, mark)
    choice = choose(raw, titles, options)
    found = _unknown(raw, mark) if choice is None else _chosen(raw, mark, choice)
    return replace(found, titles=titles)


def _aged(report: ageing.Aged, mark: str) -> Understood:
    """Take an aged report; it has no draft of a mapping, since its items are in no column of the file."""
    if report.choice is None:
        return Understood(report.raw, "an aged report", "possible", NO_MAPPING, mark, problems=report.problems)
    mapping, problems = mapping_of(report.choice.mapping, "an aged report")
    layout = "opening balances of an aged report"
    return Understood(report.raw, layout, "likely", mapping or NO_MAPPING, mark, why=_BY_HEADERS, problems=problems)


def _is_canonical(columns: tuple[str, ...], kind: Kind | None) -> bool:
    found = own_kinds(columns)
    return kind in found if kind else bool(found)


def _unknown(raw: RawFile, mark: str) -> Understood:
    headers = ", ".join(f'"{name}"' for name in raw.columns[:12] if name)
    message = f"The columns are not those of customers, invoices, payments or events: {headers}."
    hint = "Leave the file out, or name its columns in a mapping: --map FILE.toml."
    problem = Problem(raw.source, raw.head_lines, "", message, hint)
    return Understood(raw, "unknown", "possible", NO_MAPPING, mark, problems=(problem,))


def _chosen(raw: RawFile, mark: str, choice: Choice) -> Understood:
    data = _without_empty(choice.mapping)
    if choice.missing:
        message = f"This looks like {choice.kind}, but no column says the {', the '.join(choice.missing)}."
        hint = f"Name it in a mapping (--map FILE.toml; a draft is shown), or say what it is (--kind {_kinds(choice)})."
        problem = Problem(raw.source, raw.head_lines, "", message, hint)
        return Understood(raw, f"perhaps {choice.kind}", "possible", NO_MAPPING, mark, draft(data), problems=(problem,))
    mapping, problems = mapping_of(data, f"{choice.kind} by their headers")
    layout = f"{choice.kind} by the words of their headers"
    notices = _told(raw, choice.notices)
    return Understood(
        raw, layout, "likely", mapping or NO_MAPPING, mark, draft(data), notices=notices, problems=problems
    )


def _kinds(choice: Choice) -> str:
    return " or ".join(kind for kind in ("customers", "invoices", "payments") if kind != choice.kind)


def _told(raw: RawFile, texts: tuple[str, ...]) -> tuple[Problem, ...]:
    return tuple(Problem(raw.source, raw.head_lines, "", text) for text in texts)


def _without_empty(value: Any) -> Any:
    """Take out what says nothing, so that the draft is short; empty lists of columns mean something and stay."""
    if isinstance(value, dict):
        return {key: _without_empty(item) for key, item in value.items() if item not in ({}, "", None)}
    return [_without_empty(item) for item in value] if isinstance(value, list) else value


def reading_of(understood: Understood, options: Options) -> Reading:
    """Read the rows of a file that was understood."""
    raw = understood.raw
    if understood.problems:
        return replace(nothing_read(raw.source, *understood.problems), notices=understood.notices)
    parsed = read_raw(raw, understood.mapping, replace(options, name=raw.source))
    return _as_reading(parsed, understood)


def _as_reading(parsed: Parsed, understood: Understood) -> Reading:
    own = understood.mapping == NO_MAPPING
    recognised = parsed.recognised if own or not parsed.tables else f"{parsed.recognised}: {understood.layout}"
    return Reading(
        source=parsed.source,
        recognised=recognised,
        tables=tuple(table for table in parsed.tables if own or table.frame.height) or parsed.tables[:1],
        problems=parsed.problems,
        notices=tuple(dict.fromkeys((*understood.notices, *_worth_saying(parsed, understood)))),
        rejects=parsed.rejects,
        rows=parsed.rows,
        rejected_lines=parsed.rejected_lines,
        currency=parsed.currency,
        raw=parsed.raw,
    )


def _worth_saying(parsed: Parsed, understood: Understood) -> Iterator[Problem]:
    """Leave out that columns are not used, where nobody chose them: a layout of a program has dozens."""
    is_ours = understood.why == _BY_HEADERS
    return (n for n in parsed.notices if not (is_ours and n.message.startswith(UNUSED)))
