"""A server of `dunwell` processes that can be killed at their n-th write: ``python -m tests.store.killing``.

Everything is imported once; then each job, a line of JSON on standard input, is a process of its own made by fork: no
thread runs and no database is open yet when it is made. A job names a workspace, a command and at which of its writes
the process kills itself with SIGKILL; 0 lets it live. The answer is a line of JSON.

A write is a statement that changes a table of Dunwell's, or a COMMIT. The process is killed before it; the last point
of all is when everything is done and the process has not ended yet.
"""

import gc
import io
import json
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from hashlib import sha256
from pathlib import Path
from typing import Any

os.environ["POLARS_MAX_THREADS"] = "1"

import click
import psycopg
from django.apps import apps
from django.db import connection
from django.db.backends.signals import connection_created
from django.db.migrations.loader import MigrationLoader

import dunwell.cli as command_line
from dunwell.law import load_law
from dunwell.store.audit_verify import verify
from dunwell.store.setup import ensure_django
from dunwell.store.workspace import open_workspace

_CHANGES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM|COPY)\s+\"?(store_\w+)", re.IGNORECASE)
_READS = re.compile(r"\s*COPY\s*\(", re.IGNORECASE)
# What is different whenever it is done again: instants, keys, and what names keys.
_VOLATILE = re.compile(r"id|.*_id|at|.*_at|data_fingerprint|reference")
_KEY_IN_TEXT = re.compile(r"call \d+")
"""What proves a promise may be a call, named by its key; a killed command uses up a key on PostgreSQL."""
_RECORDS = {"store_auditentry", "store_importbatch"}


class Writes:
    """Counts writes and kills the process at one of them."""

    def __init__(self, deadly: int) -> None:
        """``deadly`` is the number of the write before which the process ends, 0 for none."""
        self.deadly, self.count = deadly, 0

    def before(self, statement: str) -> None:
        """Take note of a statement that is about to be executed."""
        if statement == "COMMIT" or (_CHANGES.match(statement) and not _READS.match(statement)):
            self.point()

    def point(self) -> None:
        """Pass a point at which the process may be killed."""
        self.count += 1
        if self.count == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)


def watch(writes: Writes) -> None:
    """Have every statement of this process counted, those past Django's cursor too."""
    connection_created.connect(lambda connection, **_: _watch_sqlite(connection, writes), weak=False)
    _before(psycopg.Cursor, "execute", lambda args: writes.before(_text(args[1])))
    _before(psycopg.Cursor, "copy", lambda args: writes.before(_text(args[1])))
    _before(psycopg.Connection, "commit", lambda _: writes.before("COMMIT"))


def _watch_sqlite(connection: Any, writes: Writes) -> None:
    if connection.vendor == "sqlite":
        connection.connection.set_trace_callback(writes.before)


def _before(owner: type, name: str, notice: Callable[[Any], None]) -> None:
    original = getattr(owner, name)

    def watched(*args: Any, **kwargs: Any) -> Any:
        notice(args)
        return original(*args, **kwargs)

    setattr(owner, name, watched)


def _text(query: Any) -> str:
    return query.decode() if isinstance(query, bytes) else str(query)


def run(words: list[str], workspace: str) -> tuple[int, str, str]:
    """Run one command as the console script does; return its exit status, what it printed, and its errors."""
    os.environ["DUNWELL_WORKSPACE"] = workspace
    said, errors = io.StringIO(), io.StringIO()
    status = 0
    with redirect_stdout(said), redirect_stderr(errors):
        try:
            command_line.main(words, prog_name="dunwell")
        except SystemExit as end:
            status = int(end.code or 0)
    return status, said.getvalue(), errors.getvalue()


def contents() -> list[str]:
    """Return every row of the workspace's tables without keys and instants, and without the records of imports."""
    tables = [name for name in connection.introspection.table_names() if name.startswith("store_")]
    return sorted(row for table in tables if table not in _RECORDS for row in _rows(table))


def _rows(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in cursor.description]
        kept = [place for place, name in enumerate(names) if not _VOLATILE.fullmatch(name)]
        rows = [f"{table} {[str(row[place]) for place in kept]}" for row in cursor.fetchall()]
    return [_KEY_IN_TEXT.sub("call", row) for row in rows]


def perform(job: dict[str, Any], tell: Callable[..., None]) -> None:
    """Do one job in this process: look at the workspace, run the command, look again; tell what the job asks for.

    What was seen before the command is told before it, so that it is known when the command is killed. With ``expect``
    the command runs only in a workspace with these contents.
    """
    writes = Writes(job.get("deadly", 0))
    if job.get("before"):
        open_workspace(Path(job["workspace"]))
        before = look()
        tell(before=before)
        if job.get("expect", before["contents"]) != before["contents"]:
            return
    if "command" in job:
        watch(writes)
        status, said, errors = run(job["command"], job["workspace"])
        writes.point()
        tell(status=status, said=said, errors=errors)
    tell(writes=writes.count)
    if job.get("after"):
        tell(after=look())


def look() -> dict[str, Any]:
    """Return what is in the open workspace, as a digest, and what does not fit in its trail."""
    digest = sha256("\n".join(contents()).encode()).hexdigest()
    return {"contents": digest, "findings": [str(found) for found in verify().findings]}


def serve() -> None:
    """Fork a process for every line of standard input, and answer with what became of it."""
    for line in sys.stdin:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            _child(json.loads(line), writer)
        os.close(writer)
        answer: dict[str, Any] = {}
        with os.fdopen(reader, encoding="utf-8") as pipe:
            for told in pipe:
                answer |= json.loads(told)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        sys.stdout.write(json.dumps({"killed": killed, **answer}) + "\n")
        sys.stdout.flush()


def warm_up() -> None:
    """Import and read what every command would, as far as it starts no thread and opens no database."""
    for name in command_line.COMMANDS:
        command_line.main.get_command(click.Context(command_line.main), name)
    ensure_django()
    MigrationLoader(None).project_state()
    load_law()
    apps.get_models(include_auto_created=True)


def _child(job: dict[str, Any], writer: int) -> None:
    with os.fdopen(writer, "w", encoding="utf-8") as pipe:

        def tell(**found: Any) -> None:
            pipe.write(json.dumps(found) + "\n")
            pipe.flush()

        try:
            perform(job, tell)
        except BaseException:
            tell(failure=traceback.format_exc())
    os._exit(0)


if __name__ == "__main__":
    warm_up()
    gc.freeze()
    serve()
