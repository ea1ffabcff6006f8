"""The formats, one line each: a module with ``recognise`` and ``read`` as ``contract.SourceFormat`` says.

Modules are imported when they are first asked, so that a CSV file does not wait for the XML library.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import cast

from dunwell.sources.contract import SURENESS, Confidence, SourceFile, SourceFormat

FORMATS: tuple[str, ...] = (
    "dunwell.sources.accounts.fec",
    "dunwell.sources.accounts.saft",
    "dunwell.sources.accounts.datev",
    "dunwell.sources.bank.bai2",
    "dunwell.sources.bank.bank_csv",
    "dunwell.sources.bank.camt",
    "dunwell.sources.bank.coda",
    "dunwell.sources.bank.mt940",
    "dunwell.sources.bank.n43",
    "dunwell.sources.bank.ofx",
    "dunwell.sources.einvoice.cii",
    "dunwell.sources.einvoice.facturae",
    "dunwell.sources.einvoice.fatturapa",
    "dunwell.sources.einvoice.ubl",
    "dunwell.sources.einvoice.zugferd",
    "dunwell.sources.outgoing.own",
    "dunwell.sources.tabular.reader",
)
"""In no order: the surest answer counts."""


def format_named(module: str) -> SourceFormat:
    """Return the format that ``module`` is."""
    return cast("SourceFormat", import_module(module))


def claims(file: SourceFile) -> list[tuple[str, Confidence]]:
    """Return the formats that recognise ``file``, the surest first."""
    found = list(_claims(file.name, file.head()))
    return sorted(found, key=lambda claim: -SURENESS[claim[1].sureness])


def _claims(name: str, head: bytes) -> Iterator[tuple[str, Confidence]]:
    for module in FORMATS:
        confidence = format_named(module).recognise(name, head)
        if confidence is not None:
            yield module, confidence
