"""``dunwell letters render``: the archival PDF with its copies, the print version, the e-mail; bad files named."""

import io
import shutil
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from tests.support.command_line import CommandLine

ON = "2026-03-02"
CUSTOMERS = """account_number,name,language,country,email,street,postcode,city,currency,contract_document
1001,Weinhaus Adler GmbH,de,DE,konten@adler.example,Markt 3,50667,Köln,EUR,contract.png
1002,Weinhaus Bär GmbH,de,DE,,Markt 4,50667,Köln,EUR,
"""
INVOICES = """invoice_number,account_number,issued_on,due_on,currency,amount,document
R-1,1001,2026-01-12,2026-02-11,EUR,900.00,invoices/R-1.pdf
R-2,1001,2026-01-13,2026-02-12,EUR,250.00,broken.pdf
R-3,1001,2026-01-14,2026-02-13,EUR,250.00,missing.pdf
R-4,1001,2026-01-15,2026-02-14,EUR,250.00,../dunwell.toml
R-5,1001,2026-01-16,2026-02-15,EUR,250.00,
R-6,1002,2026-01-12,2026-02-11,EUR,900.00,
"""
EVENTS = """account_number,on,kind,channel,step,until_on
1001,2026-02-16,request,email,reminder,2026-02-23
1002,2026-02-16,request,email,reminder,2026-02-23
"""


def picture(kind: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (400, 560), (230, 240, 250)).save(target, kind)
    return target.getvalue()


@pytest.fixture(scope="module")
def workspace(fresh_workspace: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose two customers are to get a second request; one of them has invoices with copies."""
    tmp_path = tmp_path_factory.mktemp("letters")
    folder, cli = tmp_path / "ws", CommandLine(tmp_path)
    shutil.copytree(fresh_workspace(), folder)
    for name, text in (("customers", CUSTOMERS), ("invoices", INVOICES), ("events", EVENTS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    paths = [tmp_path / f"{name}.csv" for name in ("customers", "invoices", "events")]
    cli("import", *paths, "--bank-complete-through", ON, workspace=folder).ok()
    (folder / "documents" / "invoices").mkdir()
    (folder / "documents" / "invoices" / "R-1.pdf").write_bytes(picture("PDF"))
    (folder / "documents" / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (folder / "documents" / "contract.png").write_bytes(picture("PNG"))
    cli("run", workspace=folder, as_of=ON).ok()
    return folder


def test_a_letter_carries_its_copies_and_names_those_it_cannot(cli: CommandLine, workspace: Path) -> None:
    reference = cli("letters", "list", "--account", "1001", "--json", workspace=workspace).json()["letters"][0]
    done = cli("letters", "render", reference["reference"], "--print", "--email", "--json", workspace=workspace)
    told, outbox = done.json(), workspace / "outbox"
    assert done.exit_code == 1
    assert [Path(path).name for path in told["files"]] == [
        f"{reference['reference']}{ending}" for ending in (".pdf", "-print.pdf", ".eml")
    ]
    assert {problem["source"] for problem in told["problems"]} == {"broken.pdf", "missing.pdf", "../dunwell.toml"}

    archival = PdfReader(outbox / f"{reference['reference']}.pdf")
    copied = (workspace / "documents" / "invoices" / "R-1.pdf").read_bytes()
    assert dict(archival.attachments) == {"R-1.pdf": [copied]}
    assert "Kopie der Rechnung R-1" in " ".join(page.extract_text() for page in archival.pages)
    assert len(PdfReader(outbox / f"{reference['reference']}-print.pdf").pages) == len(archival.pages) + 1

    message = message_from_bytes((outbox / f"{reference['reference']}.eml").read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    assert message["To"] == "Weinhaus Adler GmbH <konten@adler.example>"
    assert [part.get_filename() for part in message.iter_attachments()] == [f"{reference['reference']}.pdf", "R-1.pdf"]


def test_a_customer_without_an_address_gets_no_message_and_the_reason_is_named(
    cli: CommandLine, workspace: Path
) -> None:
    reference = cli("letters", "list", "--account", "1002", "--json", workspace=workspace).json()["letters"][0]
    done = cli("letters", "render", reference["reference"], "--email", "--json", workspace=workspace)
    assert done.exit_code == 1
    assert "has no e-mail address" in done.json()["failed"][reference["reference"]]


def test_what_was_approved_is_rendered_again_to_the_same_bytes(cli: CommandLine, workspace: Path) -> None:
    reference = cli("letters", "list", "--account", "1001", "--json", workspace=workspace).json()["letters"][0]
    cli("letters", "approve", reference["reference"], workspace=workspace, as_of=ON).ok()
    render = ("letters", "render", reference["reference"], "--print", "--email")
    cli(*render, workspace=workspace).ok()
    files = [workspace / "outbox" / f"{reference['reference']}{end}" for end in (".pdf", "-print.pdf", ".eml")]
    first = [path.read_bytes() for path in files]
    cli(*render, workspace=workspace).ok()
    assert [path.read_bytes() for path in files] == first
