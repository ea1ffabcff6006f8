"""Asking the person at the terminal what a file is, where its columns do not tell."""

from typing import cast

import click

from dunwell.sources.rows import Kind, Options
from dunwell.sources.tabular import choosing, reader
from dunwell.sources.tabular.lacking import missing
from dunwell.sources.tabular.reader import Understood

_KINDS = ("customers", "invoices", "payments", "leave it out")
_FIELDS = {
    "invoice number": "invoice_number",
    "account number or customer name": "name",
    "account number or address": "account_number",
    "due date": "due_on",
    "amount": "amount",
    "payment reference": "payment_reference",
    "payment date": "paid_on",
    "name": "name",
}


def ask(understood: Understood, options: Options) -> Understood | None:
    """Ask for the kind, then for each column that is missing; ``None`` leaves the file out."""
    click.echo(f"\n{understood.raw.source}: {understood.layout}. {understood.problems[0].message}")
    kind = click.prompt("What is it", type=click.Choice(_KINDS), default=_KINDS[-1])
    if kind == _KINDS[-1]:
        return None
    table = cast("Kind", kind)
    columns = choosing.matched(understood.raw.columns, table)
    for what in missing(table, columns):
        if what in _FIELDS:
            columns = _with_answer(understood, columns, what)
    return reader.answered(understood, table, columns, options)


def _with_answer(understood: Understood, columns: dict[str, str], what: str) -> dict[str, str]:
    headers = [name for name in understood.raw.columns if name]
    for number, header in enumerate(headers, 1):
        click.echo(f"  {number:3} {header}")
    number = click.prompt(f"Which column is the {what} (0: none)", type=click.IntRange(0, len(headers)), default=0)
    if not number:
        return columns
    others = {name: header for name, header in columns.items() if header != headers[number - 1]}
    return {**others, _FIELDS[what]: headers[number - 1]}
