"""From a file to text: unpacking, encoding, line ends. Nothing is guessed silently.

UTF-8 and, by their byte order mark, UTF-16 and UTF-8 with BOM are recognised for certain; anything else is
read as Windows-1252, the usual encoding of office programs in Western Europe, and a notice says so.
"""

import codecs
import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path

from dunwell.errors import Problem
from dunwell.sources.rows import Limits

_CHUNK_BYTES = 1 << 20
_NO_TEXT = {
    b"PK\x03\x04": ("a spreadsheet or ZIP archive", "Save the sheet as CSV (UTF-8) and import that."),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", "Save the sheet as CSV (UTF-8) and import that."),
    b"%PDF": ("a PDF document", "Import the data as CSV."),
}
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True, slots=True)
class Decoded:
    r"""The text of a file with line ends made ``\n``, and the encoding it was read in."""

    text: str
    encoding: str
    notices: tuple[Problem, ...] = ()


def decode(source: Path | bytes, name: str, encoding: str | None, limits: Limits) -> Decoded | Problem:
    """Read ``source`` as text in ``encoding`` (``None``: recognise it), or say why it cannot be read."""
    data = _load(source, name, limits)
    if isinstance(data, Problem):
        return data
    if not data.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n"):
        return Problem(name, 0, "", "The file is empty.", "A header row and at least one row are needed.")
    for magic, (what, hint) in _NO_TEXT.items():
        if data.startswith(magic):
            return Problem(name, 0, "", f"The file is {what}, not a CSV file.", hint)
    return _to_text(data, name, encoding)


def without_nul(decoded: Decoded, name: str) -> Decoded:
    """Read NUL characters, which no text has and no database takes, as blanks, and say so."""
    if "\0" not in decoded.text:
        return decoded
    notice = Problem(name, 0, "", "The file holds NUL characters; they were read as blanks.", "Is it damaged?")
    return Decoded(decoded.text.replace("\0", " "), decoded.encoding, (*decoded.notices, notice))


def _load(source: Path | bytes, name: str, limits: Limits) -> bytes | Problem:
    try:
        if isinstance(source, Path) and source.stat().st_size > limits.file_bytes_max:
            return _too_large(name, limits)
        data = source.read_bytes() if isinstance(source, Path) else source
    except OSError as error:
        return Problem(name, 0, "", f"The file cannot be read: {error.strerror}.", "Check its name and rights.")
    if data.startswith(b"\x1f\x8b"):
        return _unpack(data, name, limits)
    return data if len(data) <= limits.file_bytes_max else _too_large(name, limits)


def _unpack(data: bytes, name: str, limits: Limits) -> bytes | Problem:
    """Unpack gzip chunk by chunk, so that a small file that swells without end stops at the limit."""
    unpacked = bytearray()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                unpacked += chunk
                if len(unpacked) > limits.file_bytes_max:
                    return _too_large(name, limits)
    except (OSError, EOFError, zlib.error):
        return Problem(name, 0, "", "The gzip file is damaged or cut off.", "Copy or export it again.")
    return bytes(unpacked)


def _too_large(name: str, limits: Limits) -> Problem:
    message = f"The file is larger than {limits.file_bytes_max:,} bytes (limit file_bytes_max)."
    return Problem(name, 0, "", message, "Split it into several files; each needs the header row.")


def _to_text(data: bytes, name: str, encoding: str | None) -> Decoded | Problem:
    wanted = encoding or next((codec for bom, codec in _BOMS.items() if data.startswith(bom)), None)
    if wanted is None and _looks_binary(data):
        message = "The file holds NUL characters throughout: it is not text, or UTF-16 without its mark."
        return Problem(name, 0, "", message, "Save it as CSV (UTF-8).")
    if wanted is not None:
        return _strictly(data, name, wanted)
    decoded = _strictly(data, name, "utf-8")
    return decoded if isinstance(decoded, Decoded) else _as_windows(data, name)


def _looks_binary(data: bytes) -> bool:
    head = data[:4096]
    return head.count(0) * 4 > len(head)


def _strictly(data: bytes, name: str, encoding: str) -> Decoded | Problem:
    """Decode without replacing anything; byte order marks inside, as joined files have them, go."""
    try:
        text = data.decode(encoding)
    except UnicodeError:
        message = f"The file is not valid {encoding.removesuffix('-sig').upper()}."
        return Problem(name, 0, "", message, "Name its encoding in the mapping, or save it as CSV (UTF-8).")
    except (LookupError, ValueError):
        return Problem(name, 0, "", f'There is no encoding "{encoding}".', 'Write for example "utf-8" or "cp1252".')
    return Decoded(_with_plain_line_ends(text.replace("\ufeff", "")), encoding)


def _as_windows(data: bytes, name: str) -> Decoded | Problem:
    decoded = _strictly(data, name, "cp1252")
    if isinstance(decoded, Problem):
        message = "The file is neither UTF-8 nor Windows-1252."
        return Problem(name, 0, "", message, 'Name its encoding in the mapping: encoding = "...".')
    message = "The file is not UTF-8 and was read as Windows-1252 (cp1252)."
    hint = "If letters with accents look wrong, name the encoding in a mapping."
    return Decoded(decoded.text, "cp1252", (Problem(name, 0, "", message, hint),))


def _with_plain_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
