"""Engine and reference side by side: where they differ, and the smallest ledger that shows it."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date

from dunwell.assess.engine import assess
from dunwell.policy.model import PolicySet

from .frames import ACCOUNT_FIELDS, INVOICE_FIELDS, differing_columns, of_engine, to_frames
from .readable import as_text
from .records import AccountResult, InvoiceResult, OracleLedger
from .reference import assess_ledger, by_account

Results = tuple[list[AccountResult], list[InvoiceResult]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One account whose rows differ, and the columns that do."""

    account_id: int
    columns: frozenset[str]
    expected: tuple[object, ...]
    actual: tuple[object, ...]


def engine_results(ledger: OracleLedger, policies: PolicySet, as_of: date) -> Results:
    return of_engine(assess(to_frames(ledger), policies, None, as_of))


def differences(expected: Results, actual: Results) -> list[Difference]:
    """The accounts on which engine and reference differ, each with all its differing columns."""
    columns: dict[int, set[str]] = defaultdict(set)
    pairs: dict[int, list[tuple[object, object]]] = defaultdict(list)
    for mine, theirs, names in zip(keyed(expected), keyed(actual), (ACCOUNT_FIELDS, INVOICE_FIELDS), strict=True):
        for key in mine.keys() | theirs.keys():
            found = differing_columns(mine.get(key), theirs.get(key), names)
            if found:
                columns[key[0]].update(found)
                pairs[key[0]].append((mine.get(key), theirs.get(key)))
    return [
        Difference(
            account_id,
            frozenset(columns[account_id]),
            tuple(mine for mine, _ in pairs[account_id]),
            tuple(theirs for _, theirs in pairs[account_id]),
        )
        for account_id in sorted(columns)
    ]


def keyed(results: Results) -> tuple[dict[tuple[int, object], object], dict[tuple[int, object], object]]:
    accounts, invoices = results
    return (
        {(row.account_id, row.currency): row for row in accounts},
        {(row.account_id, row.invoice_id): row for row in invoices},
    )


def compare(ledger: OracleLedger, policies: PolicySet, as_of: date) -> list[Difference]:
    return differences(assess_ledger(ledger, policies, as_of), engine_results(ledger, policies, as_of))


def without_each_row(ledger: OracleLedger) -> list[OracleLedger]:
    """Every ledger with one row less; an invoice leaves together with what names it."""
    smaller = [
        replace(
            ledger,
            invoices=tuple(row for row in ledger.invoices if row != gone),
            entries=tuple(row for row in ledger.entries if row.invoice_id != gone.invoice_id),
            events=tuple(row for row in ledger.events if row.invoice_id != gone.invoice_id),
        )
        for gone in ledger.invoices
    ]
    for name in ("entries", "events", "orders"):
        rows = getattr(ledger, name)
        smaller += [replace(ledger, **{name: rows[:i] + rows[i + 1 :]}) for i in range(len(rows))]
    return smaller


def shrunk(ledger: OracleLedger, policies: PolicySet, as_of: date, columns: frozenset[str]) -> OracleLedger:
    """Leave out rows of one account for as long as some of the same columns still differ."""
    for candidate in without_each_row(ledger):
        found = compare(candidate, policies, as_of)
        if found and found[0].columns & columns:
            return shrunk(candidate, policies, as_of, columns)
    return ledger


def describe(ledger: OracleLedger, policies: PolicySet, as_of: date) -> str:
    """The rows of a small ledger, and both readings wherever they differ."""
    text = [as_text(part, policies, as_of) for _, part in by_account(ledger)]
    for difference in compare(ledger, policies, as_of):
        for mine, theirs in zip(difference.expected, difference.actual, strict=True):
            text += [
                f"  {name}: reference {getattr(mine, name, mine)}, engine {getattr(theirs, name, theirs)}"
                for name in differing_columns(mine, theirs, ACCOUNT_FIELDS + INVOICE_FIELDS)
            ]
    return "\n".join(text)


def report(ledger: OracleLedger, policies: PolicySet, as_of: date, found: list[Difference]) -> str:
    """How often each column differs, and the smallest ledger that shows a difference, with both readings."""
    counts = Counter(column for difference in found for column in difference.columns)
    parts = {account.account_id: rows for account, rows in by_account(ledger)}
    smallest = min(found, key=lambda one: (len(one.columns), size(parts[one.account_id])))
    small = shrunk(parts[smallest.account_id], policies, as_of, smallest.columns)
    totals = ", ".join(f"{name} {count}" for name, count in counts.most_common())
    return f"{len(found)} accounts differ: {totals}\n{describe(small, policies, as_of)}"


def size(ledger: OracleLedger) -> int:
    return len(ledger.invoices) + len(ledger.entries) + len(ledger.events) + len(ledger.orders)
