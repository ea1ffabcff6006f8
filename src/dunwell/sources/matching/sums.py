"""Which invoices add up to a payment: a bounded search that says when there is more than one answer."""

from collections.abc import Sequence

from dunwell.sources.matching.model import Invoice

INVOICES_MAX = 40
"""Invoices of one account that are tried; the oldest due first."""
STEPS_MAX = 20_000
"""Combinations tried for one payment; beyond, no sum is proposed."""


def combinations(invoices: Sequence[Invoice], amount_minor: int) -> list[tuple[Invoice, ...]]:
    """Return at most two sets of two or more invoices that add up to ``amount_minor``; empty when none or too many.

    Two answers mean that the sum alone decides nothing.
    """
    usable = [invoice for invoice in invoices if 0 < invoice.open_minor <= amount_minor][:INVOICES_MAX]
    usable.sort(key=lambda invoice: -invoice.open_minor)
    rest = [0] * (len(usable) + 1)
    for index in range(len(usable) - 1, -1, -1):
        rest[index] = rest[index + 1] + usable[index].open_minor
    found: list[tuple[Invoice, ...]] = []
    stack: list[tuple[int, int, tuple[int, ...]]] = [(0, amount_minor, ())]
    steps = 0
    while stack and len(found) < 2:
        index, left, chosen = stack.pop()
        steps += 1
        if steps > STEPS_MAX:
            return []
        if left == 0:
            found += [tuple(usable[i] for i in chosen)] if len(chosen) > 1 else []
            continue
        if index == len(usable) or left < 0 or rest[index] < left:
            continue
        stack.append((index + 1, left, chosen))
        stack.append((index + 1, left - usable[index].open_minor, (*chosen, index)))
    return found
