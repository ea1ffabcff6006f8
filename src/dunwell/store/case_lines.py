"""Every case of one account as lines, whatever their kind, in one question: somebody waits for them."""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

import polars as pl

from dunwell.store import bulk
from dunwell.store.cases import MODELS
from dunwell.store.claims import Case

LINES = pl.Schema(
    {
        "kind": pl.String(),
        "number": pl.Int64(),
        "state": pl.String(),
        "since_on": pl.Date(),
        "until_on": pl.Date(),
        "amount_minor": pl.Int64(),
        "currency": pl.String(),
        "about": pl.String(),  # the invoice or the order
        "choice": pl.String(),  # the kind of an offer, the addressee of a referral
        "note": pl.String(),
    }
)
"""What a line says; texts are empty where a kind has nothing of the sort."""

FIRST_OF: Mapping[str, tuple[str, ...]] = {
    "since_on": ("opened_on", "ordered_on"),
    "until_on": ("until_on", "pay_by_on", "expires_on"),
    "amount_minor": ("amount_minor", "total_minor", "pay_minor", "requested_minor"),
    "about": ("order_number",),
    "choice": ("kind", "option"),
    "note": ("note", "description"),
}
"""Under which names the kinds have what a line says; of several, the first that is known."""


def case_lines(account_id: int) -> Iterator[tuple[Any, ...]]:
    """Yield every case of an account, as the values of ``LINES``."""
    sql = " UNION ALL ".join(f"{part} WHERE {bulk.among('c.account_id', [account_id])}" for part in _parts())
    with bulk.reading():
        rows = bulk.frame(sql, LINES)
    yield from rows.iter_rows()


@cache
def _parts() -> tuple[str, ...]:
    return tuple(_part(kind, _columns(model)) for kind, model in MODELS.items())


def _columns(model: type[Case]) -> frozenset[str]:
    return frozenset(str(field.column) for field in model._meta.concrete_fields)  # noqa: SLF001 - Django's own name


def _part(kind: str, columns: Collection[str]) -> str:
    """The question for one kind, without its condition."""
    fields = {"kind": f"'{kind}'", "number": "c.id", "state": "c.state", "currency": "c.currency"}
    fields |= {name: _first(names, columns, LINES[name]) for name, names in FIRST_OF.items()}
    source = f"store_{kind} c"
    if "invoice_id" in columns:
        fields["about"] = "i.invoice_number"
        source += " LEFT JOIN store_invoice i ON i.id = c.invoice_id"
    return f"SELECT {', '.join(f'{fields[name]} AS {name}' for name in LINES)} FROM {source}"


def _first(names: tuple[str, ...], columns: Collection[str], dtype: pl.DataType) -> str:
    own = [f"c.{name}" for name in names if name in columns]
    return bulk.nothing(dtype) if not own else own[0] if len(own) == 1 else f"COALESCE({', '.join(own)})"
