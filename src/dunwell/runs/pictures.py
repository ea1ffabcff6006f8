"""What may be the picture of a letterhead: whole, plain, and of a size that a page can be made of.

A few hundred bytes can unpack to gigabytes of black, and a drawing can carry a script or fetch from elsewhere; both are
refused before anything draws them.
"""

import base64
import binascii
import zlib
from typing import Any

from lxml import etree

from dunwell.errors import UsageError

PIXELS_MAX = 25_000_000
"""Width times height. A logo a hand wide at 1200 dots per inch has fewer."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_JPEG_END = b"\xff\xd9"
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xDA)})
"""Marks of a JPEG that have no length after them."""
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Marks of a JPEG after which its height and width stand."""
_SVG_FORBIDDEN = frozenset({"script", "foreignObject", "iframe", "handler", "set", "animate"})
_NO_PICTURE = "The logo must be a picture: SVG, PNG or JPEG."
_NO_DRAWING = "The SVG drawing has more in it than a drawing: a script, or a link to elsewhere."


def picture_kind(data: bytes) -> str:
    """Return the ending of a file with this picture. Raises ``UsageError`` where it is none that can be used."""
    kind = _dots_kind(data)
    if kind:
        return kind
    _require_plain_svg(data)
    return "svg"


def _dots_kind(data: bytes) -> str:
    """Return ``png`` or ``jpg`` for a picture of dots that is whole and not too large; empty for anything else."""
    if data.startswith(_PNG):
        if not _is_whole_png(data):
            raise UsageError("The PNG picture is damaged.")
        _require_fitting(int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big"))
        return "png"
    if data.startswith(_JPEG):
        if _JPEG_END not in data[-64:]:
            raise UsageError("The JPEG picture is cut off.")
        _require_fitting(*_jpeg_size(data))
        return "jpg"
    return ""


def _require_fitting(width: int, height: int) -> None:
    if not 0 < width * height <= PIXELS_MAX:
        raise UsageError(f"The logo has more than {PIXELS_MAX:,} dots; make it smaller.")


def _is_whole_png(data: bytes) -> bool:
    """Follow the chunks to the last; each has its length before it and its check sum after it."""
    at, kind = len(_PNG), b""
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        kind, end = data[at + 4 : at + 8], at + 8 + size
        if int.from_bytes(data[end : end + 4], "big") != zlib.crc32(data[at + 4 : end]):
            return False
        at = end + 4
    return kind == b"IEND"


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Return width and height, which stand in the first frame. Raises ``UsageError`` where there is none."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        mark = data[at + 1]
        if mark in _JPEG_SIZES:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        has_length = mark not in _JPEG_BARE and mark != 0xFF
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big") if has_length else 1 if mark == 0xFF else 2
    raise UsageError("The JPEG picture is cut off.")


def _require_plain_svg(data: bytes) -> None:
    """Take a drawing that stands alone: no script, no document type, nothing fetched from elsewhere."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UsageError(_NO_PICTURE) from error
    if etree.QName(root).localname != "svg":
        raise UsageError(_NO_PICTURE)
    if root.getroottree().docinfo.doctype or any(_is_active(element) for element in root.iter()):
        raise UsageError(_NO_DRAWING)


def _is_active(element: Any) -> bool:
    if not isinstance(element.tag, str):
        return isinstance(element, etree._Entity | etree._ProcessingInstruction)  # noqa: SLF001 - lxml's own kinds
    if etree.QName(element).localname in _SVG_FORBIDDEN:
        return True
    links = [value for name, value in element.attrib.items() if etree.QName(name).localname == "href"]
    handlers = [name for name in element.attrib if etree.QName(name).localname.startswith("on")]
    return bool(handlers) or any(not _stays_within(link) for link in links)


def _stays_within(link: str) -> bool:
    """Tell whether a link leads to another part of the drawing, or carries a picture of dots that is fit itself."""
    head, mark, packed = link.partition(";base64,")
    if not mark or head not in ("data:image/png", "data:image/jpeg", "data:image/jpg"):
        return link.startswith("#")
    try:
        return bool(_dots_kind(base64.b64decode(packed)))
    except binascii.Error:
        return False
