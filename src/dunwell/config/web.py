"""The web app put together: Django's settings for screens, the secret, and the server's application."""

import os
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from whitenoise import WhiteNoise

from dunwell.store.setup import ensure_django
from dunwell.store.workspace import open_workspace
from dunwell.web import place
from dunwell.web.languages import LANGUAGES
from dunwell.web.sessions import SESSION_SECONDS

Application = Callable[..., Iterable[bytes]]

SECRET_FILE = "secret_key"  # noqa: S105 - the name of a file
UPLOAD_BYTES_MAX = 100 * 1024 * 1024
"""The largest request that is read; a larger ledger is imported on the command line."""
YEAR_SECONDS = 365 * 24 * 3600
"""Stylesheets and scripts are kept by the browser: their addresses change with their content."""
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def web_settings(secret: str, hosts: Sequence[str], *, is_https: bool) -> dict[str, Any]:
    """Return the settings of Django that only the screens need; the store has its own."""
    web = Path(str(resources.files("dunwell.web")))
    return {
        "ALLOWED_HOSTS": [*_LOOPBACK, *hosts],
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Strict",
        "CSRF_COOKIE_SECURE": is_https,
        "CSRF_FAILURE_VIEW": "dunwell.web.errors.csrf_failed",
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 5 * 1024 * 1024,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 20_000,
        "DEBUG": False,
        "LANGUAGES": list(LANGUAGES.items()),
        "LOCALE_PATHS": [str(web / "locale")],
        "MIDDLEWARE": [
            "dunwell.web.middleware.SecureHeaders",
            "dunwell.web.middleware.KnownHosts",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "dunwell.web.middleware.PersonsLanguage",
            "dunwell.web.sessions.SessionsEnd",
            "dunwell.web.middleware.TooLarge",
            "dunwell.web.middleware.Refusals",
        ],
        "PASSWORD_RESET_TIMEOUT": 3 * 24 * 3600,
        "ROOT_URLCONF": "dunwell.web.urls",
        "SECRET_KEY": secret,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if is_https else None,
        "CSRF_TRUSTED_ORIGINS": [f"https://{host}" for host in hosts] if is_https else [],
        "SESSION_COOKIE_AGE": SESSION_SECONDS,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": is_https,
        "TEMPLATES": [_templates(web)],
        "LOGIN_URL": "sign_in",
    }


def _templates(web: Path) -> dict[str, Any]:
    return {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [str(web / "templates")],
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "dunwell.web.templatetags.forming",
                "dunwell.web.templatetags.showing",
            ],
            "context_processors": [
                "dunwell.web.shell.shell",
                "django.template.context_processors.csrf",
                "django.template.context_processors.request",
            ],
            "loaders": [
                ("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"]),
            ],
        },
    }


def set_up(path: Path, *, fixed_on: date | None = None, hosts: Sequence[str] = (), is_https: bool = False) -> None:
    """Make this process show a workspace: open it, bring its tables up to date, configure the screens."""
    ensure_django()
    for name, value in web_settings(secret_of(path), hosts, is_https=is_https).items():
        setattr(settings, name, value)
    open_workspace(path)
    place.serve_workspace(path, fixed_on)


def application() -> Application:
    """Return the application that a server runs: screens, and their stylesheets and scripts beside them."""
    static = Path(str(resources.files("dunwell.web") / "static"))
    served: Application = WhiteNoise(
        WSGIHandler(),
        root=str(static),
        prefix="static/",
        max_age=YEAR_SECONDS,
        allow_all_origins=False,
        add_headers_function=_as_nothing_else,
    )
    return served


def _as_nothing_else(headers: Headers, path: str, url: str) -> None:  # noqa: ARG001 - WhiteNoise's signature
    """Let a browser take a stylesheet or script for what it is, and a drawing run nothing."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def secret_of(path: Path) -> str:
    """Return the workspace's secret, made when there is none; only its owner may read the file."""
    file = path / SECRET_FILE
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(48))
    return file.read_text(encoding="ascii").strip()
