"""The store as a Django application."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Registers the models of this room under the label ``store``."""

    name = "dunwell.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
