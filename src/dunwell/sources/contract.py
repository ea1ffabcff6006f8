r"""What every format of the registry offers: it recognises a file by its content, and reads it.

A format is any object (a module will do) with ``recognise`` and ``read``; :class:`SourceFormat` spells it out. It is
entered in ``registry.py`` with one line. Three rules hold for all of them:

- Whatever the bytes are, nothing raises: what is wrong becomes a :class:`~dunwell.errors.Problem`, and what is right
  goes in beside it.
- Nothing is guessed silently: what was assumed is a notice; what cannot be decided is a problem that names the option
  to give.
- No network, no clock, no database; nothing outside the file is read.

Where a problem is: ``source`` is the file's name as in :attr:`SourceFile.name` (a sheet is ``book.xlsx[Sheet1]``, a
member of an archive ``batch.zip/inv.xml``), ``line`` counts from 1 (0: the file as a whole), ``column`` is a column's
header or an XPath such as ``/Invoice/cbc:DueDate``.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

import polars as pl

from dunwell.errors import Problem
from dunwell.ledger.bank import BANK_ENTRY as BANK_ENTRY
from dunwell.sources.rows import Options, Parsed, RawFile, Table

HEAD_BYTES = 65_536
"""So much of the beginning of a file is given to ``recognise``; shorter files are given whole."""

Sureness = Literal["certain", "likely", "possible"]
"""``certain``: the file names its own format (a namespace, a magic number, a fixed first record). ``likely``: its
structure is that of the format. ``possible``: it could be this, and only if nothing else claims it."""

SURENESS: Mapping[Sureness, int] = {"possible": 1, "likely": 2, "certain": 3}
"""The order of sureness; the surest format reads the file, and two equally sure ones are a question to the person."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """That a format recognises a file: ``layout`` says as what ("CAMT.053.001.08"), ``why`` by which sign."""

    sureness: Sureness
    layout: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to be read: on disk, or in memory where it comes out of an archive.

    ``name`` is what messages call it. Large files should be read through :meth:`open`, not :meth:`data`.
    """

    name: str
    content: Path | bytes

    def open(self) -> BinaryIO:
        """Open the content for reading; raises ``OSError`` where the disk does."""
        return io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")

    def head(self) -> bytes:
        """Return the first :data:`HEAD_BYTES`."""
        with self.open() as stream:
            return stream.read(HEAD_BYTES)

    def data(self) -> bytes:
        """Return the whole content; ask :meth:`size` first."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()

    def size(self) -> int:
        """Return the size in bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size


@dataclass(frozen=True, slots=True)
class Document:
    """A copy of an invoice to be kept: the ``document`` column of its invoice holds ``file_name``."""

    file_name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file gives: canonical tables of good rows, and everything there is to say about the rest.

    ``tables`` hold frames of :func:`dunwell.sources.rows.schema`, in the order of ``rows.KINDS``, at most one of a
    kind. ``entries`` has :data:`BANK_ENTRY`, for statements; the matching turns them into payments. ``recognised`` is
    one line: what the file was taken for and how much is in it. ``bank_complete_through`` is the last day of which the
    statement has every entry (feeds the stale-data gate, product §2.4). ``rejects`` is a file of the rows that did not
    go in, to be corrected and imported; formats that cannot be corrected so give ``None``.
    """

    source: str
    recognised: str
    tables: tuple[Table, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[Problem, ...] = ()
    bank_complete_through: date | None = None
    documents: tuple[Document, ...] = ()
    entries: pl.DataFrame | None = None
    rejects: bytes | None = field(default=None, repr=False)
    rows: int = 0
    rejected_lines: frozenset[int] = frozenset()
    currency: str | None = None
    raw: RawFile | None = field(default=None, repr=False)

    def as_parsed(self) -> Parsed:
        """Return the tables and problems in the form that the checks of references work on."""
        return Parsed(
            source=self.source,
            tables=self.tables,
            problems=self.problems,
            notices=self.notices,
            rejects=self.rejects,
            recognised=self.recognised,
            rows=self.rows,
            rejected_lines=self.rejected_lines,
            currency=self.currency,
            raw=self.raw,
        )


def nothing_read(source: str, *problems: Problem) -> Reading:
    """Return what a file gives of which nothing can be read."""
    return Reading(source, "nothing recognised", problems=problems)


class SourceFormat(Protocol):
    """A format of the registry."""

    def recognise(self, name: str, head: bytes) -> Confidence | None:
        """Tell whether a file of this ``name`` that begins with ``head`` is of the format; ``None``: it is not."""
        ...

    def read(self, file: SourceFile, options: Options) -> Reading:
        """Read the whole ``file``; ``options`` are the creditor's currency and country, and the limits."""
        ...
