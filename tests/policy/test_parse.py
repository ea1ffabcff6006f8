"""Reading ``policy.toml``: the default file, its version, and texts that are anything but a policy."""

import re
import tomllib
from dataclasses import fields
from importlib.resources import files
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dunwell.law.tables import load_law
from dunwell.policy import model
from dunwell.policy.check import check_policy
from dunwell.policy.keys import TABLES
from dunwell.policy.model import KeepingTimes, PolicySet, default_policy
from dunwell.policy.parse import POLICY_CHARS_MAX, parse_policy, version_of
from dunwell.policy.places import Path, locate

DEFAULT = (files("dunwell.policy") / "default.toml").read_text(encoding="utf-8")


def parsed(text: str) -> PolicySet:
    policies, problems = parse_policy(text, "policy.toml")
    assert problems == []
    assert policies is not None
    return policies


def test_the_default_file_says_exactly_the_default_policy() -> None:
    policies = parsed(DEFAULT)
    assert {"standard": default_policy()} == policies.policies
    assert policies.default == "standard"
    assert policies.rules == ()
    assert policies.effective_on is None


def test_the_default_file_writes_out_every_key_that_has_a_default() -> None:
    written = tomllib.loads(DEFAULT)["policy"]["standard"]
    for table in ("hold", "plan", "longer_line", "discount", "referral", "delivery_days"):
        assert {key.name for key in TABLES[table]} == set(written[table])
    assert {key.name for key in TABLES["policy"]} - {"late_fee", "annexes", "keeping"} == set(written)


def test_the_suggestions_that_are_commented_out_can_be_switched_on() -> None:
    keys = "effective_on|contract_rate|kind|percent|minimum|maximum|from_days_past_due|[a-z]+_years"
    tables = r"\[policy\.standard\.(?:late_fee|keeping)\]"
    text = re.sub(rf"^# ((?:{keys}) = |{tables})", r"\1", DEFAULT, flags=re.MULTILINE)
    text = text.replace('kind = "none"', 'kind = "contract"')
    policy = parsed(text).policies["standard"]
    assert policy.late_fee is not None
    assert policy.late_fee.fee.kind == "percent"
    assert policy.interest.contract_rate_hundredths == 1200
    assert policy.keeping == KeepingTimes(10, 3, 10, 10)


def test_a_policy_that_says_nothing_is_the_default_policy() -> None:
    policies = parsed('default = "plain"\n[policy.plain]\n')
    assert default_policy("plain") == policies.policies["plain"]


@pytest.mark.parametrize("country", ["DE", "AT", "FR", "ES", "RO", "VN", "GB", "US", "CH", "BE", "NL"])
def test_the_default_file_contradicts_neither_itself_nor_the_law(country: str) -> None:
    assert check_policy(DEFAULT, "policy.toml", load_law(), country)[1] == []


def test_every_model_field_is_filled_by_a_key() -> None:
    tables = {
        "policy": model.Policy, "steps": model.Step, "hold": model.HoldRule, "fee": model.Fee,
        "band": model.FeeBand, "interest": model.InterestTerms, "plan": model.PlanTerms,
        "longer_line": model.LongerLineTerms, "discount": model.DiscountTerms,
        "referral": model.ReferralTerms, "recovery": model.RecoveryBand, "select": model.SelectionRule,
    }  # fmt: skip
    for table, record in tables.items():
        names = {field.name for field in fields(record)} - ({"name"} if table == "policy" else set())
        assert names == {key.target for key in TABLES[table]}, table


def test_amounts_and_percentages_are_read_exactly() -> None:
    text = """
default = "p"
[policy.p]
minimum = { EUR = 0.29, USD = "1234567890.12", JPY = 50, KWD = "1.234" }
interest = { kind = "contract", contract_rate = 1.15 }
"""
    policy = parsed(text).policies["p"]
    assert policy.minimum_minor == {"EUR": 29, "USD": 123_456_789_012, "JPY": 50, "KWD": 1234}
    assert policy.interest.contract_rate_hundredths == 115


def test_the_version_follows_the_words_and_not_the_line_ends() -> None:
    assert len(version_of(DEFAULT)) == 12
    assert version_of(DEFAULT) == version_of(DEFAULT.replace("\n", "  \r\n"))
    assert version_of(DEFAULT) != version_of(DEFAULT.replace("day = 31", "day = 32"))
    assert version_of(DEFAULT) == parsed(DEFAULT).version


def test_line_ends_of_windows_change_no_place() -> None:
    bad = 'default = "p"\n[policy.p]\ngrace = 3\n'
    assert parse_policy(bad, "x")[1] == parse_policy(bad.replace("\n", "\r\n"), "x")[1]


def test_a_text_that_is_too_long_is_refused_with_its_limit() -> None:
    policies, problems = parse_policy("#" * (POLICY_CHARS_MAX + 1), "policy.toml")
    assert policies is None
    assert str(POLICY_CHARS_MAX) in problems[0].message


@given(st.text())
@example("a=" + "[" * 5000)
@example("a=" + "9" * 5000)
@example("a=1e99999999999999999999")
@example("policy.a.minimum.EUR = 1e999999999")
@example("default='a'\n[policy.a]\nminimum={EUR=nan}")
@example("\ud800='x'")
def test_no_text_raises(text: str) -> None:
    policies, problems = check_policy(text, "policy.toml", load_law(), "DE")
    assert policies is not None or problems


values = st.recursive(
    st.one_of(
        st.integers(-(10**22), 10**22),
        st.booleans(),
        st.floats(),
        st.dates(),
        st.sampled_from(["", "50.00", "email", "hold", "p", "none", "bands", "percent", "contract", "EUR"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["EUR", "JPY", "up_to", "percent", "amount", "id", "day"]), inner, max_size=4),
    ),
    max_leaves=8,
)


def written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


@given(st.dictionaries(st.sampled_from(sorted({k.name for keys in TABLES.values() for k in keys})), values, max_size=6))
def test_no_value_of_any_key_raises(keys: dict[str, Any]) -> None:
    body = "\n".join(f"{name} = {written(value)}" for name, value in keys.items())
    for header in (
        "[policy.p]",
        "[policy.p.hold]",
        "[[policy.p.steps]]",
        "[policy.p.late_fee]",
        "[[select]]",
    ):
        text = f'default = "p"\n{header}\n{body}\n'
        policies, problems = check_policy(text, "policy.toml", load_law(), "VN")
        lines = text.count("\n")
        assert policies is not None or problems
        assert all(1 <= problem.line <= lines for problem in problems)


def paths_of(value: Any, path: Path = ()) -> set[Path]:
    """Return the paths of all keys and elements of a parsed document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path} | {found for key, item in items for found in paths_of(item, (*path, key))}


TOML = '''
a.b."c d" = 1 # x = 2
'e#' = ["x]", 'y', """
z = 1
]""", {f = [1, {g = "}"}], h.i = 1979-05-27 07:32:00}]
[t]
k = """a\\"""b"""
l = \'\'\'it''s \'\'\'
[[t.rows]]
n = -1.5e3
[t.rows.inner]
m = true
[[t.rows]]
n = [
  1, # one
  2,
]
["q.r".s]
u = {}
v = []
'''


def test_the_scanner_finds_the_paths_that_the_parser_finds() -> None:
    assert paths_of(tomllib.loads(TOML)) - {()} == set(locate(TOML))


def test_the_scanner_finds_every_key_of_the_default_file_on_its_line() -> None:
    lines = DEFAULT.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    assert paths_of(tomllib.loads(DEFAULT)) - {()} == set(locate(DEFAULT))
    for path, place in locate(DEFAULT).items():
        rest = DEFAULT[starts[place.line - 1] + place.column - 1 :]
        assert rest.startswith(("[", "{", '"', str(path[-1]))), path


keys = st.sampled_from(["a", "b", '"c.d"', "'e'", "f-1", "'x # y'", '"q\\"r"'])


@st.composite
def documents(draw: st.DrawFn) -> str:
    lines: list[str] = []
    for _ in range(draw(st.integers(0, 8))):
        dotted = ".".join(draw(st.lists(keys, min_size=1, max_size=3)))
        kind = draw(
            st.sampled_from(["[{}]", "[[{}]]", "{} = 1", "{} = [1, [2, \"#\"], {{ z = ']' }}]", "{} = '''\n]'''"])
        )
        lines.append(kind.format(dotted) + draw(st.sampled_from(["", " # note", "  ", "\n"])))
    return "\n".join(lines)


@given(documents())
def test_the_scanner_agrees_with_the_parser_on_any_document(text: str) -> None:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert paths_of(document) - {()} == set(locate(text))
