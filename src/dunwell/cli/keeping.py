"""``dunwell backup``, ``restore``, ``doctor`` and ``migrate-store``: keeping the record safe."""

import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from dunwell.cli.common import (
    EXIT_PROBLEMS,
    WORKSPACE_VARIABLE,
    by_option,
    command_errors,
    console,
    json_option,
    plural,
    print_json,
    today,
    user_name,
    workspace_at,
    workspace_option,
)
from dunwell.store.backup import back_up
from dunwell.store.backup import restore as restore_backup
from dunwell.store.doctor import ILL, WELL, examine
from dunwell.store.moving import move_store
from dunwell.store.workspace import read_workspace


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@by_option
@workspace_option
@json_option
@command_errors
def backup(file: Path, by: str | None, workspace: Path | None, as_json: bool) -> None:
    """Write everything of the workspace into FILE, as of one moment; it may be in use meanwhile."""
    opened = workspace_at(workspace)
    done = back_up(opened, file.resolve(), by or user_name(), today(opened))
    if as_json:
        print_json({"file": str(done.path), "files": done.files, "size_bytes": done.size_bytes})
    else:
        console.print(
            f"{done.path}: {done.size_bytes:,} bytes, the database and {plural(done.files, 'file')} of yours."
        )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--database", default="", help="An empty PostgreSQL for a backup of one; a SQLite file by default.")
@json_option
@command_errors
def restore(file: Path, folder: Path, database: str, as_json: bool) -> None:
    """Make a workspace in FOLDER from the backup FILE. Nothing is overwritten: FOLDER must be new or empty."""
    made = restore_backup(file, folder.resolve(), database)
    if as_json:
        print_json({"workspace": str(made)})
    else:
        console.print(f"Restored in {made}. Look at it with: dunwell doctor --workspace {made}")


@click.command()
@workspace_option
@json_option
@command_errors
def doctor(workspace: Path | None, as_json: bool) -> int:
    """Check the database, its tables, leftovers, the audit trail, clock, disk, fonts and policy; change nothing."""
    place = workspace or Path(os.environ.get(WORKSPACE_VARIABLE) or ".")
    checks = examine(read_workspace(place.resolve()), datetime.now(UTC))
    is_well = all(check.state != ILL for check in checks)
    if as_json:
        print_json({"is_well": is_well, "checks": [asdict(check) for check in checks]})
        return 0 if is_well else EXIT_PROBLEMS
    for check in checks:
        mark = {WELL: "ok", ILL: "ILL"}.get(check.state, "note")
        console.print(f"{mark:4} {check.name}: {check.found}", markup=False)
        if check.advice:
            console.print(f"     {check.advice}", markup=False)
    return 0 if is_well else EXIT_PROBLEMS


@click.command("migrate-store")
@click.option("--to", required=True, help="Where to: postgresql://user@host/name, or sqlite.")
@by_option
@workspace_option
@json_option
@command_errors
def migrate_store(to: str, by: str | None, workspace: Path | None, as_json: bool) -> None:
    """Move the data to another database, check every row, and use it from now on."""
    opened = workspace_at(workspace)
    done = move_store(opened, to, by or user_name(), today(opened))
    if as_json:
        print_json({"tables": [asdict(table) for table in done.tables], "kept": str(done.kept) if done.kept else None})
        return
    rows = sum(table.rows for table in done.tables)
    console.print(f"{plural(rows, 'row')} of {plural(len(done.tables), 'table')} moved and compared.")
    if done.kept:
        console.print(f"The old file was put aside: {done.kept}. Delete it when you are sure.")
    else:
        console.print("The old database was left as it is.")
