"""Expressions made once.

An expression is a value, and to make one takes about as long as to apply it to the few rows of one account. So the
functions that make them keep what they made; the rules stand where they stood.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar, cast

_Arguments = ParamSpec("_Arguments")
_Made = TypeVar("_Made")

_KEPT_MAX = 64
"""Sets of arguments (days, most of them) for which a function keeps what it made."""


def made_once(make: Callable[_Arguments, _Made]) -> Callable[_Arguments, _Made]:
    """Keep what a function makes of its arguments, which are compared by value; nobody may change what it returns."""
    return cast("Callable[_Arguments, _Made]", lru_cache(maxsize=_KEPT_MAX)(make))
