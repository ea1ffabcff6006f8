"""Damaged statements: whatever happens to the bytes, a reading comes out, and nothing is counted twice."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.sources.bank import bai2, bank_csv, camt, coda, mt940, n43, ofx
from dunwell.sources.contract import SourceFile, SourceFormat
from dunwell.sources.rows import Options
from tests.sources.bank.test_statements import camt_entry, camt_file, camt_statement, mt940_file

SAMPLES: dict[str, tuple[SourceFormat, bytes]] = {
    "camt": (camt, camt_file(camt_statement(camt_entry()), camt_statement(camt_entry(ref="R2"))).encode()),
    "mt940": (
        mt940,
        mt940_file(":61:2601050105CR10,NTRFNONREF//07", ":86:166?00GUTSCHRIFT?20EREF+A?21SVWZ+B?32Aurora").encode(),
    ),
    "ofx": (
        ofx,
        b"<OFX><STMTRS><CURDEF>USD<BANKACCTFROM><ACCTID>2</BANKACCTFROM><BANKTRANLIST><DTEND>20260105<STMTTRN>"
        b"<DTPOSTED>20260105<TRNAMT>-1,234.50<FITID>F1<NAME>A &amp; B<MEMO><![CDATA[x]]></STMTTRN></BANKTRANLIST>"
        b"</STMTRS></OFX>",
    ),
    "n43": (
        n43,
        b"11000000000000000000160201160531200000000000000978 3TECNATIVA S.L\n".replace(b" 3", b"3")
        + b"22    0000160526160525061001000000000000030000000000000000000000554001421012801 0\n"
        + b"2301COMISION\n33000000000000000000000010000000000000300000000000000000001000000000000039 78\n",
    ),
    "bai2": (
        bai2,
        b"01,1,2,060321,0829,001,80,1,2/\n02,3,4,1,060317,,CAD,/\n03,5,CAD,010,+100,,,015,+600,,/\n"
        b"16,108,500,V,060317,,REF,,TEXT/\n88,MORE\n49,1200,4/\n98,1200,1,6/\n99,1200,1,8/\n",
    ),
    "bank_csv": (
        bank_csv,
        b"Buchungstag;Valuta;Verwendungszweck;Betrag;Saldo\n13.01.2026;13.01.2026;Rechnung 1007;1.234,50;1.234,50\n",
    ),
}

Mutation = tuple[str, int, bytes]
mutations = st.lists(
    st.tuples(
        st.sampled_from(["cut", "insert", "overwrite", "repeat", "delete"]),
        st.integers(0, 2_000),
        st.one_of(
            st.binary(max_size=4),
            st.sampled_from(
                [
                    b",",
                    b":61:",
                    b":62F:",
                    b"/",
                    b"\n",
                    b"<Ntry>",
                    b"</Stmt>",
                    b"<STMTTRN>",
                    b"99999999999999999999",
                    b"?",
                ]
            ),
        ),
    ),
    min_size=1,
    max_size=4,
)


def mutated(content: bytes, steps: list[Mutation]) -> bytes:
    for how, place, piece in steps:
        at = place % (len(content) + 1)
        if how == "cut":
            content = content[:at]
        elif how == "insert":
            content = content[:at] + piece + content[at:]
        elif how == "overwrite":
            content = content[:at] + piece + content[at + len(piece) :]
        elif how == "repeat":
            content = content[:at] + content[max(0, at - 200) :]
        else:
            content = content[:at] + content[at + len(piece) :]
    return content


def check(module: SourceFormat, content: bytes) -> None:
    reading = module.read(SourceFile("x", content), Options(currency="EUR"))
    again = module.read(SourceFile("x", content), Options(currency="EUR"))
    if reading.entries is None:
        assert reading.problems
        return
    assert again.entries is not None
    assert reading.entries.equals(again.entries)
    assert reading.entries["entry_reference"].is_unique().all()
    assert (reading.entries["amount_minor"] > 0).all()


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(sorted(SAMPLES)), steps=mutations)
def test_a_damaged_statement_gives_problems_and_no_crash(name: str, steps: list[Mutation]) -> None:
    module, content = SAMPLES[name]
    check(module, mutated(content, steps))


@pytest.mark.parametrize("folder", ["bank_camt", "bank_mt940", "bank_ofx", "bank_other_formats", "bank_csv"])
def test_real_statements_damaged_give_problems_and_no_crash(corpus: Callable[[str], Path], folder: str) -> None:
    modules: list[SourceFormat] = [camt, mt940, ofx, coda, n43, bai2, bank_csv]
    samples = [
        (module, content)
        for path in sorted(corpus(folder).iterdir())
        if path.suffix not in (".md", ".json") and len(content := path.read_bytes()) < 10_000
        for module in modules
        if module.recognise(path.name, content) is not None
    ]

    @settings(max_examples=60, deadline=None)
    @given(sample=st.sampled_from(samples), steps=mutations)
    def try_it(sample: tuple[SourceFormat, bytes], steps: list[Mutation]) -> None:
        check(sample[0], mutated(sample[1], steps))

    try_it()
