"""Who uses the program: names, roles, languages, second factors, and attempts to sign in."""

from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import transaction

from dunwell.errors import RefusedError, UsageError
from dunwell.store import audit, bulk
from dunwell.store.models.people import ROLES, Person, SignIn

__all__ = ["ROLES", "Person", "add_person", "people", "person_of", "role_of"]

ATTEMPTS_MAX = 5
"""Wrong passwords for one name, or from one address times four, before both must wait."""
WAIT = timedelta(minutes=15)


def person_of(user: AbstractBaseUser | AnonymousUser) -> Person:
    """Return what is kept of a user, asked once per request; a user made by other means is a viewer."""
    kept: Person | None = getattr(user, "_dunwell_person", None)
    if kept is None:
        kept, _ = Person.objects.select_related("user").get_or_create(user_id=int(user.pk or 0))
        user._dunwell_person = kept  # type: ignore[union-attr]  # noqa: SLF001 - our own mark on Django's object
    return kept


def role_of(user: AbstractBaseUser | AnonymousUser) -> str:
    """Return a user's role."""
    return person_of(user).role


def people() -> list[Person]:
    """Return everybody who may sign in or could once, by name."""
    return list(Person.objects.select_related("user").order_by("user__username"))


def add_person(name: str, role: str, by: str, *, password: str | None = None, language: str = "") -> Person:
    """Add somebody; without a password they choose one by their invitation.

    Raises ``UsageError`` for a name that is taken or a role that does not exist.
    """
    if role not in ROLES:
        raise UsageError(f"There is no role {role!r}; there are: {', '.join(ROLES)}.")
    if User.objects.filter(username__iexact=name).exists():
        raise UsageError(f"There is already somebody called {name}.")
    with bulk.writing():
        user = User.objects.create_user(name, password=password)
        person = Person.objects.create(user=user, role=role, language=language)
        _note("person_added", person, by, {"name": name, "role": role})
    return person


def change_role(person: Person, role: str, by: str) -> None:
    """Give a person another role. Raises ``RefusedError`` when nobody would be left to administer."""
    with bulk.writing():
        if role != "administrator":
            _require_another_administrator(person)
        person.role = role
        person.save(update_fields=["role"])
        _note("person_role", person, by, {"name": person.user.username, "role": role})


def let_in(person: Person, by: str, *, is_active: bool) -> None:
    """Let a person sign in, or no longer; what they did stays under their name."""
    with bulk.writing():
        if not is_active:
            _require_another_administrator(person)
        person.user.is_active = is_active
        person.user.save(update_fields=["is_active"])
        _note("person_active" if is_active else "person_inactive", person, by, {"name": person.user.username})


def _require_another_administrator(person: Person) -> None:
    others = Person.objects.filter(role="administrator", user__is_active=True).exclude(pk=person.pk)
    if person.role == "administrator" and not others.exists():
        raise RefusedError("Nobody would be left to administer; make somebody else an administrator first.")


def _note(what: str, person: Person, by: str, summary: dict[str, str]) -> None:
    audit.append(audit.Act(what, by, subject_id=person.pk, summary=summary))


def attempt(name: str, address: str, at: datetime, *, succeeded: bool) -> None:
    """Keep an attempt to sign in, for as long as it counts."""
    with transaction.atomic():
        SignIn.objects.filter(at__lt=at - WAIT).delete()
        if succeeded:
            SignIn.objects.filter(name=name.casefold()).delete()
        else:
            SignIn.objects.create(name=name.casefold(), address=address, at=at)


def must_wait(name: str, address: str, at: datetime) -> bool:
    """Tell whether too many wrong passwords came lately for this name, or from this address."""
    lately = SignIn.objects.filter(at__gte=at - WAIT)
    by_name = lately.filter(name=name.casefold()).count()
    return by_name >= ATTEMPTS_MAX or lately.filter(address=address).count() >= 4 * ATTEMPTS_MAX


def note_factor(person: Person, *, is_on: bool) -> None:
    """Keep in the audit trail that somebody's second factor was switched on or off."""
    _note("person_factor", person, person.user.username, {"name": person.user.username, "on": str(is_on)})
