"""A bank statement through the command line: what is surely whose goes in, the rest waits, nothing counts twice."""

from collections.abc import Callable
from pathlib import Path

from tests.support.command_line import CommandLine

MakeWorkspace = Callable[..., Path]

CUSTOMERS = "account_number,name,country,party_type\nC100,Aurora Ltd,DE,business\nC200,Borealis GmbH,DE,business\n"
INVOICES = (
    "invoice_number,account_number,issued_on,due_on,currency,amount\n"
    "RE-2026-0101,C100,2026-08-01,2026-09-01,EUR,250.00\n"
    "RE-2026-0202,C200,2026-08-01,2026-09-01,EUR,990.00\n"
)


def entry(amount: str, name: str, text: str) -> str:
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>2026-10-01</Dt></BookgDt><NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr>"
        f"</RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def balance(code: str, amount: str) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>'
        "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-10-01</Dt></Dt></Bal>"
    )


STATEMENT = (
    '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
    "<BkToCstmrStmt><GrpHdr><MsgId>1</MsgId><CreDtTm>2026-10-02T10:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id>"
    "<CreDtTm>2026-10-02T10:00:00</CreDtTm><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    + balance("OPBD", "0.00")
    + balance("CLBD", "300.00")
    + entry("250.00", "Aurora Ltd", "Invoice RE-2026-0101")
    + entry("50.00", "Unknown SA", "hello")
    + "</Stmt></BkToCstmrStmt></Document>"
)


def payments(cli: CommandLine, place: Path, folder: Path) -> list[str]:
    cli("export", folder, workspace=place).ok()
    rows = (folder / "payments.csv").read_text(encoding="utf-8").splitlines()[1:]
    return sorted(",".join(row.split(",")[1:6]) for row in rows)


def test_a_statement_pays_what_it_surely_names_and_keeps_the_rest_for_a_person(
    cli: CommandLine, workspace: MakeWorkspace, tmp_path: Path
) -> None:
    place = workspace()
    for name, text in (("customers.csv", CUSTOMERS), ("invoices.csv", INVOICES), ("bank.xml", STATEMENT)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    cli("import", tmp_path / "customers.csv", tmp_path / "invoices.csv", workspace=place).ok()

    first = cli("import", tmp_path / "bank.xml", workspace=place)
    again = cli("import", tmp_path / "bank.xml", workspace=place)
    waiting = place / "rejects" / "bank.xml.rejects.csv"
    rows = waiting.read_text(encoding="utf-8")

    assert (first.exit_code, again.exit_code) == (1, 1)
    assert "1 entry is not surely a customer's payment" in first.stderr
    assert payments(cli, place, tmp_path / "before") == ["C100,RE-2026-0101,2026-10-01,EUR,250.00"]
    assert ",Unknown SA,hello,nothing in the ledger fits" in rows

    corrected = tmp_path / "corrected.csv"
    corrected.write_text(rows.replace(",,,2026", ",C200,RE-2026-0202,2026"), encoding="utf-8")
    cli("import", corrected, workspace=place).ok()
    once_more = cli("import", tmp_path / "bank.xml", workspace=place).ok()

    assert "not surely" not in once_more.stderr
    assert payments(cli, place, tmp_path / "after") == [
        "C100,RE-2026-0101,2026-10-01,EUR,250.00",
        "C200,RE-2026-0202,2026-10-01,EUR,50.00",
    ]
    assert not waiting.exists()
