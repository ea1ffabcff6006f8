r"""Texts that a spreadsheet program would run as a formula, made harmless in what we write and whole again when read.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return may be a formula, and a formula may call
programs or send data away ("CSV injection", OWASP). Such a text gets an apostrophe before it, which spreadsheet
programs take as "this is text". Numbers stay numbers: ``-12.50`` and a telephone number of digits and blanks cannot
call anything. A text that has the apostrophe already gets another, so that reading takes off exactly what writing put
there:

>>> import polars as pl
>>> pl.select(guarded(pl.lit("=1+1"))).item(), pl.select(guarded(pl.lit("-12.50"))).item()
("'=1+1", '-12.50')
>>> pl.select(unguarded(pl.lit("'=1+1"))).item(), pl.select(unguarded(pl.lit("'t Hooft"))).item()
('=1+1', "'t Hooft")
"""

import re

import polars as pl

_MARK = "'"
_DANGEROUS = r"^'*[=+\-@\t\r]"
_NUMBER = r"^[+-]?[0-9][0-9 ]*(?:[.,][0-9]+)*$"
_GUARDED = r"^'+[=+\-@\t\r]"


def guarded(text: pl.Expr) -> pl.Expr:
    """Put an apostrophe before texts that could be formulas."""
    may_run = text.str.contains(_DANGEROUS) & ~text.str.contains(_NUMBER)
    return pl.when(~may_run).then(text).otherwise(pl.lit(_MARK) + text)


def unguarded(text: pl.Expr) -> pl.Expr:
    """Take off the apostrophe that :func:`guarded` puts on."""
    is_guarded = text.str.contains(_GUARDED) & ~text.str.slice(1).str.contains(_NUMBER)
    return pl.when(~is_guarded).then(text).otherwise(text.str.slice(1))


def guarded_text(text: str) -> str:
    """Guard one text, such as a header."""
    may_run = re.match(_DANGEROUS, text) and not re.match(_NUMBER, text)
    return _MARK + text if may_run else text


def unguarded_text(text: str) -> str:
    """Take the guard off one text."""
    is_guarded = re.match(_GUARDED, text) and not re.match(_NUMBER, text[1:])
    return text[1:] if is_guarded else text
