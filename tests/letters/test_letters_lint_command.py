"""`dunwell letters lint` on an owner's texts, and a letter whose text fails it: it is not approved."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from dunwell.errors import Problem
from dunwell.letters.lint import lint_texts
from dunwell.letters.lint_common import lint_common
from dunwell.letters.lint_files import lint_files, unreadable
from dunwell.letters.lint_samples import lint_kind_samples
from dunwell.letters.texts import SHIPPED, Texts
from tests.support.command_line import CommandLine

AS_OF = "2026-02-09"
CROSSING = "{{ sentence_crossing }}"
LIFTING = "{{ sentence_lifting }}"
LEDGER = {
    "customers.csv": "account_number,name,country,party_type\nC1,Aurora Ltd,GB,business\n",
    "invoices.csv": "invoice_number,account_number,issued_on,due_on,currency,amount\n"
    "R1,C1,2026-01-02,2026-02-01,GBP,250.00\n",
}


@pytest.fixture
def drafted(workspace: Callable[..., Path], cli: CommandLine, tmp_path: Path) -> Path:
    """A workspace with one drafted reminder."""
    folder = workspace("workspace", "--country", "GB", "--time-zone", "Europe/London")
    for name, text in LEDGER.items():
        (tmp_path / name).write_text(text, "utf-8")
    files = [tmp_path / name for name in LEDGER]
    cli("import", *files, "--bank-complete-through", AS_OF, workspace=folder)
    cli("run", workspace=folder, as_of=AS_OF).ok()
    return folder


def edited(folder: Path, old: str, new: str, name: str = "reminder.md") -> Path:
    """Write the owner's version of an English text."""
    path = folder / "texts" / "en" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    shipped = (SHIPPED / "en" / name).read_text(encoding="utf-8")
    assert old in shipped
    path.write_text(shipped.replace(old, new), "utf-8")
    return path


def place_of(path: Path, word: str) -> tuple[int, str]:
    """Return line and column of a word in a file, as text editors count them."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((n, str(line.index(word) + 1)) for n, line in enumerate(lines, 1) if word in line)


def test_a_letter_whose_text_fails_the_linter_is_not_approved_until_it_is_mended(
    drafted: Path, cli: CommandLine
) -> None:
    reference = cli("letters", "list", "--json", workspace=drafted).json()["letters"][0]["reference"]
    path = edited(drafted, "{{ sentence_crossing }}", "Pay, or we publish your name.")
    refused = cli("letters", "approve", reference, "--json", workspace=drafted, as_of=AS_OF)
    assert refused.exit_code == 2
    [entry] = refused.json()["refused"]
    line, column = place_of(path, "publish your name")
    assert f"{path}:{line}:{column}: 'publish your name' threatens what the law forbids" in entry["reason"]
    assert "the sentence for those who have just paid" in entry["reason"]
    linted = cli("letters", "lint", "--json", workspace=drafted)
    assert linted.exit_code == 1
    assert {"source": str(path), "line": line, "column": column} in [
        {name: problem[name] for name in ("source", "line", "column")} for problem in linted.json()["problems"]
    ]
    path.unlink()
    cli("letters", "lint", workspace=drafted).ok()
    cli("letters", "approve", reference, workspace=drafted, as_of=AS_OF).ok()


def test_without_texts_of_ones_own_there_is_nothing_to_check(workspace: Callable[..., Path], cli: CommandLine) -> None:
    result = cli("letters", "lint", workspace=workspace()).ok()
    assert "You have no letter texts of your own" in result.stdout


def said(problems: Iterable[Problem]) -> list[tuple[str, int, str, str]]:
    """Return file name, line, column and message of problems."""
    return [(Path(p.source).name, p.line, p.column, p.message) for p in problems]


def linted(folder: Path) -> list[tuple[str, int, str, str]]:
    """Return what the linter says of the files in an owner's folder."""
    texts = Texts(folder)
    return said([*lint_files(texts), *([] if unreadable(texts) else lint_common(texts, "en", "GB"))])


def owned(tmp_path: Path, name: str, text: str) -> Path:
    folder = tmp_path / "texts" / "en"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return tmp_path / "texts"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("common.toml", "[labels\n", ("common.toml", 1, "8", "This is not TOML")),
        ("common.toml", 'labels = "x"\n', ("common.toml", 0, "labels", "'labels' is no table.")),
        ("common.toml", 'regions = "GB"\n', ("common.toml", 0, "regions", "regions is a list of countries.")),
        ("common.toml", '[labels]\ninvioce = "Bill"\n', ("common.toml", 2, "1", "There is no entry labels.invioce.")),
        ("common.toml", '[lables]\ndue = "Due"\n', ("common.toml", 2, "1", "There is no table [lables].")),
        (
            "common.toml",
            '# mine\n[sentences]\ncrossing = "Paid {{ totl }}?"\n',
            ("common.toml", 3, "21", "sentences.crossing: There is no placeholder 'totl'."),
        ),
        (
            "common.toml",
            '[consequences]\nlawyer = "telling your employer"\n',
            ("common.toml", 2, "19", "consequences.lawyer: 'your employer' threatens what the law forbids"),
        ),
        ("remindr.md", "# subject\n", ("remindr.md", 0, "", "No letter uses a file 'remindr.md'.")),
        ("reminder.UK.md", "# subject\n", ("reminder.UK.md", 0, "", "en has no form for the country 'UK'.")),
    ],
)
def test_a_file_that_cannot_serve_is_named_with_line_and_column(
    name: str, text: str, expected: tuple[str, int, str, str], tmp_path: Path
) -> None:
    found = linted(owned(tmp_path, name, text))
    assert [entry for entry in found if entry[:3] == expected[:3] and entry[3].startswith(expected[3])] != []


def test_a_file_that_is_not_utf_8_is_named_with_its_line(tmp_path: Path) -> None:
    folder = owned(tmp_path, "hold.md", "")
    (folder / "en" / "hold.md").write_bytes(b"# subject\nGr\xfc\xdfe\n")
    assert linted(folder) == [("hold.md", 2, "", "The file is not in UTF-8.")]


def test_an_entry_is_looked_for_in_the_file_it_comes_from(tmp_path: Path) -> None:
    folder = owned(tmp_path, "common.toml", '[labels]\ndue = "Payable on"\n')
    assert linted(folder) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("reminder.md", CROSSING, "{% if consumer %}" + CROSSING + "{% endif %}", "for those who have just paid"),
        ("hold.md", LIFTING, "{% if invoice_count == 3 %}" + LIFTING + "{% endif %}", "what lifts the hold"),
        ("hold.md", LIFTING, "{% if business %}" + LIFTING + "{% endif %}", "what lifts the hold"),
        ("reminder.md", "# close", "# close\n\nWe demand it.", "'demand' is too firm for a friendly letter"),
        ("hold.md", "# close", "# close\n\nPAY YOUR DEBT now!", "'PAY YOUR DEBT' shouts"),
        ("hold.md", "# close", "# close\n\nOur attorneys wait.", "'attorneys' announces lawyer"),
    ],
)
def test_a_fault_that_only_some_letters_show_is_found_on_sample_letters(
    name: str, old: str, new: str, message: str, tmp_path: Path
) -> None:
    edited(tmp_path, old, new, name)
    found = said(lint_kind_samples(Texts(tmp_path / "texts"), "en", name.removesuffix(".md")))
    assert [entry for entry in found if entry[0] == name and message in entry[3] and entry[1] > 0] != []


def test_a_language_of_ones_own_must_have_every_kind(tmp_path: Path) -> None:
    folder = tmp_path / "nl"
    folder.mkdir()
    (folder / "common.toml").write_text('regions = ["NL"]\n', "utf-8")
    problems = lint_texts(Texts(tmp_path), ["nl"])
    assert {"nl/hold.md", "nl/reminder.md"} <= {p.source for p in problems if p.message == "This text is missing."}
    assert "The entry labels.due is missing." in {p.message for p in problems}


@pytest.mark.parametrize("broken", [b"[labels\n", b'[labels]\ndue = "f\xe4llig"\n'])
def test_a_letter_with_shared_words_that_cannot_be_read_is_refused_with_the_reason(
    broken: bytes, drafted: Path, cli: CommandLine
) -> None:
    path = drafted / "texts" / "en" / "common.toml"
    path.parent.mkdir(parents=True)
    path.write_bytes(broken)
    refused = cli("letters", "approve", "--all", workspace=drafted, as_of=AS_OF)
    assert (refused.exit_code, str(path) in refused.stderr, "Traceback" in refused.stderr) == (2, True, False)
