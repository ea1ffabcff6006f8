"""What stands around every screen: who is signed in, where they may go, what day it is, what must be known at once."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from dunwell.runs.gate import stale_days
from dunwell.store import queries
from dunwell.store.people import person_of, role_of
from dunwell.web import place
from dunwell.web.access import may
from dunwell.web.languages import LANGUAGES
from dunwell.web.messages import take_said


class Link(NamedTuple):
    """A place to go: the name of its address, its title, the least role, and the key that opens it after ``g``."""

    name: str
    title: Any
    least_role: str = "viewer"
    key: str = ""


MENU: Mapping[Any, tuple[Link, ...]] = {
    _("Work"): (
        Link("today", _("Today"), key="t"),
        Link("letters", _("Letters"), key="l"),
        Link("customers", _("Customers"), key="c"),
        Link("holds", _("Holds"), key="h"),
    ),
    _("Agreements"): (
        Link("promises", _("Promises"), key="p"),
        Link("plans", _("Payment plans"), key="n"),
        Link("disputes", _("Disputes"), key="d"),
        Link("orders", _("Orders"), key="o"),
        Link("referrals", _("Referrals"), key="r"),
    ),
    _("Money in"): (
        Link("import", _("Import"), "clerk", key="i"),
        Link("matching", _("Matching"), "clerk", key="m"),
    ),
    _("Reports and rules"): (
        Link("figures", _("Figures"), key="f"),
        Link("policy", _("Policy"), key="y"),
        Link("texts", _("Letter texts"), key="x"),
        Link("law", _("Law"), key="w"),
        Link("audit", _("Audit"), "approver", key="a"),
    ),
    _("Administration"): (
        Link("people", _("People"), "administrator", key="u"),
        Link("settings", _("Settings"), "administrator", key="s"),
    ),
}
"""The menu, in the order of a working day."""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return what every template may use."""
    common = {"language": get_language() or "en", "languages": LANGUAGES, "said": take_said(request)}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {**common, "theme": "auto"}
    return {
        **common,
        "theme": person_of(user).theme,
        "person": user,
        "role": role_of(user),
        "may": {role: may(request, role) for role in ("viewer", "clerk", "approver", "administrator")},
        "menu": _menu(request),
        "today": place.today(),
        "is_fixed_day": place.is_fixed(),
        "firm": _firm(),
        "stale": SimpleLazyObject(lambda: _stale(user.get_username())),
    }


def _stale(name: str) -> object:
    """How old bank data is where that is too old; where nobody owes anything yet, nobody can be chased too late."""
    found = stale_days(place.desk_for(name))
    return found if found and queries.has_accounts() else None


def _firm() -> str:
    """The business whose screens these are; nothing while a new workspace has but its placeholder."""
    name = place.workspace().creditor.name
    return "" if "(replace" in name else name


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    """The part of the menu that a person may open; the place where they are is marked."""
    here = request.resolver_match.url_name if request.resolver_match else ""
    shown = []
    for title, links in MENU.items():
        own = [link for link in links if may(request, link.least_role)]
        entries = [
            {
                "title": link.title,
                "url": reverse(link.name),
                "key": link.key,
                "is_here": _is_here(link.name, here or ""),
            }
            for link in own
        ]
        if entries:
            shown.append({"title": title, "links": entries})
    return shown


def _is_here(name: str, here: str) -> bool:
    """``letters`` is where one is on ``letters``, ``letter`` and ``letter_approve``."""
    return here == name or here.startswith((f"{name}_", f"{name.removesuffix('s')}_")) or here == name.removesuffix("s")
