r"""From files to rows: canonical ledger CSV files, and foreign ones through a mapping file. No database.

>>> parsed = read_table(b"account_number,name\nC1,Aurora Ltd\n")
>>> parsed.recognised
'1 customer from 1 row (utf-8, comma)'
"""

from dunwell.sources.mapping import Mapping, parse_mapping, read_mapping
from dunwell.sources.reading import frame_of, read_table
from dunwell.sources.references import INVOICE_FACTS, check_references
from dunwell.sources.rows import (
    COLUMNS,
    KINDS,
    NATURAL_KEYS,
    Kind,
    Limits,
    Options,
    Parsed,
    Table,
    schema,
)
from dunwell.sources.writing import write_table

__all__ = [
    "COLUMNS",
    "INVOICE_FACTS",
    "KINDS",
    "NATURAL_KEYS",
    "Kind",
    "Limits",
    "Mapping",
    "Options",
    "Parsed",
    "Table",
    "check_references",
    "frame_of",
    "parse_mapping",
    "read_mapping",
    "read_table",
    "schema",
    "write_table",
]
