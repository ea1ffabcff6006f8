"""Bank statements with known truth, generated: what payers do to names, numbers, texts and amounts.

The same seed gives the same statements. Nothing here knows how the matching works; each way of paying is written down
as people do it, those included that would lead a careless matching astray.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from dunwell.sources.contract import BANK_ENTRY
from dunwell.sources.matching import MATCH_ACCOUNTS

Applied = frozenset[tuple[str, str | None, int]]
"""Customer, invoice (``None``: on the account) and amount."""

BEGIN_ON = date(2026, 1, 5)
SECOND_AFTER = timedelta(days=30)
"""Who pays twice does so no earlier than this after the first time: of two at once, none is the second."""
CUSTOMERS = 120
INVOICES = 900
FIXED_MINOR = (4_900, 9_900, 19_900, 49_900)
"""Monthly fees that many customers owe alike."""

_WORDS = (
    "Aurora", "Borealis", "Canis", "Delta", "Elster", "Falke", "Gärtner", "Hansen",
    "Ikarus", "Jäger", "Krüger", "Lumen", "Müller", "Nord", "Ötztal",
)  # fmt: skip
_TRADES = (
    "Bau", "Glas", "Logistik", "Technik", "Druck", "Handel",
    "Medien", "Möbel", "Reisen", "Software", "Stahl", "Textil",
)  # fmt: skip
_FORMS = ("GmbH", "AG", "KG", "Ltd", "SARL", "S.A.", "e.K.")
_SERVICES = (("LU280019400644750000", "PayLink Europe SA"), ("IE12BOFI90000112345678", "Quickpay Ltd"))
_NUMBERS: tuple[Callable[[int], str], ...] = (
    lambda count: f"RE-2026-{count:05}",
    lambda count: f"2026/{count:04}",
    lambda count: f"{100_000 + count}",
    lambda count: f"{1_000 + count}",
    lambda count: f"INV{count:06}",
)


@dataclass(frozen=True, slots=True)
class Bank:
    """Entries with the truth of each (``None``: no customer's) and how it was paid; invoices and customers.

    ``invoices`` has the columns of ``OPEN_INVOICES`` that do not change, and ``issued_on``.
    """

    entries: pl.DataFrame
    invoices: pl.DataFrame
    accounts: pl.DataFrame
    truth: Mapping[str, tuple[Applied | None, str]]


@dataclass(frozen=True, slots=True)
class _Invoice:
    number: str
    account: str
    amount_minor: int
    issued_on: date


@dataclass(frozen=True, slots=True)
class _Payer:
    name: str
    iban: str


class _World:
    """Customers, their invoices and how each usually pays."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.names = {f"K{10_000 + count}": self._name() for count in range(CUSTOMERS)}
        self.accounts = list(self.names)
        self.ibans = {account: self._iban() for account in self.accounts}
        self.parents = self._parents()
        write = _NUMBERS[seed % len(_NUMBERS)]
        self.invoices = [self._invoice(write(count + 1), count) for count in range(INVOICES)]
        self.waiting: dict[str, list[_Invoice]] = {account: [] for account in self.accounts}
        for invoice in self.invoices:
            self.waiting[invoice.account].append(invoice)
        self.paid: dict[str, list[_Invoice]] = {account: [] for account in self.accounts}
        self.paid_on: dict[str, date] = {}

    def _name(self) -> str:
        return " ".join(map(self.draw.choice, (_WORDS, _TRADES, _FORMS)))

    def _iban(self) -> str:
        return "DE" + "".join(self.draw.choice("0123456789") for _ in range(20))

    def _parents(self) -> dict[str, _Payer]:
        """Holdings that pay for two customers each."""
        found: dict[str, _Payer] = {}
        for place in range(0, CUSTOMERS // 6, 2):
            holding = _Payer(f"{self.draw.choice(_WORDS)} Holding", self._iban())
            found |= dict.fromkeys(self.accounts[place : place + 2], holding)
        return found

    def _invoice(self, number: str, count: int) -> _Invoice:
        fixed = self.draw.random() < 0.3
        minor = self.draw.choice(FIXED_MINOR) if fixed else self.draw.randrange(1_500, 900_000)
        issued_on = BEGIN_ON + timedelta(days=count * 300 // INVOICES)
        return _Invoice(number, self.draw.choice(self.accounts), minor, issued_on)

    def payer(self, account: str) -> _Payer:
        """Who pays for a customer this time."""
        kind = self.draw.random()
        if account in self.parents and kind < 0.7:
            return self.parents[account]
        if kind < 0.06:
            iban, name = self.draw.choice(_SERVICES)
            return _Payer(name, iban)
        return _Payer(self._as_banks_write(self.names[account]), self.ibans[account])

    def _as_banks_write(self, name: str) -> str:
        kind = self.draw.randrange(5)
        if kind == 0:
            return name.upper().replace("Ä", "AE").replace("Ö", "OE").replace("Ü", "UE")
        if kind == 1:
            return name[:18]
        if kind == 2:
            return " ".join(reversed(name.split()))
        return name


@dataclass(frozen=True, slots=True)
class _Paid:
    """One payment: what for, how much came, what the payer wrote."""

    invoices: tuple[_Invoice, ...]
    amount_minor: int
    text: str
    is_customers: bool = True
    since_on: date = BEGIN_ON


def generated(seed: int) -> Bank:
    """Return the statements of one creditor over a year."""
    world = _World(seed)
    rows: list[dict[str, Any]] = []
    truth: dict[str, tuple[Applied | None, str]] = {}
    while any(world.waiting.values()):
        account = world.draw.choice([account for account, own in world.waiting.items() if own])
        way = world.draw.choices(list(_WAYS), [weight for weight, _ in _WAYS.values()])[0]
        paid = _WAYS[way][1](world, account)
        if paid is None:
            continue
        payer = world.payer(account) if paid.is_customers else _Payer("Finanzamt Mitte", world.ibans[account][::-1])
        since_on = max([paid.since_on, *(invoice.issued_on for invoice in paid.invoices)])
        reference = f"E{len(rows):06}"
        on = since_on + timedelta(days=world.draw.randrange(3, 40))
        rows.append(_row(reference, on, paid, payer))
        truth[reference] = (_applied(account, paid), way)
        world.paid[account] += paid.invoices
        world.paid_on |= {invoice.number: on for invoice in paid.invoices}
    return Bank(pl.DataFrame(rows, schema=BANK_ENTRY), _invoices(world), _accounts(world), truth)


def _row(reference: str, on: date, paid: _Paid, payer: _Payer) -> dict[str, Any]:
    return {
        "entry_reference": reference, "booked_on": on, "currency": "EUR", "amount_minor": paid.amount_minor,
        "direction": "in", "is_reversal": False, "payer_name": payer.name, "payer_account": payer.iban,
        "remittance": paid.text,
    }  # fmt: skip


def _applied(account: str, paid: _Paid) -> Applied | None:
    """What the money is for: its invoices in turn, and what is over on the account."""
    if not paid.is_customers:
        return None
    left, parts = paid.amount_minor, []
    for invoice in paid.invoices:
        used = min(left, invoice.amount_minor)
        parts.append((account, invoice.number, used))
        left -= used
    return frozenset([*parts, *([(account, None, left)] if left else [])])


def _invoices(world: _World) -> pl.DataFrame:
    rows = [
        {"invoice_number": one.number, "account_number": one.account, "currency": "EUR",
         "amount_minor": one.amount_minor, "due_on": one.issued_on + timedelta(days=14), "issued_on": one.issued_on}
        for one in world.invoices
    ]  # fmt: skip
    return pl.DataFrame(rows)


def _accounts(world: _World) -> pl.DataFrame:
    return pl.DataFrame(list(world.names.items()), schema=MATCH_ACCOUNTS, orient="row")


def _take(world: _World, account: str, count: int = 1) -> tuple[_Invoice, ...] | None:
    """Take the oldest open invoices of a customer."""
    own = world.waiting[account]
    if len(own) < count:
        return None
    taken, world.waiting[account] = tuple(own[:count]), own[count:]
    return taken


def _single(write: Callable[[_World, str], str], change: Callable[[int], int] = lambda minor: minor) -> "_Way":
    def way(world: _World, account: str) -> _Paid | None:
        taken = _take(world, account)
        if taken is None:
            return None
        return _Paid(taken, max(1, change(taken[0].amount_minor)), write(world, taken[0].number))

    return way


def _several(write: Callable[[_World, tuple[str, ...]], str]) -> "_Way":
    def way(world: _World, account: str) -> _Paid | None:
        taken = _take(world, account, world.draw.choice((2, 2, 3)))
        if taken is None:
            return None
        total = sum(invoice.amount_minor for invoice in taken)
        return _Paid(taken, total, write(world, tuple(invoice.number for invoice in taken)))

    return way


_Way = Callable[[_World, str], _Paid | None]


def _as_written(world: _World, number: str) -> str:
    return world.draw.choice(("Rechnung {}", "Invoice {} thank you", "{}", "RNR {} v. 3.4.")).format(number)


def _joined(_: _World, number: str) -> str:
    return f"RECHNUNG{number}DANKE"


def _without_signs(_: _World, number: str) -> str:
    return "pay " + "".join(sign for sign in number if sign.isalnum()).lower()


def _swapped(world: _World, number: str) -> str:
    place = world.draw.randrange(len(number) - 3, len(number) - 1)
    return f"Rechnung {number[:place]}{number[place + 1]}{number[place]}{number[place + 2 :]}"


def _wrong_digit(world: _World, number: str) -> str:
    """One digit mistyped: often the number of another invoice, of somebody else."""
    place = len(number) - 1 - world.draw.randrange(3)
    return f"Rechnung {number[:place]}{(int(number[place]) + world.draw.randrange(1, 10)) % 10}{number[place + 1 :]}"


def _last_digits(_: _World, number: str) -> str:
    return "RG " + number[-4:].lstrip("0")


def _paid_twice(world: _World, account: str) -> _Paid | None:
    if not world.paid[account]:
        return None
    again = world.draw.choice(world.paid[account])
    return _Paid(
        (), again.amount_minor, f"Rechnung {again.number}", since_on=world.paid_on[again.number] + SECOND_AFTER
    )


def _old_text(world: _World, account: str) -> _Paid | None:
    """The payer copies last month's transfer, with its invoice number, after having made it."""
    taken = _take(world, account) if world.paid[account] else None
    if taken is None:
        return None
    copied = world.draw.choice(world.paid[account]).number
    return _Paid(taken, taken[0].amount_minor, f"Rechnung {copied}", since_on=world.paid_on[copied])


def _foreign_number(world: _World, account: str) -> _Paid | None:
    """A number that is the payer's own, and by chance that of an open invoice of somebody else."""
    taken = _take(world, account)
    if taken is None:
        return None
    others = [invoice for invoice in world.invoices if invoice.account != account]
    return _Paid(taken, taken[0].amount_minor, f"Auftrag {world.draw.choice(others).number}")


def _nobodys(world: _World, _: str) -> _Paid:
    text = world.draw.choice(
        ("Erstattung", "USt 2025", "Zinsen", f"Bescheid {world.draw.choice(world.invoices).number}")
    )
    return _Paid((), world.draw.choice((*FIXED_MINOR, 12_345)), text, is_customers=False)


def _named_by_customer(world: _World, account: str) -> _Paid | None:
    taken = _take(world, account)
    return _Paid(taken, taken[0].amount_minor, f"Kundennr. {account}") if taken else None


_WAYS: Mapping[str, tuple[int, _Way]] = {
    "as written": (30, _single(_as_written)),
    "joined to other words": (5, _single(_joined)),
    "without its signs": (5, _single(_without_signs)),
    "two signs swapped": (4, _single(_swapped)),
    "one digit wrong": (5, _single(_wrong_digit)),
    "last digits only": (4, _single(_last_digits)),
    "no text": (8, _single(lambda _world, _number: "")),
    "customer number only": (4, _named_by_customer),
    "several, each named": (7, _several(lambda _world, numbers: "Rechnungen " + ", ".join(numbers))),
    "several, joined": (3, _several(lambda _world, numbers: "".join(numbers))),
    "several, not named": (5, _several(lambda _world, _numbers: "Sammelzahlung")),
    "discount of 2 %": (4, _single(_as_written, lambda minor: minor - minor * 2 // 100)),
    "bank fee taken off": (4, _single(_as_written, lambda minor: minor - 750)),
    "a part": (3, _single(_as_written, lambda minor: minor // 2)),
    "too much": (2, _single(_as_written, lambda minor: minor + 1_000)),
    "paid twice": (2, _paid_twice),
    "number of an older invoice": (3, _old_text),
    "number of somebody else's": (2, _foreign_number),
    "no customer's": (3, _nobodys),
}
