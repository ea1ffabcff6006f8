"""People who use the program, beside what Django's own accounts keep: role, language, second factor."""

from django.contrib.auth.models import User
from django.db import models

from dunwell.store.models import fields

ROLES = ("viewer", "clerk", "approver", "administrator")
"""From the least to the most; each may do what the ones before it may (product §6)."""
THEMES = ("auto", "light", "dark")


class Person(models.Model):
    """What a person may do and how they like their screens. Without ``totp_secret`` a password is enough."""

    user = models.OneToOneField(User, models.CASCADE, related_name="person")
    role = models.CharField(max_length=13, default="viewer")
    language = models.CharField(max_length=10, blank=True, default="")
    theme = models.CharField(max_length=5, default="auto")
    totp_secret = fields.text()
    totp_last_at = models.BigIntegerField(default=0)  # the step of the last code used, so that none works twice

    class Meta:
        """Roles and themes are those of the program."""

        constraints = (
            fields.one_of("role", ROLES, "person_role"),
            fields.one_of("theme", THEMES, "person_theme"),
        )

    def __str__(self) -> str:
        """Return the name they sign in with."""
        return self.user.username


class SignIn(models.Model):
    """A wrong password: for which name, from where, when. Forgotten after a quarter of an hour."""

    name = models.CharField(max_length=150)
    address = models.CharField(max_length=45)
    at = models.DateTimeField()

    class Meta:
        """Found by when it was."""

        indexes = (models.Index(fields=("at",), name="sign_in_at"),)

    def __str__(self) -> str:
        """Return the name that was tried."""
        return self.name
