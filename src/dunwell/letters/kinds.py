"""The kinds of letters and what each must contain: ``texts/kinds.toml``."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "texts" / "kinds.toml"


@cache
def kinds() -> dict[str, dict[str, Any]]:
    """Return the kinds of letters by name; the head of the file says what its entries mean."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def is_settled(kind: str) -> bool:
    """Tell whether the invoices of a letter of this kind are settled: nothing is open, late or charged in it."""
    return bool(kinds().get(kind, {}).get("settled", False))
