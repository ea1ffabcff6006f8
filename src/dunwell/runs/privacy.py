"""What a customer may ask for: everything held on them, and to be forgotten (GDPR articles 15, 17 and 20)."""

import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dunwell.errors import RefusedError, UsageError
from dunwell.runs.desk import Desk
from dunwell.runs.privacy_due import Due, what_waits
from dunwell.runs.rendering import safe_name
from dunwell.store import audit, privacy
from dunwell.store.models import Account, Letter

DUE_MAX = 1_000
"""So many customers are erased by one command; repeat it for more. What is erased at once is read through first."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What was put into the file for a customer."""

    path: Path
    rows: int
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What an erasure removed from the outbox and from ``documents/``, and which documents it left to a person."""

    removed: tuple[Path, ...]
    documents: tuple[Path, ...]


def export_person(desk: Desk, account: Account, target: Path) -> Handed:
    """Write everything held on a customer into a ZIP: ``data.json``, their documents and rendered letters."""
    if target.exists():
        raise UsageError(f"{target} exists already; name another file.")
    rows = privacy.held(account)
    files = {path.relative_to(desk.workspace.path).as_posix(): path for path in _files(desk, account)}
    with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as archive:
        data: dict[str, Any] = {"account_number": account.account_number, "as_of": str(desk.as_of), "tables": rows}
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1, default=str))
        for name, path in files.items():
            archive.write(path, name)
    audit.append(audit.Act("disclose", desk.by, desk.as_of, account.pk, account.pk, {"files": len(files)}))
    return Handed(target, sum(len(each) for each in rows.values()), tuple(files))


def erase_person(desk: Desk, account: Account, reason: str) -> Forgotten:
    """Remove the person behind an account, and the letters rendered for them; documents are left and named.

    Raises ``RefusedError`` while anything is owed or under way.
    """
    if not reason.strip():
        raise UsageError("Say why: --reason. Write no name there, it is kept.")
    _require_over(desk, account)
    outbox = tuple(_outbox(desk, account))
    documents = tuple(_documents(desk, account))
    privacy.erase([privacy.Erasure(account)], on=desk.as_of, by=desk.by, reason=reason.strip())
    _unlink(outbox)
    return Forgotten(outbox, documents)


def erasable(found: Sequence[Due]) -> list[Due]:
    """Return those of the due erasures that wait for nothing, at most ``DUE_MAX``; the rest has its turn next time."""
    return [one for one in found if not one.waits_for][:DUE_MAX]


def erase_due(desk: Desk, chosen: Sequence[Due], reason: str = "") -> Forgotten:
    """Erase what has been kept long enough, as :func:`due` proposed it and a person confirmed; all of it or nothing.

    The files of documents whose time is over go too, unless a customer whose documents stay names the same file.
    """
    if not chosen:
        return Forgotten((), ())
    files = [path for one in chosen for path in files_of(desk, one)]
    said = reason.strip() or f"keeping times of policy {desk.rules.policies.version}"
    erasures = [privacy.Erasure(one.account, [kept.kind for kept in one.kinds]) for one in chosen]
    privacy.erase(erasures, on=desk.as_of, by=desk.by, reason=said)
    wanted = privacy.documents_named()
    gone = tuple(path for path in dict.fromkeys(files) if _name_of(desk, path) not in wanted)
    _unlink(gone)
    return Forgotten(gone, ())


def files_of(desk: Desk, one: Due) -> Iterator[Path]:
    """Yield the files that a due erasure concerns: rendered letters, documents."""
    kinds = {kept.kind for kept in one.kinds}
    if "letters" in kinds:
        yield from _outbox(desk, one.account)
    if "documents" in kinds:
        yield from _documents(desk, one.account)


def _unlink(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _name_of(desk: Desk, path: Path) -> str:
    """The name by which rows know a document; empty for other files."""
    return (
        path.relative_to(desk.workspace.documents).as_posix() if path.is_relative_to(desk.workspace.documents) else ""
    )


def _require_over(desk: Desk, account: Account) -> None:
    waiting = what_waits(desk.rules, [account.pk], desk.as_of).get(account.pk, ())
    if waiting:
        listed = "; ".join(waiting)
        raise RefusedError(f"{account.account_number} cannot be erased yet: {listed}. Settle or cancel that first.")


def _files(desk: Desk, account: Account) -> Iterator[Path]:
    yield from _documents(desk, account)
    yield from _outbox(desk, account)


def _documents(desk: Desk, account: Account) -> Iterator[Path]:
    folder = desk.workspace.documents
    for name in privacy.documents_of(account):
        path = folder / name
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            yield path


def _outbox(desk: Desk, account: Account) -> Iterator[Path]:
    for reference in Letter.objects.filter(account=account).values_list("reference", flat=True):
        stem = safe_name(reference)
        for suffix in (".pdf", "-print.pdf", ".eml"):
            path = desk.workspace.outbox / f"{stem}{suffix}"
            if path.is_file():
                yield path
