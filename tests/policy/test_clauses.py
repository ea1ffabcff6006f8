"""The policy as numbered clauses in six languages; the texts are held by golden files.

To accept a new wording: ``DUNWELL_UPDATE=1 pytest tests/policy`` and read the diff.
"""

import os
import re
import unicodedata
from pathlib import Path

import pytest

from dunwell.errors import UsageError
from dunwell.policy.clauses import Clause, clause_by_key, clauses
from dunwell.policy.model import Policy, PolicySet, default_policy
from dunwell.policy.parse import parse_policy
from dunwell.policy.words import count, languages, percent, words_of

HERE = Path(__file__).parent
LANGUAGES = ("de", "en", "es", "fr", "ro", "vi")


def policy_of(text: str) -> Policy:
    policies, problems = parse_policy(f'default = "p"\n[policy.p]\n{text}', "policy.toml")
    assert problems == []
    assert policies is not None
    return policies.policies["p"]


def everything() -> PolicySet:
    policies, problems = parse_policy((HERE / "everything.toml").read_text(encoding="utf-8"), "everything.toml")
    assert problems == []
    assert policies is not None
    return policies


def printed(found: list[Clause]) -> str:
    return "".join(f"{one.number} [{one.key}] {one.title}\n{one.text}\n\n" for one in found)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["standard", "everything", "quiet"])
def test_the_clauses_read_as_the_golden_file(name: str, language: str) -> None:
    policy = default_policy() if name == "standard" else everything().policies[name]
    found = printed(clauses(policy, language))
    golden = HERE / "golden" / f"{name}.{language}.txt"
    if os.environ.get("DUNWELL_UPDATE"):
        golden.write_text(found, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == found


def test_there_are_texts_in_six_languages() -> None:
    assert languages() == LANGUAGES


def test_a_language_without_texts_is_named() -> None:
    with pytest.raises(UsageError, match="policy texts in xx; there are: de, en"):
        clauses(default_policy(), "xx")


def skeleton(value: object) -> object:
    """Return the keys and placeholders of a texts file, without its words."""
    if isinstance(value, dict):
        return {key: skeleton(item) for key, item in value.items()}
    return sorted(hole.partition(":")[0] for hole in re.findall(r"\{([^}]+)\}", str(value)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_things(language: str) -> None:
    here, english = dict(words_of(language).texts), dict(words_of("en").texts)
    for own in ("nouns", "typography", "money"):
        here.pop(own, None)
        english.pop(own, None)
    assert skeleton(english) == skeleton(here)


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_and_numbers_are_the_same_in_every_language(language: str) -> None:
    def named(found: list[Clause]) -> list[tuple[str, str]]:
        return [(one.number, one.key) for one in found]

    policy = everything().policies["everything"]
    assert named(clauses(policy, "en")) == named(clauses(policy, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_typeset_as_the_language_wants(language: str) -> None:
    text = printed(clauses(everything().policies["everything"], language))
    assert unicodedata.normalize("NFC", text) == text
    assert "{" not in text
    assert not re.search("[şţŞŢ]", text)
    assert "Gutschrift" not in text
    assert "tín dụng." not in text.replace("thông tin tín dụng", "")
    if language == "fr":
        assert not re.search(r"[^\u00a0\u202f][:;?!] ", text)


def test_romanian_counts_in_three_forms() -> None:
    romanian = words_of("ro")
    assert [count(romanian, number, "days") for number in (1, 2, 19, 20, 101)] == [
        "1 zi",
        "2 zile",
        "19 zile",
        "20 de zile",
        "101 zile",
    ]


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "10.5%"),
        ("de", "10,5\u00a0%"),
        ("fr", "10,5\u00a0%"),
        ("es", "10,5\u00a0%"),
        ("ro", "10,5\u00a0%"),
        ("vi", "10,5%"),
    ],
)
def test_percentages_keep_their_decimals(language: str, shown: str) -> None:
    assert shown == percent(words_of(language), 1050)


def test_a_letter_finds_its_clause_by_key() -> None:
    found = clauses(default_policy(), "en")
    cure = clause_by_key(found, "hold.cure")
    assert cure is not None
    assert (cure.number, cure.title) == ("3.3", "Lifting the hold")
    assert clause_by_key(found, "late_fee") is None


def test_a_rule_that_is_off_has_no_clause() -> None:
    found = clauses(policy_of("response_pause_days = 0\nhold = { allowed = false }\nplan = { offered = false }"), "en")
    keys = {one.key for one in found}
    assert not keys & {"hold", "hold.cure", "ladder.hold", "ladder.response", "plan"}
    assert "warning of the credit hold" not in printed(found)


def test_a_customer_reads_only_the_own_currency() -> None:
    policy = policy_of('tolerance = { EUR = "1.00", USD = "2.00" }')
    clause = clause_by_key(clauses(policy, "en", currency="USD"), "terms.tolerance")
    assert clause is not None
    assert clause.text == "A remainder of up to US$2.00 counts as paid."
    assert clause_by_key(clauses(policy, "en", currency="VND"), "terms.tolerance") is None


def test_a_consumer_reads_nothing_of_the_fixed_compensation() -> None:
    policy = policy_of("compensation = true")
    assert clause_by_key(clauses(policy, "de", party_type="business"), "compensation") is not None
    assert clause_by_key(clauses(policy, "de", party_type="consumer"), "compensation") is None
