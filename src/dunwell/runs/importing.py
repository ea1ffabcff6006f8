"""Files into the ledger: find out what each is, read it, check what it refers to, write, and report everything.

What others refer to goes in first; each file goes in within one transaction. A file that only mentions customers, as
an invoice list does, adds those that are missing and leaves the others as they are.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

import polars as pl

from dunwell.errors import Problem
from dunwell.runs.cash import keep, look, renew, with_payments
from dunwell.runs.foreseen import Foreseen, foreseen
from dunwell.runs.import_watch import Track, Watched
from dunwell.runs.tolerances import matching_rules_on
from dunwell.sources import registry
from dunwell.sources.contract import SURENESS, Confidence, Document, Reading, SourceFile, Sureness, nothing_read
from dunwell.sources.mapping import NO_MAPPING, Mapping, read_mapping
from dunwell.sources.references import INVOICE_FACTS, check_references
from dunwell.sources.rows import KINDS, Kind, Options, Parsed, Table, Watch
from dunwell.sources.tabular import reader
from dunwell.sources.tabular.reader import Understood
from dunwell.sources.unpacking import unpack
from dunwell.store.bulk import writing
from dunwell.store.fingerprint import RUN
from dunwell.store.importing import MANY_ROWS, Imported, Origin, import_parsed, known_accounts, known_invoices
from dunwell.store.matches import Taking
from dunwell.store.reading import keep_columns
from dunwell.store.workspace import MAPPINGS, REJECTS, Workspace

_BANK = "dunwell.sources.bank."
_TABULAR = "dunwell.sources.tabular.reader"
_PREVIEW_ROWS = 5

Asked = Callable[[Understood, Options], Understood | None]
"""Asks a person what a file is; ``None``: nobody is there, or the person does not know."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What came of one file: its tables, its problems, and where the rejected rows were put.

    ``sureness`` says how sure it is that the file is what ``recognised`` says; ``columns`` are the headers chosen, by
    table and canonical column; ``preview`` holds the first rows as understood, ``entries`` the first entries of a
    statement (``contract.BANK_ENTRY``) that says of itself through which day it is complete
    (``bank_complete_through``), ``foreseen`` what would become of them; ``draft`` is a mapping to complete where the
    file could not be read.
    """

    source: str
    recognised: str
    imported: tuple[Imported, ...]
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...]
    rejects: Path | None
    rows: int
    sureness: Sureness | None = None
    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    preview: tuple[Table, ...] = ()
    entries: pl.DataFrame | None = None
    bank_complete_through: date | None = None
    foreseen: Foreseen | None = None
    draft: str = ""
    documents: int = 0


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What is to be imported, and how: files, folders and archives.

    ``mapping_file`` is where ``mapping`` was read from, to be remembered for the layout. ``ask`` is called where a file
    leaves doubt. With ``is_preview`` nothing is written; ``is_statement`` says that doubtful tables are bank exports.
    ``watch`` is told how far it has come.
    """

    files: tuple[Path, ...]
    mapping: Mapping | None = None
    kind: Kind | None = None
    bank_complete_through: date | None = None
    by: str = ""
    mapping_file: Path | None = None
    is_preview: bool = False
    is_statement: bool = False
    ask: Asked | None = None
    watch: Watched | None = None


@dataclass(slots=True)
class _Item:
    """One file on its way: what it is (for a format that is no table, its ``module``), and what reading it gave."""

    file: SourceFile
    understood: Understood | None = None
    reading: Reading | None = None
    sureness: Sureness | None = None
    module: str = ""


def import_files(workspace: Workspace, request: ImportRequest) -> list[FileReport]:
    """Import files, those that others refer to first; each file in one transaction.

    A file's good rows go in, the others are listed and put into a rejects file beside the workspace's ledger.
    """
    creditor = workspace.creditor
    options = Options(
        kind=request.kind,
        currency=workspace.currency,
        country=creditor.country,
        own_names=(creditor.name,),
        own_tax_ids=(creditor.tax_id,) if creditor.tax_id else (),
    )
    unpacked = unpack(request.files, options.limits)
    track = Track(request.watch, sum(file.size() for file in unpacked.files) or 1)
    items = [_looked_at(workspace, file, request, _told(options, track, file)) for file in unpacked.files]
    options = _informed(items, options)
    reports = [_report(nothing_read(problem.source, problem)) for problem in unpacked.problems]
    seen = pl.DataFrame(schema=INVOICE_FACTS)
    imported: list[tuple[_Item, FileReport]] = []
    for item in sorted(items, key=_rank):
        name, size = item.file.name, item.file.size()
        watch = track.reading(name, size)
        reading = _read(item, replace(options, invoices=_invoices_known(item, seen), watch=watch))
        if request.is_preview:
            seen = pl.concat([seen, *_facts(reading)])
            reports.append(_previewed(workspace, item, reading, track.ending("comparing", name, size)))
        else:
            imported.append((item, _import_one(workspace, item, reading, request, track.ending("writing", name, size))))
        track.done(size)
    _match_again(workspace, imported, track.ending("comparing", "bank entries that wait", 0))
    return [*reports, *(report for _, report in imported)]


def _told(options: Options, track: Track, file: SourceFile) -> Options:
    return replace(options, watch=track.looking(file.name, file.size()))


def _looked_at(workspace: Workspace, file: SourceFile, request: ImportRequest, options: Options) -> _Item:
    """Recognise a file; tables are understood at once, other formats are read when it is their turn."""
    claims = registry.claims(file)
    if request.mapping is None and not claims:
        message = "This is not a file that Dunwell can read."
        hint = "See the guide for the formats; an expert may write a mapping for a table (--map)."
        return _Item(file, reading=nothing_read(file.name, Problem(file.name, 0, "", message, hint)))
    others = [claim for claim in claims if claim[0] != _TABULAR]
    if request.mapping is None and others and (request.is_statement or others[0][1].sureness != "possible"):
        return _other_format(file, others)
    understood = _understood(workspace, file, request, options)
    if others and isinstance(understood, Understood) and understood.sureness == "possible":
        return _Item(file, reading=nothing_read(file.name, _could_be(file, others[0][1])))
    if isinstance(understood, Problem):
        return _Item(file, reading=nothing_read(file.name, understood))
    if understood.problems and request.ask is not None:
        answered = request.ask(understood, options)
        if answered is not None:
            _remember(workspace, answered.fingerprint, answered.draft, request)
            understood = answered
    return _Item(file, understood=understood, sureness=understood.sureness)


def _could_be(file: SourceFile, confidence: Confidence) -> Problem:
    why = f": {confidence.why}" if confidence.why else ""
    hint = "Say --kind statement if it is; if not, name its columns in a mapping (--map)."
    return Problem(file.name, 0, "", f"This could be a {confidence.layout}{why}.", hint)


def _other_format(file: SourceFile, claims: list[tuple[str, Confidence]]) -> _Item:
    surest = [claim for claim in claims if SURENESS[claim[1].sureness] == SURENESS[claims[0][1].sureness]]
    if len(surest) > 1:
        could_be = " or ".join(confidence.layout for _, confidence in surest)
        problem = Problem(file.name, 0, "", f"The file could be {could_be}.", "Export it again in a format that says.")
        return _Item(file, reading=nothing_read(file.name, problem))
    module, confidence = surest[0]
    return _Item(file, module=module, sureness=confidence.sureness)


def _understood(
    workspace: Workspace, file: SourceFile, request: ImportRequest, options: Options
) -> Understood | Problem:
    if request.mapping is not None:
        understood = reader.understand(file, options, request.mapping)
        if isinstance(understood, Understood) and request.mapping_file is not None:
            _remember(workspace, understood.fingerprint, request.mapping_file.read_text(encoding="utf-8"), request)
        return understood
    understood = reader.understand(file, options)
    if isinstance(understood, Problem) or understood.sureness == "certain":
        return understood
    kept = workspace.path / MAPPINGS / f"{understood.fingerprint}.toml"
    if request.kind is None and kept.is_file():
        return _as_last_time(file, kept, understood, options)
    if request.kind is not None and not understood.problems:
        _remember(workspace, understood.fingerprint, understood.draft, request)
    return understood


def _as_last_time(file: SourceFile, kept: Path, understood: Understood, options: Options) -> Understood | Problem:
    """Read a layout as somebody chose before; a mapping that was spoilt since is a problem, not passed over."""
    mapping, problems = read_mapping(kept)
    if mapping is None:
        return replace(understood, problems=problems)
    head = understood.raw
    exact = replace(mapping, delimiter=mapping.delimiter or head.delimiter)
    again = reader.read_as(file, exact, understood, options)
    if isinstance(again, Problem):
        return again
    notice = Problem(file.name, 0, "", f"Read as last time, by {MAPPINGS}/{kept.name}.", "Delete it to be asked anew.")
    return replace(again, notices=(notice,))


def _remember(workspace: Workspace, fingerprint: str, text: str, request: ImportRequest) -> None:
    if request.is_preview or not text:
        return
    folder = workspace.path / MAPPINGS
    folder.mkdir(exist_ok=True)
    (folder / f"{fingerprint}.toml").write_text(text, encoding="utf-8")


def _informed(items: list[_Item], options: Options) -> Options:
    """Tell the reading of each file what the others know: terms of payment, and whether payments come by themselves."""
    understood = [item.understood for item in items if item.understood is not None]
    terms = {number: days for each in understood for number, days in reader.terms_of(each).items()}
    have_payments = any(kinds_of(each) == {"payments"} for each in understood)
    have_customers = any("customers" in kinds_of(each) for each in understood) or any(item.module for item in items)
    nobody = not have_customers and any(map(kinds_of, understood)) and not known_accounts()
    return replace(options, terms=terms, statuses_say_paid=not have_payments, knows_nobody=nobody)


def kinds_of(understood: Understood) -> set[Kind]:
    """Return the kinds of table that a file feeds."""
    if understood.mapping == NO_MAPPING:
        return reader.own_kinds(understood.raw.columns)
    return {table.kind for table in understood.mapping.tables if table.kind}


def _rank(item: _Item) -> int:
    """Customers before invoices before payments and events."""
    if item.understood is not None:
        return min((KINDS.index(kind) for kind in kinds_of(item.understood)), default=len(KINDS))
    if item.module:
        return KINDS.index("payments" if item.module.startswith(_BANK) else "customers")
    return len(KINDS)


def _read(item: _Item, options: Options) -> Reading:
    if item.reading is not None:
        return item.reading
    if item.module:
        return registry.format_named(item.module).read(item.file, options)
    if item.understood is None:
        return nothing_read(item.file.name)
    understood = reader.reconsidered(item.understood, options)
    reading = reader.reading_of(understood, options)
    item.understood = reader.without_rows(item.understood)
    return reading


def _invoices_known(item: _Item, seen: pl.DataFrame) -> pl.DataFrame | None:
    """Return whose the invoices are, for payments that name no customer; asking the store costs, so only for them."""
    if not item.module and (item.understood is None or not reader.needs_invoices(item.understood)):
        return None
    stored = known_invoices().select(pl.col(name).cast(pl.String) for name in INVOICE_FACTS)
    return pl.concat([stored, seen]).unique()


def _facts(reading: Reading) -> Iterator[pl.DataFrame]:
    for table in reading.tables:
        if table.kind == "invoices":
            yield table.frame.select(INVOICE_FACTS.names())


def _previewed(workspace: Workspace, item: _Item, reading: Reading, watch: Watch | None) -> FileReport:
    first = tuple(Table(table.kind, table.frame.head(_PREVIEW_ROWS)) for table in reading.tables)
    report = replace(_report(reading, item), preview=first, bank_complete_through=reading.bank_complete_through)
    if reading.entries is None:
        return report
    looked = look(replace(matching_rules_on(workspace, _today(workspace)), watch=watch), reading.entries)
    return replace(report, entries=reading.entries.head(_PREVIEW_ROWS), foreseen=foreseen(reading.entries, looked))


def _import_one(
    workspace: Workspace, item: _Item, reading: Reading, request: ImportRequest, watch: Watch | None
) -> FileReport:
    options = Options(currency=workspace.currency, country=workspace.creditor.country)
    digest = _digest(item.file)
    rules = replace(matching_rules_on(workspace, _today(workspace)), watch=watch)
    with writing():
        looked = look(rules, reading.entries) if reading.entries is not None else None
        reading = with_payments(reading, looked) if looked else reading
        accounts = known_accounts()
        parsed = _only_new_customers(reading.as_parsed(), accounts)
        checked = check_references(parsed, pl.Series(sorted(accounts), dtype=pl.String), known_invoices(), options)
        origin = Origin(
            source=Path(item.file.name).name,
            sha256=digest,
            by=request.by,
            bank_complete_through=request.bank_complete_through or reading.bank_complete_through,
            is_bank_list=item.understood is not None,
            rows_rejected=len(checked.rejected_lines),
            on=_today(workspace),
        )
        imported = tuple(import_parsed(table.kind, table.frame, origin, watch) for table in checked.tables)
        if looked and imported:
            keep(looked, Taking(_today(workspace), RUN, imported[-1].batch_id), watch)
        if sum(table.inserted + table.updated for table in imported) >= MANY_ROWS:
            keep_columns()
    kept = [_keep(workspace, document) for document in reading.documents] if imported else []
    report = _report(replace(reading, problems=checked.problems), item)
    rejects = _write_rejects(workspace, item.file, checked.rejects)
    return replace(report, imported=imported, rejects=rejects, documents=sum(kept))


def _today(workspace: Workspace) -> date:
    return datetime.now(workspace.time_zone).date()


def _match_again(workspace: Workspace, items: Iterable[tuple[_Item, FileReport]], watch: Watch | None) -> None:
    """Look again at the bank entries that wait when something else than a statement has come in."""
    if not any(_has_changed(report) for item, report in items if not item.module.startswith(_BANK)):
        return
    with writing():
        on = _today(workspace)
        renew(replace(matching_rules_on(workspace, on), watch=watch), on)


def _has_changed(report: FileReport) -> bool:
    return any(table.inserted or table.updated or table.removed for table in report.imported)


def _only_new_customers(parsed: Parsed, known: frozenset[str]) -> Parsed:
    """Leave out known customers of a file that has other tables: it knows little of them, and would blank the rest."""
    if len(parsed.tables) < 2:
        return parsed
    seen = pl.Series(sorted(known), dtype=pl.String).implode()
    tables = (
        Table(table.kind, table.frame.filter(~pl.col("account_number").is_in(seen)))
        if table.kind == "customers"
        else table
        for table in parsed.tables
    )
    return replace(parsed, tables=tuple(tables))


def _report(reading: Reading, item: _Item | None = None) -> FileReport:
    understood = item.understood if item else None
    return FileReport(
        source=str(item.file.content) if item and isinstance(item.file.content, Path) else reading.source,
        recognised=reading.recognised,
        imported=(),
        problems=reading.problems,
        notices=reading.notices,
        rejects=None,
        rows=reading.rows,
        sureness=item.sureness if item else None,
        columns=reader.columns_of(understood) if understood else {},
        draft=understood.draft if understood and understood.problems else "",
    )


def _digest(file: SourceFile) -> str:
    with file.open() as stream:
        digest = sha256()
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _keep(workspace: Workspace, document: Document) -> bool:
    """Put an invoice copy into the workspace's documents; a different one of the same name is not overwritten."""
    name = Path(document.file_name).name
    if name in ("", ".", ".."):
        return False
    target = workspace.documents / name
    target.parent.mkdir(exist_ok=True)
    if target.exists():
        return target.read_bytes() == document.content
    target.write_bytes(document.content)
    return True


def _write_rejects(workspace: Workspace, file: SourceFile, rejects: bytes | None) -> Path | None:
    """Put the rejected rows beside the report, never over the file they came from."""
    plain = file.name.replace("/", "-").replace("[", ".").replace("]", "")
    target = workspace.path / REJECTS / f"{plain.removesuffix('.gz').removesuffix('.csv')}.rejects.csv"
    if rejects is None:
        target.unlink(missing_ok=True)
        return None
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(rejects)
    return target
