"""A large ledger in parts of whole accounts, one after the other, so that the working memory is that of one part.

No rule looks beyond an account; so the parts of an assessment, put together again, are the assessment of the whole.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from math import ceil, sqrt

import polars as pl

from dunwell.assess.assessment import Assessment
from dunwell.ledger.frames import Ledger

INVOICES_PER_PART = 750_000
"""Large enough that the fixed cost of a part does not count (some hundred small tables are made for each, however few
its rows), small enough that the working memory of one part is little beside the assessment of ten million."""

_PARTS_MIN = 4
"""Halves of a million invoices would need 400 bytes of working memory for each invoice, quarters 260."""

_PIECES_MAX = 8
"""More parts than this are cut in two rounds: a cut reads all rows of what it cuts once for each of its pieces, and
cutting off fourteen parts one by one would read ten million invoices fourteen times."""

_FRAMES = ("accounts", "invoices", "entries", "events", "orders")


def parts(ledger: Ledger, invoices_per_part: int) -> Iterator[Ledger]:
    """Split a ledger by ascending account; one part, the ledger itself, where it is small."""
    count = -(-ledger.invoices.height // invoices_per_part)
    if count > 1:
        count = max(count, _PARTS_MIN)
    if count <= _PIECES_MAX:
        yield from _pieces(ledger, count)
        return
    coarse = ceil(sqrt(count))
    for piece in _pieces(ledger, coarse):
        yield from _pieces(piece, -(-count // coarse))


def _pieces(ledger: Ledger, count: int) -> Iterator[Ledger]:
    """Cut a ledger into so many pieces of as many accounts each, or fewer where it has too few accounts."""
    accounts = ledger.accounts["account_id"].sort()
    firsts = sorted({accounts[place * len(accounts) // count] for place in range(1, count)} - set(accounts[:1]))
    if not firsts:
        yield ledger
        return
    for first, end in pairwise([None, *firsts, None]):
        yield _between(ledger, first, end)


def _between(ledger: Ledger, first: int | None, end: int | None) -> Ledger:
    """The accounts from ``first`` up to ``end``, which is the first of the next part."""
    account = pl.col("account_id")
    bounds = [account >= first if first is not None else None, account < end if end is not None else None]
    own = pl.all_horizontal([bound for bound in bounds if bound is not None])
    return replace(ledger, **{name: getattr(ledger, name).filter(own) for name in _FRAMES})


def together(assessments: list[Assessment]) -> Assessment:
    """Put the assessments of successive parts one below the other."""
    if len(assessments) == 1:
        return assessments[0]
    return Assessment(
        pl.concat([one.accounts for one in assessments]), pl.concat([one.invoices for one in assessments])
    )
