"""Who uses the program: names, roles, languages, second factors, and attempts to sign in."""

from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User

from dunwell.errors import RefusedError, UsageError
from dunwell.store import audit, bulk
from dunwell.store.models.people import ROLES, Person, SignIn

__all__ = ["ROLES", "Person", "add_person", "people", "person_of", "role_of"]

ATTEMPTS_MAX = 5
"""Wrong passwords for one name, or from one address times four, before both must wait."""
WAIT = timedelta(minutes=15)
_NAME_MAX, _ADDRESS_MAX = 150, 45


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


def may_try(name: str, address: str, at: datetime) -> bool:
    """Count an attempt as a wrong one before it is made, so that many at the same moment are not more than many.

    ``False``: too many wrong passwords or codes came lately for this name, or from this address. Whoever was right
    takes theirs back with :func:`was_right`.
    """
    SignIn.objects.filter(at__lt=at - WAIT).delete()
    counted = SignIn.objects.create(name=_counted_name(name), address=address[:_ADDRESS_MAX], at=at)
    by_name = SignIn.objects.filter(name=counted.name).count()
    if by_name <= ATTEMPTS_MAX and SignIn.objects.filter(address=counted.address).count() <= 4 * ATTEMPTS_MAX:
        return True
    counted.delete()  # waiting is over a quarter of an hour after the wrong ones, not after the last impatience
    return False


def was_right(name: str, *, is_in: bool = True) -> None:
    """Forget the wrong attempts of a name; before the second factor is shown (``is_in`` false) the last one only."""
    tried = SignIn.objects.filter(name=_counted_name(name))
    if not is_in:
        tried = tried.filter(pk__in=list(tried.order_by("-pk").values_list("pk", flat=True)[:1]))
    tried.delete()


def _counted_name(name: str) -> str:
    """Folded, a name can be longer than it was typed."""
    return name.casefold()[:_NAME_MAX]


def uses_up(person: Person, step: int) -> bool:
    """Mark the code of a step as used, and every one before it; ``False`` when it was, by whoever was quicker."""
    is_first = Person.objects.filter(pk=person.pk, totp_last_at__lt=step).update(totp_last_at=step) == 1
    person.totp_last_at = max(step, person.totp_last_at)
    return is_first


def set_factor(person: Person, secret: str, by: str, *, last_at: int = 0) -> None:
    """Switch a second factor on with its secret, or off with none; ``last_at`` is the step of a code already used."""
    with bulk.writing():
        person.totp_secret, person.totp_last_at = secret, last_at or person.totp_last_at
        person.save(update_fields=["totp_secret", "totp_last_at"])
        _note("person_factor", person, by, {"name": person.user.username, "on": str(bool(secret))})


def note_invited(person: Person, by: str) -> None:
    """Keep in the audit trail who made an invitation with which somebody's password can be chosen anew."""
    _note("person_invited", person, by, {"name": person.user.username})
