"""Small tables and rows that a run looks up while it drafts."""

from collections.abc import Collection
from datetime import date

import polars as pl

from dunwell.ledger.frames import CURRENCY
from dunwell.store import bulk
from dunwell.store.models import Hold, HoldTransition, Letter

ACCOUNT_LANGUAGES = pl.Schema({"account_id": pl.Int64, "account_number": pl.String, "language": pl.String})
"""In which language each account is written to."""


def account_languages(account_ids: Collection[int] | None = None) -> pl.DataFrame:
    """Return number and language of accounts, or of everybody."""
    own = "true" if account_ids is None else bulk.among("id", account_ids)
    sql = f"SELECT id AS account_id, account_number, language FROM store_account WHERE {own}"
    with bulk.reading():
        return bulk.frame(sql, ACCOUNT_LANGUAGES)


def account_numbers(account_ids: Collection[int] | None = None) -> pl.DataFrame:
    """Return key and number of accounts, or of everybody."""
    own = "true" if account_ids is None else bulk.among("id", account_ids)
    with bulk.reading():
        return bulk.frame(f"SELECT id AS account_id, account_number FROM store_account WHERE {own}", _NUMBERS)


_NUMBERS = pl.Schema({"account_id": pl.Int64(), "account_number": pl.String()})


def all_names() -> pl.DataFrame:
    """Return every account's key, number and name."""
    with bulk.reading():
        return bulk.frame("SELECT id AS account_id, account_number, name FROM store_account", _NAMES)


_NAMES = pl.Schema({**_NUMBERS, "name": pl.String()})


def holds_given_up(on: date) -> pl.DataFrame:
    """Return the accounts and currencies whose proposed hold was withdrawn on a day."""
    moves = HoldTransition.objects.filter(to_state="withdrawn", on=on)
    rows = moves.values_list("hold__account_id", "hold__currency").distinct()
    return pl.DataFrame(list(rows), schema={"account_id": pl.Int64, "currency": CURRENCY}, orient="row")


def holds_under_way() -> pl.DataFrame:
    """Return the accounts and currencies whose hold waits for its letter to go out."""
    rows = Hold.objects.filter(state__in=("proposed", "approved")).values_list("account_id", "currency")
    return pl.DataFrame(list(rows), schema={"account_id": pl.Int64, "currency": CURRENCY}, orient="row")


def release_letter(account_id: int, currency: str, held_on: date) -> Letter | None:
    """Return the letter that tells of the release of a hold that began on ``held_on``."""
    letters = Letter.objects.filter(
        account_id=account_id, currency=currency, kind="hold_release", episode_start_on=held_on
    )
    return letters.exclude(state="cancelled").order_by("-attempt").first()


def approved_on(letter: Letter) -> date:
    """Return the business day of a letter's approval; that of its draft where it has none."""
    moves = letter.transitions.filter(to_state="approved").order_by("-id")
    return moves.values_list("on", flat=True).first() or letter.drafted_on


def account_names(account_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return number and name of accounts by their key; many at once."""
    schema = pl.Schema({"account_id": pl.Int64, "account_number": pl.String, "name": pl.String})
    chosen = bulk.among("id", account_ids)
    with bulk.reading():
        rows = bulk.frame(f"SELECT id AS account_id, account_number, name FROM store_account WHERE {chosen}", schema)
    return {account_id: (number, name) for account_id, number, name in rows.iter_rows()}
