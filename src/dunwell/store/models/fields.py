"""Pieces that several tables share."""

from collections.abc import Iterable
from datetime import date
from functools import reduce
from operator import or_

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact, LessThanOrEqual

from dunwell.money import AMOUNT_MINOR_MAX

KEY_LENGTH_MAX = 200
"""Longest account number, invoice number, payment reference or letter reference."""


def text(*, blank: bool = True) -> "models.TextField[str, str]":
    """A text that may be empty but never null; ``blank=False``: must be given."""
    return models.TextField(default="") if blank else models.TextField()


def key() -> "models.CharField[str, str]":
    """A natural key: never empty, see :func:`key_is_filled`."""
    return models.CharField(max_length=KEY_LENGTH_MAX)


def currency(*, blank: bool = False) -> "models.CharField[str, str]":
    """An ISO 4217 code; ``blank``: may be empty."""
    return models.CharField(max_length=3, default="") if blank else models.CharField(max_length=3)


def minor() -> "models.BigIntegerField[int, int]":
    """An amount in minor units."""
    return models.BigIntegerField()


def minor_or_none() -> "models.BigIntegerField[int | None, int | None]":
    """An amount in minor units, or none."""
    return models.BigIntegerField(null=True)


def day() -> "models.DateField[date, date]":
    """A business date that must be given."""
    return models.DateField()


def day_or_none() -> "models.DateField[date | None, date | None]":
    """A business date, or none."""
    return models.DateField(null=True)


def key_is_filled(field: str, name: str) -> models.CheckConstraint:
    """Refuse an empty natural key and one that is too long (SQLite does not check lengths by itself)."""
    not_empty = ~models.Q(**{field: ""})
    return models.CheckConstraint(
        condition=models.Q(LessThanOrEqual(Length(field), KEY_LENGTH_MAX)) & not_empty, name=name
    )


def currency_is_three_letters(name: str, *, blank: bool = False) -> models.CheckConstraint:
    """Refuse a currency that cannot be an ISO 4217 code."""
    condition = models.Q(Exact(Length("currency"), 3))
    return models.CheckConstraint(condition=condition | models.Q(currency="") if blank else condition, name=name)


def amount_is_positive(name: str) -> models.CheckConstraint:
    """Refuse zero, negative and absurdly large amounts."""
    return models.CheckConstraint(condition=models.Q(amount_minor__gt=0, amount_minor__lte=AMOUNT_MINOR_MAX), name=name)


def one_of(field: str, values: Iterable[str], name: str) -> models.CheckConstraint:
    """Refuse a value outside ``values``.

    Alternatives one by one, the usual first: SQLite takes ten times as long to check a list.
    """
    condition = reduce(or_, (models.Q(**{field: value}) for value in values))
    return models.CheckConstraint(condition=condition, name=name)


def of_a_case(kind: str, states: Iterable[str], *, blank_currency: bool = False) -> tuple[models.CheckConstraint, ...]:
    """What holds for every table with a state and a currency: both are real ones."""
    return (
        one_of("state", states, f"{kind}_state"),
        currency_is_three_letters(f"{kind}_currency", blank=blank_currency),
    )


def one_live(kind: str, states: Iterable[str]) -> models.UniqueConstraint:
    """Refuse a second row of an account and currency in one of the states in which a case lives."""
    live = models.Q(state__in=list(states))
    return models.UniqueConstraint(fields=("account", "currency"), condition=live, name=f"{kind}_one_live")


def not_before(later: str, earlier: str, name: str) -> models.CheckConstraint:
    """Refuse a last day before the first."""
    return models.CheckConstraint(condition=models.Q(**{f"{later}__gte": models.F(earlier)}), name=name)


def known_in(states: Iterable[str], field: str, name: str) -> models.CheckConstraint:
    """Refuse a row in one of some states without a value in ``field``."""
    elsewhere = ~models.Q(state__in=list(states))
    return models.CheckConstraint(condition=elsewhere | models.Q(**{f"{field}__isnull": False}), name=name)


def by_state(kind: str) -> models.Index:
    """Have the rows in a state found at once."""
    return models.Index(fields=("state",), name=f"{kind}_by_state")


def of_a_move(kind: str, states: Iterable[str]) -> tuple[models.CheckConstraint, ...]:
    """What holds for the moves of a case: both states are real ones; the first move comes from nothing."""
    known = tuple(states)
    return (
        one_of("to_state", known, f"{kind}_transition_to"),
        one_of("from_state", ("", *known), f"{kind}_transition_from"),
    )
