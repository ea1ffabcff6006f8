"""The case file of a referral (product §4): one ZIP with all that an attorney, a court or an agency needs.

The same account, day and data give the same bytes.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from dunwell.letters.facts import LetterFacts
from dunwell.letters.render import render_pdf
from dunwell.money import format_plain
from dunwell.policy.clauses import clauses
from dunwell.runs.case_letters import unsaved
from dunwell.runs.case_subject import Subject, required_situation
from dunwell.runs.desk import Desk
from dunwell.runs.frozen import thaw
from dunwell.runs.letter_facts import Situation, basic_facts, with_demand
from dunwell.runs.rendering import safe_name
from dunwell.runs.statements import statement_pdf
from dunwell.runs.timeline import line, timeline
from dunwell.runs.wording import amount
from dunwell.sources.guarding import guarded_text
from dunwell.store.models import Account, Call, Event, Letter, LetterTransition, Note

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the ZIP: the earliest the format knows. The days that matter stand inside."""
_GONE_OUT = ("sent", "delivered", "bounced", "uncertain")


@dataclass(frozen=True, slots=True)
class Paper:
    """One file of the case file and what it is."""

    path: str
    content: bytes
    about: str


def case_file(desk: Desk, about: Subject) -> bytes:
    """Return the case file of an account and currency as of the day, as the bytes of a ZIP."""
    now = required_situation(desk, about)
    demand = _demand(desk, about, now)
    papers = [
        Paper("statement.pdf", statement_pdf(desk, about), "Statement of account"),
        *_tables(desk, about, demand),
        *_letters(about, desk),
        *_contract(desk, about.account),
        _policy(desk, about, now),
        _timeline(desk, about.account),
    ]
    index = _index(desk, about, demand, papers)
    return _zipped([index, *papers])


def _demand(desk: Desk, about: Subject, now: Situation) -> LetterFacts:
    """What is demanded today, invoice by invoice, with how fees and interest came about."""
    draft = unsaved(about, "final_demand", desk.as_of)
    return with_demand(basic_facts(desk.workspace, desk.rules, draft, now), desk.rules, draft, now)


def _tables(desk: Desk, about: Subject, demand: LetterFacts) -> Iterator[Paper]:
    def money(minor: int) -> str:
        return format_plain(minor, about.currency)

    yield _table(
        "demand.csv",
        "What is demanded, invoice by invoice",
        ("invoice_number", "issued_on", "due_on", "amount", "open", "late_fee", "interest", "compensation", "total"),
        (
            (x.invoice_number, x.issued_on or "", x.due_on, money(x.amount_minor), money(x.open_minor),
             money(x.late_fee_minor), money(x.interest_minor), money(x.compensation_minor), money(x.total_minor))
            for x in demand.invoices
        ),
    )  # fmt: skip
    yield _table(
        "interest.csv",
        "How the interest was computed: days, rate and amount of each part",
        ("invoice_number", "from_on", "to_on", "days", "rate_percent", "balance", "interest"),
        (
            (x.invoice_number, x.from_on, x.to_on, x.days, x.rate_percent, money(x.balance_minor),
             money(x.amount_minor))
            for x in demand.interest_segments
        ),
    )  # fmt: skip
    yield _table(
        "sending.csv",
        "When each letter was approved, sent and delivered, and by whom",
        ("reference", "kind", "channel", "on", "at_utc", "state", "by", "reason"),
        _sending(desk, about),
    )
    yield _table("answers.csv", "Calls, notes and answers", ("on", "what", "by", "said"), _answers(desk, about.account))


def _sending(desk: Desk, about: Subject) -> Iterator[Sequence[object]]:
    moves = LetterTransition.objects.select_related("letter").filter(
        letter__account=about.account, letter__currency=about.currency, on__lte=desk.as_of
    )
    for move in moves.exclude(to_state__in=("draft", "cancelled")).order_by("id"):
        one = move.letter
        at = f"{move.at:%Y-%m-%d %H:%M:%S}"
        yield one.reference, one.kind, one.channel, move.on, at, move.to_state, move.by, move.reason


def _answers(desk: Desk, account: Account) -> list[Sequence[object]]:
    own = {"account": account, "on__lte": desk.as_of}
    rows: list[Sequence[object]] = []
    rows += [(one.on, f"call: {one.outcome}", one.by, one.note) for one in Call.objects.filter(**own)]
    rows += [(one.on, "note", one.by, one.text) for one in Note.objects.filter(**own)]
    answers = Event.objects.filter(**own, kind__in=("response", "promise", "dispute"))
    rows += [(one.on, one.kind, "imported", one.note) for one in answers]
    return sorted(rows, key=lambda row: tuple(map(str, row)))


def _letters(about: Subject, desk: Desk) -> Iterator[Paper]:
    """The letters that went out, exactly as approved."""
    own = Letter.objects.filter(account=about.account, currency=about.currency, state__in=_GONE_OUT)
    for one in own.filter(sent_on__lte=desk.as_of).order_by("sent_on", "id"):
        if one.content:
            about_it = f"Letter {one.reference} ({one.kind.replace('_', ' ')}), sent {one.sent_on}"
            yield Paper(f"letters/{safe_name(one.reference)}.pdf", render_pdf(thaw(one.content)), about_it)


def _contract(desk: Desk, account: Account) -> Iterator[Paper]:
    """The signed contract, where the customer's record names one that lies in ``documents/``."""
    if not account.contract_document:
        return
    folder = desk.workspace.documents.resolve()
    path = (folder / account.contract_document).resolve()
    if path.is_relative_to(folder) and path.is_file():
        yield Paper(f"contract/{safe_name(path.name)}", path.read_bytes(), "The signed contract")


def _policy(desk: Desk, about: Subject, now: Situation) -> Paper:
    policy = desk.rules.policy(now.row["policy"])
    found = clauses(policy, about.account.language, about.currency, about.account.party_type)
    text = "\n".join(f"{one.number} {one.title}\n{one.text}\n" for one in found)
    version = f"Policy {policy.name}, version {desk.rules.policies.version}\n\n"
    return Paper("policy.txt", (version + text).encode(), "The clauses of our payment policy")


def _timeline(desk: Desk, account: Account) -> Paper:
    told = "\n".join(line(one) for one in timeline(account, desk.as_of))
    return Paper("timeline.txt", f"{told}\n".encode(), "Everything that happened, in order, with who and why")


def _index(desk: Desk, about: Subject, demand: LetterFacts, papers: Iterable[Paper]) -> Paper:
    account, currency = about.account, about.currency
    sums: Mapping[str, int] = {
        "Principal": demand.principal_minor,
        "Late fees": demand.late_fee_minor,
        "Interest": demand.interest_minor,
        "Fixed compensation": demand.compensation_minor,
        "Unapplied credit, taken off": -demand.unapplied_credit_minor,
        "Demanded": demand.total_minor,
    }
    money = "".join(f"<tr><td>{name}</td><td>{amount(minor, currency)}</td></tr>\n" for name, minor in sums.items())
    files = "".join(
        f'<li><a href="{escape(one.path)}">{escape(one.path)}</a>: {escape(one.about)}</li>\n' for one in papers
    )
    place = ", ".join(part for part in (account.street, account.postcode, account.city, account.country) if part)
    page = (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f"<title>Case file {escape(account.account_number)}</title>\n"
        f"<h1>{escape(account.name)}, account {escape(account.account_number)}</h1>\n"
        f"<p>{escape(place)}</p>\n"
        f"<p>Creditor: {escape(desk.workspace.creditor.name)}. As of {desk.as_of}, in {currency}.</p>\n"
        f"<table>\n{money}</table>\n<ol>\n{files}</ol>\n</html>\n"
    )
    return Paper("index.html", page.encode(), "This page")


def _table(path: str, about: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Paper:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([guarded_text(str(cell)) for cell in row] for row in rows)
    return Paper(path, text.getvalue().encode(), about)


def _zipped(papers: Iterable[Paper]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in papers:
            entry = zipfile.ZipInfo(one.path, _FIRST_DAY)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, one.content)
    return held.getvalue()


def write_case_file(desk: Desk, about: Subject, path: Path | None) -> Path:
    """Write the case file to ``path``, else into the workspace's outbox; return where it is."""
    name = f"case-{safe_name(about.account.account_number)}-{about.currency}-{desk.as_of}.zip"
    target = path or desk.workspace.outbox / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(case_file(desk, about))
    return target
