"""Tests of the command line's documents are collected once there is a command line."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("dunwell.cli") else ["test_commands.py"]
