"""Files damaged at random: bytes changed, cut out, doubled, or put in where they hurt."""

import re

from hypothesis import strategies as st

HOSTILE = (
    b"",
    b"\0",
    b"<",
    b"&a;",
    b"&#xFFFFFFFF;",
    b"<!DOCTYPE x>",
    b"<![CDATA[",
    b"]]>",
    b"1e999",
    b"-0.00",
    b"99999999999999999999",
    b"\xff\xfe",
    "１２３".encode(),
    b"9999-12-31",
    b"0000-00-00",
    b"\t\t\t",
)


@st.composite
def mutated(draw: st.DrawFn, files: tuple[bytes, ...]) -> bytes:
    """Draw one of ``files`` with up to six damages."""
    data = draw(st.sampled_from(files))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        put = draw(st.sampled_from((*HOSTILE, data[start:end] * 2)) | st.binary(max_size=8))
        data = data[:start] + put + data[end:]
    return data


ODD_VALUES = (
    b"", b"-1", b"0", b"1e5", b"NaN", b"0.001", b"99999999999999999999999", b"-119.00", b"9999-12-31", b"0001-01-01",
    b"2026-02-30", b"20260230", b"2026-W01-1", b"31129999", "١٢٣".encode(), b"381", b"384", b"NC", b"A", b"JPY",
    b"KWD", b"XXX", b"9999", b"x" * 300,
)  # fmt: skip
_IN_XML = re.compile(rb">([^<>]*)<")
_IN_TABLE = re.compile(rb"(?<=[|;\n])([^|;\n]*)(?=[|;\r])")


@st.composite
def revalued(draw: st.DrawFn, file: bytes) -> bytes:
    """Draw ``file`` with up to four of its values replaced by odd ones; its structure stays whole."""
    pattern = _IN_XML if file.lstrip().startswith(b"<") else _IN_TABLE
    places = [found.span(1) for found in pattern.finditer(file)]
    chosen = draw(st.lists(st.sampled_from(places), min_size=1, max_size=4, unique=True))
    for start, end in sorted(chosen, reverse=True):
        file = file[:start] + draw(st.sampled_from(ODD_VALUES)) + file[end:]
    return file
