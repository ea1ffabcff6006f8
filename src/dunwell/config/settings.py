"""Django's settings module for servers and management commands (``DJANGO_SETTINGS_MODULE=dunwell.config.settings``).

The workspace is ``$DUNWELL_WORKSPACE``, else the current folder, as for the command line.
"""

import os
from pathlib import Path

from dunwell.store.setup import settings_for
from dunwell.store.workspace import read_workspace

WORKSPACE = read_workspace(Path(os.environ.get("DUNWELL_WORKSPACE") or ".").resolve())

globals().update(settings_for(WORKSPACE.database))
