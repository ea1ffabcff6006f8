"""Every golden letter is spelt as the dictionary of its country says: Hunspell with Debian's dictionaries.

Names of the sample firms and numbers are no words. ``spelling/<language>.txt`` holds the few words of the trade that a
dictionary lacks, each with its reason.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dunwell.letters.sample import RECIPIENTS
from tests.letters.test_letter_golden import GOLDEN

HERE = Path(__file__).parent
SAMPLE = Path(__file__).parents[2] / "src" / "dunwell" / "letters" / "sample.toml"
DICTIONARIES = {
    "GB": "en_GB", "US": "en_US", "DE": "de_DE", "AT": "de_AT", "CH": "de_CH", "FR": "fr", "ES": "es_ES", "RO": "ro_RO",
    "VN": "vi_VN",
}  # fmt: skip
ALLOWED_MAX = 25
WORD = re.compile(r"[^\W\d_]+(?:['’·.-][^\W\d_]+)*", re.UNICODE)
NO_WORD = re.compile(r"\S*[@/\\]\S*|www\.\S+|\S*\d\S*|https?:\S+")


def allowed(language: str) -> dict[str, str]:
    """Return the words that a language's dictionary lacks, with the reason of each."""
    lines = (HERE / "spelling" / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    entries = [line.partition("#") for line in lines if line.strip() and not line.startswith("#")]
    return {word.strip(): reason.strip() for word, _, reason in entries}


def names() -> frozenset[str]:
    """Return every word of the sample firms: names, streets, places."""
    text = SAMPLE.read_text(encoding="utf-8")
    people = re.split(r"^\[(?:words|clause)", text, maxsplit=1, flags=re.MULTILINE)[0] + "".join(
        re.findall(r"^\[attorney.*?(?=^\[(?!attorney|\[)|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    )
    return frozenset(WORD.findall(people)) | frozenset(re.findall(r"[^\W\d_]+", people))


def words_of(text: str) -> set[str]:
    """Return the words of a letter; one that a line break split is put together again."""
    body = re.sub(r"^--- page .*$", "", text, flags=re.MULTILINE)
    joined = re.sub(r"(?<=[^\W\d_])[-\u2010\u00ad]\n(?=[a-zà-öø-ÿ])", "", body).replace("\u2011", "-")
    return set(WORD.findall(NO_WORD.sub(" ", joined.replace("’", "'"))))


def misspelt(words: set[str], dictionary: str) -> set[str]:
    """Ask Hunspell for the words it does not know."""
    done = subprocess.run(
        ["hunspell", "-l", "-i", "utf-8", "-d", dictionary],
        input="\n".join(sorted(words)), capture_output=True, encoding="utf-8", check=True, timeout=120,
    )  # fmt: skip
    return set(done.stdout.split())


def need(dictionary: str) -> None:
    if shutil.which("hunspell") is None:
        pytest.skip("hunspell is not on this machine; `make test` installs it with its dictionaries")
    found = subprocess.run(
        ["hunspell", "-D", "-d", dictionary], input="", capture_output=True, encoding="utf-8", check=False
    )
    if "Can't open" in found.stderr:
        package = f"hunspell-{dictionary.lower().replace('_', '-')}"
        pytest.skip(f"hunspell lacks the dictionary {dictionary}; Debian's package {package} has it")


def form_of(path: Path) -> str:
    """Return the form of a golden letter: a country, a page form (DE-A) or a language with its country (fr-BE)."""
    return path.stem.rsplit("_", 2)[1]


def dictionary_of(form: str) -> str:
    """Return the dictionary for a form: its country's, else its language's; a page form is one of its country."""
    return DICTIONARIES[form] if form in DICTIONARIES else DICTIONARIES[form.partition("-")[0].upper()]


GOLDENS = sorted(GOLDEN.glob("*/*.txt"))


@pytest.mark.parametrize("form", sorted({form_of(path) for path in GOLDENS}))
def test_every_word_of_the_golden_letters_is_in_the_dictionary(form: str) -> None:
    need(dictionary_of(form))
    letters = [path for path in GOLDENS if form_of(path) == form]
    (language,) = {path.parent.name for path in letters}
    words = set().union(*(words_of(path.read_text(encoding="utf-8")) for path in letters))
    known = names() | allowed(language).keys()
    assert sorted(misspelt(words, dictionary_of(form)) - known) == []


def test_every_country_has_golden_letters() -> None:
    assert set(RECIPIENTS) <= {form_of(path) for path in GOLDENS}


@pytest.mark.parametrize("language", sorted({r.language for r in RECIPIENTS.values()}))
def test_the_list_of_allowed_words_is_short_and_gives_a_reason_for_each(language: str) -> None:
    listed = allowed(language)
    assert [word for word, reason in listed.items() if not reason] == []
    assert len(listed) <= ALLOWED_MAX


def test_a_misspelt_word_is_found() -> None:
    need("en_GB")
    assert misspelt({"invoice", "recieve"}, "en_GB") == {"recieve"}
