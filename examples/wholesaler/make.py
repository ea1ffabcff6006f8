"""Make invoices.csv, payments.csv and events.csv of the sample business, always the same ones.

    python examples/wholesaler/make.py [FOLDER]

customers.csv is written by hand. Accounts from 2001 on are ordinary good payers; the others each have a story, told
below in days before the demo day and explained in examples/README.md. Standard library only.
"""

import csv
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

DEMO_ON = date(2026, 11, 20)
HERE = Path(__file__).resolve().parent
SEED = 1000
TERMS_DAYS = 30
HISTORY_FROM_DAYS = 270
"""How far back ordinary business goes: about nine months."""

GOODS = (
    ("Bordeaux bottles 0.75 l, green", 64),
    ("Burgundy bottles 0.75 l, olive", 71),
    ("Swing-top bottles 0.5 l, clear", 118),
    ("Juice bottles 1.0 l, clear", 58),
    ("Beer bottles 0.33 l, amber", 39),
    ("Spirit bottles 0.7 l, heavy base", 132),
    ("Dropper bottles 50 ml, amber", 47),
    ("Preserving jars 370 ml with lid", 52),
    ("Honey jars 500 g with lid", 61),
    ("Tumblers 0.3 l", 96),
    ("Wine glasses 0.4 l, tempered", 189),
    ("Carafes 1.0 l", 265),
)
"""What the firm sells, with its price by the piece in cents."""


@dataclass
class Invoice:
    """One row of invoices.csv; its number is given when all are known, in order of issue."""

    account: str
    issued_on: date
    due_on: date | None
    currency: str
    amount_minor: int
    description: str
    number: str = ""


@dataclass
class Entry:
    """One row of payments.csv; without an invoice it stands on the account."""

    account: str
    invoice: Invoice | None
    paid_on: date
    currency: str
    amount_minor: int
    kind: str = "payment"


@dataclass
class Event:
    """One row of events.csv."""

    account: str
    on: date
    kind: str
    channel: str = ""
    invoice: Invoice | None = None
    currency: str = ""
    amount_minor: int | None = None
    until_on: date | None = None
    step: str = ""
    note: str = ""


def ago(days: int) -> date:
    """Return the day that lies so many days before the demo day; negative: after it."""
    return DEMO_ON - timedelta(days=days)


def working_day(on: date) -> date:
    """Return the day itself, or the Friday before a weekend."""
    return on - timedelta(days=max(0, on.weekday() - 4))


@dataclass
class Book:
    """The ledger while it is written."""

    customers: dict[str, dict[str, str]]
    random: Random
    invoices: list[Invoice] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def owes(self, account: str, days_past_due: int, amount_minor: int, currency: str = "") -> Invoice:
        """Bill an invoice that is so many days past due on the demo day."""
        due_on = ago(days_past_due)
        issued_on = working_day(due_on - timedelta(days=TERMS_DAYS))
        description = self.random.choice(GOODS)[0]
        invoice = Invoice(account, issued_on, due_on, self.currency(account, currency), amount_minor, description)
        self.invoices.append(invoice)
        return invoice

    def pays(self, invoice: Invoice, days_ago: int, amount_minor: int = 0, kind: str = "payment") -> None:
        """Enter a payment, credit note … for an invoice, in full when no amount is given, on a working day."""
        amount = amount_minor or invoice.amount_minor
        self.entries.append(Entry(invoice.account, invoice, working_day(ago(days_ago)), invoice.currency, amount, kind))

    def asked(self, account: str, currency: str = "", **days_ago: int) -> None:
        """Record letters sent, by step: ``reminder=28`` is the reminder of 28 days ago."""
        for step, days in days_ago.items():
            self.events.append(Event(account, ago(days), "request", "email", currency=currency, step=step))

    def tells(self, account: str, kind: str, days_ago: int, note: str, until: int | None = None) -> None:
        """Record what happened on an account; ``until`` in days before the demo day."""
        until_on = None if until is None else ago(until)
        self.events.append(Event(account, ago(days_ago), kind, until_on=until_on, note=note))

    def holds(self, account: str, days_ago: int, until: int) -> None:
        """Record a hold with its letter; ``until`` is the last day to cure it."""
        self.events.append(Event(account, ago(days_ago), "request", "email", until_on=ago(until), step="hold"))
        self.tells(account, "hold", days_ago, "Hold letter sent by e-mail", until)

    def currency(self, account: str, currency: str = "") -> str:
        """Return the currency named, else the customer's own."""
        return currency or self.customers[account]["currency"]


def stories_of_holds(book: Book) -> None:
    """Who goes on hold today, and who only just does not."""
    book.owes("1001", 31, 248_000)
    book.asked("1001", reminder=28, second_request=18, third_request=10)
    book.owes("1002", 30, 248_000)
    book.asked("1002", reminder=25, second_request=17, third_request=9)
    for days, amount in ((38, 412_560), (24, 286_900), (10, 198_040)):
        book.owes("1003", days, amount)
    book.asked("1003", reminder=35, second_request=25, third_request=15)
    for days, amount in ((34, 367_200), (13, 145_080)):
        book.owes("1004", days, amount)
    book.asked("1004", reminder=31, second_request=22, third_request=11)
    for days, amount in ((36, 228_450), (20, 174_320)):
        book.owes("1005", days, amount)
    book.asked("1005", reminder=32, second_request=23, third_request=14)
    for days, amount in ((43, 385_000), (22, 142_500)):
        book.owes("1006", days, amount)
    book.asked("1006", reminder=38, second_request=25, third_request=15)
    book.owes("1007", 33, 295_600)
    book.owes("1007", -12, 118_400)
    book.asked("1007", reminder=30, second_request=21, third_request=11)
    book.owes("1036", 37, 932_000)
    book.asked("1036", reminder=32, second_request=23, third_request=14)
    book.owes("1037", 34, 418_200)
    book.asked("1037", reminder=30, second_request=21)
    book.owes("1039", 35, 1_846_000)
    book.owes("1039", 12, 907_300)
    book.asked("1039", reminder=24)


def stories_of_letters(book: Book) -> None:
    """Who gets a reminder or a request, from the plain case to the late find."""
    book.owes("1008", 26, 25_000)
    book.owes("1008", 9, 312_000)
    book.asked("1008", reminder=23, second_request=11)
    for day in range(1, 28):
        book.owes("1009", day, 38_000 + 2_915 * ((day * 7) % 23))
    book.asked("1009", reminder=23, second_request=14)
    book.owes("1010", 15, 164_500, "EUR")
    book.owes("1010", 5, 89_000, "USD")
    book.asked("1010", "EUR", reminder=11)
    book.owes("1011", 6, 46_880)
    book.owes("1012", 12, 8_640)
    book.owes("1019", 4, 64_300)
    book.owes("1027", 117, 38_950)
    book.owes("1028", 6, 276_000)
    book.owes("1029", 4, 193_700)
    book.owes("1030", 19, 98_500)
    book.asked("1030", reminder=15)
    book.owes("1040", 14, 132_400)
    book.asked("1040", reminder=10)
    for days, amount in ((8, 214_000), (4, 87_600)):
        book.owes("1045", days, amount)


def stories_of_answers(book: Book) -> None:
    """Customers who said or did something, and what that changes."""
    bounced = book.owes("1013", 22, 176_250)
    book.pays(bounced, 21)
    book.pays(bounced, 17, kind="reversal")
    book.asked("1013", reminder=14)
    book.pays(book.owes("1014", 25, 320_000), 16, 120_000)
    book.asked("1014", reminder=22)
    book.owes("1015", 36, 254_100)
    book.asked("1015", reminder=32, second_request=23)
    book.tells("1015", "promise", 21, "Promised on the telephone to pay by 10 November", 10)
    book.owes("1016", 28, 187_300)
    book.asked("1016", reminder=24, second_request=15)
    book.tells("1016", "promise", 8, "Will pay on 30 November, when the harvest money comes", -10)
    book.owes("1017", 24, 143_900)
    book.asked("1017", reminder=21, second_request=11)
    book.tells("1017", "response", 4, "Wrote that the invoice is with the new accountant")
    book.owes("1018", 33, 456_700)
    book.asked("1018", reminder=29)
    book.tells("1018", "dispute", 22, "Says that half of the pallets arrived broken; photographs asked for")
    partly = book.owes("1019", 9, 218_000)
    claim = Event("1019", ago(15), "dispute", invoice=partly, amount_minor=30_000, note="Two crates short")
    book.events.append(claim)
    book.owes("1020", 50, 121_600)
    book.tells("1020", "exclusion", 30, "With our lawyer since the insolvency of the parent company")
    book.owes("1021", 20, 1_840)
    book.owes("1035", 18, 193_240)
    book.asked("1035", reminder=14)
    book.entries.append(Entry("1035", None, ago(2), "EUR", 193_240))


def stories_after_a_hold(book: Book) -> None:
    """Holds in force, holds cured, and what comes after."""
    book.owes("1022", 41, 278_800)
    book.asked("1022", reminder=37, second_request=28, third_request=18)
    book.holds("1022", 9, -1)
    book.tells("1022", "release", 3, "Released by Hedda Krugbeck: brewery festival, cheque is in the post")
    book.owes("1023", 44, 341_500)
    book.asked("1023", reminder=39, second_request=30, third_request=22)
    book.holds("1023", 14, 4)
    book.owes("1024", 36, 226_400)
    book.asked("1024", reminder=32, second_request=23, third_request=14)
    book.holds("1024", 4, -6)
    book.owes("1025", 53, 198_600)
    book.asked("1025", reminder=49, second_request=39, third_request=30)
    book.holds("1025", 18, 8)
    book.owes("1026", 88, 980_000)
    book.asked("1026", reminder=84, second_request=70, third_request=56)
    book.holds("1026", 45, 35)
    book.asked("1026", final_demand=29)
    for days, amount in ((38, 524_000), (33, 116_300)):
        book.pays(book.owes("1031", days, amount), 1)
    book.asked("1031", reminder=35, second_request=25, third_request=15)
    book.holds("1031", 7, -3)
    book.pays(book.owes("1032", 40, 167_800), 2)
    book.asked("1032", reminder=36, second_request=25, third_request=16)
    book.holds("1032", 8, -3)
    book.pays(book.owes("1033", 42, 153_900), 0)
    book.asked("1033", reminder=38, second_request=28, third_request=18)
    book.holds("1033", 9, -3)
    book.owes("1034", 43, 512_400)
    book.asked("1034", reminder=37, second_request=28, third_request=18)
    book.holds("1034", 10, 0)
    book.tells("1034", "plan", 1, "Three instalments agreed, the last on 19 February 2027", -91)
    book.pays(book.owes("1044", 45, 294_500), 1)
    book.asked("1044", reminder=42, second_request=30, third_request=21)
    book.holds("1044", 10, 0)


def stories_of_the_books(book: Book) -> None:
    """What bookkeeping leaves behind: undated, written off, refunded, credited."""
    undated = book.owes("1038", 10, 145_000)
    undated.due_on = None
    rest = book.owes("1041", 120, 96_410)
    book.pays(rest, 119, 96_300)
    book.pays(rest, 40, 110, "write_off")
    twice = book.owes("1042", 64, 137_500)
    book.pays(twice, 66)
    book.pays(twice, 60)
    book.pays(twice, 45, kind="refund")
    short = book.owes("1043", 16, 228_000)
    book.pays(short, 17, 193_800)
    book.pays(short, 20, 34_200, "credit_note")


def ordinary_business(book: Book, account: str) -> None:
    """Bill one customer through the nine months and have it paid in time, or a day late at most.

    Accounts with a story have ordinary months until the summer, so that nothing disturbs their story.
    """
    is_story = account < "2000"
    last_due_days = 135 if is_story else -TERMS_DAYS + 1
    due_days = HISTORY_FROM_DAYS - TERMS_DAYS - book.random.randrange(25)
    while due_days >= last_due_days:
        invoice = book.owes(account, due_days, 0)
        invoice.description, invoice.amount_minor = _delivery(book, account)
        paid_days = due_days + book.random.choice((0, 1, 1, 2, 3, 5, 8, -1))
        if due_days > 0:
            book.pays(invoice, max(paid_days, 0))
        due_days -= book.random.randrange(20, 42) if is_story else book.random.randrange(17, 36)


def _delivery(book: Book, account: str) -> tuple[str, int]:
    """Return what was delivered and its gross amount: 19 % tax inside Germany, none beyond."""
    customer = book.customers[account]
    description, price = book.random.choice(GOODS)
    is_consumer = customer["party_type"] == "consumer"
    pieces = book.random.randrange(24, 90, 6) if is_consumer else 120 * book.random.randrange(4, 26)
    tax = 119 if customer["country"] == "DE" else 100
    return description, (pieces * price * tax + 50) // 100


def decimal(amount_minor: int | None) -> str:
    """Write an amount of EUR or USD."""
    return "" if amount_minor is None else f"{amount_minor // 100}.{amount_minor % 100:02d}"


def iso(on: date | None) -> str:
    """Write a date, or nothing."""
    return on.isoformat() if on else ""


def numbered(invoices: list[Invoice]) -> list[Invoice]:
    """Give the invoices their numbers, in order of issue."""
    ordered = sorted(invoices, key=lambda one: (one.issued_on, one.account, one.amount_minor))
    for count, invoice in enumerate(ordered, start=1):
        invoice.number = f"R26-{count:04d}"
    return ordered


def invoice_rows(invoices: Iterable[Invoice]) -> Iterator[tuple[str, ...]]:
    """Yield invoices.csv."""
    yield (
        "invoice_number", "account_number", "order_number", "issued_on", "delivered_on",
        "due_on", "currency", "amount", "description",
    )  # fmt: skip
    for one in invoices:
        order = f"A{10_400 + int(one.number[-4:]) * 3}"
        delivered_on = working_day(one.issued_on - timedelta(days=2))
        dates = (iso(one.issued_on), iso(delivered_on), iso(one.due_on))
        yield (one.number, one.account, order, *dates, one.currency, decimal(one.amount_minor), one.description)


def payment_rows(entries: Iterable[Entry]) -> Iterator[tuple[str, ...]]:
    """Yield payments.csv, in order of date."""
    yield "payment_reference", "account_number", "invoice_number", "paid_on", "currency", "amount", "kind"
    ordered = sorted(entries, key=lambda one: (one.paid_on, one.account, one.invoice.number if one.invoice else ""))
    for count, one in enumerate(ordered, start=1):
        number = one.invoice.number if one.invoice else ""
        amount = decimal(one.amount_minor)
        yield f"B26-{count:04d}", one.account, number, iso(one.paid_on), one.currency, amount, one.kind


def event_rows(events: Iterable[Event]) -> Iterator[tuple[str, ...]]:
    """Yield events.csv, by account and date."""
    yield (
        "account_number", "on", "kind", "channel", "invoice_number", "currency",
        "amount", "until_on", "step", "note",
    )  # fmt: skip
    for one in sorted(events, key=lambda event: (event.account, event.on)):
        number = one.invoice.number if one.invoice else ""
        what = (iso(one.on), one.kind, one.channel, number, one.currency)
        yield (one.account, *what, decimal(one.amount_minor), iso(one.until_on), one.step, one.note)


def write(path: Path, rows: Iterable[tuple[str, ...]]) -> None:
    """Write one CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def make(folder: Path) -> None:
    """Write the three files into a folder."""
    with (HERE / "customers.csv").open(encoding="utf-8", newline="") as file:
        customers = {row["account_number"]: row for row in csv.DictReader(file)}
    book = Book(customers, Random(SEED))  # noqa: S311  a sample, not a secret
    for tell in (stories_of_holds, stories_of_letters, stories_of_answers, stories_after_a_hold, stories_of_the_books):
        tell(book)
    for account in customers:
        ordinary_business(book, account)
    write(folder / "invoices.csv", invoice_rows(numbered(book.invoices)))
    write(folder / "payments.csv", payment_rows(book.entries))
    write(folder / "events.csv", event_rows(book.events))


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
