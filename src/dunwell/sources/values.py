"""From text to typed values, a column at a time: amounts, dates, yes and no, and the stated defaults.

A text that cannot be read becomes null; ``explain.py`` says why. No float is involved in amounts.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

import polars as pl
from babel.languages import get_official_languages

from dunwell import money
from dunwell.sources.explain import THOUSANDS_DIGITS
from dunwell.sources.mapping import Format, Rounding
from dunwell.sources.rows import COLUMNS, Column
from dunwell.sources.taking import SINCE, TERMS, Taken
from dunwell.sources.terms import terms_days

LANGUAGES = ("de", "en", "es", "fr", "ro", "vi")
"""Languages in which letters exist."""

YEAR_MIN, YEAR_MAX = 1900, 2199
"""Years outside are typing errors: a two-digit year read as four digits, a digit too many."""

_DECIMALS_MAX = 4
_INTEGER_DIGITS_MAX = 16
_FALLBACK_CURRENCY = "EUR"


@cache
def language_of(country: str) -> str:
    """Return the language of letters to ``country`` (ISO alpha-2): its first official one that exists, else English."""
    official = get_official_languages(country, de_facto=True)
    return next((language for language in official if language in LANGUAGES), "en")


def typed(taken: Taken, fmt: Format, currency: str | None, country: str | None) -> pl.DataFrame:
    """Add to the text columns of ``taken`` their typed values, named ``<column>.value``, with defaults filled in.

    ``currency`` and ``country`` are what a row without its own gets.
    """
    columns = COLUMNS[taken.kind]
    frame = _with_defaults(taken, currency, country)
    for column in columns:
        if column.type == "date":
            frame = frame.with_columns(_dates(pl.col(column.name), fmt).alias(f"{column.name}.value"))
        elif column.type == "amount":
            frame = _with_amount(frame, column.name, fmt, currency)
        elif column.type == "whole":
            frame = frame.with_columns(_whole(pl.col(column.name)).alias(f"{column.name}.value"))
        elif column.type == "yes_no":
            frame = frame.with_columns(_yes_no(pl.col(column.name)).alias(f"{column.name}.value"))
    return _with_due_from_terms(frame, fmt) if TERMS in frame.columns else frame


def value(column: Column) -> pl.Expr:
    """Return the typed value of ``column`` in a frame made by :func:`typed`."""
    is_typed = column.type in ("date", "amount", "whole", "yes_no")
    return pl.col(f"{column.name}.value") if is_typed else pl.col(column.name)


def _with_defaults(taken: Taken, currency: str | None, country: str | None) -> pl.DataFrame:
    frame = taken.frame
    if taken.kind == "customers":
        frame = frame.with_columns(pl.col("country").fill_null(pl.lit(country, pl.String)))
        languages = {code: language_of(code) for code in frame["country"].drop_nulls().unique() if len(code) == 2}
        spoken = pl.col("country").replace_strict(languages, default="en", return_dtype=pl.String)
        filled = [pl.col("language").fill_null(spoken), pl.col("party_type").fill_null("consumer")]
        frame = frame.with_columns(filled)
    if taken.kind == "payments":
        frame = frame.with_columns(pl.col("kind").fill_null("payment"))
    if taken.kind != "events":
        frame = frame.with_columns(pl.col("currency").fill_null(pl.lit(currency, pl.String)))
    return frame


def _dates(text: pl.Expr, fmt: Format) -> pl.Expr:
    if not fmt.date_formats:
        iso = pl.when(text.str.contains(r"^\d{4}-\d\d-\d\d$")).then(text)
        return _plausible(iso.str.to_date("%Y-%m-%d", strict=False))
    return pl.coalesce([_plausible(_date(text, pattern)) for pattern in fmt.date_formats])


def _date(text: pl.Expr, pattern: str) -> pl.Expr:
    if "%H" in pattern:
        return text.str.to_datetime(pattern, strict=False, time_unit="us").dt.date()
    return text.str.to_date(pattern, strict=False)


def _plausible(on: pl.Expr) -> pl.Expr:
    return pl.when(on.is_between(date(YEAR_MIN, 1, 1), date(YEAR_MAX, 12, 31))).then(on)


def _whole(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.contains(r"^[1-9]\d{0,2}$")).then(text).cast(pl.Int64, strict=False)


def _yes_no(text: pl.Expr) -> pl.Expr:
    return text.replace_strict({"yes": True, "no": False}, default=None, return_dtype=pl.Boolean)


def _with_due_from_terms(frame: pl.DataFrame, fmt: Format) -> pl.DataFrame:
    """Fill missing due dates from terms such as ``Net 30``, ``30 days`` or ``Due on receipt``."""
    known = {text: terms_days(text) for text in frame[TERMS].drop_nulls().unique()}
    days = pl.col(TERMS).replace_strict(known, default=None, return_dtype=pl.Int64)
    due = _dates(pl.col(SINCE), fmt) + pl.duration(days=days)
    given = pl.col("due_on").is_not_null()
    return frame.with_columns(pl.when(given).then(pl.col("due_on.value")).otherwise(due).alias("due_on.value"))


def plain_amount(fmt: Format) -> Callable[[pl.Expr], pl.Expr]:
    """Return the expression that turns a text in ``fmt`` into plain decimal text (``-1234.5``), or null."""
    if (fmt.decimal, fmt.thousands, fmt.currency_signs, fmt.negative_forms) == (".", "", (), ()):
        return lambda text: pl.when(text.str.contains(r"^-?\d+(\.\d+)?$")).then(text)
    return lambda text: _plain(text, fmt)


def _plain(text: pl.Expr, fmt: Format) -> pl.Expr:
    for sign in fmt.currency_signs:
        text = text.str.replace_all(sign, "", literal=True).str.strip_chars()
    if "parentheses" in fmt.negative_forms:
        text = text.str.replace(r"^\(\s*([^()-]*?)\s*\)$", "-${1}")
    if "trailing_minus" in fmt.negative_forms:
        text = text.str.replace(r"^([^-]*?)\s*-$", "-${1}")
    for sign in fmt.currency_signs:
        text = text.str.replace_all(sign, "", literal=True).str.replace(r"^-\s+", "-")
    if fmt.thousands == " ":
        text = text.str.replace_all("[\u00a0\u202f]", " ")
    whole = pl.when(text.str.contains(_amount_pattern(fmt))).then(text).str.strip_prefix("+")
    whole = whole.str.replace_all(fmt.thousands, "", literal=True) if fmt.thousands else whole
    return whole.str.replace(fmt.decimal, ".", literal=True)


def _amount_pattern(fmt: Format) -> str:
    """Return the pattern of an amount; thousands stand in threes, or in twos and three as in India."""
    decimal = re.escape(fmt.decimal)
    if not fmt.thousands:
        return rf"^[+-]?\d+({decimal}\d+)?$"
    mark = re.escape(fmt.thousands)
    whole = rf"(\d+|\d{{1,3}}({mark}\d{{3}})+|\d{{1,2}}({mark}\d\d)+{mark}\d{{3}})"
    return rf"^[+-]?{whole}({decimal}\d+)?$"


def _with_amount(frame: pl.DataFrame, name: str, fmt: Format, currency: str | None) -> pl.DataFrame:
    """Add ``<name>.plain`` (decimal text) and ``<name>.value`` (minor units); ``currency`` where the row has none."""
    plain = f"{name}.plain"
    frame = frame.with_columns(plain_amount(fmt)(pl.col(name)).alias(plain))
    if fmt.round_amounts:
        frame = _rounded(frame, plain, currency or _FALLBACK_CURRENCY, fmt.round_amounts)
    return frame.with_columns(_minor(pl.col(plain), _exponent(frame, currency)).alias(f"{name}.value"))


def _exponent(frame: pl.DataFrame, currency: str | None) -> pl.Expr:
    codes = {code: money.exponent(code) for code in frame["currency"].drop_nulls().unique()}
    default = money.exponent(currency or _FALLBACK_CURRENCY)
    return pl.col("currency").replace_strict(codes, default=default, return_dtype=pl.Int64)


def _minor(plain: pl.Expr, exponent: pl.Expr) -> pl.Expr:
    """Return minor units of plain decimal text; null when its decimals are too many or doubtful, or it is too large."""
    parts = plain.str.strip_prefix("-").str.split_exact(".", 1)
    whole = parts.struct.field("field_0").str.strip_chars_start("0")
    written = parts.struct.field("field_1").fill_null("")
    decimals = written.str.strip_chars_end("0")
    sure = (written.str.len_bytes() != THOUSANDS_DIGITS) | (exponent == THOUSANDS_DIGITS)
    digits = pl.concat_str(whole, decimals.str.pad_end(_DECIMALS_MAX, "0").str.slice(0, exponent))
    fits = (decimals.str.len_bytes() <= exponent) & (whole.str.len_bytes() <= _INTEGER_DIGITS_MAX - exponent)
    minor = pl.when(fits & sure).then(pl.concat_str(pl.lit("0"), digits)).cast(pl.Int64, strict=False)
    signed = pl.when(plain.str.starts_with("-")).then(-minor).otherwise(minor)
    return pl.when(minor <= money.AMOUNT_MINOR_MAX).then(signed)


def _rounded(frame: pl.DataFrame, plain: str, currency: str, rounding: Rounding) -> pl.DataFrame:
    """Round the amounts that may have more decimals than their currency; the others stay as they are."""
    surplus = frame.select(plain, "currency").filter(pl.col(plain).str.contains(r"\.\d")).unique()
    rounded = [_round(text, code or currency, rounding) for text, code in surplus.iter_rows()]
    table = surplus.with_columns(pl.Series("rounded", rounded, dtype=pl.String))
    joined = frame.join(table, on=[plain, "currency"], how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(pl.coalesce("rounded", plain).alias(plain)).drop("rounded")


def _round(text: str, currency: str, rounding: Rounding) -> str:
    scaled = Decimal(text).scaleb(money.exponent(currency))
    if rounding == "half_up":
        return money.format_plain(money.round_half_up(scaled), currency)
    return money.format_plain(int(scaled.to_integral_value(rounding=ROUND_HALF_EVEN)), currency)
