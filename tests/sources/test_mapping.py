"""Mapping files: their mistakes are named with the line, and each setting does what the guide says."""

from pathlib import Path

import pytest

from dunwell.sources import Parsed, parse_mapping, read_mapping, read_table
from dunwell.sources.mapping import MAPPING_KEYS
from dunwell.sources.rows import COLUMNS

ROOT = Path(__file__).parents[2]

MISTAKES = {
    'kind = "invoice"\n': 'm.toml:1: kind: "invoice" is not a choice here. Did you mean "invoices"?',
    "\ndecimals = ','\n": 'm.toml:2: decimals: A mapping has no such key. Did you mean "decimal"?',
    "skip_rows = true\n": "m.toml:1: skip_rows: This must be a whole number.",
    'thousands = "."\n': "m.toml:1: thousands: The thousands sign must be one character, not the decimal sign.",
    'date_format = "yyyy-mm-dd"\n': (
        'm.toml:1: date_format: "yyyy-mm-dd" does not name day, month and year. Write for example "%d.%m.%Y".'
    ),
    'date_format = "%d.%m.%Y %Q"\n': (
        'm.toml:1: date_format: "%d.%m.%Y %Q" is no date format. '
        "Known are %B, %H, %M, %S, %Y, %b, %d, %m, %y; %H and %M go together."
    ),
    'currency = "EURO"\n': 'm.toml:1: currency: "EURO" is no ISO 4217 currency code. Write for example EUR.',
    '[columns]\nacount_number = "x"\n': (
        'm.toml:2: acount_number: Dunwell has no such column. Did you mean "account_number"?'
    ),
    '[columns]\ndue_on = { column = "D", terms = "T" }\n': (
        "m.toml:2: due_on: Terms and from go together, and only with due_on."
    ),
    '[[table]]\nkind = "customers"\ncolumns = { name = "N" }\n': (
        'm.toml:2: kind: The table needs "account_number". Name its column or give a constant.'
    ),
    "[constants]\nname = 5\n": 'm.toml:1: constants: Every value here must be text. Put it in quotes: "...".',
}


@pytest.mark.parametrize("text", MISTAKES, ids=range(len(MISTAKES)))
def test_mistake_is_named_with_its_line(text: str) -> None:
    mapping, problems = parse_mapping(text, "m.toml")
    assert mapping is None
    assert [str(problem) for problem in problems] == [MISTAKES[text]]


def test_toml_that_is_none_is_named_with_its_line() -> None:
    _, problems = parse_mapping("a = 1\nb = \n", "m.toml")
    assert [(problem.line, problem.message[:16]) for problem in problems] == [(2, "This is not TOML")]


def test_mistakes_are_reported_all_at_once() -> None:
    _, problems = parse_mapping('decimal = ";"\n[[table]]\nkind = "bills"\n[[table]]\nkinds = "x"\n', "m.toml")
    assert [problem.line for problem in problems] == [1, 3, 4, 5]


def read(text: str, mapping: str) -> Parsed:
    found, problems = parse_mapping(mapping, "m.toml")
    assert problems == ()
    parsed = read_table(text.encode(), found)
    assert parsed.problems == ()
    return parsed


HEADER = "invoice_number,account_number,due_on,currency,amount\n"


@pytest.mark.parametrize(
    ("written", "mapping", "minor"),
    [
        ("1.234,56", 'decimal = ","\nthousands = "."', 123456),
        ("1 234,5", 'decimal = ","\nthousands = " "', 123450),
        ("1\u202f234,50", 'decimal = ","\nthousands = " "', 123450),
        ("1'234.50", 'thousands = "\'"', 123450),
        ("12,34,567.00", 'thousands = ","', 123456700),
        ("$4,235.00", 'thousands = ","\ncurrency_signs = ["$"]', 423500),
        ("4.50 EUR", 'currency_signs = ["EUR"]', 450),
        ("2309.7849999999995", 'round_amounts = "half_up"', 230978),
        ("0.125", 'round_amounts = "half_up"', 13),
        ("0.125", 'round_amounts = "half_even"', 12),
    ],
)
def test_amounts_are_read_as_the_mapping_says(written: str, mapping: str, minor: int) -> None:
    frame = read(f'{HEADER}I1,C1,2024-01-05,EUR,"{written}"\n', mapping).tables[0].frame
    assert frame["amount_minor"].to_list() == [minor]


@pytest.mark.parametrize("written", ["(4.00)", "4.00-", "-4.00", "($4.00)", "-$4.00"])
def test_negative_invoices_become_credit_notes(written: str) -> None:
    mapping = (
        'kind = "invoices"\nnegative_invoices = "credit_note"\nnegative_forms = ["parentheses", "trailing_minus"]\n'
        'currency_signs = ["$"]\ncurrency = "USD"\n[columns]\ninvoice_number = "n"\naccount_number = "a"\n'
        'issued_on = "d"\ndue_on = "d"\namount = "m"\n'
    )
    parsed = read(f"n,a,d,m\nN1,C1,2024-01-05,{written}\n", mapping)
    assert [(table.kind, table.frame.height) for table in parsed.tables] == [("invoices", 0), ("payments", 1)]
    note = parsed.tables[1].frame.row(0, named=True)
    assert (note["kind"], note["amount_minor"], note["payment_reference"]) == ("credit_note", 400, "N1")


@pytest.mark.parametrize(
    ("terms", "due"),
    [("Net 30", "2024-02-04"), ("30 days", "2024-02-04"), ("Due on receipt", "2024-01-05"),
     ("2/10 net 30", "2024-02-04"), ("by arrangement", None)],
)  # fmt: skip
def test_missing_due_dates_follow_from_terms(terms: str, due: str | None) -> None:
    mapping = 'currency = "EUR"\n[columns]\ndue_on = { column = "due", terms = "terms", from = "issued_on" }\n'
    text = f"invoice_number,account_number,issued_on,due,terms,amount\nI1,C1,2024-01-05,,{terms},5\n"
    found = read(text, mapping).tables[0].frame["due_on"].to_list()
    assert [str(day) if day else None for day in found] == [due]


def test_columns_are_transformed_translated_and_kept() -> None:
    mapping = (
        "skip_rows = 1\ndelimiter = '#'\n"
        '[columns]\naccount_number = { column = "No", strip_float = true, strip_zeros = true, prefix = "K" }\n'
        'name = { column = "Name", default = "?" }\nparty_type = "Type"\n'
        '[values.party_type]\nFirma = "business"\n'
    )
    frame = read("List of today\nNo#Name#Type#Color\n0042.0##Firma#red\n", mapping).tables[0].frame
    row = frame.row(0, named=True)
    assert (row["account_number"], row["name"], row["party_type"]) == ("K42", "?", "business")
    assert (row["extra"], row["source_line"]) == ('{"Color":"red"}', 3)


def test_shipped_mappings_are_right() -> None:
    files = sorted((ROOT / "examples/mappings").glob("*.toml"))
    assert files
    for file in files:
        assert read_mapping(file)[1] == ()


def test_guide_names_every_column_and_key() -> None:
    guide = (ROOT / "docs/guide/import.md").read_text(encoding="utf-8")
    columns = {column.name for table in COLUMNS.values() for column in table}
    assert [name for name in sorted(columns | MAPPING_KEYS) if f"`{name}`" not in guide] == []
