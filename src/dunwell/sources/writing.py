"""Canonical tables out again as CSV; reading what was written gives the same rows.

Texts that a spreadsheet program would run as formulas are guarded (``guarding.py``).
"""

import json

import polars as pl

from dunwell import money
from dunwell.sources.guarding import guarded, guarded_text
from dunwell.sources.rows import COLUMNS, Column, Kind


def write_table(kind: Kind, frame: pl.DataFrame, currency: str | None = None) -> bytes:
    """Write a parsed frame of ``kind`` as canonical CSV in UTF-8, extra columns last.

    ``currency`` is that of amounts whose row names none (events).
    """
    texts = frame.select(_text(column, frame, currency).alias(column.name) for column in COLUMNS[kind])
    return safe_csv(pl.concat([texts, _extra_columns(frame)], how="horizontal"))


def safe_csv(texts: pl.DataFrame) -> bytes:
    """Write a frame of texts as CSV in UTF-8 that no spreadsheet program takes for formulas; an empty cell is null."""
    safe = texts.select(guarded(pl.col(name)).alias(guarded_text(name)) for name in texts.columns)
    return safe.write_csv(null_value="").encode()


def _text(column: Column, frame: pl.DataFrame, currency: str | None) -> pl.Expr:
    if column.type == "amount":
        return plain_amount(pl.col(column.field), exponent_of(frame, currency))
    if column.type == "date":
        return pl.col(column.field).dt.to_string("%Y-%m-%d")
    if column.type == "whole":
        return pl.col(column.field).cast(pl.String)
    if column.type == "yes_no":
        return pl.col(column.field).replace_strict({True: "yes", False: "no"}, return_dtype=pl.String)
    return pl.col(column.field)


def exponent_of(frame: pl.DataFrame, currency: str | None = None) -> pl.Expr:
    """Return the decimals of each row's currency; ``currency`` is that of rows that name none."""
    codes = {code: money.exponent(code) for code in frame["currency"].drop_nulls().unique()}
    default = money.exponent(currency or "EUR")
    return pl.col("currency").replace_strict(codes, default=default, return_dtype=pl.Int64)


def plain_amount(minor: pl.Expr, exponent: pl.Expr) -> pl.Expr:
    """Return minor units as plain decimal text of the currency's decimals."""
    digits = minor.abs().cast(pl.String)
    digits = pl.concat_str(pl.lit("0").repeat_by((exponent + 1 - digits.str.len_bytes()).clip(0)).list.join(""), digits)
    whole = digits.str.slice(0, digits.str.len_bytes().cast(pl.Int64) - exponent)
    decimals = digits.str.slice(-exponent, exponent)
    sign = pl.when(minor < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.when(exponent > 0).then(pl.concat_str(sign, whole, pl.lit("."), decimals)).otherwise(
        pl.concat_str(sign, whole)
    )  # fmt: skip


def _extra_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the extra columns of all rows as columns again."""
    rows = [json.loads(text) if text else {} for text in frame["extra"]]
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in names}, schema=dict.fromkeys(names, pl.String)
    )
