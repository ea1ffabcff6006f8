"""Damage to files: bytes, words, lines and records changed, cut out, doubled or put where they do not belong.

Every damage follows from the random numbers given, so a file is found again by its seed and its number.
"""

import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress

_HOW_MANY = (1, 1, 1, 2, 2, 3, 6)
"""So many damages a file gets: few enough that most of it is still read."""
FILE_BYTES_MAX = 200_000
"""Larger files than this are cut: a fuzzer that spends its time on size finds little else."""

HOSTILE: tuple[bytes, ...] = (
    b"",
    b"\0",
    b"\x1a",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\r",
    b"\n",
    b"\r\n\r\n",
    b"\t",
    b'"',
    b'""',
    b"'",
    b",",
    b";",
    b"|",
    b"<",
    b">",
    b"/>",
    b"&a;",
    b"&#xFFFFFFFF;",
    b"&#0;",
    b"<!DOCTYPE x [",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"<?xml?>",
    b"1e999",
    b"1E5",
    b"NaN",
    b"Infinity",
    b"-0",
    b"-0.00",
    b"0.001",
    b"1.234",
    b"1,234.56",
    b"1.234,56",
    b"9" * 30,
    b"-" + b"9" * 19,
    b"9223372036854775807",
    b"9223372036854775808",
    b"0001-01-01",
    b"9999-12-31",
    b"2026-02-30",
    b"0000-00-00",
    b"31/12/2026",
    b"12/31/2026",
    b"000229",
    b"991231",
    b"=1+1",
    b"+1",
    b"@x",
    b"(5.00)",
    b"5.00-",
    b"\xc2\xa0",
    b"\xe2\x80\x8f",
    b"\xe2\x80\xa8",
    "１２３".encode(),
    "²".encode(),
    "ⅷ".encode(),
    "٣".encode(),
    "ß".encode(),
    "İ".encode(),
    "\U0001f600".encode(),
    b"EUR",
    b"JPY",
    b"KWD",
    b"XXX",
    b"true",
    b"yes",
    b"{}",
    b"[]",
    b"\\",
    b"%s",
    b"{0}",
    b"A" * 300,
    b" " * 300,
    b"(" * 200,
    b"<a>" * 150,
    b":61:",
    b":86:",
    b":62F:",
)

_VALUES = tuple(value for value in HOSTILE if not set(value) & set(b'<>&"\0\x1a\xed\xf4'))
"""Those that leave XML well-formed."""

_DIGITS = re.compile(rb"\d+")
_WORD = re.compile(rb"[A-Za-z0-9.+-]+")
_VALUE = re.compile(rb">([^<>]{1,80})<|=\"([^\"]{1,80})\"")

Damage = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def damaged(chance: random.Random, files: Sequence[bytes], cumulative: Sequence[float] | None = None) -> bytes:
    """Return one of ``files`` with one to six damages; what lies in an archive is damaged inside as well.

    ``cumulative`` are the weights of the files added up; without them each is as likely as the other.
    """
    (data,) = chance.choices(files, cum_weights=cumulative)
    if data.startswith(b"PK\x03\x04") and chance.random() < 0.6:
        return _member_damaged(chance, data, files)
    return _damaged(chance, data, files)


def _damaged(chance: random.Random, data: bytes, files: Sequence[bytes]) -> bytes:
    keeps_form = data.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<") and chance.random() < 0.6
    damages: tuple[Damage, ...] = (_value_changed, _number_changed) if keeps_form else _DAMAGES
    for _ in range(chance.choice(_HOW_MANY)):
        data = chance.choice(damages)(chance, data, files)[:FILE_BYTES_MAX]
    return data


def _member_damaged(chance: random.Random, data: bytes, files: Sequence[bytes]) -> bytes:
    """Damage one member of an archive and pack it again, so that what is damaged is not only the packing."""
    packed = io.BytesIO()
    with suppress(zipfile.BadZipFile, zlib.error, ValueError, OSError, RuntimeError, NotImplementedError):
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
            members = old.infolist()
            chosen = chance.randrange(len(members)) if members else -1
            for number, member in enumerate(members):
                content = old.read(member)
                new.writestr(member.filename, _damaged(chance, content, [content]) if number == chosen else content)
        return packed.getvalue()
    return _damaged(chance, data, files)


def _span(chance: random.Random, data: bytes, longest: int) -> tuple[int, int]:
    start = chance.randint(0, len(data))
    return start, min(len(data), start + chance.randint(0, longest))


def _bytes_changed(chance: random.Random, data: bytes, _files: Sequence[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(min(len(changed), chance.randint(1, 4))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _put_in(chance: random.Random, data: bytes, _files: Sequence[bytes]) -> bytes:
    start, end = _span(chance, data, 20)
    return data[:start] + chance.choice(HOSTILE) + data[end if chance.random() < 0.5 else start :]


def _cut_out(chance: random.Random, data: bytes, _files: Sequence[bytes]) -> bytes:
    start, end = _span(chance, data, chance.choice((4, 40, 400)))
    return data[:start] + data[end:]


def _cut_off(chance: random.Random, data: bytes, _files: Sequence[bytes]) -> bytes:
    return data[: chance.randint(0, len(data))] if chance.random() < 0.3 else _cut_out(chance, data, _files)


def _doubled(chance: random.Random, data: bytes, _files: Sequence[bytes]) -> bytes:
    start, end = _span(chance, data, chance.choice((10, 200, 2000)))
    return data[:end] + data[start:end] * chance.choice((1, 1, 1, 2, 30)) + data[end:]


def _word_changed(chance: random.Random, data: bytes, _files: Sequence[bytes]) -> bytes:
    """Put a hostile word, or another word of the file, in the place of a word."""
    start = chance.randint(0, len(data))
    found = _WORD.search(data, start)
    if found is None:
        return _put_in(chance, data, _files)
    other = _WORD.search(data, chance.randint(0, len(data)))
    put = other[0] if other and chance.random() < 0.4 else chance.choice(HOSTILE)
    return data[: found.start()] + put + data[found.end() :]


def _value_changed(chance: random.Random, data: bytes, _files: Sequence[bytes]) -> bytes:
    """Put a hostile value in the place of an element's text or an attribute's value."""
    found = _VALUE.search(data, chance.randint(0, len(data)))
    if found is None:
        return _word_changed(chance, data, _files)
    group = 1 if found[1] is not None else 2
    return data[: found.start(group)] + chance.choice(_VALUES) + data[found.end(group) :]


def _number_changed(chance: random.Random, data: bytes, _files: Sequence[bytes]) -> bytes:
    found = _DIGITS.search(data, chance.randint(0, len(data)))
    if found is None:
        return _word_changed(chance, data, _files)
    digits = str(chance.choice((0, 1, 9, 13, 32, 99, 1900, 2199, 20261231, chance.getrandbits(70)))).encode()
    return data[: found.start()] + digits + data[found.end() :]


def _lines_changed(chance: random.Random, data: bytes, _files: Sequence[bytes]) -> bytes:
    """Remove, double, move or join lines."""
    lines = data.split(b"\n")
    one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
    how = chance.randrange(4)
    if how == 0:
        del lines[one]
    elif how == 1:
        lines.insert(two, lines[one])
    elif how == 2:
        lines[one], lines[two] = lines[two], lines[one]
    else:
        lines[one : one + 2] = [b"".join(lines[one : one + 2])]
    return b"\n".join(lines)


def _spliced(chance: random.Random, data: bytes, files: Sequence[bytes]) -> bytes:
    """Put a piece of another file in."""
    start, end = _span(chance, data, 50)
    other = chance.choice(files)
    first, last = _span(chance, other, 500)
    return data[:start] + other[first:last] + data[end:]


def _recoded(chance: random.Random, data: bytes, _files: Sequence[bytes]) -> bytes:
    """Write the text in another encoding, now and then."""
    if chance.random() < 0.8:
        return _word_changed(chance, data, _files)
    with suppress(UnicodeError):
        return data.decode().encode(chance.choice(("utf-16", "utf-16-le", "utf-8-sig", "cp1252", "cp1250", "cp437")))
    return data


_DAMAGES: tuple[Damage, ...] = (
    _bytes_changed, _put_in, _cut_out, _cut_off, _doubled, _word_changed, _word_changed, _value_changed, _value_changed,
    _number_changed, _number_changed, _lines_changed, _lines_changed, _spliced, _recoded,
)  # fmt: skip
