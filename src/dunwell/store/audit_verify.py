"""Looking for tampering: the chain of the audit trail, and the rows whose digests it carries.

Found are a changed, missing, added or exchanged entry; a changed, missing or added row of the tables that only grow; a
changed decision of a run; a changed text of an approved letter; a case that is gone, or is not as its last move left
it; a person with another role; a ledger whose rows are not those that were copied into columns.
Removing the newest entries together with everything they tell of leaves a shorter trail that fits; who notes the last
digest elsewhere (``noted``) finds that too.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from dunwell.store import bulk, ledger_digests, reading
from dunwell.store.audit import NOTHING_BEFORE, content_digest, entry_digest
from dunwell.store.audit_cases import Seen, cases_gone, changed_cases, changed_counts, changed_people
from dunwell.store.audit_columns import MADE
from dunwell.store.audit_rows import COVERED, DECISION, decisions_kept, digest_of, row_lines
from dunwell.store.models import AuditEntry, DecisionChunk, Letter, Run

_COPY_APART = "The copy in columns of the {frame} does not say what their rows say: one of the two was changed."
PAGE_ENTRIES = 2_000
ERASE = "erase"
FINDINGS_MAX = 100
_HISTORIES = (
    ("letter", "store_letter", "SELECT to_state FROM store_lettertransition t WHERE t.letter_id = c.id"),
    ("hold", "store_hold", "SELECT to_state FROM store_holdtransition t WHERE t.hold_id = c.id"),
    ("bank entry", "store_bankentry", "SELECT to_state FROM store_bankmove t WHERE t.bankentry_id = c.id"),
    *(
        (
            kind,
            f"store_{kind}",
            f"SELECT to_state FROM store_casetransition t WHERE t.kind = '{kind}' AND case_id = c.id",
        )
        for kind in ("promise", "dispute", "exclusion", "order", "plan", "offer", "referral", "application")
    ),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit: in which entry, or 0 when it is in none; and what it is."""

    entry: int
    message: str


@dataclass(slots=True)
class Verified:
    """What a look at the whole trail found, the first entry that does not fit first, up to a limit.

    Of ``customers_left_out`` the rows of the ledger were not compared, because something happened to them since the
    last run; ``None``: no row was compared with digests.
    """

    entries: int = 0
    head_sha256: str = NOTHING_BEFORE
    rows: int = 0
    findings: list[Finding] = field(default_factory=list)
    customers_left_out: int | None = None

    def add(self, found: Iterable[Finding]) -> None:
        """Keep findings up to the limit."""
        self.findings += list(found)[: FINDINGS_MAX - len(self.findings)]


@dataclass(slots=True)
class _Covered:
    """What the entries seen so far cover: rows by table, runs, and the digests that an erasure has put in place."""

    restated: Mapping[tuple[int, str], str]
    ranges: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    runs: set[int] = field(default_factory=set)
    seen: Seen = field(default_factory=Seen)


def verify(noted: str = "") -> Verified:
    """Look at every entry and every row that the trail covers; ``noted`` is a digest that must occur in it."""
    done = Verified()
    with bulk.reading():
        covered = _Covered(_restatements())
        is_noted = not noted
        for page in _pages():
            done.add(_chain(done, page))
            done.add(_page_rows(done, page, covered))
            is_noted = is_noted or any(entry.sha256.startswith(noted) for entry in page)
        done.add(_uncovered(covered))
        done.add(_histories())
        done.add(Finding(number, message) for number, message in changed_cases(covered.seen, covered.restated))
        done.add(Finding(number, message) for number, message in (*cases_gone(), *changed_people(covered.seen)))
        done.add(Finding(0, _COPY_APART.format(frame=name)) for name in reading.frames_apart())
        compared = ledger_digests.compare()
        done.add(Finding(0, words) for words in compared.findings)
        done.customers_left_out = compared.customers_left_out
    if not done.entries:
        done.add([Finding(0, "The trail is empty.")])
    if not is_noted:
        done.add([Finding(0, f"No entry has the digest {noted} that was noted: the end of the trail was removed.")])
    done.findings.sort(key=lambda found: (found.entry == 0, found.entry))
    return done


def _pages() -> Iterator[list[AuditEntry]]:
    last: int | None = None
    while True:
        rows = AuditEntry.objects.order_by("number")
        page = list((rows if last is None else rows.filter(number__gt=last))[:PAGE_ENTRIES])
        if not page:
            return
        yield page
        last = page[-1].number


def _chain(done: Verified, page: Sequence[AuditEntry]) -> Iterator[Finding]:
    """Follow the chain through a page; ``done`` knows where it stood."""
    for entry in page:
        if entry.number != done.entries + 1:
            yield Finding(entry.number, f"Entry {done.entries + 1} is missing before it.")
        elif entry.previous_sha256 != done.head_sha256:
            yield Finding(entry.number, "It is not chained to the entry before it.")
        if entry_digest(entry) != entry.sha256:
            yield Finding(entry.number, "Its digest is not that of what it says.")
        done.entries, done.head_sha256 = entry.number, entry.sha256


def _summary(entry: AuditEntry) -> dict[str, Any]:
    try:
        read = json.loads(entry.summary)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _restatements() -> dict[tuple[int, str], str]:
    """Return the digests that erasures have put in the place of earlier ones, by entry and table; the last counts."""
    found: dict[tuple[int, str], str] = {}
    for entry in AuditEntry.objects.filter(what=ERASE).order_by("number"):
        for one in _summary(entry).get("restated", ()):
            found[int(one["entry"]), str(one["table"])] = str(one["sha256"])
    return found


def _page_rows(done: Verified, page: Sequence[AuditEntry], covered: _Covered) -> Iterator[Finding]:
    """Compare the rows that a page of entries covers."""
    told = [(entry, _summary(entry)) for entry in page]
    covered.seen.take(told)
    yield from (Finding(number, message) for number, message in changed_counts(told))
    stated = [(entry.number, rows) for entry, summary in told for rows in summary.get("rows", ())]
    for number, rows in stated:
        if not _is_sane(rows):
            yield Finding(number, "It names rows that cannot be.")
    sane = [(number, rows) for number, rows in stated if _is_sane(rows)]
    done.rows += sum(int(rows["count"]) for _, rows in sane)
    for table in COVERED:
        own = [(number, rows) for number, rows in sane if rows["table"] == table]
        yield from _table_rows(table, own, covered)
    for number, rows in sane:
        if rows["table"] == DECISION:
            yield from _run_rows(number, rows, covered)
    yield from _contents(page, covered)


def _is_sane(rows: Any) -> bool:
    if not isinstance(rows, dict) or not {"table", "first", "last", "count", "sha256"} <= set(rows):
        return False
    if not all(isinstance(rows[name], int) for name in ("first", "last", "count")):
        return False
    return rows["table"] in COVERED or rows["table"] == DECISION


def _table_rows(table: str, own: Sequence[tuple[int, dict[str, Any]]], covered: _Covered) -> Iterator[Finding]:
    if not own:
        return
    first, last = min(rows["first"] for _, rows in own), max(rows["last"] for _, rows in own)
    lines = row_lines(table, first, last)
    for number, rows in own:
        covered.ranges[table].append((rows["first"], rows["last"]))
        start = lines["id"].search_sorted(rows["first"], "left")
        end = lines["id"].search_sorted(rows["last"], "right")
        kept = lines["line"][start:end].to_list()
        if digest_of(kept) != covered.restated.get((number, table), rows["sha256"]):
            yield Finding(number, _changed(table, rows, len(kept)))


def _changed(table: str, rows: Mapping[str, Any], count: int) -> str:
    if count != rows["count"]:
        return f"It covers {rows['count']} rows of {table} ({rows['first']} to {rows['last']}), and there are {count}."
    place = f"row {rows['first']}" if rows["first"] == rows["last"] else f"a row from {rows['first']} to {rows['last']}"
    return f"In {table}, {place} has been changed since."


def _run_rows(number: int, rows: Mapping[str, Any], covered: _Covered) -> Iterator[Finding]:
    covered.runs.add(rows["first"])
    kept = decisions_kept(rows["first"], rows.get("columns", ()))
    if kept.sha256 != rows["sha256"]:
        said = "changed" if kept.count == rows["count"] else f"{rows['count']}, and there are {kept.count}"
        yield Finding(number, f"The decisions of run {rows['first']} were {said}.")


def _contents(page: Sequence[AuditEntry], covered: _Covered) -> Iterator[Finding]:
    """Compare the texts of letters with the digests that were taken when they were approved."""
    frozen = {entry.subject_id: (entry.number, digest) for entry in page if (digest := _content_of(entry))}
    kept = Letter.objects.filter(pk__in=list(frozen)).values_list("pk", "content").iterator(chunk_size=200)
    contents = {key: content_digest(content) if content else "" for key, content in kept}
    for key, (number, digest) in frozen.items():
        if contents.get(key or 0) != covered.restated.get((number, "letter"), digest):
            yield Finding(number, f"The text of letter {key} is not the one that was approved.")


def _content_of(entry: AuditEntry) -> str:
    return str(_summary(entry).get("content_sha256", "")) if entry.what == "letter" else ""


def _uncovered(covered: _Covered) -> Iterator[Finding]:
    """Find rows that no entry covers: added past Dunwell, or left when the end of the trail was removed."""
    for table in COVERED:
        since = min((first for first, _ in covered.ranges[table]), default=None) if table in MADE else 1
        if since is None:
            continue  # made before such rows were covered
        where = "WHERE state = 'finished'" if table == "run" else ""
        keys = bulk.frame(f"SELECT id FROM store_{table} {where}", pl.Schema({"id": pl.Int64()}))["id"].sort()
        keys = keys.filter(keys >= since)
        missed = keys.filter(~_within(keys, covered.ranges[table]))
        if len(missed):
            yield Finding(0, f"{len(missed)} rows of {table} are in no entry; the first is {missed[0]}.")
    runs = set(Run.objects.filter(state="finished").values_list("id", flat=True))
    strangers = DecisionChunk.objects.exclude(run_id__in=runs & covered.runs).order_by("run_id")
    stranger = strangers.values_list("run_id", flat=True).first()
    if stranger is not None:
        yield Finding(0, f"The decisions of run {stranger} are in no entry.")


def _within(keys: pl.Series, ranges: Sequence[tuple[int, int]]) -> pl.Series:
    """Tell of each key whether it lies in one of the ranges, which do not overlap."""
    if not ranges:
        return pl.Series([False] * len(keys), dtype=pl.Boolean)
    known = pl.DataFrame(sorted(ranges), schema={"first": pl.Int64, "last": pl.Int64}, orient="row")
    joined = pl.DataFrame({"id": keys}).join_asof(known, left_on="id", right_on="first")
    return (joined["last"].fill_null(-1) >= joined["id"]).rename("within")


def _histories() -> Iterator[Finding]:
    """Find cases whose state is not where their last move led."""
    for kind, table, moves in _HISTORIES:
        last = f"({moves} ORDER BY t.id DESC LIMIT 1)"
        key = bulk.scalar(f"SELECT min(c.id) FROM {table} c WHERE c.state <> COALESCE({last}, '')")
        if key is not None:
            yield Finding(0, f"The state of {kind} {key} is not the one its last move led to.")
