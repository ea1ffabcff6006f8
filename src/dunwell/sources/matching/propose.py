"""From entries to proposals: the story of matching.

1. Invoices that the entry names, by structured reference or number: with the exact amount the match is sure.
2. The payer is known by bank account or customer number: an invoice of the exact amount, or several that add up.
3. The name alone, a mistyped or shortened number with the exact amount: likely.
4. The amount alone: possible.

A sure match needs one customer, the exact amount (or less, under the invoice's own printed reference), nothing that
speaks against it, and an invoice that no earlier payment has covered.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import polars as pl

from dunwell.sources.matching.by_payer import by_amount, by_payer
from dunwell.sources.matching.evidence import Evidence, collect, contradiction, is_trusted, namesake, support, too_early
from dunwell.sources.matching.index import Index, build
from dunwell.sources.matching.model import PAYERS, BankEntry, Invoice, Matches, Part, Proposal, Rules
from dunwell.sources.matching.proposing import Context, proposal
from dunwell.sources.matching.tables import bank_entries
from dunwell.sources.rows import TOLD_EVERY

_PROPOSALS_MAX = 5
_BACKED = 4
"""What a known payer or a name alike adds to a named invoice of another amount."""
_EXACT = 80
"""The score of a match in which the amount is exactly that of the invoices named, even if something speaks against."""
_DECIDED = "A person has decided about this entry before, so nothing is applied by itself."


def match(
    entries: pl.DataFrame,
    invoices: pl.DataFrame,
    accounts: pl.DataFrame,
    payers: pl.DataFrame | None = None,
    rules: Rules | None = None,
) -> Matches:
    """Propose for each of ``entries`` whose payment it is.

    ``entries`` has ``contract.BANK_ENTRY`` and holds what is not applied yet; ``invoices``, ``accounts`` and
    ``payers`` have the schemas of ``model.py``. The order of rows does not matter.
    """
    rules = rules or Rules()
    index = build(invoices, accounts, PAYERS.to_frame() if payers is None else payers)
    money_in, ignored = _customers_money(bank_entries(entries))
    proposed: dict[str, list[Proposal]] = {}
    for number, entry in enumerate(money_in):
        if rules.watch is not None and number % TOLD_EVERY == 0:
            rules.watch(number, len(money_in), "entries compared with the invoices")
        proposed[entry.reference] = _proposals(entry, index, rules)
    settled = _once(money_in, proposed, index)
    done = {found.entry_reference for found in settled if found.sureness == "sure"}
    worklist = tuple(entry.reference for entry in money_in if entry.reference not in done)
    return Matches(tuple(settled), worklist, tuple(ignored))


def _customers_money(entries: Iterable[BankEntry]) -> tuple[list[BankEntry], list[str]]:
    """Part the entries into what customers paid or took back, and what is not theirs or is itemised elsewhere."""
    ordered = sorted(entries, key=lambda entry: (entry.booked_on, entry.reference))
    itemised = {(entry.batch_of, entry.booked_on) for entry in ordered if entry.batch_of}
    ours: list[BankEntry] = []
    ignored: list[str] = []
    for entry in ordered:
        is_itemised = entry.is_batch and (entry.bank_reference, entry.booked_on) in itemised
        if is_itemised or not (entry.is_in or entry.is_reversal):
            ignored.append(entry.reference)
        else:
            ours.append(entry)
    return ours, ignored


def _proposals(entry: BankEntry, index: Index, rules: Rules) -> list[Proposal]:
    found = collect(entry, index)
    context = Context(entry, index, found, rules)
    if entry.is_reversal:
        options = _taken_back(context) if not entry.is_in else []
    elif found.named:
        options = _by_name(context)
        if not any(each.score >= _EXACT for each in options):
            options += by_payer(context) or by_amount(context)
    else:
        options = by_payer(context) or by_amount(context)
    taken_back = rules.undone.get(entry.reference)
    if taken_back is not None:
        options = [_unsure(each, _DECIDED) for each in options if each.as_applied() not in taken_back]
    ranked = sorted(options, key=lambda each: (-each.score, each.account_number, str(each.parts)))[:_PROPOSALS_MAX]
    if sum(each.sureness == "sure" for each in ranked) > 1:
        ranked = [_unsure(each, "More than one match would be sure.") for each in ranked]
    return ranked


def _unsure(found: Proposal, why: str) -> Proposal:
    if found.sureness != "sure":
        return found
    return replace(found, sureness="likely", score=min(found.score, 89), reasons=(*found.reasons, why))


def _by_name(context: Context) -> list[Proposal]:
    """Propose the invoices that the entry names, customer by customer."""
    groups: dict[str, list[Invoice]] = defaultdict(list)
    for invoice, _ in context.found.named.values():
        groups[invoice.account].append(invoice)
    return [_of_account(context, account, invoices, is_only=len(groups) == 1) for account, invoices in groups.items()]


def _of_account(context: Context, account: str, invoices: list[Invoice], *, is_only: bool) -> Proposal:
    entry, found = context.entry, context.found
    total = sum(invoice.open_minor for invoice in invoices)
    reasons = [_naming(invoice, found) for invoice in invoices]
    backing = support(entry, account, found, context.index)
    doubts = (contradiction(entry, account, found, context.index), namesake(entry, account, context.index))
    against = [*found.unclear, *filter(None, doubts), *too_early(entry, invoices)]
    against += [] if is_only else ["The text names invoices of more than one customer."]
    against += ["The entry is a batch of several payments."] if entry.is_batch else []
    trusted = bool(backing) or all(is_trusted(each.number, found.named[each.number][1]) for each in invoices)
    against += [] if trusted else ["The number is short and nothing else points to the customer."]
    against += [] if backing else _mistyped_perhaps(context, invoices)
    if total == entry.amount_minor:
        reasons.append("The amount is exactly what is open.")
        parts = [Part(invoice.number, invoice.open_minor) for invoice in invoices]
        return proposal(context, account, parts, (97 if not against else 80), [*reasons, *backing], against)
    parts, said, score = _unequal(context, invoices, total)
    score += _BACKED if backing and score < _EXACT else 0
    is_part_of_one = len(invoices) == 1 and entry.amount_minor < total
    if not (is_part_of_one and found.named[invoices[0].number][1] == "reference"):
        against.append(said)
    return proposal(context, account, parts, score, [*reasons, said, *backing], against)


def _mistyped_perhaps(context: Context, invoices: list[Invoice]) -> list[str]:
    """Return the doubt about a number from an unknown payer when other invoices have the amount, too.

    One digit wrong in the number of one monthly fee gives the number of somebody else's. A printed reference has check
    digits; several numbers and their sum do not come about by chance.
    """
    if len(invoices) > 1 or context.found.named[invoices[0].number][1] == "reference":
        return []
    alike = context.index.by_amount.get((context.entry.currency, context.entry.amount_minor), [])
    if len(alike) < 2:
        return []
    return ["The payer is not known, and other open invoices have this amount: the number may be mistyped."]


def _naming(invoice: Invoice, found: Evidence) -> str:
    strength = found.named[invoice.number][1]
    if strength == "reference":
        return f"The payment reference is that of invoice {invoice.number}."
    return f"The text names invoice {invoice.number}" + (", joined to other words." if strength == "joined" else ".")


def _unequal(context: Context, invoices: list[Invoice], total: int) -> tuple[list[Part], str, int]:
    """Spread an amount that is not the sum: on the oldest due first; what is over stands on the account."""
    left = context.entry.amount_minor
    parts = []
    for invoice in sorted(invoices, key=lambda each: (each.due_on is None, each.due_on, each.number)):
        used = min(left, invoice.open_minor)
        if used:
            parts.append(Part(invoice.number, used))
        left -= used
    if left:
        return [*parts, Part(None, left)], "The amount is more than what is open on the invoices named.", 70
    is_referred = context.found.named[invoices[0].number][1] == "reference"
    if context.rules.allows(invoices[0].account, context.entry.currency, total, context.entry.amount_minor):
        return parts, "The amount is short of what is open by no more than a discount or fee.", 80
    return parts, "The amount is less than what is open.", 70 if len(invoices) > 1 else 90 if is_referred else 75


def _taken_back(context: Context) -> list[Proposal]:
    """Propose which invoice's payment came back; never sure, because the payment itself is not looked at here."""
    entry, found = context.entry, context.found
    named = [*found.settled, *(invoice for invoice, _ in found.named.values())]
    options = []
    for invoice in named:
        reasons = [f"The bank took a payment back and names invoice {invoice.number}."]
        score = 85 if invoice.gross_minor == entry.amount_minor else 65
        against = ["A person confirms that a payment came back."]
        parts = [Part(invoice.number, entry.amount_minor)]
        options.append(proposal(context, invoice.account, parts, score, reasons, against))
    if not options and found.payer is not None:
        reasons = [f"The bank took a payment back from the bank account of {found.payer}."]
        parts = [Part(None, entry.amount_minor)]
        options.append(proposal(context, found.payer, parts, 50, reasons, ["It names no invoice."]))
    return options


def _once(entries: list[BankEntry], proposed: dict[str, list[Proposal]], index: Index) -> list[Proposal]:
    """Let each invoice be covered once: what an earlier payment has used, or likely pays, is not there for a later one.

    Two payments of one invoice are a payment made twice as often as a proposal that was wrong.
    """
    left = {invoice.number: invoice.open_minor for group in index.by_account.values() for invoice in group}
    awaited: set[str] = set()
    settled: list[Proposal] = []
    for entry in entries:
        ranked = [_unless_covered(found, left, awaited) for found in proposed[entry.reference]]
        for part in _invoiced(ranked[0]) if ranked else ():
            if ranked[0].sureness == "sure":
                left[part.invoice_number or ""] -= part.amount_minor
            elif ranked[0].sureness == "likely":
                awaited.add(part.invoice_number or "")
        settled += ranked
    return settled


def _invoiced(found: Proposal) -> list[Part]:
    return [part for part in found.parts if part.invoice_number is not None]


def _unless_covered(found: Proposal, left: Mapping[str, int], awaited: Collection[str]) -> Proposal:
    if found.sureness != "sure":
        return found
    if any(part.amount_minor > left[part.invoice_number or ""] for part in _invoiced(found)):
        return _unsure(found, "An earlier payment covers this invoice already.")
    if any(part.invoice_number in awaited for part in _invoiced(found)):
        return _unsure(found, "An earlier payment that waits is likely to pay this invoice.")
    return found
