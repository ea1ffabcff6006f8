"""Attempts to break out of the cage that letter texts run in: to reach the machine, to run for ever, to eat memory."""

from pathlib import Path

import pytest

from dunwell.errors import RenderError
from dunwell.letters import sandbox
from dunwell.letters.compose import setting_for
from dunwell.letters.lint import lint_texts
from dunwell.letters.lint_texts import KNOWN
from dunwell.letters.sample import sample_facts
from dunwell.letters.texts import TEXT_BYTES_MAX, Texts

SETTING = setting_for(sample_facts(), Texts())
VALUES = {**SETTING.values, "total": "£1", "invoice_count": 3}


def fill(source: str) -> str:
    return sandbox.fill(source, VALUES, SETTING.formats.plural)


def tower(depth: int) -> str:
    """Return plurals that stand in each other."""
    text = "x"
    for i in range(depth):
        text = f"plural(invoice_count, other={text if i else repr(text)})"
    return "{{ " + text + " }}"


REACHING = [
    "{{ total.format }}",
    "{{ '{0.__class__}'.format(total) }}",
    "{{ '%s' % total }}",
    "{{ total|attr('__class__') }}",
    "{{ total|format(1) }}",
    "{{ plural.__func__.__globals__ }}",
    "{{ plural }}",
    "{{ plural(invoice_count, other=plural) }}",
    "{% if plural == 1 %}{% endif %}",
    "{{ plural(invoice_count, other=total.upper()) }}",
    "{{ (total)['upper']() }}",
    "{{ total[0] }}",
    "{{ total[0:99] }}",
    "{{ {'a': total} }}",
    "{{ (total, total) }}",
    "{{ self._TemplateReference__context }}",
    "{{ url_for.__globals__ }}",
    "{{ joiner.__init__.__globals__.os.popen('id').read() }}",
    "{{ namespace(x=1) }}",
    "{{ dict(a=1) }}",
    "{{ get_flashed_messages() }}",
    "{{ total is defined }}",
    "{{ 'a' in total }}",
    "{% extends '/etc/passwd' %}",
    "{% from '../../dunwell.toml' import x %}",
    "{% include ['a', 'b'] ignore missing %}",
    "{% call total() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% with a = 1 %}{% endwith %}",
    "{% set ns.x = 1 %}",
    "{% autoescape false %}{{ total }}{% endautoescape %}",
    "{% debug %}",
    "{% do total %}",
    "{% trans %}x{% endtrans %}",
]

GROWING = [
    "{% for a in total recursive %}{{ loop(total) }}{% endfor %}",
    "{% while true %}{% endwhile %}",
    "{{ range(10**12) }}",
    "{{ total * 999999999 }}",
    "{{ 10 ** 10 ** 10 }}",
    "{{ 1e308 * 10 }}",
    "{{ 'x'|center(10**9) }}",
    "{{ " + "9" * 10_000 + " }}",
    "{{ plural(" + "9" * 4_000 + ", other='" + "#" * 50_000 + "') }}",
    "{{ plural(1e400, other='#') }}",
    "{{ " + "(" * 20_000 + "total" + ")" * 20_000 + " }}",
    "{{ " + "not " * 10_000 + "total }}",
    "{{ " + "-" * 20_000 + "1 }}",
    "{{ " + "total if total else " * 2_000 + "total }}",
    "{% if total %}" * 2_000 + "x" + "{% endif %}" * 2_000,
    tower(31),
    tower(2_000),
]

SHORT = [f"{attempt[:50]}…{len(attempt)}" for attempt in GROWING]


@pytest.mark.parametrize("attempt", REACHING)
def test_a_text_reaches_nothing_but_its_placeholders(attempt: str) -> None:
    assert [p.line for p in sandbox.check(attempt, "hold.md", 7, KNOWN)][:1] == [7]
    with pytest.raises(RenderError):
        fill(attempt)
    with pytest.raises(RenderError):
        sandbox.fill_markdown(attempt, VALUES, SETTING.formats.plural)


@pytest.mark.parametrize("attempt", GROWING, ids=SHORT)
def test_a_text_neither_runs_long_nor_grows(attempt: str) -> None:
    assert sandbox.check(attempt, "hold.md", 7, KNOWN) != []
    with pytest.raises(RenderError) as raised:
        fill(attempt)
    assert len(str(raised.value)) < 400


def test_thirty_plurals_in_each_other_are_too_many_but_ten_are_none() -> None:
    assert fill(tower(10)) == "x"
    assert "more than 30 deep" in sandbox.check(tower(31), "hold.md", 1, KNOWN)[-1].message


@pytest.mark.parametrize(
    "misuse",
    [
        "{{ plural() }}",
        "{{ plural(total, other='#') }}",
        "{{ plural(invoice_count) }}",
        "{{ plural(invoice_count, other=1) }}",
        "{{ plural(invoice_count, self=1, other='x') }}",
        "{{ plural(1, 2, 3) }}",
        "{% if total < invoice_count %}x{% endif %}",
    ],
)
def test_a_misused_construct_is_a_problem_of_the_letter_and_never_a_crash(misuse: str) -> None:
    with pytest.raises(RenderError):
        fill(misuse)


def test_text_that_is_not_run_cannot_come_back_as_a_block_or_a_tag() -> None:
    blocks = sandbox.parse_blocks(sandbox.fill_markdown("{{ total }}", {"total": "x\n\n::: payment\n"}, fill))
    assert [type(block).__name__ for block in blocks] == ["Paragraph"]
    assert fill("{% raw %}{{ total }}{% endraw %}") == "{{ total }}"


def test_a_text_as_large_as_a_book_is_refused_and_named(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "hold.md").write_text("# subject\n" + "x" * TEXT_BYTES_MAX, "utf-8")
    assert any("larger than" in problem.message for problem in lint_texts(Texts(tmp_path)))


def test_emphasis_made_to_confuse_the_reader_stays_quick() -> None:
    blocks = sandbox.parse_blocks("**a *b " * 4_000)
    assert len(blocks) == 1
