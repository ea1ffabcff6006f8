"""Whatever the bytes are: a right import or a clear problem, never a crash."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.sources.accounts import datev, fec, saft
from dunwell.sources.contract import SourceFile, SourceFormat
from dunwell.sources.rows import Options, schema
from tests.sources.accounts import samples
from tests.sources.einvoice.mutations import mutated, revalued

FILES: dict[str, tuple[SourceFormat, bytes]] = {
    "datev": (datev, samples.datev()),
    "fec": (fec, samples.fec()),
    "portugal": (saft, samples.portugal()),
    "norway": (saft, samples.norway()),
    "romania": (saft, samples.romania()),
}


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_imported_or_refused(name: str, data: st.DataObject) -> None:
    form, whole = FILES[name]
    damaged = data.draw(mutated((whole,)) | revalued(whole))
    form.recognise(name, damaged[:65_536])
    reading = form.read(SourceFile(name, damaged), Options())
    for table in reading.tables:
        assert table.frame.schema == schema(table.kind)
        if "amount_minor" in table.frame.columns:
            assert all(amount > 0 for amount in table.frame["amount_minor"])


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_no_rows(data: bytes) -> None:
    for form, _ in FILES.values():
        assert form.read(SourceFile("any", data), Options()).tables == ()
