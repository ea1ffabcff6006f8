"""The Chromium of this machine, as browser tests start it."""

import os
import shutil

CHROMIUM = os.environ.get("DUNWELL_CHROMIUM") or next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), "chromium"
)
"""Its program: ``$DUNWELL_CHROMIUM``, else the one on the path."""

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
"""No traffic of its own: the tests fail on any request that does not go to the server under test."""
