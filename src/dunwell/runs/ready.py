"""What pages keep of a run, made before somebody asks: in the morning, everybody opens the page of the night's run."""

from datetime import date

from dunwell.runs.customer_list import customer_list
from dunwell.runs.figures import figures
from dunwell.runs.standing import standing
from dunwell.runs.todo import Wanted, worklist_page
from dunwell.store import queries
from dunwell.store.workspace import Workspace


def make_ready(workspace: Workspace, today: date, ready_run_id: int | None = None) -> int | None:
    """Work out what the worklist, the customers and the figures keep; return the key of the latest run.

    ``today`` is the business date. Nothing is done when ``ready_run_id`` is that run's already, or before the first
    run (``None``).
    """
    run = queries.latest_run()
    if run is None or run.pk == ready_run_id:
        return ready_run_id
    now = standing(workspace)
    if now is None:
        return ready_run_id
    worklist_page(now, Wanted())
    customer_list(workspace, now, "", "", 1)
    figures(workspace, now, min(now.as_of, today))
    return now.run.pk
