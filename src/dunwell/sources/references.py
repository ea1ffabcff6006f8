"""What only the store can tell: whether the customers and invoices that rows refer to exist.

Pure all the same: the caller brings what is known. A file's own customers and invoices count as known, so
that one foreign file can bring all four tables.
"""

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from dunwell import money
from dunwell.errors import Problem
from dunwell.sources.instalments import wrong_instalments
from dunwell.sources.reading import frame_of, listed
from dunwell.sources.rejects import rejects_file
from dunwell.sources.rows import Limits, Options, Parsed, Table

INVOICE_FACTS = pl.Schema({"invoice_number": pl.String, "account_number": pl.String, "currency": pl.String})
"""What must be known of the invoices that payments and events refer to."""


def check_references(
    parsed: Parsed, known_accounts: pl.Series, known_invoices: pl.DataFrame, options: Options | None = None
) -> Parsed:
    """Return ``parsed`` without the rows that refer to something unknown; they join its problems and rejects.

    ``known_accounts`` holds account numbers as text, ``known_invoices`` has :data:`INVOICE_FACTS`. A line
    that has a problem leaves every table but customers, and what referred to its invoice leaves with it.
    """
    limits = (options or Options()).limits
    found: list[Problem] = []
    checked = parsed
    while new := list(_unknown(checked, known_accounts, known_invoices)):
        found += new
        checked = _without(checked, {problem.line for problem in new})
    return _with_problems(checked, found, limits) if found else parsed


def _unknown(parsed: Parsed, known_accounts: pl.Series, known_invoices: pl.DataFrame) -> Iterator[Problem]:
    accounts = _accounts(parsed, known_accounts)
    invoices = _invoices(parsed, known_invoices)
    for table in parsed.tables:
        if table.kind != "customers":
            yield from _unknown_accounts(parsed.source, table, accounts)
        if table.kind == "invoices":
            yield from _moved_invoices(parsed.source, table, known_invoices)
            yield from wrong_instalments(parsed.source, table, known_invoices)
        if table.kind in ("payments", "events"):
            yield from _wrong_invoices(parsed, table, invoices)


def _accounts(parsed: Parsed, known: pl.Series) -> pl.Series:
    own = frame_of(parsed, "customers")
    texts = known.cast(pl.String)
    return texts if own is None else pl.concat([texts.rename(""), own["account_number"].rename("")])


def _invoices(parsed: Parsed, known: pl.DataFrame) -> pl.DataFrame:
    own = frame_of(parsed, "invoices")
    facts = known.select(pl.col(name).cast(pl.String) for name in INVOICE_FACTS)
    both = facts if own is None else pl.concat([facts, own.select(INVOICE_FACTS.names())])
    return both.unique("invoice_number", keep="last")


def _unknown_accounts(source: str, table: Table, accounts: pl.Series) -> Iterator[Problem]:
    unknown = table.frame.filter(~pl.col("account_number").is_in(accounts.implode()))
    if unknown.is_empty():
        return
    alike = dict(zip(_folded(accounts), accounts, strict=True))
    texts = unknown.select("source_line", "account_number", _folded(unknown["account_number"]).alias("folded"))
    for line, number, folded in texts.iter_rows():
        near = alike.get(folded)
        hint = f'Did you mean "{near}"?' if near else "Import the customer first."
        yield Problem(source, line, "account_number", f'There is no customer "{number}".', hint)


def _moved_invoices(source: str, table: Table, known: pl.DataFrame) -> Iterator[Problem]:
    """Find invoices that already belong to another customer: taking them in would make the debt twice as large."""
    owners = known.select("invoice_number", pl.col("account_number").alias("owner"))
    moved = table.frame.join(owners, on="invoice_number", maintain_order="left").filter(
        pl.col("account_number") != pl.col("owner")
    )
    for line, number, owner in moved.select("source_line", "invoice_number", "owner").iter_rows():
        message = f'The invoice "{number}" already belongs to customer "{owner}".'
        yield Problem(
            source, line, "account_number", message, "Correct the customer, or give the invoice its own number."
        )


def _folded(numbers: pl.Series) -> pl.Series:
    """Reduce numbers to what survives a spreadsheet: no case, spaces, hyphens or leading zeros."""
    plain = numbers.str.to_lowercase().str.replace_all(r"[\s\-_/.]", "")
    return plain.str.strip_chars_start("0")


def _wrong_invoices(parsed: Parsed, table: Table, invoices: pl.DataFrame) -> Iterator[Problem]:
    source = parsed.source
    named = table.frame.filter(pl.col("invoice_number").is_not_null())
    joined = named.join(invoices, on="invoice_number", how="left", suffix=".known", maintain_order="left")
    known_account = pl.col("account_number.known")
    for line, number in joined.filter(known_account.is_null()).select("source_line", "invoice_number").iter_rows():
        hint = (
            "Import the invoice first, or leave it empty." if table.kind == "payments" else "Import the invoice first."
        )
        yield Problem(source, line, "invoice_number", f'There is no invoice "{number}".', hint)
    strange = joined.filter(known_account != pl.col("account_number"))
    for line, number, owner in strange.select("source_line", "invoice_number", known_account).iter_rows():
        message = f'The invoice "{number}" belongs to customer "{owner}".'
        yield Problem(source, line, "account_number", message, "Correct the invoice or the customer.")
    other = joined.filter(pl.col("currency") != pl.col("currency.known"))
    for line, number, currency in other.select("source_line", "invoice_number", "currency.known").iter_rows():
        message = f'The invoice "{number}" is in {currency}.'
        yield Problem(source, line, "currency", message, "Correct the currency or the invoice.")
    if table.kind == "events":
        yield from _events_in_other_units(parsed, joined)


def _events_in_other_units(parsed: Parsed, joined: pl.DataFrame) -> Iterator[Problem]:
    """Find amounts read with the default currency's decimals although their invoice's currency has others."""
    assumed = money.exponent(parsed.currency or "EUR")
    unnamed = joined.filter(pl.col("amount_minor").is_not_null() & pl.col("currency").is_null())
    for line, currency in unnamed.select("source_line", "currency.known").iter_rows():
        if currency is not None and money.exponent(currency) != assumed:
            message = f"The amount has no currency and its invoice is in {currency}."
            yield Problem(parsed.source, line, "currency", message, f'Write "{currency}".')


def _without(parsed: Parsed, lines: set[int]) -> Parsed:
    wrong = pl.Series(sorted(lines), dtype=pl.Int64).implode()
    kept = ~pl.col("source_line").is_in(wrong)
    tables = (
        table if table.kind == "customers" else Table(table.kind, table.frame.filter(kept)) for table in parsed.tables
    )
    return replace(parsed, tables=tuple(tables))


def _with_problems(parsed: Parsed, found: list[Problem], limits: Limits) -> Parsed:
    problems = [*parsed.problems, *found]
    return replace(
        parsed,
        problems=listed(parsed.source, problems, limits.problems_max),
        rejects=rejects_file(parsed.raw, problems) if parsed.raw else None,
        rejected_lines=parsed.rejected_lines | {problem.line for problem in found},
    )
