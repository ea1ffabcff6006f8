"""Out again: the ledger, what was decided, and the charges to be booked, for other programs and for a look.

Importing any of these files changes nothing: the ledger is what is known already, the others are recognised as ours
and left out (``sources.outgoing.own``).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from dunwell.errors import Problem, UsageError
from dunwell.money import exponent
from dunwell.runs.charged import demands_of
from dunwell.runs.decisions_out import decisions_csv
from dunwell.runs.ledger_out import ledger_bookings
from dunwell.sources.outgoing.charges import Charge, charges_csv, charges_of
from dunwell.sources.outgoing.datev_batch import Books, batches, is_customer_account, too_large
from dunwell.sources.outgoing.journals import Booking, beancount, component, hledger
from dunwell.sources.rows import KINDS, schema
from dunwell.sources.writing import write_table
from dunwell.store import audit
from dunwell.store.exporting import ledger_table, sent_requests
from dunwell.store.workspace import Workspace

WHATS = ("ledger", "decisions", "charges")
"""What can be exported."""
FORMS = ("csv", "hledger", "beancount", "datev")
"""In which forms."""
_POSSIBLE = {"ledger": ("csv", "hledger", "beancount"), "decisions": ("csv",), "charges": FORMS}
_JOURNALS: dict[str, tuple[str, Callable[[Iterable[Booking]], Iterator[str]]]] = {
    "hledger": ("journal", hledger),
    "beancount": ("beancount", beancount),
}
_INCOMES = {
    "late_fee": ("income_late_fees", "Income:Late-Fees"),
    "interest": ("income_interest", "Income:Interest"),
    "compensation": ("income_compensation", "Income:Compensation"),
}
_WORDS = {"late_fee": "Late fee", "interest": "Interest", "compensation": "Compensation"}


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to write, in which form, into which folder.

    ``from_on`` and ``until_on`` bound the days of the charges; ``as_of`` names the run whose decisions are meant,
    ``None`` the last. ``made_at`` is the instant of the export, ``on`` its business date.
    """

    folder: Path
    what: str
    form: str
    by: str
    on: date
    made_at: datetime
    as_of: date | None = None
    from_on: date | None = None
    until_on: date | None = None


@dataclass(slots=True)
class Exported:
    """The files written, each with its number of rows or bookings, and what there is to say about them."""

    files: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def export(workspace: Workspace, request: ExportRequest) -> Exported:
    """Write what is asked for and enter it into the audit trail.

    Raises ``UsageError`` for a form that there is not, for accounts that ``dunwell.toml`` does not name, and where no
    run has decided anything yet.
    """
    if request.form not in _POSSIBLE[request.what]:
        forms = ", ".join(_POSSIBLE[request.what])
        raise UsageError(f"There is no {request.what} as {request.form}. Choose one of {forms}.")
    request.folder.mkdir(parents=True, exist_ok=True)
    done = _WRITERS[request.what](workspace, request)
    summary = {"what": request.what, "form": request.form} | {path.name: rows for path, rows in done.files.items()}
    audit.append(audit.Act("export", request.by, request.on, summary=summary))
    return done


def _canonical_files(folder: Path) -> dict[Path, int]:
    written = {}
    for kind in KINDS:
        rows = ledger_table(kind, schema(kind))
        path = folder / f"{kind}.csv"
        path.write_bytes(write_table(kind, rows))
        written[path] = rows.height
    return written


def _ledger(workspace: Workspace, request: ExportRequest) -> Exported:
    if request.form == "csv":
        return Exported(_canonical_files(request.folder))
    found = ledger_bookings(workspace.export)
    return Exported(_journal(request, "ledger", found.bookings), found.problems)


def _decisions(workspace: Workspace, request: ExportRequest) -> Exported:
    content, rows = decisions_csv(workspace, request.as_of)
    path = request.folder / "decisions.csv"
    path.write_bytes(content)
    return Exported({path: rows})


def _charges(workspace: Workspace, request: ExportRequest) -> Exported:
    demands, problems = demands_of(sent_requests())
    all_charges = charges_of(demands)
    charges = [charge for charge in all_charges if _is_between(charge.booked_on, request)]
    if request.form == "datev":
        done = _datev(workspace, request, charges)
    elif request.form == "csv":
        path = request.folder / "charges.csv"
        path.write_bytes(charges_csv(charges))
        done = Exported({path: len(charges)})
    else:
        done = Exported(_journal(request, "charges", [_booking(charge, workspace) for charge in charges]))
    done.problems = [*problems, *done.problems]
    return done


def _is_between(on: date, request: ExportRequest) -> bool:
    return (request.from_on or date.min) <= on <= (request.until_on or date.max)


def _journal(request: ExportRequest, name: str, bookings: Iterable[Booking]) -> dict[Path, int]:
    suffix, write = _JOURNALS[request.form]
    listed = list(bookings)
    path = request.folder / f"{name}.{suffix}"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(write(listed))
    return {path: len(listed)}


def _booking(charge: Charge, workspace: Workspace) -> Booking:
    key, income = _INCOMES[charge.kind]
    receivables = workspace.export.get("receivables", "Assets:Receivable")
    return Booking(
        on=charge.booked_on,
        words=f"{_WORDS[charge.kind]} on invoice {charge.invoice_number}, {charge.name}",
        debit=f"{receivables}:{component(charge.account_number)}",
        credit=workspace.export.get(key, income),
        currency=charge.currency,
        amount_minor=charge.amount_minor,
        notes=(
            ("reference", charge.reference),
            ("customer", charge.account_number),
            ("invoice", charge.invoice_number),
            ("letter", charge.letter),
        ),
    )


def _datev(workspace: Workspace, request: ExportRequest, charges: list[Charge]) -> Exported:
    books = _books(workspace)
    problems = list(_datev_problems(charges, books))
    fitting = [charge for charge in charges if _fits(charge)]
    files = {}
    for batch in batches(fitting, books, request.made_at):
        path = request.folder / f"EXTF_Buchungsstapel_{batch.year_begins_on:%Y%m%d}_{batch.number}.csv"
        path.write_bytes(batch.content)
        files[path] = batch.rows
    return Exported(files, problems)


def _fits(charge: Charge) -> bool:
    return not too_large(charge) and exponent(charge.currency) <= 2


def _datev_problems(charges: list[Charge], books: Books) -> Iterator[Problem]:
    strangers = {c.account_number for c in charges if not is_customer_account(c.account_number, books.digits)}
    if strangers:
        message = (
            f"{len(strangers)} customers have numbers that are no customers' accounts in DATEV ({min(strangers)})."
        )
        yield Problem(
            "charges", 0, "", message, f"They are booked on {books.receivables}; their number is in the text."
        )
    foreign = sorted({charge.currency for charge in charges} - {books.currency})
    if foreign:
        message = f"There are bookings in {', '.join(foreign)}, without a rate of exchange."
        yield Problem("charges", 0, "", message, "Enter the rates in DATEV.")
    for charge in charges:
        if not _fits(charge):
            message = f"{charge.reference} does not fit a booking of DATEV and was left out."
            yield Problem("charges", 0, "", message, "Book it by hand.")


def _books(workspace: Workspace) -> Books:
    said = workspace.datev
    needed = ("consultant", "client", "receivables", *(key for key, _ in _INCOMES.values()))
    missing = [name for name in needed if not said.get(name)]
    if missing:
        raise UsageError(f"dunwell.toml does not say {', '.join(missing)} in [datev]. Ask your tax adviser.")
    month, day = said.get("year_begins", "01-01").split("-")
    return Books(
        consultant=said["consultant"],
        client=said["client"],
        digits=int(said.get("account_digits", "4")),
        year_begins=(int(month), int(day)),
        receivables=said["receivables"],
        incomes={kind: said[key] for kind, (key, _) in _INCOMES.items()},
        currency=workspace.currency,
    )


_WRITERS: dict[str, Callable[[Workspace, ExportRequest], Exported]] = {
    "ledger": _ledger,
    "decisions": _decisions,
    "charges": _charges,
}
