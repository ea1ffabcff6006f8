"""What the audit trail says of rows that change: cases, runs, people. Each must be as its last entry left it.

A case has a digest of its row in the entry of each of its moves. Moves that a run makes of many letters at once change
nothing but the state, which is told by the rows of the moves themselves.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dunwell.store import bulk
from dunwell.store.audit import of_counts
from dunwell.store.audit_columns import CASES
from dunwell.store.audit_rows import digest_of, last_id, row_lines
from dunwell.store.matches import ACT
from dunwell.store.models import AuditEntry, Person, Run

ROW = "row_sha256"
"""Under which name an entry has the digest of a case's row."""
CASE_OF: Mapping[str, str] = {**{kind: kind for kind in CASES}, ACT: "bankentry"}
"""The table of the case that an act is about."""
PIECE_ROWS = 100_000
_OWN_MOVES = {"letter": "store_lettertransition", "hold": "store_holdtransition", "bankentry": "store_bankmove"}


@dataclass(slots=True)
class Seen:
    """What the entries said last, in their order: of each case its entry and digest, of people what they may do."""

    rows: dict[str, dict[int, tuple[int, bytes]]] = field(default_factory=lambda: defaultdict(dict))
    people: dict[int, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))

    def take(self, page: Sequence[tuple[AuditEntry, Mapping[str, Any]]]) -> None:
        """Keep what a page of entries with their summaries says."""
        for entry, summary in page:
            if entry.subject_id is None:
                continue
            digest = summary.get(ROW)
            if isinstance(digest, str) and entry.what in CASE_OF:
                self.rows[CASE_OF[entry.what]][entry.subject_id] = (entry.number, _bytes(digest))
            elif entry.what in _PEOPLE:
                self.people[entry.subject_id] |= {"name": summary.get("name"), **_PEOPLE[entry.what](summary)}


_PEOPLE: Mapping[str, Any] = {
    "person_added": lambda told: {"role": told.get("role"), "is_active": True},
    "person_role": lambda told: {"role": told.get("role")},
    "person_active": lambda _told: {"is_active": True},
    "person_inactive": lambda _told: {"is_active": False},
    "person_factor": lambda told: {"has_factor": told.get("on") == "True"},
}


def _bytes(digest: str) -> bytes:
    try:
        return bytes.fromhex(digest)
    except ValueError:
        return b""


def changed_cases(seen: Seen, restated: Mapping[tuple[int, str], str]) -> Iterator[tuple[int, str]]:
    """Yield the entry and the words for each case that is not what its last entry says, or is gone."""
    for kind, told in seen.rows.items():
        for start in range(0, last_id(kind), PIECE_ROWS):
            lines = row_lines(kind, start + 1, start + PIECE_ROWS, CASES[kind])
            for key, line in lines.select("id", "line").iter_rows():
                number, digest = told.pop(key, (0, b""))
                stated = _bytes(restated.get((number, ROW), "")) or digest
                if number and _bytes(digest_of([line])) != stated:
                    yield number, f"In {kind}, row {key} has been changed since."
        for key, (number, _) in told.items():
            yield number, f"Row {key} of {kind} is gone."


def cases_gone() -> Iterator[tuple[int, str]]:
    """Yield words for each kind of which moves are there and the case is not."""
    for kind in CASES:
        table = _OWN_MOVES.get(kind, "store_casetransition")
        name = f"{kind}_id" if kind in _OWN_MOVES else "case_id"
        own = "true" if kind in _OWN_MOVES else f"t.kind = '{kind}'"
        there = f"EXISTS (SELECT 1 FROM store_{kind} c WHERE c.id = t.{name})"
        key = bulk.scalar(f"SELECT min(t.{name}) FROM {table} t WHERE {own} AND NOT {there}")
        if key is not None:
            yield 0, f"Row {key} of {kind} is gone."


def changed_counts(page: Sequence[tuple[AuditEntry, Mapping[str, Any]]]) -> Iterator[tuple[int, str]]:
    """Yield the entry of each run whose counts or problems are not what its entry says."""
    told = {entry.subject_id: (entry.number, summary) for entry, summary in page if entry.what == "run"}
    for key, counts in Run.objects.filter(pk__in=[key for key in told if key]).values_list("pk", "counts"):
        number, summary = told[key]
        now = json.loads(json.dumps(of_counts(counts)))
        if any(summary[name] != now[name] for name in now if name in summary):
            yield number, f"What run {key} counted has been changed since."


def changed_people(seen: Seen) -> Iterator[tuple[int, str]]:
    """Yield words for each person who may do something else than the trail says; who is in no entry is a viewer."""
    for person in Person.objects.select_related("user").order_by("pk"):
        told = {"role": "viewer", **seen.people.pop(person.pk, {})}
        has_factor = bool(person.totp_secret)
        user = person.user
        now = {"name": user.username, "role": person.role, "is_active": user.is_active, "has_factor": has_factor}
        if any(now[name] != value for name, value in told.items()):
            yield 0, _OTHERWISE.format(user.username)
    for told in seen.people.values():
        yield 0, _OTHERWISE.format(told["name"])


_OTHERWISE = "What {} may do, or how they sign in, is not what the trail says."
