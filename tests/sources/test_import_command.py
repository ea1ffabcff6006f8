"""``dunwell import``: previews write nothing, mappings are remembered, known customers stay as they are."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from dunwell.cli.import_progress import progress
from tests.support.command_line import CommandLine

OPEN_ITEMS = (
    "Kundennummer;Kunde;Rechnungs-Nr.;Rechnungsdatum;Fällig am;Betrag;Offen\n"
    "7;Ann & Söhne;A1;31.01.2026;28.02.2026;1.000,50;400,50\n"
)
UNCLEAR = "Who,Doc,When due,Sum\nC1,A1,2026-02-28,10.00\n"
UNCLEAR_MAP = """
kind = "invoices"
[columns]
account_number = "Who"
invoice_number = "Doc"
due_on = "When due"
amount = "Sum"
"""
CUSTOMER = "account_number,name,country,email\n7,Ann,AT,ann@example.com\nC1,Bea,DE,\n"


def kinds(answer: dict[str, list[dict[str, list[dict[str, object]]]]]) -> dict[str, object]:
    return {str(table["kind"]): table["inserted"] for file in answer["files"] for table in file["tables"]}


def test_a_preview_shows_columns_and_rows_and_writes_nothing(
    cli: CommandLine, workspace: Callable[..., Path], tmp_path: Path
) -> None:
    path = workspace()
    (tmp_path / "op.csv").write_text(OPEN_ITEMS, encoding="cp1252")
    shown = cli("import", tmp_path / "op.csv", "--preview", workspace=path).ok().stdout
    assert 'due_on from "Fällig am"' in shown
    assert "1000.50" in shown
    assert "(likely)" in shown
    assert not (path / "mappings").exists()
    answer = cli("import", tmp_path / "op.csv", "--json", workspace=path).ok().json()
    assert kinds(answer) == {"customers": 1, "invoices": 1, "payments": 1}


def test_a_list_that_mentions_customers_leaves_known_ones_as_they_are(
    cli: CommandLine, workspace: Callable[..., Path], tmp_path: Path
) -> None:
    path = workspace()
    (tmp_path / "customers.csv").write_text(CUSTOMER)
    (tmp_path / "op.csv").write_text(OPEN_ITEMS)
    cli("import", tmp_path / "op.csv", tmp_path / "customers.csv", workspace=path).ok()
    again = cli("import", tmp_path / "op.csv", "--json", workspace=path).ok().json()
    assert kinds(again) == {"customers": 0, "invoices": 0, "payments": 0}
    same = cli("import", tmp_path / "customers.csv", "--json", workspace=path).ok().json()
    assert same["files"][0]["tables"][0]["unchanged"] == 2


def test_a_mapping_is_remembered_for_the_layout(
    cli: CommandLine, workspace: Callable[..., Path], tmp_path: Path
) -> None:
    path = workspace()
    (tmp_path / "customers.csv").write_text(CUSTOMER)
    (tmp_path / "unclear.csv").write_text(UNCLEAR)
    (tmp_path / "map.toml").write_text(UNCLEAR_MAP)
    cli("import", tmp_path / "customers.csv", workspace=path).ok()
    refused = cli("import", tmp_path / "unclear.csv", workspace=path)
    assert refused.exit_code == 2
    assert "--map" in refused.stderr
    cli("import", tmp_path / "unclear.csv", "--map", tmp_path / "map.toml", workspace=path).ok()
    (tmp_path / "later.csv").write_text(UNCLEAR.replace("A1", "A2"))
    later = cli("import", tmp_path / "later.csv", "--json", workspace=path).ok().json()
    assert kinds(later) == {"invoices": 1}
    assert "Read as last time" in later["files"][0]["notices"][0]["message"]


def test_an_archive_with_what_fits_and_what_does_not_is_reported_file_by_file(
    cli: CommandLine, workspace: Callable[..., Path], tmp_path: Path
) -> None:
    path = workspace()
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("b/invoices.csv", "invoice_number,account_number,due_on,amount\nA1,7,2026-02-28,5.00\n")
        archive.writestr("a/customers.csv", CUSTOMER)
        archive.writestr("<script>.csv", "x,y\n1,2\n")
        archive.writestr("readme.pdf", b"\x00\x01\x02")
    report = tmp_path / "report.html"
    done = cli("import", tmp_path / "all.zip", "--report", report, "--json", workspace=path)
    assert done.exit_code == 1
    assert kinds(json.loads(done.stdout)) == {"customers": 2, "invoices": 1}
    page = report.read_text()
    assert "all.zip/&lt;script&gt;.csv" in page
    assert "<script>" not in page


def test_a_bar_shows_on_a_terminal_how_far_the_import_is_and_goes_at_the_end() -> None:
    written = io.StringIO()
    with progress(Console(file=written, force_terminal=True, width=80)) as watch:
        assert watch is not None
        watch("reading", "big.csv", 0.0)
        watch("writing", "big.csv", 0.5)
    assert "writing big.csv" in written.getvalue()
    assert written.getvalue().endswith("\x1b[2K")


def test_nothing_is_shown_where_nobody_watches() -> None:
    written = io.StringIO()
    with progress(Console(file=written, force_terminal=False)) as watch:
        assert watch is None
    assert written.getvalue() == ""


NUMBERED = "Customer ID,Invoice Number,Invoice Date,Due Date,Amount,Currency\nK1,A1,2026-01-31,2026-02-28,10.00,EUR\n"


def test_a_list_that_only_numbers_customers_begins_an_empty_ledger(
    cli: CommandLine, workspace: Callable[..., Path], tmp_path: Path
) -> None:
    path = workspace()
    (tmp_path / "invoices.csv").write_text(NUMBERED)
    begun = cli("import", tmp_path / "invoices.csv", "--json", workspace=path).json()
    assert kinds(begun) == {"customers": 1, "invoices": 1}
    told = " ".join(notice["message"] for notice in begun["files"][0]["notices"])
    assert "The list has no names" in told
    (tmp_path / "invoices.csv").write_text(NUMBERED.replace("K1,A1", "K2,A2"))
    later = cli("import", tmp_path / "invoices.csv", "--json", workspace=path).json()
    assert [problem["message"] for problem in later["files"][0]["problems"]] == ['There is no customer "K2".']


def test_a_list_that_only_numbers_customers_adds_none_beside_a_list_of_customers(
    cli: CommandLine, workspace: Callable[..., Path], tmp_path: Path
) -> None:
    path = workspace()
    (tmp_path / "customers.csv").write_text(CUSTOMER)
    (tmp_path / "invoices.csv").write_text(NUMBERED)
    answer = cli("import", tmp_path / "customers.csv", tmp_path / "invoices.csv", "--json", workspace=path).json()
    assert [problem["message"] for problem in answer["files"][1]["problems"]] == ['There is no customer "K1".']
