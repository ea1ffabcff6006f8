"""How fast files are read and imported, and in how much memory.

    python -m bench.imports                                1,000,000 rows, 200,000 bank entries
    python -m bench.imports --rows 100000 --entries 20000 --only reading

Each figure is of a process of its own. *Reading* is from the bytes to checked rows; *importing* also writes them into
a new SQLite workspace. Memory is the highest of the process above what it had after loading the program.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TextIO

from bench.measure import in_fresh_process, measured, peak_bytes, print_table, say
from dunwell.runs.importing import ImportRequest, import_files
from dunwell.sources import registry
from dunwell.sources.contract import SourceFile
from dunwell.sources.rows import Options
from dunwell.store.workspace import init_workspace, open_workspace

_FIRST_ON = date(2025, 1, 1)
_ROWS_PER_CUSTOMER = 4
_MEGA = 1 << 20


def _canonical(file: TextIO, rows: int) -> None:
    file.write("invoice_number,account_number,order_number,issued_on,delivered_on,due_on,currency,amount,description\n")
    for n in range(rows):
        on, due_on = _days(n)
        account = f"C{n // _ROWS_PER_CUSTOMER:07}"
        file.write(
            f"INV-{n:08},{account},PO-{n % 999},{on},{on},{due_on},EUR,{100 + n % 90000}.{n % 100:02},Goods {n}\n"
        )


def _german(file: TextIO, rows: int) -> None:
    file.write("Kundennummer;Firma;Rechnungsnummer;Rechnungsdatum;Fällig am;Betrag;Offener Betrag;Bemerkung\n")
    for n in range(rows):
        on, due_on = _days(n)
        customer = n // _ROWS_PER_CUSTOMER
        amount = f"{1 + n % 90}.{n % 1000:03},{n % 100:02}"
        file.write(
            f"{customer};Firma {customer} GmbH;R{n:08};{on:%d.%m.%Y};{due_on:%d.%m.%Y};{amount};{amount};keine\n"
        )


def _quoted(file: TextIO, rows: int) -> None:
    """Texts with delimiters and line ends inside: the slower way of splitting rows."""
    file.write("Customer ID,Customer,Invoice number,Invoice date,Due date,Amount,Note\n")
    for n in range(rows):
        on, due_on = _days(n)
        customer = n // _ROWS_PER_CUSTOMER
        note = '"two\nlines, and a ""quote"""'
        file.write(f'{customer},"Firm, {customer}",R{n:08},{on},{due_on},{n % 9000 + 1}.{n % 100:02},{note}\n')


def _camt(file: TextIO, entries: int) -> None:
    file.write(
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        "<BkToCstmrStmt><GrpHdr><MsgId>1</MsgId><CreDtTm>2026-10-02T10:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id>"
        "<CreDtTm>2026-10-02T10:00:00</CreDtTm><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    )
    cents = [1000 + n % 90_000 for n in range(entries)]
    file.write(_balance("OPBD", 0) + _balance("CLBD", sum(cents)))
    for n, amount in enumerate(cents):
        file.write(
            f'<Ntry><NtryRef>{n}</NtryRef><Amt Ccy="EUR">{amount / 100:.2f}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>'
            f"<Cd>BOOK</Cd></Sts><BookgDt><Dt>{_days(n)[0]}</Dt></BookgDt><AcctSvcrRef>A{n:09}</AcctSvcrRef><NtryDtls>"
            f"<TxDtls><Refs><EndToEndId>E{n}</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>Payer {n % 5000}</Nm></Pty>"
            f"</Dbtr></RltdPties><RmtInf><Ustrd>Invoice R{n:08}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
        )
    file.write("</Stmt></BkToCstmrStmt></Document>")


def _balance(code: str, cents: int) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{cents // 100}.{cents % 100:02}</Amt>'
        "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-10-01</Dt></Dt></Bal>"
    )


def _mt940(file: TextIO, entries: int) -> None:
    cents = [1000 + n % 90_000 for n in range(entries)]
    file.write(":20:S\n:25:37040044/532013000\n:28C:1/1\n:60F:C250101EUR0,\n")
    for n, amount in enumerate(cents):
        file.write(f":61:{_days(n)[0]:%y%m%d}C{amount // 100},{amount % 100:02}NTRFNONREF//A{n:09}\n")
        file.write(f":86:166?00GUTSCHRIFT?20SVWZ+Rechnung R{n:08}?32Payer {n % 5000}\n")
    file.write(f":62F:C261001EUR{sum(cents) // 100},{sum(cents) % 100:02}\n")


def _days(n: int) -> tuple[date, date]:
    on = _FIRST_ON + timedelta(days=n % 600)
    return on, on + timedelta(days=30)


Maker = Callable[[TextIO, int], None]
FILES: dict[str, tuple[str, Maker, bool]] = {
    "CSV, our columns": ("invoices.csv", _canonical, False),
    "CSV, foreign (German)": ("offene_posten.csv", _german, False),
    "CSV, quoted lines": ("quoted.csv", _quoted, False),
    "CAMT.053": ("camt.xml", _camt, True),
    "MT940": ("mt940.sta", _mt940, True),
}
"""What is measured: the file's name, how it is made, and whether it is a bank statement."""


def _read(path: Path) -> tuple[float, float, int, int]:
    file = SourceFile(path.name, path)
    form = registry.format_named(registry.claims(file)[0][0])
    with peak_bytes() as peak, measured() as used:
        reading = form.read(file, Options(currency="EUR", country="DE"))
    entries = 0 if reading.entries is None else reading.entries.height
    return used.cpu_seconds, used.wall_seconds, sum(peak), entries or reading.rows


def _import(path: Path, place: Path) -> tuple[float, float, int, int]:
    init_workspace(place)
    workspace = open_workspace(place)
    customers = place.parent / "customers.csv"
    if path.name == "invoices.csv" and customers.is_file():
        import_files(workspace, ImportRequest((customers,)))
    with peak_bytes() as peak, measured() as used:
        (report,) = import_files(workspace, ImportRequest((path,)))
    return used.cpu_seconds, used.wall_seconds, sum(peak), report.rows


def _made(folder: Path, name: str, rows: int, entries: int) -> tuple[Path, int]:
    file_name, make, is_statement = FILES[name]
    path, count = folder / file_name, entries if is_statement else rows
    with path.open("w", encoding="utf-8", newline="") as file:
        make(file, count)
    if file_name == "invoices.csv":
        numbers = range((rows + _ROWS_PER_CUSTOMER - 1) // _ROWS_PER_CUSTOMER)
        lines = "".join(f"C{n:07},Customer {n}\n" for n in numbers)
        (folder / "customers.csv").write_text(f"account_number,name\n{lines}", encoding="utf-8")
    return path, count


def _row(name: str, how: str, path: Path, count: int, found: tuple[float, float, int, int]) -> list[str]:
    cpu, wall, peak, rows = found
    if rows < count:
        say(f"{name}: {rows:,} of {count:,} rows were read")
    size = path.stat().st_size / _MEGA
    return [
        f"{name}, {how}", f"{count:,}", f"{size:,.0f}", f"{cpu:.1f}", f"{wall:.1f}", f"{count / cpu:,.0f}",
        f"{peak / _MEGA:,.0f}", f"{peak / count:,.0f}",
    ]  # fmt: skip


def main() -> int:
    """Read the command line, make the files and measure."""
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("--rows", type=int, default=1_000_000)
    command.add_argument("--entries", type=int, default=200_000)
    command.add_argument("--only", choices=("reading", "importing"))
    command.add_argument("--files", nargs="*", choices=list(FILES), default=list(FILES))
    given = command.parse_args()
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in given.files:
            path, count = _made(Path(folder), name, given.rows, given.entries)
            if given.only != "importing":
                rows.append(_row(name, "read", path, count, in_fresh_process(_read, path)))
                say(" ".join(rows[-1]))
            if given.only != "reading":
                place = Path(folder) / f"workspace-{path.stem}"
                rows.append(_row(name, "imported", path, count, in_fresh_process(_import, path, place)))
                say(" ".join(rows[-1]))
    head = ["file", "rows", "MB", "CPU s", "wall s", "rows per CPU s", "peak MB", "bytes per row"]
    print_table("Imports", head, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
