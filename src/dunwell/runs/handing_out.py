"""What is handed to a person at once, as bytes: nothing of it stays in the workspace."""

from pathlib import Path
from tempfile import TemporaryDirectory

from dunwell.runs.desk import Desk
from dunwell.runs.privacy import export_person
from dunwell.store.models import Account


def personal_data(desk: Desk, account: Account) -> bytes:
    """Return everything held on a customer as the bytes of a ZIP; that it was handed out is in the audit trail."""
    with TemporaryDirectory(prefix="dunwell-") as folder:
        return export_person(desk, account, Path(folder) / "data.zip").path.read_bytes()
