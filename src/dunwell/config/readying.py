"""The server's own thread that makes pages ready after a run of another program, such as the nightly one."""

import logging
import time
from threading import Thread

from django.db import DatabaseError, connection

from dunwell.errors import DunwellError
from dunwell.runs.ready import make_ready
from dunwell.web import place

LOOK_SECONDS = 15
"""So often it looks whether there was another run."""


def keep_ready() -> Thread:
    """Look for a new run at once and from then on, as long as the process lives; return the thread that does."""
    thread = Thread(target=_keep_ready, name="ready", daemon=True)
    thread.start()
    return thread


def _keep_ready() -> None:
    ready_run_id: int | None = None
    while True:
        try:
            ready_run_id = make_ready(place.workspace(), place.today(), ready_run_id)
        except (DunwellError, DatabaseError, OSError):  # a page says what is wrong, to whoever asks for it
            logging.getLogger(__name__).exception("Pages could not be made ready.")
        finally:
            connection.close()
        time.sleep(LOOK_SECONDS)
