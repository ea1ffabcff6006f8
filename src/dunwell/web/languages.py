"""The languages of the screens; the customer's language is another matter (product §3)."""

from django.utils.translation import get_language

LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "ro": "Română",
    "vi": "Tiếng Việt",
}
"""Code and own name, as a person looks for it."""

PSEUDO = "eo"
"""A language that nobody speaks here: every translated text in brackets and longer, to find what is not translated."""


def manner() -> str:
    """Return the language of the screen as services take it, dates and amounts included (``assess.reasons.PLAIN``)."""
    language = spoken()
    return "en-GB" if language == "en" else language


def spoken() -> str:
    """Return the language of the screen that is being made."""
    code = (get_language() or "en").partition("-")[0]
    return code if code in LANGUAGES else "en"
