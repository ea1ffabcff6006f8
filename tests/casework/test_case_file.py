"""The case file holds what an attorney needs, and the same day and data give the same bytes."""

import csv
import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine

LEDGER = {
    "customers.csv": (
        "account_number,name,country,language,party_type,contract_document\n"
        "C1,Aurora Ltd,GB,en,business,contract.pdf\nC2,Boreas Ltd,GB,en,business,../dunwell.toml\n"
    ),
    "invoices.csv": (
        "invoice_number,account_number,issued_on,due_on,currency,amount\n"
        "R1,C1,2026-01-02,2026-02-01,EUR,250.00\nR2,C2,2026-01-02,2026-02-01,EUR,80.00\n"
    ),
    "payments.csv": (
        "payment_reference,account_number,invoice_number,paid_on,currency,amount\nB1,C1,R1,2026-02-03,EUR,50.00\n"
    ),
}


@pytest.fixture
def workspace(cli: CommandLine, fresh_workspace: Callable[..., Path], tmp_path: Path) -> Path:
    """A workspace with a customer who was reminded, with their contract, and one whose record points elsewhere."""
    made = fresh_workspace("--country", "GB", "--currency", "EUR", "--time-zone", "Europe/London")
    folder = Path(shutil.copytree(made, tmp_path / "workspace"))
    (folder / "documents" / "contract.pdf").write_bytes(b"%PDF-1.7 signed")
    for name, text in LEDGER.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    files = [tmp_path / name for name in LEDGER]
    cli("import", *files, "--bank-complete-through", "2026-02-16", workspace=folder).ok()
    cli("run", workspace=folder, as_of="2026-02-16").ok()
    cli("letters", "approve", "--all", "--by", "Ann", workspace=folder, as_of="2026-02-16").ok()
    cli("letters", "sent", "--all", "--by", "Ann", workspace=folder, as_of="2026-02-16").ok()
    return folder


def refer(cli: CommandLine, workspace: Path, account: str, out: Path) -> zipfile.ZipFile:
    cli("refer", account, "--out", out, workspace=workspace, as_of="2026-03-10").ok()
    return zipfile.ZipFile(out)


def rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


def test_the_case_file_has_every_paper_and_is_the_same_again(cli: CommandLine, workspace: Path, tmp_path: Path) -> None:
    archive = refer(cli, workspace, "C1", tmp_path / "one.zip")
    assert archive.namelist() == [
        "index.html", "statement.pdf", "demand.csv", "interest.csv", "sending.csv", "answers.csv",
        "letters/C1-20260216-reminder-EUR.pdf", "contract/contract.pdf", "policy.txt", "timeline.txt",
    ]  # fmt: skip
    assert [(row["invoice_number"], row["open"], row["total"]) for row in rows(archive, "demand.csv")] == [
        ("R1", "200.00", "200.00")
    ]
    assert [(row["state"], row["on"], row["by"]) for row in rows(archive, "sending.csv")] == [
        ("approved", "2026-02-16", "Ann"),
        ("sent", "2026-02-16", "Ann"),
    ]
    assert archive.read("contract/contract.pdf") == b"%PDF-1.7 signed"
    assert archive.read("letters/C1-20260216-reminder-EUR.pdf").startswith(b"%PDF")
    assert "payment of EUR 50.00 for invoice R1" in archive.read("timeline.txt").decode()
    page = archive.read("index.html").decode()
    assert [name for name in archive.namelist()[1:] if f'href="{name}"' not in page] == []
    assert "<tr><td>Demanded</td><td>EUR 200.00</td></tr>" in page
    refer(cli, workspace, "C1", tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    other = refer(cli, workspace, "C2", tmp_path / "other.zip")  # its contract would lie outside of documents/
    assert [name for name in other.namelist() if name.startswith("contract")] == []
