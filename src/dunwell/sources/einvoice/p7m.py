"""The document inside a CAdES envelope (``.p7m``: CMS signed data, RFC 5652), signature not checked.

Italian invoices travel signed; whoever wrote them keeps the signed file. Reading the content needs the outer layers of
the envelope only, in DER or BER (indefinite lengths, split octet strings), as bytes or in Base64.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

ENVELOPES_MAX = 4
"""Envelopes within envelopes: an invoice may be signed by several people in turn."""
_PARTS_DEPTH_MAX = 8

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_SEQUENCE, _OBJECT_ID, _OCTETS, _OCTETS_SPLIT, _CONTEXT_0 = 0x30, 0x06, 0x04, 0x24, 0xA0
_BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]+")


class EnvelopeError(ValueError):
    """The bytes are no signed data that holds a document."""


@dataclass(frozen=True, slots=True)
class _Element:
    """A BER element: its tag, where its content begins and ends, and where the next element begins."""

    tag: int
    start: int
    end: int
    after: int


def unwrap(data: bytes) -> bytes:
    """Return the innermost document; raises :class:`EnvelopeError`."""
    for _ in range(ENVELOPES_MAX):
        data = _binary(data)
        if data[:1] != b"\x30":
            return data
        try:
            data = _content(data)
        except (IndexError, RecursionError) as error:
            raise EnvelopeError("it ends too early") from error
    raise EnvelopeError(f"more than {ENVELOPES_MAX} envelopes (limit envelopes_max)")


def is_envelope(head: bytes) -> bool:
    """Tell whether ``head`` begins like an envelope, or like one in Base64."""
    return _binary(head[: len(head) // 4 * 4])[:1] == b"\x30" and _SIGNED_DATA in _binary(head[:64])


def _binary(data: bytes) -> bytes:
    """Undo Base64, with or without the lines around it (PEM)."""
    plain = re.sub(rb"-----[A-Z0-9 ]+-----", b"", data).strip()
    if not plain.startswith(b"MI") or not _BASE64.fullmatch(plain):
        return data
    digits = re.sub(rb"\s+", b"", plain)
    try:
        return base64.b64decode(digits[: len(digits) // 4 * 4], validate=True)
    except binascii.Error:
        return data


def _content(data: bytes) -> bytes:
    """ContentInfo { signedData, [0] SignedData { version, digests, { type, [0] OCTET STRING content }, … } }."""
    outer = list(_children(data, _expect(data, 0, len(data), _SEQUENCE)))
    if len(outer) < 2 or data[outer[0].start : outer[0].end] != _SIGNED_DATA:
        raise EnvelopeError("it is no signed data")
    signed = list(_children(data, _expect(data, outer[1].start, outer[1].end, _SEQUENCE)))
    if len(signed) < 3 or signed[2].tag != _SEQUENCE:
        raise EnvelopeError("it holds no content")
    inner = list(_children(data, signed[2]))
    if len(inner) < 2 or inner[1].tag != _CONTEXT_0:
        raise EnvelopeError("the document is not inside; the signature came alone")
    return b"".join(_octets(data, _element(data, inner[1].start, inner[1].end), 0))


def _expect(data: bytes, at: int, end: int, tag: int) -> _Element:
    found = _element(data, at, end)
    if found.tag != tag:
        raise EnvelopeError("its structure is not that of an envelope")
    return found


def _octets(data: bytes, element: _Element, depth: int) -> Iterator[bytes]:
    """Yield the parts of an octet string."""
    if element.tag == _OCTETS:
        yield data[element.start : element.end]
    elif element.tag == _OCTETS_SPLIT and depth < _PARTS_DEPTH_MAX:
        for part in _children(data, element):
            yield from _octets(data, part, depth + 1)
    else:
        raise EnvelopeError("its content is no octet string")


def _children(data: bytes, parent: _Element) -> Iterator[_Element]:
    at = parent.start
    while at < parent.end:
        child = _element(data, at, parent.end)
        yield child
        at = child.after


def _element(data: bytes, at: int, end: int) -> _Element:
    """Return the element at ``at``, which ends before ``end``."""
    tag, length, start = data[at], data[at + 1], at + 2
    if tag & 0x1F == 0x1F:
        raise EnvelopeError("it has tags that no envelope has")
    if length == 0x80:
        return _indefinite(data, tag, start, end)
    if length > 0x80:
        count = length - 0x80
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + length > end:
        raise EnvelopeError("it ends too early")
    return _Element(tag, start, start + length, start + length)


def _indefinite(data: bytes, tag: int, start: int, end: int) -> _Element:
    """Return an element whose end is marked by two zero bytes after its last child."""
    at = start
    while data[at : at + 2] != b"\0\0":
        if at >= end:
            raise EnvelopeError("it ends too early")
        at = _element(data, at, end).after
    return _Element(tag, start, at, at + 2)
