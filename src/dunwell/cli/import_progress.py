"""How far an import has come, as a bar on the terminal; nothing where the output goes to a file or another program."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from dunwell.runs.import_watch import Watched

_NAME_CHARS = 60


@contextmanager
def progress(console: Console | None = None) -> Iterator[Watched | None]:
    """Yield what is to be told how far an import is; ``None`` where nobody watches standard error.

    The bar appears with the first file that is read, after all questions, and goes when the import is done.
    """
    shown = console or Console(stderr=True)
    if not shown.is_terminal:
        yield None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=shown, transient=True)
    task = bar.add_task("", total=1.0)

    def watch(step: str, file: str, share: float) -> None:
        bar.update(task, completed=share, description=f"{step} {file[-_NAME_CHARS:]}")
        bar.start()

    try:
        yield watch
    finally:
        bar.stop()
