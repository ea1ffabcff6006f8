"""The parsers to be fuzzed: what each is called with, the files it begins with, and what must hold of its answer."""

import gzip
import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from itertools import accumulate
from pathlib import Path

import polars as pl

from bench.fuzz_workbooks import reader
from dunwell.errors import Problem
from dunwell.sources import registry
from dunwell.sources.contract import BANK_ENTRY, HEAD_BYTES, Reading, SourceFile
from dunwell.sources.einvoice import p7m
from dunwell.sources.mapping import parse_mapping
from dunwell.sources.outgoing import journals
from dunwell.sources.outgoing.charges import CHARGE_COLUMNS
from dunwell.sources.outgoing.datev_batch import FROM_US
from dunwell.sources.outgoing.own import DECISION_COLUMNS
from dunwell.sources.reading import read_table
from dunwell.sources.rows import Limits, Options, schema
from dunwell.sources.unpacking import unpack
from tests.sources.accounts import samples as books
from tests.sources.bank.test_mutations import SAMPLES as STATEMENTS
from tests.sources.einvoice import samples as invoices
from tests.sources.test_rejects_again import workbook

REPOSITORY = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("DUNWELL_CORPUS") or REPOSITORY.parent / "shared" / "data")
SEED_BYTES_MAX = 24_000
_SMALL_BYTES = 500
OPTIONS = Options(currency="EUR", country="DE")
_FIRST_ON, _LAST_ON = date(1900, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file: ``read`` right, ``partly`` with problems, or ``refused``; and what must not have been."""

    kind: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parser:
    """Something that takes the bytes of a file; it must answer whatever they are."""

    name: str
    call: Callable[[bytes], Outcome]
    seeds: tuple[bytes, ...]

    @cached_property
    def cumulative(self) -> list[float]:
        """How often each seed file is begun with, added up: small ones more often, read sooner and hit harder."""
        return list(accumulate(1 / (len(seed) + _SMALL_BYTES) for seed in self.seeds))


def parsers() -> Mapping[str, Callable[[], Parser]]:
    """Return every parser by name, made when it is asked for."""
    formats = {module.removeprefix("dunwell.sources."): module for module in registry.FORMATS}
    found: dict[str, Callable[[], Parser]] = {
        name: lambda name=name, module=module: _of_format(name, module)  # type: ignore[misc]
        for name, module in formats.items()
    }
    return found | {
        "canonical": lambda: Parser("canonical", _canonical, tuple(_texts())),
        "mapping": lambda: Parser("mapping", _mapping, tuple(_mappings())),
        "p7m": lambda: Parser("p7m", _envelope, _envelopes()),
        "archive": lambda: Parser("archive", _archive, tuple(_archives())),
        "workbook": _of_workbooks,
    }


def _of_format(name: str, module: str) -> Parser:
    form = registry.format_named(module)

    def call(data: bytes) -> Outcome:
        form.recognise("file", data[:HEAD_BYTES])
        return outcome_of(form.read(SourceFile("file", data), OPTIONS))

    own = [data for path, data in (*_own_samples(), *_corpus()) if form.recognise(path, data[:HEAD_BYTES]) is not None]
    if name == "tabular.reader":
        own = [*own, *_texts()]
    if name == "outgoing.own":
        own = [*_own_exports()]
    if not own:
        message = f"there is no file to begin with for {name}"
        raise ValueError(message)
    return Parser(name, call, tuple(dict.fromkeys(own)))


def _of_workbooks() -> Parser:
    read = reader(OPTIONS.limits.sheet_bytes_max)

    def call(data: bytes) -> Outcome:
        told = read(data)
        return Outcome("read" if told is not None and told["sheets"] else "refused")

    return Parser("workbook", call, tuple(_workbooks()))


def outcome_of(reading: Reading) -> Outcome:
    """Check what holds for every answer of a format."""
    kind = "refused" if not reading.tables and _is_empty(reading.entries) else "partly" if reading.problems else "read"
    return Outcome(kind, tuple(_faults(reading)))


def _is_empty(entries: pl.DataFrame | None) -> bool:
    return entries is None or entries.is_empty()


def _faults(reading: Reading) -> Iterator[str]:
    for table in reading.tables:
        if table.frame.schema != _schema(table.kind):
            yield f"{table.kind} has another schema"
        else:
            yield from _frame_faults(table.frame, table.kind in ("invoices", "payments"))
    if reading.entries is not None:
        if reading.entries.schema != BANK_ENTRY:
            yield "entries have another schema"
        else:
            yield from _frame_faults(reading.entries, is_money=True)
            references = reading.entries["entry_reference"].to_list()
            if len(set(references)) < len(references):
                yield "two entries have one reference"
    if not (reading.tables or reading.problems or reading.notices or reading.entries is not None):
        yield "nothing is said"
    yield from _text_faults((*reading.problems, *reading.notices))


_schema = cache(schema)


def _frame_faults(frame: pl.DataFrame, is_money: bool) -> Iterator[str]:
    """Look at the values one by one: for the few rows of such a file, every question to the engine costs more."""
    for name, dtype in frame.schema.items():
        if dtype == pl.String and any(value is not None and "\0" in value for value in frame[name].to_list()):
            yield f"{name} holds a NUL character"
        elif dtype == pl.Date and not all(_is_year(day) for day in frame[name].to_list()):
            yield f"{name} has a year that is none"
        elif is_money and name == "amount_minor" and not all(minor and minor > 0 for minor in frame[name].to_list()):
            yield "an amount is missing or not above zero"


def _is_year(day: date | None) -> bool:
    return day is None or _FIRST_ON <= day <= _LAST_ON


def _text_faults(problems: tuple[Problem, ...]) -> Iterator[str]:
    try:
        for problem in problems:
            str(problem).encode()
    except UnicodeError:
        yield "a problem cannot be printed"


def _canonical(data: bytes) -> Outcome:
    parsed = read_table(data, options=OPTIONS)
    faults = [fault for table in parsed.tables for fault in _frame_faults(table.frame, is_money=False)]
    faults += (
        ["rejects and rejected lines differ"] if (parsed.rejects is not None) != bool(parsed.rejected_lines) else []
    )
    return Outcome("refused" if not parsed.tables else "partly" if parsed.problems else "read", tuple(faults))


def _mapping(data: bytes) -> Outcome:
    mapping, problems = parse_mapping(data.decode(errors="replace"), "map.toml")
    faults = ("neither a mapping nor a problem",) if (mapping is None) != bool(problems) else ()
    if mapping is not None:
        read_table(b"Customer,Invoice,Date,Due,Amount\nAnn,A1,2026-01-01,2026-01-31,1.00\n", mapping, OPTIONS)
    return Outcome("refused" if mapping is None else "read", faults)


def _envelope(data: bytes) -> Outcome:
    try:
        p7m.unwrap(data)
    except p7m.EnvelopeError:
        return Outcome("refused")
    return Outcome("read")


def _archive(data: bytes) -> Outcome:
    with tempfile.NamedTemporaryFile(dir=_memory_folder(), suffix=".zip") as file:
        file.write(data)
        file.flush()
        unpacked = unpack([Path(file.name)], Limits(archive_bytes_max=5_000_000))
    faults = () if unpacked.files or unpacked.problems else ("nothing is said",)
    return Outcome("refused" if not unpacked.files else "partly" if unpacked.problems else "read", faults)


def _memory_folder() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


@cache
def _corpus() -> tuple[tuple[str, bytes], ...]:
    """The files of the public corpus, the large ones by their beginning where they are made of lines."""
    return tuple(_small(path) for path in sorted(CORPUS.glob("*/*")) if _is_sample(path))


def _is_sample(path: Path) -> bool:
    is_told = path.suffix.lower() in (".md", ".json", ".xlsx", ".zip")
    is_whole = path.suffix.lower() in (".xml", ".pdf", ".p7m", ".ods")
    return path.is_file() and not is_told and not (is_whole and path.stat().st_size > SEED_BYTES_MAX * 4)


def _small(path: Path) -> tuple[str, bytes]:
    data = path.read_bytes()
    if data.startswith(b"\x1f\x8b"):
        data = gzip.decompress(data)
    is_lines = path.suffix.lower() not in (".xml", ".pdf", ".p7m")
    return path.name, data[:SEED_BYTES_MAX].rpartition(b"\n")[0] if is_lines and len(data) > SEED_BYTES_MAX else data


def _own_samples() -> Iterator[tuple[str, bytes]]:
    """The files that the tests of the formats are made of."""
    yield from ((f"{name}.txt", data) for name, (_, data) in STATEMENTS.items())
    yield from (("a.xml", data) for data in (invoices.ubl(), invoices.ubl(prepaid="50.00", payable="69.00")))
    yield from (("a.xml", data) for data in (invoices.cii(), invoices.facturae(), invoices.fatturapa()))
    yield "a.xml.p7m", invoices.p7m_streamed(invoices.fatturapa())
    yield "a.pdf", invoices.pdf(("factur-x.xml", invoices.cii()))
    yield from (("a.xml", data) for data in (books.portugal(), books.norway(), books.romania()))
    yield from (("a.txt", data) for data in (books.fec(), books.datev()))


def _own_exports() -> Iterator[bytes]:
    """What ``dunwell export`` writes beside the ledger, by its beginnings: the rest of such a file is never read."""
    yield f"{journals.MARK}\n2026-01-31 * INV-1\n    assets:receivable  10.00 EUR\n".encode()
    yield f"{','.join(CHARGE_COLUMNS)}\nC1,INV-1,late_fee,2026-01-31,EUR,10.00\n".encode()
    yield f"{','.join(DECISION_COLUMNS)}\n2026-01-31,C1,Ana,EUR,standard,letter\n".encode()
    yield f'"EXTF";700;21;"Buchungsstapel";13;20260131;;"{FROM_US}";"";"";1;2;20260101;4\n'.encode("cp1252")


def _texts() -> Iterator[bytes]:
    """Delimited tables: the tests' wrong and foreign files, and the corpus."""
    for path in sorted((REPOSITORY / "tests" / "sources" / "errors").glob("*.csv")):
        yield path.read_bytes()[:SEED_BYTES_MAX]
    for name, data in _corpus():
        if name.lower().endswith((".csv", ".tsv", ".gz")):
            yield data[:4000]


def _mappings() -> Iterator[bytes]:
    folders = (REPOSITORY / "examples" / "mappings", REPOSITORY / "tests" / "sources" / "errors")
    yield from (path.read_bytes() for folder in folders for path in sorted(folder.glob("*.toml")))
    layouts = REPOSITORY / "src" / "dunwell" / "sources" / "tabular" / "layouts"
    yield from (path.read_bytes() for path in sorted(layouts.glob("*.toml")))


def _envelopes() -> tuple[bytes, ...]:
    whole = invoices.fatturapa()
    return invoices.p7m(whole), invoices.p7m_streamed(whole), invoices.p7m(invoices.p7m_streamed(b"<a/>"))


def _archives() -> Iterator[bytes]:
    """Archives, also in an archive; workbooks in them are left to their own parser, which starts a process for each."""
    yield from (path.read_bytes() for path in sorted(CORPUS.glob("*/*.zip")))
    inner = _packed({"a.csv": b"account_number,name\nC1,Ana\n", "folder/b.xml": invoices.ubl()})
    yield inner
    yield _packed({"inner.zip": inner, "__MACOSX/._a": b"x", "c.csv": b"x" * 2000})


def _packed(members: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()


def _workbooks() -> Iterator[bytes]:
    yield workbook([["Name", "Amount"], ["Ana", "1.50"]])
    kinds = (".xlsx", ".ods", ".xls")
    found = [path for path in sorted(CORPUS.glob("*/*")) if path.suffix.lower() in kinds]
    yield from (data for path in found if len(data := path.read_bytes()) < SEED_BYTES_MAX * 2)
