"""The columns of a small answer of the database, value by value.

To parse a text costs a data frame milliseconds for each column, however short it is; somebody waits for one account.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

_TRUTHS = {"1": True, "true": True, "0": False, "false": False}


def small_frame(schema: Mapping[str, pl.DataType], values: Sequence[Sequence[Any]]) -> pl.DataFrame:
    """Return the columns of a schema, of values as a database gives them: days as texts, truth values in any form.

    A text that is null comes back empty; in any other type an empty value is null.
    """
    return pl.DataFrame([_series(*column, own) for column, own in zip(schema.items(), values, strict=True)])


def _series(name: str, dtype: pl.DataType, values: Sequence[Any]) -> pl.Series:
    read = _reader(dtype)
    if read is not None:
        return pl.Series(name, [None if one is None or one == "" else read(one) for one in values], dtype)
    if dtype == pl.String:
        return pl.Series(name, ["" if one is None else str(one) for one in values], dtype)
    return pl.Series(name, [None if one is None or one == "" else str(one) for one in values], pl.String).cast(dtype)


def _reader(dtype: pl.DataType) -> Callable[[Any], Any] | None:
    """What reads one value of a type; ``None`` where the data frame reads the texts."""
    if dtype == pl.Date:
        return lambda one: date.fromisoformat(str(one))
    if dtype == pl.Boolean:
        return lambda one: _TRUTHS[str(one).lower()]
    return int if dtype.is_integer() else None
