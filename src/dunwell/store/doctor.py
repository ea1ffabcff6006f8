"""Is this workspace well? Each check says what it found and, where something is wrong, what to do."""

import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Exists, OuterRef
from fontTools.ttLib import TTFont, TTLibError  # type: ignore[import-untyped]

from dunwell import __version__
from dunwell.policy.parse import parse_policy
from dunwell.store import bulk
from dunwell.store.audit_verify import verify
from dunwell.store.cases import MODELS
from dunwell.store.models import AuditEntry, CaseLetter, Letter, Run
from dunwell.store.moving import SPOOL
from dunwell.store.setup import use_database
from dunwell.store.workspace import Workspace
from dunwell.store.workspace_settings import SETTINGS_FILE

WELL, NOTICE, ILL = "well", "notice", "ill"
POSTGRESQL_MIN = 150_000
CLOCK_APART_MAX = timedelta(minutes=5)
FREE_BYTES_MIN = 200_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found: ``state`` is well, notice or ill; ``advice`` says what to do."""

    name: str
    state: str
    found: str
    advice: str = ""


def examine(workspace: Workspace, now: datetime) -> list[Check]:
    """Return every check's finding; nothing is changed. ``now`` is the caller's clock."""
    use_database(workspace.database)
    found = [_database(), _version(workspace)]
    if found[0].state == WELL and found[1].state == WELL:
        found += [_orphans(workspace), _trail(), _clock(now)]
    return [*found, _disk(workspace), _fonts(), _policy(workspace), _settings(workspace)]


def _database() -> Check:
    """Ask the database whether its own structures are whole."""
    try:
        problems = list(_sqlite_problems() if bulk.is_sqlite() else _postgresql_problems())
    except DatabaseError as error:
        problems = [str(error).strip()]
    if problems:
        advice = "Stop using it, copy what there is, and restore the last backup: dunwell restore FILE DIR."
        return Check("database", ILL, "; ".join(problems), advice)
    return Check("database", WELL, f"{connection.vendor} is whole")


def _sqlite_problems() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check(10)")
        yield from (str(row[0]) for row in cursor.fetchall() if row[0] != "ok")
        cursor.execute("PRAGMA foreign_key_check")
        strays = cursor.fetchall()
        if strays:
            yield f"{len(strays)} rows refer to rows that are not there, first in {strays[0][0]}"


def _postgresql_problems() -> Iterator[str]:
    version = int(bulk.scalar("SELECT current_setting('server_version_num')"))
    if version < POSTGRESQL_MIN:
        yield f"the server is PostgreSQL {version // 10_000}; Dunwell needs {POSTGRESQL_MIN // 10_000} or later"


def _version(workspace: Workspace) -> Check:
    """Compare the tables with what this program expects."""
    del workspace
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError as error:
        return Check("version", ILL, str(error).strip(), "Check the address of the database in dunwell.toml.")
    unknown = {name for app, name in executor.loader.applied_migrations if app == "store"}
    unknown -= {name for app, name in executor.loader.disk_migrations or () if app == "store"}
    if unknown:
        advice = "Use the Dunwell that made them, or a later one."
        return Check("version", ILL, f"the tables are newer than Dunwell {__version__}: {max(unknown)}", advice)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        advice = "Take a backup; any other command brings them up to date."
        return Check("version", NOTICE, f"the tables are older than Dunwell {__version__}", advice)
    return Check("version", WELL, f"Dunwell {__version__}, tables up to date")


def _orphans(workspace: Workspace) -> Check:
    """Look for what was begun and not finished, and for rows whose case is gone."""
    problems = []
    if count := Run.objects.filter(state="started").count():
        problems.append(f"{count} runs were begun and never finished")
    if count := Letter.objects.filter(state="approved", content__isnull=True).count():
        problems.append(f"{count} approved letters have no text")
    if count := sum(_letters_of_no_case(kind) for kind in MODELS):
        problems.append(f"{count} letters belong to cases that are not there")
    if count := len(list(workspace.path.glob(f"{SPOOL}*"))):
        problems.append(f"{count} folders {SPOOL}… are left of moves to another database, with all data readable")
    if problems:
        advice = f"A new run does no harm; cancel such letters; delete folders {SPOOL}… while nothing is being moved."
        return Check("orphans", NOTICE, "; ".join(problems), advice)
    return Check("orphans", WELL, "nothing is left over")


def _letters_of_no_case(kind: str) -> int:
    there = MODELS[kind]._default_manager.filter(pk=OuterRef("case_id"))  # noqa: SLF001 - Django's own name
    return CaseLetter.objects.filter(~Exists(there), kind=kind).count()


def _trail() -> Check:
    done = verify()
    if done.findings:
        first = done.findings[0]
        advice = "dunwell audit verify lists everything; find out who changed the database, and restore a backup."
        return Check("audit", ILL, f"{f'entry {first.entry}: ' if first.entry else ''}{first.message}", advice)
    return Check("audit", WELL, f"{done.entries} entries fit")


def _clock(now: datetime) -> Check:
    """Compare this machine's clock with the database's, and with what was done last."""
    last = AuditEntry.objects.order_by("-number").values_list("at", flat=True).first()
    done_at = datetime.fromisoformat(last.replace("Z", "+00:00")) if last else now
    shown = "now()" if not bulk.is_sqlite() else "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')"
    told: Any = bulk.scalar(f"SELECT {shown}")
    database_now = told if isinstance(told, datetime) else datetime.fromisoformat(told)
    advice = "Set the clock of the machine, best by NTP: deadlines depend on the day."
    if done_at - now > CLOCK_APART_MAX:
        return Check("clock", ILL, f"it shows {_shown(now)}, but something was done at {_shown(done_at)}", advice)
    if abs(database_now - now) > CLOCK_APART_MAX:
        return Check("clock", ILL, f"it shows {_shown(now)}, the database's {_shown(database_now)}", advice)
    return Check("clock", WELL, f"{_shown(now)} UTC")


def _shown(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def _disk(workspace: Workspace) -> Check:
    """A SQLite file must be able to grow by its own size: a backup, a move, the write-ahead log."""
    free = shutil.disk_usage(workspace.path).free
    own = workspace.database
    needed = max(FREE_BYTES_MIN, own.stat().st_size if isinstance(own, Path) and own.exists() else 0)
    found = f"{free // 1_000_000:,} MB free"
    if free < needed:
        return Check("disk", ILL, found, f"Make room: at least {needed // 1_000_000:,} MB.")
    return Check("disk", WELL, found)


def _fonts() -> Check:
    folder = resources.files("dunwell.letters") / "fonts"
    files = [each for each in folder.iterdir() if each.name.endswith((".ttf", ".otf"))]
    broken = [each.name for each in files if not _opens(each)]
    if broken or not files:
        found = f"unreadable: {', '.join(broken)}" if broken else "there are none"
        return Check("fonts", ILL, found, "Install Dunwell again; letters cannot be typeset.")
    return Check("fonts", WELL, f"{len(files)} shipped fonts can be read")


def _opens(file: Any) -> bool:
    try:
        with file.open("rb") as stream, TTFont(stream, lazy=True) as font:
            return "cmap" in font
    except (OSError, TTLibError):
        return False


def _policy(workspace: Workspace) -> Check:
    path = workspace.policy_path
    try:
        policies, problems = parse_policy(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        return Check("policy", ILL, str(error), "Put policy.toml back, from a backup or from dunwell init elsewhere.")
    if policies is None:
        return Check("policy", ILL, f"{len(problems)} mistakes", "dunwell policy check names each with its line.")
    return Check("policy", WELL, f"{len(policies.policies)} policies can be read")


def _settings(workspace: Workspace) -> Check:
    """Settings may hold a password."""
    mode = (workspace.path / SETTINGS_FILE).stat().st_mode
    if isinstance(workspace.database, str) and mode & (stat.S_IRGRP | stat.S_IROTH):
        advice = f"chmod 600 {SETTINGS_FILE}; a password is better kept in ~/.pgpass."
        return Check("settings", NOTICE, f"{SETTINGS_FILE} names a database and others may read it", advice)
    return Check("settings", WELL, f"{SETTINGS_FILE} can be read")
