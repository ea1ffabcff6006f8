"""The demo workspace: made anew from the sample business each time, so that it always starts from the same day."""

import shutil
from datetime import date
from pathlib import Path

from dunwell.errors import UsageError
from dunwell.store.workspace import Workspace, init_workspace, open_workspace

DEMO_ON = date(2026, 11, 20)
"""The day of the demo: a Friday on which every action of the product occurs at least once in the sample."""

_MARK = "made-by-dunwell-demo"
_OWN_FILES = ("dunwell.toml", "policy.toml")


def prepare_demo(folder: Path, examples: Path) -> Workspace:
    """Make the demo workspace with the sample business's own settings and policy.

    A demo folder of ours is replaced; any other existing folder is left alone with ``UsageError``.
    """
    _clear(folder)
    init_workspace(folder)
    (folder / _MARK).write_text("This folder is made by `dunwell demo` and replaced by it.\n", encoding="utf-8")
    for name in _OWN_FILES:
        shutil.copyfile(examples / name, folder / name)
    for name in ("letterhead", "documents"):
        if (examples / name).is_dir():
            shutil.copytree(examples / name, folder / name, dirs_exist_ok=True)
    return open_workspace(folder)


def _clear(folder: Path) -> None:
    if not folder.exists():
        return
    if any(folder.iterdir()) and not (folder / _MARK).is_file():
        raise UsageError(f"{folder} exists and is not a demo folder; choose another with --folder.")
    shutil.rmtree(folder)
