"""Django, set up by us: no settings module and no environment variable are needed to use a workspace.

A process works with one workspace at a time. :func:`use_database` points Django's connection at it; pointing it
at another one later (tests, tools that compare two workspaces) closes the first.
"""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections

INSTALLED_APPS = (
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "dunwell.store",
)
BUSY_TIMEOUT_SECONDS = 20
"""How long a writer waits for another one on SQLite before it gives up with a clear error."""

# WAL lets readers read while one writes; IMMEDIATE takes the write lock at the start of a transaction, so that
# two writers queue up instead of one failing half-way; NORMAL is safe in WAL (a power cut loses at most the last
# commits, never the file).
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-65536",
)


def database_settings(database: str | Path) -> dict[str, Any]:
    """Return Django's settings for a SQLite file or a ``postgresql://`` address."""
    if isinstance(database, str) and database.startswith(("postgresql://", "postgres://")):
        return _postgresql(database)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(database),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": BUSY_TIMEOUT_SECONDS,
            "init_command": ";".join(SQLITE_PRAGMAS),
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def settings_for(database: str | Path) -> dict[str, Any]:
    """Return every Django setting that Dunwell uses, for one database."""
    return {
        "DATABASES": {"default": database_settings(database)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "INSTALLED_APPS": list(INSTALLED_APPS),
        "LANGUAGE_CODE": "en",
        "TIME_ZONE": "UTC",  # instants are kept in UTC; business dates are dates, never derived from instants
        "USE_I18N": True,
        "USE_TZ": True,
    }


def ensure_django() -> None:
    """Set Django up if nobody has; its database is an empty one in memory until :func:`use_database`."""
    if not settings.configured:
        settings.configure(**settings_for(":memory:"))
        django.setup()


def use_database(database: str | Path) -> None:
    """Point Django at the database of a workspace; the one before, if any, is closed."""
    if not settings.configured:
        settings.configure(**settings_for(database))
        django.setup()
        return
    connections.close_all()
    configured: dict[str, Any] = {"default": database_settings(database)}
    settings.DATABASES = configured
    connections.settings = connections.configure_settings(configured)
    if hasattr(connections["default"], "settings_dict"):
        del connections["default"]


def migrate() -> None:
    """Create or upgrade the tables of the current database; does nothing when they are up to date."""
    call_command("migrate", interactive=False, verbosity=0)
