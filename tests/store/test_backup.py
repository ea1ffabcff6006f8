"""A backup of a workspace in which somebody is at work can be restored."""

from datetime import date
from pathlib import Path
from threading import Event, Thread

from django.db import connections

from dunwell.store.backup import back_up, restore
from dunwell.store.workspace import init_workspace


def test_a_file_that_grows_while_it_is_backed_up_does_not_spoil_the_backup(tmp_path: Path) -> None:
    workspace = init_workspace(tmp_path / "workspace")
    growing = workspace.path / "documents" / "scan.pdf"
    growing.write_bytes(bytes(range(256)) * 20_000)
    has_ended = Event()

    def grow() -> None:
        with growing.open("ab", buffering=0) as file:
            while not has_ended.is_set():
                file.write(b"one more page")

    writer = Thread(target=grow)
    writer.start()
    try:
        back_up(workspace, tmp_path / "backup.zip", "Ann", date(2026, 10, 2))
    finally:
        has_ended.set()
        writer.join()
    restored = restore(tmp_path / "backup.zip", tmp_path / "restored") / "documents" / "scan.pdf"
    connections.close_all()
    assert growing.read_bytes().startswith(restored.read_bytes())
    assert restored.stat().st_size >= 256 * 20_000
