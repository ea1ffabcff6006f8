"""From what was named on the command line to files: folders are walked, archives and workbooks opened, within limits.

A file that cannot be opened is a problem of its own and hinders no other.
"""

import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dunwell.errors import Problem
from dunwell.sources.contract import SourceFile
from dunwell.sources.rows import Limits
from dunwell.sources.spreadsheets import ZIP, is_workbook, sheets

_IGNORED = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})
_CHUNK_BYTES = 1 << 20
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError, LookupError)
"""What unpacking a damaged member raises; a way of packing that is not known raises a ``RuntimeError`` too."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The files found, and what could not be opened."""

    files: list[SourceFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def unpack(paths: Iterable[Path], limits: Limits) -> Unpacked:
    """Return every file under ``paths``, in the order of their names within a folder."""
    found = Unpacked()
    for path in paths:
        for file in _walk(path):
            if len(found.files) >= limits.files_max:
                message = f"There are more than {limits.files_max:,} files (limit files_max)."
                found.problems.append(Problem(str(path), 0, "", message, "Import them in several goes."))
                return found
            _open(SourceFile(_name(path, file), file), found, limits, 0)
    return found


def _walk(path: Path) -> Iterator[Path]:
    """Yield the files of a folder and its folders; links that lead out of it are not followed."""
    if not path.is_dir():
        yield path
        return
    for inner in sorted(path.iterdir()):
        if inner.name.startswith(".") or inner.name in _IGNORED or inner.is_symlink():
            continue
        yield from _walk(inner)


def _name(root: Path, file: Path) -> str:
    return str(file.relative_to(root)) if file != root else file.name


def _open(file: SourceFile, found: Unpacked, limits: Limits, depth: int) -> None:
    try:
        head = file.head()
    except OSError as error:
        message = f"The file cannot be read: {error.strerror}."
        found.problems.append(Problem(file.name, 0, "", message, "Check its name and rights."))
        return
    if is_workbook(file.name, head):
        _take(sheets(file, limits), file, found)
    elif head.startswith(ZIP):
        _open_archive(file, found, limits, depth)
    else:
        found.files.append(file)


def _take(opened: list[SourceFile] | Problem, file: SourceFile, found: Unpacked) -> None:
    if isinstance(opened, Problem):
        found.problems.append(opened)
    elif opened:
        found.files.extend(opened)
    else:
        message = "The workbook has no sheet with anything in it."
        found.problems.append(Problem(file.name, 0, "", message, "A header row and at least one row are needed."))


def _open_archive(file: SourceFile, found: Unpacked, limits: Limits, depth: int) -> None:
    if depth >= limits.archive_depth_max:
        message = f"Archives lie in archives more than {limits.archive_depth_max} deep (limit archive_depth_max)."
        found.problems.append(Problem(file.name, 0, "", message, "Unpack it and import the folder."))
        return
    try:
        with file.open() as stream, zipfile.ZipFile(stream) as archive:
            members = [member for member in archive.infolist() if _is_wanted(member)]
            wrong = _over_limits(file, members, found, limits)
            if wrong is None and not members:
                wrong = Problem(file.name, 0, "", "The ZIP archive holds no file.", "Pack or export it again.")
            if wrong is not None:
                found.problems.append(wrong)
                return
            for member in members:
                _open_member(file, archive, member, found, limits, depth)
    except _DAMAGED:
        message = "The ZIP archive is damaged or cut off."
        found.problems.append(Problem(file.name, 0, "", message, "Copy or export it again."))


def _is_wanted(member: zipfile.ZipInfo) -> bool:
    parts = Path(member.filename).parts
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    return not member.is_dir() and not is_link and not any(p in _IGNORED or p.startswith("._") for p in parts)


def _over_limits(file: SourceFile, members: list[zipfile.ZipInfo], found: Unpacked, limits: Limits) -> Problem | None:
    """Say what is too much of an archive, before any of it is unpacked, with all that was unpacked before it."""
    so_far, unpacked = len(found.files), sum(member.file_size for member in members)
    kept = sum(len(one.content) for one in found.files if isinstance(one.content, bytes))
    hint = "Unpack it yourself and import the folder, if you trust it."
    if so_far + len(members) > limits.files_max:
        return Problem(file.name, 0, "", f"It holds more than {limits.files_max:,} files (limit files_max).", hint)
    if unpacked + kept > limits.archive_bytes_max:
        size = f"{limits.archive_bytes_max:,}"
        return Problem(file.name, 0, "", f"It unpacks to more than {size} bytes (limit archive_bytes_max).", hint)
    if unpacked > max(file.size(), _CHUNK_BYTES) * limits.archive_ratio_max:
        ratio = limits.archive_ratio_max
        return Problem(
            file.name, 0, "", f"It unpacks to more than {ratio} times its size (limit archive_ratio_max).", hint
        )
    return None


def _open_member(
    file: SourceFile,
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    found: Unpacked,
    limits: Limits,
    depth: int,
) -> None:
    name = f"{file.name}/{member.filename}"
    if member.flag_bits & 1:
        found.problems.append(Problem(name, 0, "", "The file is protected by a password.", "Pack it without one."))
        return
    try:
        content = _unpacked(archive, member)
    except _DAMAGED as error:
        message = f"The file in the archive is damaged ({type(error).__name__})."
        found.problems.append(Problem(name, 0, "", message, "Copy or export it again."))
        return
    _open(SourceFile(name, content), found, limits, depth + 1)


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Unpack a member chunk by chunk; raises ``BadZipFile`` where it is larger than it says."""
    content = bytearray()
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            content += chunk
            if len(content) > member.file_size:
                raise zipfile.BadZipFile(member.filename)
    return bytes(content)
