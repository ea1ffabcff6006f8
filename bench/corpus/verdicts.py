"""Reading a file of the corpus as an import does, and saying what became of it."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import polars as pl

from dunwell import money
from dunwell.sources import registry
from dunwell.sources.contract import Reading, SourceFile, nothing_read
from dunwell.sources.mapping import read_mapping
from dunwell.sources.rows import Kind, Limits, Options, schema
from dunwell.sources.tabular import reader
from dunwell.sources.unpacking import unpack

ROOT = Path(__file__).parents[2]
NOT_DATA = ("SOURCE.md", "expected.json")
_TABULAR = "dunwell.sources.tabular.reader"

Outcome = Literal["right", "refused rightly", "wrong"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one file; ``why`` says what is wrong with it, or why it is rightly refused."""

    file: str
    outcome: Outcome
    why: str = ""


class WrongError(Exception):
    """What was read is not what is in the file."""


class RefusedError(Exception):
    """Nothing of the file goes in, and rightly so."""


def same(what: str, expected: object, actual: object) -> None:
    """Raise ``WrongError`` unless both are equal."""
    if expected != actual:
        raise WrongError(f"{what}: {actual} instead of {expected}")


def judged(file: str, check: Callable[[], None]) -> Verdict:
    """Return the verdict of a check that returns when all is right."""
    try:
        check()
    except RefusedError as refused:
        return Verdict(file, "refused rightly", str(refused))
    except WrongError as wrong:
        return Verdict(file, "wrong", str(wrong))
    return Verdict(file, "right")


def data_files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that are data."""
    return (path for path in sorted(folder.iterdir()) if path.is_file() and path.name not in NOT_DATA)


def expected(folder: Path) -> Any:
    """Return what is known about a folder."""
    return json.loads((folder / "expected.json").read_text(encoding="utf-8"))


def opened(path: Path) -> list[SourceFile]:
    """Return the files that a path holds, one for each sheet or member of an archive."""
    return unpack([path], Limits()).files


def read(path: Path, options: Options) -> Reading:
    """Read the first file that ``path`` holds."""
    files = opened(path)
    return read_file(files[0], options) if files else nothing_read(path.name)


def read_file(file: SourceFile, options: Options) -> Reading:
    """Read a file by the format that is surest of it, as an import does."""
    claims = registry.claims(file)
    others = [claim for claim in claims if claim[0] != _TABULAR]
    if others and others[0][1].sureness != "possible":
        return registry.format_named(others[0][0]).read(file, options)
    understood = reader.understand(file, options)
    if not isinstance(understood, reader.Understood):
        return nothing_read(file.name, understood)
    return reader.reading_of(reader.reconsidered(understood, options), options)


def read_mapped(path: Path, mapping: str, options: Options) -> Reading:
    """Read a table by a mapping of ``examples/mappings``."""
    found, _ = read_mapping(ROOT / "examples" / "mappings" / mapping)
    (file,) = opened(path)
    understood = reader.understand(file, options, found)
    if not isinstance(understood, reader.Understood):
        raise WrongError(str(understood))
    return reader.reading_of(understood, options)


def refused(reading: Reading) -> None:
    """Raise ``RefusedError`` with its reason when nothing was read, ``WrongError`` when there is no reason."""
    if any(table.frame.height for table in reading.tables) or (reading.entries is not None and reading.entries.height):
        raise WrongError("something was read of it")
    if not reading.problems:
        raise WrongError("nothing was read, and no problem says why")
    raise RefusedError(reading.problems[0].message)


def frame(reading: Reading, kind: Kind) -> pl.DataFrame:
    """Return a table of what was read, empty where it has none of ``kind``."""
    return next((table.frame for table in reading.tables if table.kind == kind), pl.DataFrame(schema=schema(kind)))


def rows(reading: Reading, kind: Kind) -> list[dict[str, Any]]:
    """Return a table of what was read as dictionaries."""
    return frame(reading, kind).to_dicts()


def total(frames: Iterable[pl.DataFrame]) -> Decimal:
    """Return the sum of the amounts of some tables, each in its currency's decimals."""
    pairs = (row for one in frames for row in one.select("amount_minor", "currency").iter_rows())
    return sum((money.to_decimal(minor, currency) for minor, currency in pairs), Decimal(0))
