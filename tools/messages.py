"""Collect the texts of the screens and keep their translations in step: ``python tools/messages.py [check]``.

Texts come from templates and from ``gettext`` calls in ``src/dunwell/web``; each language has a catalogue
``src/dunwell/web/locale/<language>/LC_MESSAGES/django.po``. Without an argument the catalogues are brought up to date
and compiled; with ``check`` nothing is written, and what is missing or out of step is said with exit status 1.
"""

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

WEB = Path(__file__).resolve().parent.parent / "src" / "dunwell" / "web"
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
"""Babel writes a date into every file; with this one the same texts are the same bytes."""
LANGUAGES = ("de", "es", "fr", "ro", "vi")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "told": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def sources() -> Iterator[tuple[Path, str]]:
    """Yield every file with texts, as Python source."""
    for path in sorted(WEB.rglob("*.py")):
        yield path, path.read_text(encoding="utf-8")
    for path in sorted((WEB / "templates").rglob("*.html")):
        yield path, templatize(path.read_text(encoding="utf-8"))


def collected() -> Catalog:
    """Return every text of the screens."""
    found = Catalog(charset="utf-8", fuzzy=False)
    for path, source in sources():
        stream = io.BytesIO(source.encode())
        for _line, message, comments, context in extract("python", stream, KEYWORDS, ("Translators:",), {}):
            place = path.relative_to(WEB).as_posix()
            found.add(message, locations=[(place, 0)], auto_comments=comments, context=context)
    return found


def catalogue_path(language: str) -> Path:
    """Return where the catalogue of a language is."""
    return WEB / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """Return the catalogue of a language; an empty one where there is none yet."""
    path = catalogue_path(language)
    if not path.is_file():
        return Catalog(locale=language, project="Dunwell", version="", fuzzy=False)
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def brought_up(language: str, texts: Catalog) -> Catalog:
    """Return a catalogue of exactly the present texts, with the translations that there are; nothing is guessed."""
    old, new = read(language), Catalog(locale=language, project="Dunwell", version="", fuzzy=False)
    new.header_comment = f"# Dunwell's screens: {language}."
    for message in texts:
        if not message.id:
            continue
        known = old.get(_key(message), message.context)
        string = known.string if known is not None and known.pluralizable == message.pluralizable else None
        place = [(name, 0) for name, _line in message.locations]
        new.add(message.id, string, locations=place, context=message.context)
    return new


def _key(message: Message) -> str:
    return message.id[0] if message.pluralizable else message.id


def written(catalogue: Catalog) -> bytes:
    """Return a catalogue as the text of its file: the same texts, the same bytes."""
    stream = io.BytesIO()
    write_po(stream, catalogue, omit_header=True, include_lineno=False, sort_output=True, width=120)
    header = (
        f"# Dunwell's screens: {catalogue.locale_identifier}.\n"
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        f'"Language: {catalogue.locale_identifier}\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    return header.encode() + stream.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """Return a catalogue as the file that the program reads."""
    stream = io.BytesIO()
    fixed = Catalog(locale=catalogue.locale, fuzzy=False, creation_date=NO_DATE, revision_date=NO_DATE)
    fixed.mime_headers = [  # no dates: the same texts, the same bytes
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Language", str(catalogue.locale_identifier)),
        ("Plural-Forms", catalogue.plural_forms),
    ]
    for message in catalogue:
        if message.id:
            fixed.add(message.id, message.string, context=message.context)
    write_mo(stream, fixed)
    return stream.getvalue()


def untranslated(catalogue: Catalog) -> list[str]:
    """Return the texts that have no translation, or not in every plural form."""
    return [_key(message) for message in catalogue if message.id and not _is_complete(message)]


def _is_complete(message: Message) -> bool:
    strings = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return bool(strings) and all(strings)


def findings() -> Iterator[str]:
    """Yield what is missing or out of step."""
    texts = collected()
    for language in LANGUAGES:
        path, wanted = catalogue_path(language), brought_up(language, texts)
        if not path.is_file() or path.read_bytes() != written(wanted):
            yield f"{language}: the catalogue is out of step with the screens; run python tools/messages.py"
        elif path.with_suffix(".mo").read_bytes() != compiled(wanted):
            yield f"{language}: the catalogue is not compiled; run python tools/messages.py"
        yield from (f"{language}: not translated: {text}" for text in untranslated(wanted))


def main() -> int:
    """Bring the catalogues up to date, or check them."""
    if not settings.configured:
        settings.configure(USE_I18N=True, TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}])
        django.setup()
    if sys.argv[1:] == ["check"]:
        found = list(findings())
        print("\n".join(found) or "Every text of the screens is translated.")
        return 1 if found else 0
    texts = collected()
    for language in LANGUAGES:
        catalogue, path = brought_up(language, texts), catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(catalogue))
        path.with_suffix(".mo").write_bytes(compiled(catalogue))
        print(f"{language}: {len(catalogue)} texts, {len(untranslated(catalogue))} not translated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
