"""What a customer may ask for: everything held on them, and to be forgotten (GDPR articles 15, 17 and 20)."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dunwell.errors import RefusedError, UsageError
from dunwell.runs.desk import Desk
from dunwell.runs.nightly import assess_account
from dunwell.runs.rendering import safe_name
from dunwell.store import audit, privacy
from dunwell.store.models import Account, Letter


@dataclass(frozen=True, slots=True)
class Handed:
    """What was put into the file for a customer."""

    path: Path
    rows: int
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What an erasure removed from the outbox, and which documents it left to a person's judgement."""

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
    """Remove the person behind an account, and the letters rendered for them.

    Raises ``RefusedError`` while anything is owed or under way: what is needed for a claim is kept (GDPR article
    17(3)(e)).
    """
    if not reason.strip():
        raise UsageError("Say why: --reason. Write no name there, it is kept.")
    _require_over(desk, account)
    outbox = tuple(_outbox(desk, account))
    documents = tuple(_documents(desk, account))
    privacy.erase(account, on=desk.as_of, by=desk.by, reason=reason.strip())
    for path in outbox:
        path.unlink(missing_ok=True)
    return Forgotten(outbox, documents)


def _require_over(desk: Desk, account: Account) -> None:
    accounts = assess_account(desk.workspace, account.pk, desk.as_of).accounts
    owed = [row["currency"] for row in accounts.to_dicts() if row["open_minor"] != 0]
    waiting = [*(f"{currency} is still open" for currency in owed), *privacy.waiting_on(account)]
    if waiting:
        listed = "; ".join(waiting)
        raise RefusedError(f"{account.account_number} cannot be erased yet: {listed}. Settle or cancel that first.")


def _files(desk: Desk, account: Account) -> Iterator[Path]:
    yield from _documents(desk, account)
    yield from _outbox(desk, account)


def _documents(desk: Desk, account: Account) -> Iterator[Path]:
    for name in privacy.documents_of(account):
        path = desk.workspace.documents / name
        if path.is_file():
            yield path


def _outbox(desk: Desk, account: Account) -> Iterator[Path]:
    for reference in Letter.objects.filter(account=account).values_list("reference", flat=True):
        stem = safe_name(reference)
        for suffix in (".pdf", "-print.pdf", ".eml"):
            path = desk.workspace.outbox / f"{stem}{suffix}"
            if path.is_file():
                yield path
