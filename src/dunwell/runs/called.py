"""Which customers are meant by what somebody types: the first signs of a number, or parts of a name.

The names are kept folded, in all letters of the world and the same on both databases, and read again when an act may
have changed one.
"""

from dataclasses import dataclass, replace

import polars as pl

from dunwell.runs.kept import LEAVE_THE_LEDGER, Moment, kept
from dunwell.store import audit
from dunwell.store.lookups import all_names


@dataclass(frozen=True, slots=True)
class _Names:
    """Every account's key, folded number and folded name, as known after an act."""

    after_act: int
    rows: pl.DataFrame


def accounts_called(at: Moment, words: str) -> list[int]:
    """Return the keys of the accounts whose number begins with ``words`` or whose name has every one of them."""
    names = kept(at, "names", lambda before: _names(at, before))
    is_named = pl.all_horizontal(
        [pl.col("name").str.contains(_folded(word), literal=True) for word in words.split()] or [pl.lit(value=True)]
    )
    is_numbered = pl.col("account_number").str.starts_with(_folded(words.strip()))
    return names.rows.filter(is_named | is_numbered)["account_id"].to_list()


def _names(at: Moment, before: _Names | None) -> _Names:
    if before is not None and audit.acts_since(before.after_act) <= LEAVE_THE_LEDGER:
        return replace(before, after_act=at.number)
    return _Names(at.number, all_names().with_columns(pl.col("account_number", "name").str.to_lowercase()))


def _folded(text: str) -> pl.Expr:
    """A text in the same folding as the names."""
    return pl.lit(text).str.to_lowercase()
