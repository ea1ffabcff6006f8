"""Whatever the bytes are, reading them gives an answer, never an exception; what is written reads back the same."""

from datetime import date

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell import money
from dunwell.sources import (
    COLUMNS,
    KINDS,
    Kind,
    Limits,
    Options,
    Parsed,
    parse_mapping,
    read_table,
    schema,
    write_table,
)

HEADERS = {kind: ",".join(column.name for column in COLUMNS[kind]) for kind in KINDS}
CELLS = st.sampled_from(
    ["", "C1", "2024-01-05", "5/3/2024", "EUR", "JPY", "10.00", "1.234,56", "-5", '"', '""', '"a\nb"', "\0", "é", ",",
     "=1+1", "request", "payment", "yes", "99999999999999999999", "0", " x ", "\u200f", "\x85", "\u2028", "\r", "\t"]
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """Draw a file with a right header and rows of likely and unlikely cells."""
    kind = draw(st.sampled_from(KINDS))
    width = len(COLUMNS[kind])
    rows = draw(st.lists(st.lists(CELLS, min_size=width - 1, max_size=width + 1), max_size=8))
    text = "\n".join([HEADERS[kind], *(",".join(row) for row in rows)])
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])), errors="replace")


def answered(parsed: Parsed) -> None:
    """Check what holds for every answer."""
    for table in parsed.tables:
        assert table.frame.schema == schema(table.kind)
        assert not set(table.frame["source_line"]) & parsed.rejected_lines
    assert (parsed.rejects is not None) == bool(parsed.rejected_lines)
    assert parsed.tables or parsed.problems


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_answered(data: bytes) -> None:
    answered(read_table(data))


@given(tables(), st.sampled_from(["EUR", "JPY", None]))
@settings(max_examples=300, deadline=None)
def test_any_table_is_answered(data: bytes, currency: str | None) -> None:
    answered(read_table(data, options=Options(currency=currency, limits=Limits(field_chars_max=50, problems_max=5))))


@given(st.text(alphabet='[]={}"\n.,#abkindcolumtes_01 %', max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_mapping_is_answered(text: str) -> None:
    mapping, problems = parse_mapping(text, "map.toml")
    assert (mapping is None) == bool(problems)


LETTERS = st.characters(codec="utf-8", exclude_characters="\r\0\ufeff", exclude_categories=["Cs"])
TEXTS = st.none() | st.text(LETTERS, min_size=1, max_size=8).map(str.strip).filter(bool)
DATES = st.dates(date(1900, 1, 1), date(2199, 12, 31))
KEYS = st.text("ABC0123-", min_size=1, max_size=6)


@st.composite
def invoices(draw: st.DrawFn) -> dict[str, object]:
    issued, due = sorted([draw(DATES), draw(DATES)])
    return {
        "account_number": draw(KEYS),
        "order_number": draw(TEXTS),
        "issued_on": draw(st.none() | st.just(issued)),
        "delivered_on": draw(st.none() | DATES),
        "due_on": draw(st.none() | st.just(due)),
        "currency": draw(st.sampled_from(["EUR", "JPY", "KWD", "VND", "USD"])),
        "amount_minor": draw(st.integers(1, money.AMOUNT_MINOR_MAX)),
        "description": draw(TEXTS),
        "document": draw(TEXTS),
    }


@given(st.lists(invoices(), min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_what_is_written_reads_back_the_same(rows: list[dict[str, object]]) -> None:
    numbered = [{"invoice_number": f"I{i}", **row, "extra": None, "source_line": 0} for i, row in enumerate(rows)]
    frame = pl.DataFrame(numbered, schema=schema("invoices"))
    parsed = read_table(write_table("invoices", frame))
    assert parsed.problems == ()
    assert parsed.tables[0].frame.drop("source_line").equals(frame.drop("source_line"))


def test_rejects_can_be_corrected_and_imported() -> None:
    first = read_table(b"account_number,name,country\nC1,Ana,DE\nC2,Brava,Germany\n")
    assert first.rejects is not None
    again = read_table(first.rejects)
    assert again.rejects == first.rejects
    corrected = read_table(first.rejects.replace(b"Germany,", b"DE,"))
    assert corrected.problems == ()
    assert corrected.tables[0].frame["account_number"].to_list() == ["C2"]
    assert corrected.tables[0].frame["extra"].to_list() == [None]


def test_unknown_columns_are_kept() -> None:
    data = b'account_number,name,Region\nC1,Ana,"S""ud"\nC2,Brava,\n'
    frame = read_table(data).tables[0].frame
    assert frame["extra"].to_list() == ['{"Region":"S\\"ud"}', None]
    assert read_table(write_table("customers", frame)).tables[0].frame.equals(frame)


def test_a_field_of_ten_megabytes_rejects_its_row_only() -> None:
    huge = b"x" * 10_000_000
    for quote in (b"", b'"'):
        parsed = read_table(b"account_number,name\nC1," + quote + huge + quote + b"\nC2,Brava\n")
        assert [str(problem) for problem in parsed.problems] == [
            "data:2: A field is longer than 100,000 characters (limit field_chars_max). Shorten the text."
        ]
        assert parsed.tables[0].frame["account_number"].to_list() == ["C2"]


def test_limits_are_named_when_hit() -> None:
    data = b"account_number,name\nC1,Ana\nC2,Brava\n"
    messages = {
        "rows_max": Limits(rows_max=1),
        "columns_max": Limits(columns_max=1),
        "file_bytes_max": Limits(file_bytes_max=10),
        "key_chars_max": Limits(key_chars_max=1),
    }
    for name, limits in messages.items():
        parsed = read_table(data, options=Options(limits=limits))
        assert f"(limit {name})" in parsed.problems[0].message


def test_more_problems_than_the_limit_are_counted_and_all_rejected() -> None:
    data = b"account_number,name,country\n" + b"".join(b"C%d,Ana,Nowhere\n" % i for i in range(20))
    parsed = read_table(data, options=Options(limits=Limits(problems_max=3)))
    assert parsed.problems[-1].message == "17 more problems are not listed (limit problems_max)."
    assert len(parsed.rejected_lines) == 20


def kinds() -> list[Kind]:
    return list(KINDS)


def test_every_kind_is_recognised_by_its_header() -> None:
    for kind in kinds():
        parsed = read_table(HEADERS[kind].encode())
        assert [table.kind for table in parsed.tables] == [kind]


def test_a_rejects_file_may_lack_its_problem_column_in_every_row() -> None:
    parsed = read_table(b"account_number,name,problem\nC1,Ana\nC2,Brava\n")
    assert parsed.problems == ()
    assert parsed.tables[0].frame.height == 2


def test_byte_order_marks_of_joined_files_vanish() -> None:
    parsed = read_table("\ufeffaccount_number,name\n\ufeffC1,Ana\n".encode())
    assert parsed.tables[0].frame["account_number"].to_list() == ["C1"]
