"""The store as a Django application."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class StoreConfig(AppConfig):
    """Registers the models of this room under the label ``store``."""

    name = "dunwell.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Begin the audit trail as soon as the tables are there."""
        post_migrate.connect(_begin_trail, sender=self)


def _begin_trail(**_signal: Any) -> None:
    from dunwell.store import audit  # not above: the models are not loaded yet when Django reads this file

    audit.begin()
