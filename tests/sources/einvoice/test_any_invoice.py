"""Whatever the bytes are: a right import or a clear problem, never a crash."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.sources.contract import Reading, SourceFile, SourceFormat
from dunwell.sources.einvoice import cii, facturae, fatturapa, p7m, ubl, zugferd
from dunwell.sources.rows import Options, schema
from tests.sources.einvoice import samples
from tests.sources.einvoice.mutations import mutated, revalued

FILES: dict[str, tuple[SourceFormat, bytes]] = {
    "ubl": (ubl, samples.ubl(prepaid="50.00", payable="69.00")),
    "cii": (cii, samples.cii()),
    "facturae": (facturae, samples.facturae()),
    "fatturapa": (fatturapa, samples.fatturapa()),
    "signed": (fatturapa, samples.p7m_streamed(samples.fatturapa())),
    "pdf": (zugferd, samples.pdf(("factur-x.xml", samples.cii()))),
}


def check(reading: Reading) -> None:
    """Every row is complete and in its schema; a file that gives nothing says why."""
    for table in reading.tables:
        assert table.frame.schema == schema(table.kind)
        if table.kind == "invoices":
            assert all(amount > 0 for amount in table.frame["amount_minor"])
            assert all(table.frame["invoice_number"])
    assert reading.tables or reading.problems or reading.notices
    lines = {line for table in reading.tables if table.kind != "customers" for line in table.frame["source_line"]}
    assert lines.isdisjoint(reading.rejected_lines)


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_invoice_is_imported_or_refused(name: str, data: st.DataObject) -> None:
    form, whole = FILES[name]
    has_values = whole.startswith(b"<")
    damaged = data.draw(mutated((whole,)) | revalued(whole) if has_values else mutated((whole,)))
    form.recognise(name, damaged[:65_536])
    check(form.read(SourceFile(name, damaged), Options()))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused(data: bytes) -> None:
    for form, _ in FILES.values():
        reading = form.read(SourceFile("any", data), Options())
        assert (reading.tables, reading.problems != ()) == ((), True)


@settings(max_examples=100, deadline=None)
@given(mutated((samples.p7m(b"<a/>"), samples.p7m_streamed(b"<a/>"))))
def test_a_damaged_envelope_opens_or_is_refused(data: bytes) -> None:
    with suppress(p7m.EnvelopeError):
        assert isinstance(p7m.unwrap(data), bytes)
