"""Charges to be booked: what letters that were really sent demanded beside the invoices, each amount once.

A letter shows what an invoice has cost by its day: interest since the due date, the late fees of all steps taken. The
next letter shows the same and what was added. So what is to be booked with a letter is what it demands more than the
letters before it did on the same invoice; where it demands less, the difference is booked back.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from dunwell.money import format_plain
from dunwell.sources.writing import safe_csv

CHARGES = ("late_fee", "interest", "compensation")
"""The charges of product §2.3, by the columns of a letter's table of invoices."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What one sent letter demanded on one invoice: ``charges`` by kind, in minor units."""

    letter: str
    sent_on: date
    account_number: str
    name: str
    invoice_number: str
    currency: str
    charges: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Charge:
    """One amount to be booked; below zero where a later letter demanded less than an earlier one.

    ``reference`` is the same in every export, so that a program may see that it has booked it. ``demanded_minor`` is
    all that was demanded of the kind on the invoice up to this letter.
    """

    reference: str
    booked_on: date
    account_number: str
    name: str
    invoice_number: str
    kind: str
    currency: str
    amount_minor: int
    demanded_minor: int
    letter: str


def charges_of(demands: Iterable[Demand]) -> Iterator[Charge]:
    """Return what is to be booked, letter by letter; ``demands`` in the order in which the letters were sent."""
    demanded: dict[tuple[str, str, str, str], int] = {}
    for demand in demands:
        for kind in CHARGES:
            key = (demand.account_number, demand.currency, demand.invoice_number, kind)
            now = demand.charges.get(kind, 0)
            more = now - demanded.get(key, 0)
            demanded[key] = now
            if more:
                yield _charge(demand, kind, more)


def _charge(demand: Demand, kind: str, amount_minor: int) -> Charge:
    return Charge(
        reference=f"{demand.letter}/{demand.invoice_number}/{kind}",
        booked_on=demand.sent_on,
        account_number=demand.account_number,
        name=demand.name,
        invoice_number=demand.invoice_number,
        kind=kind,
        currency=demand.currency,
        amount_minor=amount_minor,
        demanded_minor=demand.charges.get(kind, 0),
        letter=demand.letter,
    )


def charges_csv(charges: Iterable[Charge]) -> bytes:
    """Write charges as CSV."""
    rows = [
        {
            "charge_reference": charge.reference,
            "booked_on": charge.booked_on.isoformat(),
            "account_number": charge.account_number,
            "name": charge.name,
            "invoice_number": charge.invoice_number,
            "kind": charge.kind,
            "currency": charge.currency,
            "charge_amount": format_plain(charge.amount_minor, charge.currency),
            "demanded_so_far": format_plain(charge.demanded_minor, charge.currency),
            "letter": charge.letter,
        }
        for charge in charges
    ]
    return safe_csv(pl.DataFrame(rows, schema=dict.fromkeys(CHARGE_COLUMNS, pl.String)))


CHARGE_COLUMNS = (
    "charge_reference", "booked_on", "account_number", "name", "invoice_number", "kind", "currency", "charge_amount",
    "demanded_so_far", "letter",
)  # fmt: skip
"""The header of ``charges.csv``."""
