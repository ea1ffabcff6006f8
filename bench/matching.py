"""How many payments the matching applies by itself, how many of them rightly, and what it proposes for the rest.

    python -m bench.matching [--corpus FOLDER] [--wrong] [--seeds FIRST-LAST]

Three kinds of data whose truth is known: statements that we generate, with everything that payers do to a text and an
amount; the ledger of `ar_relational_credit_limits`, where each payment names its invoice; a French ledger whose
payments are lettered (`fec_fr_customer_ledger`). Statements come in one after the other, as in life: what is sure is
applied, a person decides the rest as the truth says, and what that teaches is known to the next statement.
"""

import argparse
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from bench.measure import cpu_seconds, print_table, say
from bench.statements import Applied, Bank, generated
from dunwell.sources import registry
from dunwell.sources.contract import BANK_ENTRY, SourceFile
from dunwell.sources.matching import MATCH_ACCOUNTS, OPEN_INVOICES, PAYERS, Proposal, Rules, Tolerance, match
from dunwell.sources.rows import Options

STATEMENT_ENTRIES = 40
SEEDS = (1, 2, 3, 4, 5)
_RULES = Rules(Tolerance(percent_hundredths=300))


@dataclass(slots=True)
class Books:
    """What is open and what was learned, as the store keeps it."""

    open_minor: dict[tuple[str, str], int]
    learned: dict[tuple[str, str, str], list[Any]] = field(default_factory=dict)

    def apply(self, row: Mapping[str, Any], applied: Applied, *, is_by_hand: bool) -> None:
        """Take a payment off its invoices, and learn from it."""
        for account, invoice, minor in applied:
            if invoice is not None and (account, invoice) in self.open_minor:
                self.open_minor[account, invoice] -= minor
        accounts = {account for account, _, _ in applied}
        if len(accounts) == 1:
            key = (row["payer_account"] or "", row["payer_name"] or "", accounts.pop())
            known = self.learned.setdefault(key, [0, False, row["booked_on"]])
            known[0], known[1], known[2] = known[0] + 1, known[1] or is_by_hand, row["booked_on"]

    def payers(self) -> pl.DataFrame:
        """Return what was learned, as the matching wants it."""
        rows = [(*key, *value) for key, value in self.learned.items()]
        return pl.DataFrame(rows, schema=PAYERS, orient="row")


@dataclass(slots=True)
class Score:
    """What became of the entries of one way of paying."""

    entries: int = 0
    sure: int = 0
    wrong: int = 0
    proposed: int = 0
    best_right: int = 0

    def row(self, name: str) -> tuple[str, ...]:
        """Return a row of the table."""
        waiting = self.entries - self.sure
        right = self.sure - self.wrong
        return (
            name,
            f"{self.entries:,}",
            f"{self.sure:,}",
            f"{self.wrong:,}",
            f"{100 * right / self.entries:.0f} %" if self.entries else "–",
            f"{self.proposed:,}",
            f"{100 * self.best_right / waiting:.0f} %" if waiting else "–",
        )


def play(bank: Bank, *, shows_wrong: bool = False) -> dict[str, Score]:
    """Bring the statements of a bank in one after the other; return the scores by way of paying."""
    books = Books(
        {(row["account_number"], row["invoice_number"]): row["amount_minor"] for row in bank.invoices.to_dicts()}
    )
    scores: dict[str, Score] = defaultdict(Score)
    for statement in bank.entries.sort("booked_on", "entry_reference").iter_slices(STATEMENT_ENTRIES):
        best = _best(statement, bank, books)
        for row in statement.iter_rows(named=True):
            proposal = best.get(row["entry_reference"])
            truth, way = bank.truth[row["entry_reference"]]
            is_sure = proposal is not None and proposal.sureness == "sure"
            _count(scores[way], proposal, truth, is_sure=is_sure)
            if shows_wrong and is_sure and proposal is not None and not _is_right(proposal, truth):
                say(f"wrong ({way}): {row}\n    {proposal}\n    truth: {truth}")
            if truth is not None:
                books.apply(row, truth, is_by_hand=not is_sure)
    return scores


def _best(statement: pl.DataFrame, bank: Bank, books: Books) -> dict[str, Proposal]:
    until = statement["booked_on"].max()
    left = pl.Series([books.open_minor[key] for key in bank.invoices.select("account_number", "invoice_number").rows()])
    known = bank.invoices.with_columns(left.alias("open_minor"), pl.lit(None, pl.String).alias("payment_reference"))
    known = known.filter(pl.col("open_minor") > 0, pl.col("issued_on") <= until).select(*OPEN_INVOICES, "issued_on")
    found: dict[str, Proposal] = {}
    for one in match(
        statement,
        known.cast(pl.Schema({**OPEN_INVOICES, "issued_on": pl.Date()})),
        bank.accounts,
        books.payers(),
        _RULES,
    ).proposals:
        found.setdefault(one.entry_reference, one)
    return found


def _is_right(proposal: Proposal, truth: Applied | None) -> bool:
    """Whether customer, invoices and amounts are the true ones."""
    return truth is not None and proposal.as_applied() == truth


def _count(score: Score, proposal: Proposal | None, truth: Applied | None, *, is_sure: bool) -> None:
    score.entries += 1
    if is_sure and proposal is not None:
        score.sure += 1
        score.wrong += not _is_right(proposal, truth)
    elif proposal is not None:
        score.proposed += 1
        score.best_right += _is_right(proposal, truth)
    elif truth is None:
        score.best_right += 1  # nothing was proposed for what is nobody's


def lettered(folder: Path) -> Bank:
    """The French ledger: payments with the texts of its books, and the invoices that they are lettered with."""
    file = next(folder.glob("*.txt"))
    reading = registry.format_named("dunwell.sources.accounts.fec").read(SourceFile(file.name, file), Options())
    tables = {one.kind: one.frame for one in reading.tables}
    accounts = tables["customers"].select("account_number", "name").cast(MATCH_ACCOUNTS)
    names = dict(accounts.iter_rows())
    parts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    is_lettered = (pl.col("kind") == "payment") & pl.col("invoice_number").is_not_null()
    for row in tables["payments"].filter(is_lettered).to_dicts():
        parts[row["payment_reference"]].append(row)
    rows, truth = [], {}
    for reference, own in parts.items():
        account = own[0]["account_number"]
        text = f"REGLEMENT {names[account].replace(' ÉCHANTILLON', '')}"
        minor = sum(row["amount_minor"] for row in own)
        rows.append(_entry(reference, own[0]["paid_on"], minor, remittance=text, payer_name=names[account]))
        applied = frozenset((account, row["invoice_number"], row["amount_minor"]) for row in own)
        truth[reference] = (applied, "lettered payments")
    invoices = tables["invoices"].select(
        "invoice_number", "account_number", "currency", "amount_minor", "due_on", "issued_on"
    )
    return Bank(pl.DataFrame(rows, schema=BANK_ENTRY), invoices, accounts, truth)


def related(folder: Path, write: str) -> Bank:
    """The ledger in which each payment names its invoice; ``write`` is how its text does."""
    read = {name: pl.read_csv(folder / f"{name}.csv", infer_schema=False) for name in ("invoices", "payments")}
    people = pl.read_csv(folder / "customer_master.csv", infer_schema=False).unique("Customer_ID", maintain_order=True)
    names = dict(people.select("Customer_ID", "Customer_Name").iter_rows())
    day = pl.col("Invoice_Date").str.to_date("%Y-%m-%d", strict=False).fill_null(date(2024, 1, 1))
    invoices = read["invoices"].select(
        pl.col("Invoice_ID").alias("invoice_number"), pl.col("Customer_ID").alias("account_number"),
        pl.lit("USD").alias("currency"), _minor("Invoice_Amount"), pl.lit(None, pl.Date).alias("due_on"),
        day.alias("issued_on"),
    ).filter(pl.col("amount_minor") > 0)  # fmt: skip
    owners = dict(invoices.select("invoice_number", "account_number").iter_rows())
    rows, truth = [], {}
    paid = read["payments"].with_columns(
        _minor("Amount_Paid"), pl.col("Payment_Date").str.to_date(strict=False).alias("on")
    )
    for row in paid.filter(pl.col("amount_minor") > 0, pl.col("on").is_not_null()).to_dicts():
        number, reference = row["Invoice_ID"], row["Payment_ID"]
        if number not in owners:
            continue
        text = write.format(number=number, tail=number[3:].lstrip("0"))
        name = names.get(owners[number])
        rows.append(_entry(reference, row["on"], row["amount_minor"], "USD", remittance=text, payer_name=name))
        truth[reference] = (frozenset({(owners[number], number, row["amount_minor"])}), write)
    accounts = pl.DataFrame(list(names.items()), schema=MATCH_ACCOUNTS, orient="row")
    return Bank(pl.DataFrame(rows, schema=BANK_ENTRY), invoices, accounts, truth)


def _minor(column: str) -> pl.Expr:
    return (pl.col(column).cast(pl.Decimal(18, 2), strict=False) * 100).cast(pl.Int64).alias("amount_minor")


def _entry(reference: str, on: date, minor: int, currency: str = "EUR", **texts: str | None) -> dict[str, Any]:
    return {
        "entry_reference": reference, "booked_on": on, "currency": currency, "amount_minor": minor,
        "direction": "in", "is_reversal": False, **texts,
    }  # fmt: skip


def _totals(scores: Mapping[str, Score], name: str = "all") -> Iterator[tuple[str, ...]]:
    total: Counter[str] = Counter()
    for way, score in scores.items():
        yield score.row(way)
        for slot in Score.__slots__:
            total[slot] += getattr(score, slot)
    yield Score(**total).row(f"**{name}**")


def main() -> None:
    """Print a table per kind of data."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--corpus", type=Path, default=Path(os.environ.get("DUNWELL_CORPUS") or "../shared/data"))
    asked.add_argument("--wrong", action="store_true", help="show every wrong match")
    asked.add_argument("--seeds", default=f"{SEEDS[0]}-{SEEDS[-1]}", help="which worlds are generated: 21-40")
    options = asked.parse_args()
    first, last = (int(number) for number in options.seeds.split("-"))
    head = ("way of paying", "entries", "applied", "wrong", "recall", "proposed", "best is right, of the rest")
    before = cpu_seconds()
    scores: dict[str, Score] = defaultdict(Score)
    for seed in range(first, last + 1):
        say(f"generated statements, seed {seed}")
        for way, score in play(generated(seed), shows_wrong=options.wrong).items():
            for slot in Score.__slots__:
                setattr(scores[way], slot, getattr(scores[way], slot) + getattr(score, slot))
    note = f"{cpu_seconds() - before:.0f} CPU seconds"
    print_table("Matching: generated statements", head, list(_totals(dict(sorted(scores.items())))), [note])
    rows = []
    folder = options.corpus / "fec_fr_customer_ledger"
    if folder.is_dir():
        rows += [(f"fec: {row[0]}", *row[1:]) for row in _totals(play(lettered(folder), shows_wrong=options.wrong))]
    folder = options.corpus / "ar_relational_credit_limits"
    for write in ("Invoice {number}", "no. {tail}", "") if folder.is_dir() else ():
        say(f"ar_relational_credit_limits, texts as {write!r}")
        for score in play(related(folder, write), shows_wrong=options.wrong).values():
            rows.append(score.row(f'ar: "{write}"'))
    if rows:
        print_table("Matching: public data", head, rows)


if __name__ == "__main__":
    main()
