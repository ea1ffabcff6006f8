"""A letter's content as JSON and back: what was approved is kept word for word, whatever texts are edited later."""

from functools import cache
from typing import Any

from cattrs.preconf.json import JsonConverter, make_converter

from dunwell.letters.content import LetterContent


@cache
def _converter() -> JsonConverter:
    return make_converter()


def freeze(content: LetterContent) -> dict[str, Any]:
    """Return the content as plain JSON values."""
    plain: dict[str, Any] = _converter().unstructure(content)
    return plain


def thaw(plain: dict[str, Any]) -> LetterContent:
    """Return the content that was frozen."""
    return _converter().structure(plain, LetterContent)
