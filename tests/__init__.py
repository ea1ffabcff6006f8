"""The tests of Dunwell; what they share is in ``conftest.py`` and ``support``."""
