"""Public electronic invoices give the number, dates, parties and amounts that an independent reading found."""

import json
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dunwell import money
from dunwell.sources.contract import Reading, SourceFile, SourceFormat
from dunwell.sources.einvoice import cii, facturae, fatturapa, ubl, zugferd
from dunwell.sources.rows import Options

ROOT = Path(__file__).parents[3]
CORPUS = Path(os.environ.get("DUNWELL_CORPUS", ROOT / "../shared/data"))
FORMATS: tuple[SourceFormat, ...] = (ubl, cii, zugferd, facturae, fatturapa)
FOLDERS = (
    "einvoice_cius_ro",
    "einvoice_en16931",
    "einvoice_facturae_es",
    "einvoice_fatturapa_it",
    "einvoice_pdf_zugferd_facturx",
    "einvoice_xrechnung",
)
REFUSED = {
    "fail1.pdf": ("in which currency", "sum of the lines"),
    "factur-x-invalid-xml-encoding-attribute.pdf": ("XML is broken",),
    "hs_pdf_plain.pdf": ("no XML inside",),
    "MustangGnuaccountingBeispielRE-20140519_499.pdf": ("no electronic invoice",),
    "oca_IT01234567890_FPR10.xml": ("instalments of invoice 126 make 32.50, but 30.50",),
    "oca_IT01234567890_FPR03.xml.p7m": ("instalments of invoice 123 make 32.50, but 30.50",),
}
"""What is wrong in the files that are wrong; of the signed batch, only the first invoice is."""

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"the public corpus is not at {CORPUS}; set DUNWELL_CORPUS to its folder"
)


def files() -> list[Any]:
    found = [path for folder in FOLDERS for path in sorted((CORPUS / folder).glob("*")) if path.suffix.lower() in KINDS]
    return [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in found]


KINDS = {".xml", ".pdf", ".p7m"}


def read(path: Path) -> Reading:
    """Read a file by the one format that recognises it."""
    file = SourceFile(path.name, path)
    claims = [one for one in FORMATS if one.recognise(path.name, file.head())]
    assert len(claims) == 1
    return claims[0].read(file, Options())


def expected(path: Path) -> list[dict[str, Any]]:
    """Return what the independent reading found: one record per invoice."""
    record = json.loads((path.parent / "expected.json").read_text())["files"][path.name]
    if isinstance(record, dict) and "attachments" in record:
        record = [record[name] for name in record["attachments"]]
    return record if isinstance(record, list) else [record]


def rows(reading: Reading, kind: str) -> list[dict[str, Any]]:
    return [row for table in reading.tables if table.kind == kind for row in table.frame.to_dicts()]


def plain(amount_minor: int, currency: str) -> Decimal:
    return money.to_decimal(amount_minor, currency)


def invoices(reading: Reading) -> Iterator[dict[str, Any]]:
    """Yield what went in, in the words of the independent reading; credit notes count negative."""
    names = {row["account_number"]: row["name"] for row in rows(reading, "customers")}
    items: dict[str, list[dict[str, Any]]] = {}
    for row in rows(reading, "invoices"):
        items.setdefault(row["invoice_number"], []).append(row)
    paid = {row["invoice_number"]: row for row in rows(reading, "payments") if row["kind"] == "payment"}
    for number, parts in items.items():
        gross = sum(row["amount_minor"] for row in parts)
        prepaid = paid[number]["amount_minor"] if number in paid else 0
        currency = parts[0]["currency"]
        yield {
            "number": number,
            "issue_date": str(parts[0]["issued_on"]),
            "due_dates": [str(row["due_on"]) for row in parts if row["due_on"]],
            "currency": currency,
            "buyer": names[parts[0]["account_number"]],
            "payable": plain(gross - prepaid, currency),
            "prepaid": plain(prepaid, currency),
        }
    for row in rows(reading, "payments"):
        if row["kind"] == "credit_note":
            yield {
                "number": row["payment_reference"],
                "issue_date": str(row["paid_on"]),
                "due_dates": None,
                "currency": row["currency"],
                "buyer": names[row["account_number"]],
                "payable": -plain(row["amount_minor"], row["currency"]),
                "prepaid": Decimal(0),
            }


@pytest.mark.parametrize("path", files())
def test_a_file_gives_what_it_says_or_is_refused_by_name(path: Path) -> None:
    reading = read(path)
    told = " ".join(str(problem) for problem in reading.problems)
    for words in REFUSED.get(path.name, ()):
        assert words in told
    if path.name not in REFUSED:
        assert told == ""
    found = {one["number"]: one for one in invoices(reading)}
    wanted = [one for one in expected(path) if one.get("number") and not refused(path, one)]
    assert sorted(found) == sorted(one["number"] for one in wanted)
    for one in wanted:
        compare(found[one["number"]], one)


def refused(path: Path, record: dict[str, Any]) -> bool:
    return path.name in REFUSED and not (path.suffix == ".p7m" and record["number"] == "456")


def compare(found: dict[str, Any], record: dict[str, Any]) -> None:
    assert found["issue_date"] == record["issue_date"]
    assert found["currency"] == record["currency"]
    assert found["buyer"].startswith(" ".join(record["buyer"].split()))
    if found["due_dates"] is not None:
        assert found["due_dates"] == due_dates(record)
    assert found["payable"] == payable(record)
    if record.get("prepaid"):
        assert found["prepaid"] == Decimal(record["prepaid"])


def due_dates(record: dict[str, Any]) -> list[str]:
    return [one["due_date"] for one in record.get("instalments", [])] or [
        day for day in [record.get("due_date")] if day
    ]


def payable(record: dict[str, Any]) -> Decimal:
    """Return the amount to be paid, credit notes negative; FatturaPA without payments: the figure of its summary."""
    is_credit = record.get("type") in ("381", "TD04")
    if record.get("payable"):
        return -Decimal(record["payable"]) if is_credit else Decimal(record["payable"])
    if record.get("instalments"):
        return sum((Decimal(one["amount"]) for one in record["instalments"]), Decimal(0))
    return {"FT/2015/0008": Decimal("9.00"), "FT/2015/0011": Decimal("1173.60"), "471102": Decimal("235.62")}[
        record["number"]
    ]


def test_both_syntaxes_of_a_case_of_the_german_test_suite_give_the_same_rows() -> None:
    folder = CORPUS / "einvoice_xrechnung"
    for path in sorted(folder.glob("*_uncefact.xml")):
        other = folder / path.name.replace("_uncefact", "_ubl")
        assert same(read(path)) == same(read(other))


def same(reading: Reading) -> list[dict[str, Any]]:
    """Leave out the account: one case has postcode and town in each other's place in UBL, and buyers have no number."""
    kept = ("invoice_number", "issued_on", "delivered_on", "due_on", "currency", "amount_minor")
    return [{name: row[name] for name in kept} for row in rows(reading, "invoices")]


def test_the_pdf_is_kept_as_the_copy_of_its_invoice() -> None:
    path = CORPUS / "einvoice_pdf_zugferd_facturx" / "Facture_DOM_BASICWL.pdf"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    reading = read(path)
    assert [document.file_name for document in reading.documents] == ["FA-2017-0009.pdf"]
    assert reading.documents[0].content == path.read_bytes()
    assert [row["document"] for row in rows(reading, "invoices")] == ["FA-2017-0009.pdf"]
