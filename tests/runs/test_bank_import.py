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


def test_a_person_decides_about_the_rest_at_the_command_line(
    cli: CommandLine, workspace: MakeWorkspace, tmp_path: Path
) -> None:
    place = workspace()
    for name, text in (("customers.csv", CUSTOMERS), ("invoices.csv", INVOICES), ("bank.xml", STATEMENT)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        cli("import", tmp_path / name, workspace=place)

    listed = cli("match", "list", "--json", workspace=place).ok().json()
    assert [(entry["id"], entry["state"]) for entry in listed["entries"]] == [(2, "unmatched")]
    assert listed["counts"] == {"unmatched": 1, "proposed": 0, "applied": 1, "set_aside": 0}
    assert "Unknown SA" in cli("match", "list", workspace=place).ok().stdout
    assert "1 bank entry waits for a decision" in cli("worklist", workspace=place, as_of="2026-10-02").ok().stdout

    on = "2026-10-02"
    refused = cli(
        "match", "apply", 2, "--account", "C200", "--invoice", "RE-2026-0202=60.00", workspace=place, as_of=on
    )
    assert (refused.exit_code, refused.stderr) == (2, "dunwell: That is EUR 10.00 more than bank entry 2 has.\n")
    words = ("match", "apply", 2, "--account", "C200", "--invoice", "RE-2026-0202=30.00", "--by", "ann")
    said = cli(*words, workspace=place, as_of=on).ok().stdout
    assert said == "Applied: C200 RE-2026-0202 30.00 EUR, C200 on account 20.00 EUR.\n"
    undone = cli("match", "undo", 1, "--reason", "a test", "--json", workspace=place, as_of=on).ok().json()
    assert (undone["state"], undone["applied"], undone["is_by_hand"]) == ("unmatched", [], True)
    cli("match", "set-aside", 1, "--reason", "not a customer's", workspace=place, as_of=on).ok()
    assert payments(cli, place, tmp_path / "after") == [
        "C200,,2026-10-01,EUR,20.00",
        "C200,RE-2026-0202,2026-10-01,EUR,30.00",
    ]
    shown = cli("match", "show", 2, workspace=place).ok().stdout
    assert "2026-10-02 applied by ann C200 RE-2026-0202 30.00 EUR, C200 on account 20.00 EUR" in shown
