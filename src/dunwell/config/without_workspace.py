"""Django's settings without a workspace, for the type checker and for making migrations."""

from dunwell.store.setup import settings_for

globals().update(settings_for(":memory:"))
