"""Texts: what an owner may write, what the cage stops, what the linter of texts says."""

from dataclasses import replace
from pathlib import Path

import pytest

from dunwell.errors import RenderError
from dunwell.letters import sandbox
from dunwell.letters.blocks import DIRECTIVES
from dunwell.letters.compose import compose
from dunwell.letters.content import Bullets, Paragraph, Run
from dunwell.letters.facts import LetterFacts
from dunwell.letters.kinds import kinds
from dunwell.letters.lint import lint_text, lint_texts
from dunwell.letters.lint_texts import KNOWN
from dunwell.letters.placeholders import PLACEHOLDERS, SENTENCES
from dunwell.letters.references import clause_reference
from dunwell.letters.sample import sample_facts
from dunwell.letters.texts import SHIPPED, Texts, languages, prepare, split_sections, typeset

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "letters.md"


def fill(source: str, **values: sandbox.Value) -> str:
    return sandbox.fill(source, values, lambda n, **forms: forms["other"].replace("#", str(n)))


def test_a_placeholder_a_condition_and_a_plural_are_filled() -> None:
    source = '{% if tone == "firm" %}Pay {{ total }} within {{ plural(days, one="# day", other="# days") }}.{% endif %}'
    assert fill(source, tone="firm", total="£5.00", days=3) == "Pay £5.00 within 3 days."


def test_a_name_that_looks_like_markup_is_printed_as_it_is() -> None:
    name = "*bold* `code` [a](b) <script> #let x = 1 ::: invoices {{ total }} \\ 1. - & “x”"
    markdown = sandbox.fill_markdown("{{ name }}", {"name": name}, fill)
    assert sandbox.parse_blocks(markdown) == [Paragraph((Run(name),))]


def test_markdown_written_in_the_text_gives_styles_lists_and_blocks() -> None:
    blocks = sandbox.parse_blocks("Pay **now**\nplease.\n\n- one\n- *two*\n\n::: payment\n")
    assert blocks == [
        Paragraph((Run("Pay "), Run("now", strong=True), Run(" please."))),
        Bullets(((Run("one"),), (Run("two", emphasis=True),))),
        "payment",
    ]


@pytest.mark.parametrize(
    "attempt",
    [
        "{{ total.__class__ }}",
        "{{ total['__class__'] }}",
        "{{ ''.__class__.__mro__ }}",
        "{% for i in range(10**9) %}x{% endfor %}",
        "{% set x = 1 %}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% macro f() %}{{ f() }}{% endmacro %}",
        "{{ total|upper }}",
        "{{ 'x' * 10**9 }}",
        "{{ 2 ** 99999999 }}",
        "{{ lipsum() }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ plural(**total) }}",
        "{{ self }}{{ self.__init__ }}",
        "{{ [1,2,3] }}",
        "{{ total ~ total }}",
        "{% raw %}{% endraw %}{% block a %}{% endblock %}",
    ],
)
def test_the_cage_holds(attempt: str) -> None:
    problems = sandbox.check(attempt, "hold.md", 7, KNOWN)
    assert [problem.line for problem in problems][:1] == [7]
    with pytest.raises(RenderError):
        fill(attempt, total="1")


def test_an_unknown_placeholder_is_named_with_its_place_and_the_nearest_name() -> None:
    problems = sandbox.check("Pay\n{{ totl }} now", "hold.md", 10, KNOWN)
    assert [str(p) for p in problems] == ["hold.md:11:4: There is no placeholder 'totl'. Did you mean total?"]


def test_a_text_that_cannot_be_read_is_a_problem_with_its_line() -> None:
    problems = sandbox.check("one\n{% if total %}", "hold.md", 5, KNOWN)
    assert [(p.line, p.message.startswith("The text cannot be read")) for p in problems] == [(6, True)]


def test_the_shipped_texts_have_no_problem() -> None:
    assert [str(problem) for problem in lint_texts(Texts()) if "missing" not in problem.message] == []


def test_no_shipped_text_or_entry_is_missing() -> None:
    assert [str(problem) for problem in lint_texts(Texts()) if "missing" in problem.message] == []


def test_a_text_with_faults_names_each_with_its_line() -> None:
    source = (
        "# subject\nHello\n\n# notice\n::: invoicez\n\n"
        "# reference\nYou failed to pay {{ plural(invoice_count, one='#') }}\n\n"
        "# remedy\n\n# position\nCall.\n\n# clos\nBye\n"
    )
    found = {(p.line, p.message) for p in lint_text(split_sections("my.md", source), "reminder", "en")}
    assert {
        (0, "The section 'close' must stand exactly once."),
        (0, "The parts are not in their order."),
        (0, "The block 'payment' is missing."),
        (0, "The text never prints 'pay_by_on'."),
        (5, "There is no block 'invoicez'."),
        (8, "'you failed' has no place in a letter: it blames, threatens or is the wrong term."),
        (8, "plural lacks the form other that en has."),
        (10, "The section 'remedy' is empty."),
        (15, "There is no section 'clos'."),
    } <= found


def test_an_owners_text_replaces_the_shipped_one_and_is_checked(tmp_path: Path) -> None:
    folder = tmp_path / "en"
    folder.mkdir()
    shipped = (SHIPPED / "en" / "reminder.md").read_text(encoding="utf-8")
    (folder / "reminder.md").write_text(shipped.replace("Thank you for your business", "Cheers {{ nobody }}"), "utf-8")
    problems = [problem for problem in lint_texts(Texts(tmp_path)) if "missing" not in problem.message]
    assert [(Path(p.source).parent.parent, p.message) for p in problems] == [
        (tmp_path, "There is no placeholder 'nobody'.")
    ]


def test_an_owners_shared_word_is_laid_over_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "common.toml").write_text('[closings]\nMs = "Kind regards"\n', "utf-8")
    content = compose(sample_facts(), Texts(tmp_path))
    assert (content.closing, content.opening) == ("Kind regards", "Dear Ms Marlowe")


def test_a_language_without_a_kind_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "nl").mkdir()
    (tmp_path / "nl" / "common.toml").write_text('regions = ["NL"]\n', "utf-8")
    missing = {p.source for p in lint_texts(Texts(tmp_path)) if p.source.startswith("nl/") and p.line == 0}
    missing = {source for source in missing if source.endswith(".md")}
    assert missing == {f"nl/{kind}.md" for kind in kinds()}


def test_a_text_that_is_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "reminder.md").write_text("# subject\n" + "x" * 70_000, "utf-8")
    with pytest.raises(RenderError, match="larger than"):
        compose(sample_facts(), Texts(tmp_path))


def test_the_guide_names_every_placeholder_and_block() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    names = [*PLACEHOLDERS, *SENTENCES]
    assert [name for name in names if f"`{name}`" not in guide] == []
    assert [name for name in DIRECTIVES if f"`::: {name}`" not in guide] == []


def test_english_is_there() -> None:
    assert "en" in languages(Texts())


def test_french_signs_are_tied_to_their_words_everywhere() -> None:
    french = Texts().common("fr", "FR")
    assert prepare("dû : {{ x }} ; et\n\n::: invoices\n\nfin ?", french) == (
        "dû\u202f: {{ x }}\u202f; et\n\n::: invoices\n\nfin\u202f?"
    )
    assert typeset("« Échéance : 30 jours »", french) == "«\u202fÉchéance\u202f: 30 jours\u202f»"
    clause = replace(sample_facts("hold", "FR"), clause_text="Voici : rien")
    assert any("Voici\u202f: rien" in text for text in clause_texts(clause))


def clause_texts(facts: LetterFacts) -> list[str]:
    blocks = [block for part in compose(facts, Texts()).parts for block in part.blocks]
    return [run.text for block in blocks if isinstance(block, Paragraph) and block.quote for run in block.runs]


def test_swiss_letters_have_no_sharp_s_in_quoted_clauses_either() -> None:
    facts = replace(sample_facts("hold", "CH"), clause_text="gemäß Absatz")
    assert any("gemäss Absatz" in text for text in clause_texts(facts))


@pytest.mark.parametrize(
    ("language", "phrase"),
    [
        ("en", "section 4.2 of the payment policy"),
        ("de", "Ziffer 4.2 der Zahlungsbedingungen"),
        ("fr", "article 4.2 des conditions de règlement"),
        ("es", "cláusula 4.2 de la política de pagos"),
        ("ro", "punctul 4.2 din politica de plată"),
        ("vi", "mục 4.2 Chính sách thanh toán"),
        ("nl", "section 4.2 of the payment policy"),
    ],
)
def test_a_clause_is_named_in_the_letters_language(language: str, phrase: str) -> None:
    assert (clause_reference(language, "4.2"), clause_reference(language, "")) == (phrase, "")


@pytest.mark.parametrize("country", ["GB", "US", "DE", "AT", "CH", "FR", "ES", "RO", "VN"])
@pytest.mark.parametrize("kind", ["collection", "hold"])
def test_a_letter_never_denies_an_answer_that_came(country: str, kind: str) -> None:
    denials = ["no reply", "keine Antwort", "Eine Antwort haben", "sans réponse :", "no hemos recibido respuesta"]
    denials += ("niciun răspuns", "chưa nhận được phản hồi", "no word from you", "sin noticias suyas")
    answered = replace(sample_facts(kind, country), answered_before=True)
    said = str(compose(answered, Texts()).parts).replace("\u202f", " ")
    assert [denial for denial in denials if denial in said] == []


def test_closings_follow_the_form_of_address() -> None:
    facts = sample_facts("reminder", "FR")
    mister = replace(facts, recipient=replace(facts.recipient, salutation="M."))
    nobody = replace(facts, recipient=replace(facts.recipient, contact_name="", salutation=""))
    closings = [compose(letter, Texts()).closing for letter in (facts, mister, nobody)]
    assert [", Madame," in closings[0], ", Monsieur," in closings[1], "Madame, Monsieur" in closings[2]] == [True] * 3


def test_the_vietnamese_form_is_for_letters_from_vietnam() -> None:
    at_home, abroad = sample_facts("reminder", "VN"), sample_facts("reminder", "DE")
    from_abroad = replace(at_home, creditor=abroad.creditor)
    assert [compose(facts, Texts()).layout for facts in (at_home, from_abroad)] == ["VN", "DE"]


def test_the_prefix_of_the_subject_is_for_paper_only() -> None:
    content = compose(sample_facts("reminder", "FR"), Texts())
    assert (content.frame.subject_prefix, content.subject.startswith("Relance")) == ("Objet\u202f:", True)
