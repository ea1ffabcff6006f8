"""Engine and reference side by side: where they differ, and the smallest ledger that shows it."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from dunwell.assess.assessment import Assessment
from dunwell.assess.engine import assess
from dunwell.assess.legal import LegalSetting
from dunwell.policy.model import PolicySet

from .frames import ACCOUNT_FIELDS, INVOICE_FIELDS, differing_columns, of_engine, to_frames
from .readable import as_text
from .records import AccountResult, Creditor, InvoiceResult, OracleLedger, World
from .reference import assess_ledger, by_account, policy_of

Results = tuple[list[AccountResult], list[InvoiceResult]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One account whose rows differ, and the columns that do."""

    account_id: int
    columns: frozenset[str]
    expected: tuple[object, ...]
    actual: tuple[object, ...]


def legal_setting(creditor: Creditor | None) -> LegalSetting | None:
    return None if creditor is None else LegalSetting(creditor.law, creditor.jurisdiction)


def engine(world: World) -> Assessment:
    return assess(to_frames(world.ledger), world.policies, legal_setting(world.creditor), world.as_of)


def reference(world: World) -> Results:
    return assess_ledger(world.ledger, world.policies, world.as_of, world.creditor)


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


def compare(world: World) -> list[Difference]:
    return differences(reference(world), of_engine(engine(world)))


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


def shrunk(world: World, columns: frozenset[str]) -> World:
    """Leave out rows of one account for as long as some of the same columns still differ."""
    for ledger in without_each_row(world.ledger):
        candidate = replace(world, ledger=ledger)
        found = compare(candidate)
        if found and found[0].columns & columns:
            return shrunk(candidate, columns)
    return world


def describe(world: World) -> str:
    """The rows of a small ledger, and both readings wherever they differ."""
    text = [as_text(replace(world, ledger=part)) for _, part in by_account(world.ledger)]
    for difference in compare(world):
        for mine, theirs in zip(difference.expected, difference.actual, strict=True):
            text += [
                f"  {name}: reference {getattr(mine, name, mine)}, engine {getattr(theirs, name, theirs)}"
                for name in differing_columns(mine, theirs, ACCOUNT_FIELDS + INVOICE_FIELDS)
            ]
    return "\n".join(text)


def alone(world: World, rows: OracleLedger) -> World:
    """One account under the policy that is its own: an engine assesses one policy faster than many."""
    policy = policy_of(rows.accounts[0], world.policies)
    return replace(world, ledger=rows, policies=PolicySet({policy.name: policy}, policy.name))


def report(world: World, found: list[Difference]) -> str:
    """How often each column differs, and the smallest ledger that shows a difference, with both readings."""
    counts = Counter(column for difference in found for column in difference.columns)
    parts = {account.account_id: rows for account, rows in by_account(world.ledger)}
    smallest = min(found, key=lambda one: (len(one.columns), size(parts[one.account_id])))
    small = shrunk(alone(world, parts[smallest.account_id]), smallest.columns)
    totals = ", ".join(f"{name} {count}" for name, count in counts.most_common())
    return f"{len(found)} accounts differ: {totals}\n{describe(small)}"


def size(ledger: OracleLedger) -> int:
    return len(ledger.invoices) + len(ledger.entries) + len(ledger.events) + len(ledger.orders)
