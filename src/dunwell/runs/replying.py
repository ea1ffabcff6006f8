"""An answer of a customer that is no call: a letter, an e-mail, a visit. It stops the clock as any (product §2.1)."""

from dataclasses import dataclass

from dunwell.errors import UsageError
from dunwell.runs.case_subject import Subject
from dunwell.runs.desk import Desk
from dunwell.runs.timeline import REPLY
from dunwell.store import audit
from dunwell.store.audit_rows import rows_between
from dunwell.store.bulk import writing
from dunwell.store.models import Event, ImportBatch

REPLY_CHANNELS = ("email", "letter", "portal", "visit")
"""How a customer can answer besides a call."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered, and by which channel."""

    channel: str
    note: str


def record_reply(desk: Desk, about: Subject, reply: Reply) -> Event:
    """Record that a customer answered today: one row of history like an imported one, brought by a person.

    Its batch says who wrote it down, and tells the next run that something happened. Raises ``UsageError`` for an
    unknown channel or an answer without words.
    """
    if reply.channel not in REPLY_CHANNELS:
        raise UsageError(f"{reply.channel!r} is no channel; one of {', '.join(REPLY_CHANNELS)}.")
    if not reply.note.strip():
        raise UsageError("Say what was answered.")
    known = {
        "account": about.account,
        "on": desk.as_of,
        "kind": "response",
        "channel": reply.channel,
        "invoice": about.invoice,
        "currency": about.named_currency,
        "step": "",
    }
    with writing():
        batch = _batch(desk)
        earlier = Event.objects.filter(**known).count()
        brought = {"note": reply.note.strip(), "batch": batch, "first_batch": batch}
        return Event.objects.create(**known, **brought, occurrence=earlier + 1)


def _batch(desk: Desk) -> ImportBatch:
    """Record the one row as an import by a person, in the audit trail too."""
    batch = ImportBatch.objects.create(source=REPLY, kind="events", imported_by=desk.by, rows_inserted=1)
    rows = [rows_between("importbatch", batch.pk, batch.pk)]
    summary = {"kind": "events", "source": REPLY, "rows_inserted": 1}
    audit.append(audit.Act("import", desk.by, desk.as_of, batch.pk, summary=summary, rows=rows))
    return batch
