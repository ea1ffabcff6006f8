"""Dunwell: self-hosted credit control. See ``docs/develop/architecture.md`` for the life of one invoice."""

__version__ = "0.1.0"
