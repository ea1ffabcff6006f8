"""Composition: what a server or a management command needs to run Dunwell."""
