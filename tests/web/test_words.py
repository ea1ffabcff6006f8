"""Every text of the screens can be translated, is translated, and fits when it is longer."""

import importlib.util
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog, Message
from django.conf import settings
from django.utils import translation
from django.utils.translation import trans_real
from playwright.sync_api import Page

from dunwell.store.models import Person
from dunwell.store.workspace import Workspace
from dunwell.web.case_deeds import AcceptForm
from dunwell.web.languages import LANGUAGES, PSEUDO
from dunwell.web.templatetags import showing
from tests.web.conftest import sign_in
from tests.web.test_browser import TOO_WIDE

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "src" / "dunwell" / "web" / "templates"
NAMES = ("Dunwell", "PDF", "CSV", "ZIP", "IBAN", "BIC", "QR", "DSO", "TOTP", "UTC")
"""What is the same in every language."""
PHONE_PAGES = ("/", "/letters", "/customers", "/customer/1003", "/holds", "/figures", "/policy", "/import", "/me")


def catalogues() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", ROOT / "tools" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def forms(message: Message) -> tuple[str, ...]:
    """Every form of a translation; none of the head of a catalogue."""
    if not message.id:
        return ()
    return tuple(message.string) if isinstance(message.string, (list, tuple)) else (message.string,)


def literal_texts(source: str) -> Iterator[str]:
    """What a template says without asking for a translation: between its tags, and in attributes that people read."""
    plain = re.sub(r"{%\s*comment\s*%}.*?{%\s*endcomment\s*%}", "", source, flags=re.DOTALL)
    plain = re.sub(r"{%\s*blocktranslate.*?{%\s*endblocktranslate\s*%}", "", plain, flags=re.DOTALL)
    plain = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "\x00", plain, flags=re.DOTALL)
    for _name, value in re.findall(r'\b(aria-label|alt|title|placeholder)="([^"]*)"', plain):
        yield value
    text = re.sub(r"<(script|code|kbd)\b.*?</\1>", "", plain, flags=re.DOTALL)
    yield from re.sub(r"<[^>]*>", "\x00", text).split("\x00")


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.relative_to(TEMPLATES).as_posix()
)
def test_no_template_says_anything_untranslated(path: Path) -> None:
    said = [re.sub(r"&\w+;", "", text) for text in literal_texts(path.read_text(encoding="utf-8"))]
    words = [text.strip(" ·\n") for text in said if re.search(r"[^\W\d_]{2,}", text)]
    assert [text for text in words if text not in NAMES] == []


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.relative_to(TEMPLATES).as_posix()
)
def test_no_template_sets_a_colon_as_one_language_does(path: Path) -> None:
    """French sets a colon apart: ``sign`` writes it, or the translation of the whole."""
    source = re.sub(
        r"{%\s*blocktranslate.*?{%\s*endblocktranslate\s*%}", "%}", path.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    assert re.findall(r"(?:}}|%})(?:</\w+>)?[:;](?=[ <])", source) == []


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize(("language", "expected"), [("es", "por correo electrónico"), ("fr", "par courriel")])
def test_what_can_be_chosen_is_in_the_language_of_each_reader(language: str, expected: str) -> None:
    with translation.override(language):
        choices = [str(label) for _value, label in AcceptForm().fields["how"].choices]  # type: ignore[attr-defined]
    assert expected in choices


def test_every_text_is_translated_and_compiled() -> None:
    assert list(catalogues().findings()) == []


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_translations_keep_what_is_filled_in(language: str) -> None:
    def names(text: str) -> set[str]:
        return set(re.findall(r"%\(\w+\)[sd]", text))

    wrong = []
    for message in catalogues().read(language):
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        translated = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        allowed = set().union(*(names(text) for text in originals))
        wrong += [text for text in translated if message.id and text and not names(text) <= allowed]
        if message.id and not message.pluralizable and message.string and names(message.string) != allowed:
            wrong.append(message.string)
    assert wrong == []


def test_french_signs_never_begin_a_line() -> None:
    """Before ; : ? ! and within « » stands a narrow no-break space; ``::: name`` and ``::`` are no signs but code."""
    broken = re.compile(r"[ \N{NO-BREAK SPACE}]([;?!»]|:(?!:))|« ")
    texts = [text for message in catalogues().read("fr") for text in forms(message)]
    assert [text for text in texts if broken.search(text)] == []


def test_percent_signs_and_units_stay_with_their_number() -> None:
    parted = re.compile(r"(\d|\)s) (%(?![(\w])|(MB|kB|Mo|ko|€)(?!\w))")
    texts = [text for language in ("es", "fr") for message in catalogues().read(language) for text in forms(message)]
    assert [text for text in texts if parted.search(text)] == []


def test_spanish_groups_digits_from_five_on_as_its_letters_do() -> None:
    with translation.override("es"):
        written = [showing.money(904574, "EUR"), showing.money(-2775060, "EUR"), showing.number(1234)]
        written += [showing.decimal(Decimal("9999.5"), 2), showing.decimal(Decimal(12345), 0)]
    assert written == ["9045,74\u00a0€", "\u221227.750,60\u00a0€", "1234", "9999,50", "12.345"]


def test_french_days_are_an_ordinal_on_the_first_and_figures_below_zero_have_a_minus() -> None:
    with translation.override("fr"):
        written = [showing.day(date(2026, 7, 1)), showing.day_long(date(2026, 1, 1)), showing.day(date(2026, 1, 11))]
        below = [showing.percent("-0.88"), showing.decimal(Decimal("-2.5"))]
    assert written == ["1er juil. 2026", "jeudi 1er janvier 2026", "11 janv. 2026"]
    assert below == ["\u22120,88\u00a0%", "\u22122,5"]


@pytest.fixture
def pseudo(shop: Workspace, tmp_path: Path) -> Iterator[None]:
    """A language that is half as long again as English, every text in brackets."""
    tools = catalogues()
    catalogue = Catalog(locale=PSEUDO, fuzzy=False)
    for message in tools.collected():
        if message.id:
            texts = message.id if message.pluralizable else (message.id,)
            longer = tuple(f"[{text}{' ~~~~~~~' * -(-len(text) // 16)}]" for text in texts)
            catalogue.add(message.id, longer if message.pluralizable else longer[0], context=message.context)
    path = tmp_path / "locale" / PSEUDO / "LC_MESSAGES" / "django.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(tools.compiled(catalogue))
    before = settings.LOCALE_PATHS
    settings.LOCALE_PATHS = [str(tmp_path / "locale")]
    trans_real._translations.clear()  # type: ignore[attr-defined]
    yield
    settings.LOCALE_PATHS = before
    trans_real._translations.clear()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("pseudo")
def test_longer_words_neither_overflow_a_phone_nor_stay_english(page: Page) -> None:
    sign_in(page)
    Person.objects.filter(user__username="administrator").update(language=PSEUDO)
    page.set_viewport_size({"width": 360, "height": 780})
    wide, plain = [], []
    for path in PHONE_PAGES:
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            wide.append((path, page.evaluate(TOO_WIDE)))
        headings = page.locator("main h1, main h2, main button, nav.menu a").all_inner_texts()
        plain += [
            text for text in headings if re.search(r"[^\W\d_]{2}", text) and "[" not in text and "Dunwell" not in text
        ]
    data = ("administrator", "Domaine des Trois Ormeaux SARL", "EUR", "USD", "PDF", "CSV")
    assert wide == []
    assert [text for text in plain if not any(name in text for name in data)] == []
